"""Properties of every registered rule: the order of rows and where a page ends change no finding, and a family's
finding depends on its own group only."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from functools import cache

import pandas as pd
import pytest

from processor.survey.checks.catalogue import match
from processor.survey.checks.data import Data
from processor.survey.checks.hits import Found
from processor.survey.checks.nghe_an import BOOK
from processor.survey.checks.run import check_family, check_own, family_keys
from tests.checks.make import entries, practice, reference

HOUSEHOLDS, SEED, PARTS = 150, 5, 3
NOW = datetime(2016, 7, 1, 2, 0, tzinfo=UTC)
Frames = Mapping[str, pd.DataFrame]
RULES = sorted(set(BOOK.rules) & set(entries()))
OWN = [rule for rule in RULES if not BOOK.rules[rule].family]
SHARED = [rule for rule in RULES if BOOK.rules[rule].family]
FAMILIES = sorted(BOOK.families)


def tables(frames: Frames) -> Data:
    """The frames as rules see them."""
    return Data({name: frame.reset_index(drop=True) for name, frame in frames.items()}, reference(), now=NOW)


def picked(wanted: Callable[[str], bool]) -> Data:
    """The submissions whose id is wanted, with all their rows."""
    return tables({k: f[[wanted(v) for v in f["submission_id"]]] for k, f in wrong().items()})


@cache
def wrong() -> Frames:
    """Practice households, each with a mistake; the last tenth once more under other ids, for rules on duplicates."""
    frames = practice(HOUSEHOLDS, SEED, 1.0)
    again = {name: frame.tail(len(frame) // 10).copy() for name, frame in frames.items()}
    ids = set.intersection(*(set(again[name]["submission_id"]) for name in ("c", "c_members")))
    ids |= set.intersection(*(set(again[name]["submission_id"]) for name in ("c1", "c1_allowances")))
    for name, frame in again.items():
        again[name] = frame[frame["submission_id"].isin(ids)]
        for column in {"submission_id", "row_key", "parent_key"} & set(frame.columns):
            again[name][column] = "x" + again[name][column]
    return {name: pd.concat([frames[name], again[name]], ignore_index=True) for name in frames}


@cache
def whole() -> Data:
    """All of them, in the order of arrival."""
    return tables(wrong())


@cache
def shuffled(seed: int) -> Data:
    """All of them, the rows of every table in another order."""
    return tables({name: frame.sample(frac=1, random_state=seed) for name, frame in wrong().items()})


@cache
def parts() -> tuple[Data, ...]:
    """Pages: every submission with all its rows in one of them."""
    ids = sorted({one for frame in wrong().values() for one in frame["submission_id"]})
    page = {one: number % PARTS for number, one in enumerate(ids)}
    return tuple(picked(lambda one, n=number: page[one] == n) for number in range(PARTS))  # type: ignore[misc]


def findings(rule: str, data: Data, only: Collection[str] | None = None) -> Counter[Found]:
    """What one rule finds."""
    family, known = BOOK.rules[rule].family, {rule: entries()[rule]}
    checked = check_family(BOOK, known, data, family, only) if family else check_own(BOOK, known, data)
    return Counter(checked.found)


@pytest.mark.parametrize("rule", RULES)
def test_rows__in_another_order__same_findings(rule: str) -> None:
    expected = findings(rule, whole())
    assert findings(rule, shuffled(1)) == expected
    assert findings(rule, shuffled(2)) == expected


@pytest.mark.parametrize("rule", OWN)
def test_own_rule__over_pages__same_findings_as_over_the_whole(rule: str) -> None:
    assert sum((findings(rule, part) for part in parts()), Counter()) == findings(rule, whole())


@cache
def some_groups(family: str) -> tuple[frozenset[str], Data]:
    """A third of the family's keys, and only the submissions that have a row with one of them."""
    keys = family_keys(BOOK, whole(), family)
    every = sorted({key for column in keys.values() for key in column.dropna()})
    some = frozenset(every[::3])
    ids = {one for table, column in keys.items() for one in whole().keys(table)[column.isin(some).to_numpy()]}
    return some, picked(lambda one: one in ids)


@pytest.mark.parametrize("rule", SHARED)
def test_shared_rule__only_the_submissions_of_some_groups__same_findings_of_these(rule: str) -> None:
    keys, data = some_groups(BOOK.rules[rule].family)
    expected = Counter({f: n for f, n in findings(rule, whole()).items() if f.group_key in keys})
    assert findings(rule, data, keys) == expected


@pytest.mark.parametrize("rule", SHARED)
def test_shared_rule__every_finding__carries_its_group(rule: str) -> None:
    assert all(found.group_key for found in findings(rule, whole()))


@pytest.mark.parametrize("family", FAMILIES)
def test_family__keys__of_one_key_a_row_and_independent_of_order(family: str) -> None:
    for data in (whole(), shuffled(1)):
        for table, keys in family_keys(BOOK, data, family).items():
            assert len(keys) == data.size(table)
    first, second = (
        {
            (table, key, value)
            for table, column in family_keys(BOOK, data, family).items()
            for key, value in zip(row_keys(data, table), column, strict=True)
        }
        for data in (whole(), shuffled(1))
    )
    assert first == second


def row_keys(data: Data, table: str) -> list[str]:
    """What names every row."""
    frame = data.frame(table)
    return list(frame["row_key" if "row_key" in frame.columns else "submission_id"])


def test_practice_with_mistakes__most_rules_that_are_here__find_something() -> None:
    """The properties above say little of rules that never fire."""
    fires = [rule for rule in RULES if findings(rule, whole())]
    assert len(fires) > len(RULES) / 3


def test_findings_of_rules__name_columns_that_the_rule_reads() -> None:
    for rule in RULES:
        reads = set(BOOK.rules[rule].reads)
        for found in findings(rule, whole()):
            assert not found.column_name or f"{found.table_name}.{found.column_name}" in reads, (rule, found)


def test_messages__every_finding__renders_in_both_languages() -> None:
    for rule in RULES:
        for found in findings(rule, whole()):
            for language in ("vi", "en"):
                assert entries()[rule].message(language, json.loads(found.values))


def test_catalogue__rules_within_form_c__match_their_functions() -> None:
    within = {k: v for k, v in entries().items() if k.startswith("R-V")}
    problems = [line for line in match(within, BOOK) if line.startswith("R-V")]
    assert len(within) == 44 and problems == []
