"""Runs rules of a rulebook over tables and gives their findings as rows; pure."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from processor.survey.checks.catalogue import Entry
from processor.survey.checks.data import Data
from processor.survey.checks.hits import Found, Hits, UnitHits
from processor.survey.checks.rulebook import Rule, Rulebook, as_hits, hashed


@dataclass(frozen=True)
class Checked:
    """Findings, and the rules that could not be looked at because something that they need is not there."""

    found: tuple[Found, ...]
    not_checked: Mapping[str, str]
    """Rule -> the first that is missing: a column (`c.gps`), a table (`payment_roll.csv`), or `now`."""


def check_own(book: Rulebook, entries: Mapping[str, Entry], data: Data) -> Checked:
    """The rules that look at one submission each."""
    return _run(book, entries, data, "", None)


def check_family(
    book: Rulebook,
    entries: Mapping[str, Entry],
    data: Data,
    family: str,
    only: Collection[str] | None = None,
) -> Checked:
    """The rules of a family; `only` limits the findings to these keys, as `family_keys` gives them.

    All rows with such a key are in `data`."""
    return _run(book, entries, data, family, only)


def family_keys(book: Rulebook, data: Data, family: str) -> dict[str, pd.Series]:
    """Keys of every row by table, hashed, None outside every group; empty when the forms lack what they are made of."""
    return {table: _hashed(family, keys) for table, keys in _plain_keys(book, data, family).items()}


def _plain_keys(book: Rulebook, data: Data, family: str) -> Mapping[str, pd.Series]:
    entry = book.families[family]
    return {} if _missing(entry.reads, data) else data.made(entry.keys)


def _hashed(family: str, keys: pd.Series) -> pd.Series:
    known = {key: hashed(family, key) for key in set(keys.tolist()) if isinstance(key, str)}
    return pd.Series([known.get(key) for key in keys.tolist()], dtype=object)


def _run(
    book: Rulebook, entries: Mapping[str, Entry], data: Data, family: str, only: Collection[str] | None
) -> Checked:
    found: list[Found] = []
    missing: dict[str, str] = {}
    keys = _plain_keys(book, data, family) if family else {}
    for rule in book.rules.values():
        entry = entries.get(rule.id)
        if rule.family != family or entry is None or not entry.on:
            continue
        if lacking := _lacking(book, rule, data):
            missing[rule.id] = lacking
            continue
        for result in as_hits(rule.check(data, entry.parameters)):
            found += _rows(rule, entry, data, result, keys, only)
    return Checked(tuple(found), missing)


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
    return (found for found in rows if only is None or found.group_key in only)


def _hits(rule: Rule, entry: Entry, data: Data, hits: Hits, keys: Mapping[str, pd.Series]) -> Iterator[Found]:
    frame = data.frame(hits.table)
    row_keys = frame["row_key" if "row_key" in frame.columns else "submission_id"].to_numpy()
    submissions, areas = frame["submission_id"].to_numpy(), frame["_area"].to_numpy()
    groups = keys[hits.table].to_numpy() if rule.family else None
    for number, row in enumerate(hits.rows):
        yield Found(
            rule=rule.id,
            family=rule.family,
            group_key=hashed(rule.family, groups[row]) if groups is not None and groups[row] else "",
            table_name=hits.table,
            submission_id=submissions[row],
            row_key=row_keys[row],
            column_name=hits.column,
            unit="",
            severity=hits.severity[number] if hits.severity else entry.level,
            values=_json({name: values[number] for name, values in hits.values.items()}),
            area=areas[row] or "",
            practice=data.practice,
            due_at=hits.due_at[number] if hits.due_at else None,
        )


def _units(rule: Rule, entry: Entry, data: Data, hits: UnitHits) -> Iterator[Found]:
    for number, unit in enumerate(hits.units):
        yield Found(
            rule=rule.id,
            family=rule.family,
            group_key=hashed(rule.family, hits.keys[number]),
            table_name="",
            submission_id="",
            row_key="",
            column_name="",
            unit=f"{hits.kind}:{unit}",
            severity=entry.level,
            values=_json({name: values[number] for name, values in hits.values.items()}),
            area=hits.areas[number] or "",
            practice=data.practice,
            due_at=None,
        )


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True)
