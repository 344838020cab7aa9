"""What is kept of submissions for large groups: rules say which answers are behind it, and name nobody."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import pytest

from processor.survey.checks.data import Data
from processor.survey.checks.measures import Measured, measured, nothing
from processor.survey.checks.nghe_an import BOOK
from processor.survey.checks.run import check_family
from tests.checks.make import data, entries, practice, reference, run

LARGE = sorted(name for name, family in BOOK.families.items() if family.measures)
RULES = sorted(rule.id for rule in BOOK.rules.values() if rule.family in LARGE)
NOW = datetime(2016, 7, 1, tzinfo=UTC)


class Watched(Measured):
    """Remembers which measures are looked at."""

    seen: set[str]

    def _typed(self, kind: str, table: str, column: str) -> pd.Series:
        self.seen.add(f"{table}.{column}")
        return super()._typed(kind, table, column)


def watched(family: str) -> Watched:
    """Practice households as the family's rules see them."""
    made = measured(BOOK.families[family], Data(practice(60, 3, 1.0), reference(), now=NOW, secret="s"))
    known = {f"{t}.{c}" for t in ("c", "c_members", "c1") for c in practice(60, 3, 1.0)[t].columns}
    frames = {table: made.frame(table) for table in made.tables}
    found = Watched(frames, known, reference(), now=NOW, secret="s")
    found.seen = set()
    return found


def test_large_families__are_those_of_the_field_work() -> None:
    assert LARGE == ["commune", "officer", "officer_day", "officer_place"]
    assert len(RULES) == 8


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule != "R-O06"])
def test_rule__names_all_answers_that_its_measures_are_made_of(rule: str) -> None:
    """Who may not see one of these answers may not see the finding (`store/finding_rights.py`)."""
    family = BOOK.families[BOOK.rules[rule].family]
    tables = watched(family.name)
    BOOK.rules[rule].check(tables, entries()[rule].parameters)
    behind = {name for m in family.measures if f"{m.table}.{m.name}" in tables.seen for name in m.reads}
    common = {"c.submission_id", "c._area"}
    assert behind and behind - common <= {*BOOK.rules[rule].reads, *family.reads}


@pytest.mark.parametrize("family", LARGE)
def test_measures__households_and_people__are_kept_hashed(family: str) -> None:
    frames = practice(60, 3, 1.0)
    names = {
        v for t, c in (("c", "hh_code"), ("c1", "c1_key"), ("c", "head_name")) for v in frames[t][c] if v
    }
    tables = watched(family)
    cells = {
        v for table in tables.tables for column in tables.frame(table) for v in tables.frame(table)[column]
    }
    assert not cells & names


@pytest.mark.parametrize("family", LARGE)
def test_measures__of_nothing__have_the_columns_and_types_of_something(family: str) -> None:
    some, none = watched(family), nothing(BOOK.families[family])
    for table, frame in none.items():
        assert frame.empty and {c: some.frame(table)[c].dtype for c in frame} == dict(frame.dtypes)


def test_measures__form_without_an_answer__only_the_rules_that_need_it_are_not_checked() -> None:
    whole = data(c=[{"officer_code": "16663-01", "interview_date": "2016-03-10"}] * 16)
    frames = {t: whole.frame(t).drop(columns=["gps"] if t == "c" else []) for t in whole.tables}
    checked = check_family(BOOK, entries(), Data(frames, reference()), "officer")
    assert checked.not_checked == {"R-O04": "c.gps"} and not checked.broken
    assert not run("R-O02", whole)
