"""Runs rules of a rulebook over tables and gives their findings as rows; pure."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from processor.errors import ConfigError
from processor.survey.checks.catalogue import Entry
from processor.survey.checks.data import Data
from processor.survey.checks.hits import Found, Hits, UnitHits
from processor.survey.checks.jsontext import json_texts
from processor.survey.checks.keyhash import all_hashed, hash_numbers
from processor.survey.checks.measures import Measured, measured
from processor.survey.checks.rulebook import Rule, Rulebook, as_hits

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Checked:
    """Findings, and the rules that could not be looked at."""

    found: tuple[Found, ...]
    not_checked: Mapping[str, str]
    """Rule -> the first that is missing: a column (`c.gps`), a table (`payment_roll.csv`), or `now`."""
    broken: Mapping[str, str] = field(default_factory=dict)
    """Rule that raised -> what (`reported`); what it would have found in these tables is not known."""


def check_own(book: Rulebook, entries: Mapping[str, Entry], data: Data) -> Checked:
    """The rules that look at one submission each."""
    return _run(book, entries, data, "", {}, None)


def check_family(
    book: Rulebook,
    entries: Mapping[str, Entry],
    data: Data,
    family: str,
    only: Collection[str] | None = None,
) -> Checked:
    """The rules of a family; `only` limits the findings to these keys, as `family_keys` gives them.

    All rows with such a key are in `data`: in the tables, or measured."""
    try:
        if book.families[family].measures and not isinstance(data, Measured):
            data = measured(book.families[family], data)
        keys = _plain_keys(book, data, family)
    except Exception as error:  # noqa: BLE001 - whatever a survey's rules raise
        what = reported(f"keys of {family}", error)
        rules = (r.id for r in book.rules.values() if r.family == family and _is_on(entries, r))
        return Checked((), {}, dict.fromkeys(rules, what))
    return _run(book, entries, data, family, keys, only)


def family_keys(book: Rulebook, data: Data, family: str) -> dict[str, pd.Series]:
    """Keys of every row by table, hashed, None outside every group; empty when the forms lack what they are made of."""
    return {
        table: pd.Series(all_hashed(family, keys.tolist(), data.secret), dtype=object)
        for table, keys in _plain_keys(book, data, family).items()
    }


def family_numbers(book: Rulebook, data: Data, family: str) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """The same as numbers: table, rows that have a key, and their keys."""
    for table, keys in _plain_keys(book, data, family).items():
        yield table, *hash_numbers(family, keys.tolist(), data.secret)


def reported(what: str, error: Exception) -> str:
    """The class of an error of a rule, logged with its place; never its text, which may hold answers.

    An error of the settings is told as a whole: it says which file is wrong, and holds no answer."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    told = f"{error}" if isinstance(error, ConfigError) else type(error).__name__
    log.error("%s: %s (%s line %s)", what, told, Path(place.filename).name, place.lineno)
    return told


def _plain_keys(book: Rulebook, data: Data, family: str) -> Mapping[str, pd.Series]:
    entry = book.families[family]
    return {} if _missing(entry.reads, data) else data.made(entry.keys)


def _is_on(entries: Mapping[str, Entry], rule: Rule) -> bool:
    return rule.id in entries and entries[rule.id].on


def _run(
    book: Rulebook,
    entries: Mapping[str, Entry],
    data: Data,
    family: str,
    keys: Mapping[str, pd.Series],
    only: Collection[str] | None,
) -> Checked:
    found: list[Found] = []
    missing: dict[str, str] = {}
    broken: dict[str, str] = {}
    for rule in book.rules.values():
        if rule.family != family or not _is_on(entries, rule):
            continue
        if lacking := _lacking(book, rule, data):
            missing[rule.id] = lacking
            continue
        try:
            found += _check_rule(rule, entries[rule.id], data, keys, only)
        except Exception as error:  # noqa: BLE001 - one rule must not stop the others
            broken[rule.id] = reported(rule.id, error)
    return Checked(tuple(found), missing, broken)


def _check_rule(
    rule: Rule, entry: Entry, data: Data, keys: Mapping[str, pd.Series], only: Collection[str] | None
) -> list[Found]:
    results = as_hits(rule.check(data, entry.parameters))
    return [found for result in results for found in _rows(rule, entry, data, result, keys, only)]


def _lacking(book: Rulebook, rule: Rule, data: Data) -> str:
    """The first thing without which the rule cannot be looked at; empty when all is there."""
    family = book.families[rule.family].reads if rule.family else ()
    needs = (need if need == "now" else f"{need}.csv" for need in rule.needs if not data.given(need))
    return _missing((*rule.reads, *family), data) or next(needs, "")


def _missing(reads: tuple[str, ...], data: Data) -> str:
    return next((name for name in reads if not data.has(*name.split(".", 1))), "")


def _rows(
    rule: Rule,
    entry: Entry,
    data: Data,
    result: Hits | UnitHits,
    keys: Mapping[str, pd.Series],
    only: Collection[str] | None,
) -> Iterator[Found]:
    rows = (
        _units(rule, entry, data, result)
        if isinstance(result, UnitHits)
        else _hits(rule, entry, data, result, keys)
    )
    return rows if only is None else (found for found in rows if found.group_key in only)


def _hits(rule: Rule, entry: Entry, data: Data, hits: Hits, keys: Mapping[str, pd.Series]) -> Iterator[Found]:
    if not len(hits.rows):
        return iter(())
    row_key = "row_key" if data.has(hits.table, "row_key") else "submission_id"
    columns: dict[str, Iterable[Any]] = {
        "rule": repeat(rule.id),
        "family": repeat(rule.family),
        "group_key": _groups(rule, data, keys[hits.table].to_numpy()[hits.rows])
        if rule.family
        else repeat(""),
        "table_name": repeat(hits.table),
        "submission_id": data.cells(hits.table, "submission_id", hits.rows),
        "row_key": data.cells(hits.table, row_key, hits.rows),
        "column_name": repeat(hits.column),
        "unit": repeat(""),
        "severity": hits.severity or repeat(entry.level),
        "values": json_texts(hits.values, len(hits.rows)),
        "area": (area or "" for area in data.cells(hits.table, "_area", hits.rows)),
        "practice": repeat(data.practice),
        "due_at": hits.due_at or repeat(None),
    }
    return map(Found._make, zip(*(columns[name] for name in Found._fields), strict=False))


def _groups(rule: Rule, data: Data, keys: Sequence[Any]) -> list[str]:
    return [key or "" for key in all_hashed(rule.family, keys, data.secret)]


def _units(rule: Rule, entry: Entry, data: Data, hits: UnitHits) -> Iterator[Found]:
    groups, values = _groups(rule, data, hits.keys), json_texts(hits.values, len(hits.units))
    for number, unit in enumerate(hits.units):
        yield Found(
            rule=rule.id,
            family=rule.family,
            group_key=groups[number],
            table_name="",
            submission_id="",
            row_key="",
            column_name="",
            unit=f"{hits.kind}:{unit}",
            severity=entry.level,
            values=values[number],
            area=hits.areas[number] or "",
            practice=data.practice,
            due_at=None,
        )
