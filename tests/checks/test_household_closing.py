"""Rules of the end of the interview: lists, C1, missing answers; boundaries and empty cells."""

from __future__ import annotations

from typing import Any

import pytest

from processor.survey.checks.data import Data
from processor.survey.checks.nghe_an.closing import ALWAYS_ASKED
from tests.checks.make import data, fired, plans, practice, reference, run
from tests.checks.say import carries, values


def household(*receives: str | None, **answers: Any) -> Data:
    """A household whose members get an allowance or not."""
    return data(c=[answers], c_members=[{"row_no": n, "m_sa": v} for n, v in enumerate(receives, 1)])


@pytest.mark.parametrize(
    ("receives", "told", "found"),
    [
        (["1"], "3 12", False),
        (["1"], "3", True),
        (["0"], "12", True),
        (["0"], "0", False),
        (["1"], None, False),
        ([None, "1"], "3", False),
        ([], "12", False),
    ],
)
def test_r_v38__support__names_the_allowance_if_somebody_gets_it(
    receives: list[str | None], told: str | None, found: bool
) -> None:
    tables = household(*receives, support_got=told)
    assert fired("R-V38", tables) == (["c:0"] if found else [])
    assert not found or carries("R-V38", tables, str(told), receives[0] or "")


@pytest.mark.parametrize(
    ("receives", "result", "lists", "found"),
    [
        (["0"], "1", "4", True),
        (["0"], "1", "1", True),
        (["0"], "1", "2", False),
        (["0"], "1", "1 3", False),
        (["0"], "2", "4", False),
        (["0", "1"], "1", "4", False),
        (["0", None], "1", "4", False),
        (["0"], "1", None, False),
        (["0"], None, "4", False),
    ],
)
def test_r_v39__nobody_receives__found_unless_on_a_list_of_the_poor(
    receives: list[str | None], result: str | None, lists: str | None, found: bool
) -> None:
    tables = household(*receives, result=result, list_source=lists)
    assert fired("R-V39", tables) == (["c:0"] if found else [])
    assert not found or carries("R-V39", tables, str(lists))


@pytest.mark.parametrize(
    ("receives", "forms", "found"),
    [
        (["1", "0", "1"], 2, False),
        (["1", "0", "1"], 1, True),
        (["0"], 1, True),
        (["1"], None, False),
        (["1", None], 3, False),
        ([], 1, False),
    ],
)
def test_r_v43__number_of_c1__is_that_of_beneficiaries(
    receives: list[str | None], forms: int | None, found: bool
) -> None:
    tables = household(*receives, n_c1_forms=forms)
    assert fired("R-V43", tables) == (["c:0"] if found else [])
    assert not found or carries("R-V43", tables, str(forms), str(receives.count("1")))


@pytest.mark.parametrize(
    ("receives", "lists", "hh_class", "found"),
    [
        ("1", "1", "7", False),
        ("1", "2", "1", True),
        ("0", "2", "3", False),
        ("0", "2", "4", True),
        ("0", "3", "6", False),
        ("0", "3", "7", True),
        ("0", "4", "7", False),
        ("0", "1 4", "7", True),
        ("0", "2 4", "1", True),
        ("0", "2", None, False),
        ("1", None, "7", False),
        (None, "2", "1", False),
    ],
)
def test_r_v45__lists__fit_class_and_beneficiaries(
    receives: str | None, lists: str | None, hh_class: str | None, found: bool
) -> None:
    tables = household(receives, list_source=lists, hh_class=hh_class)
    assert fired("R-V45", tables) == (["c:0"] if found else [])
    assert not found or carries("R-V45", tables, str(lists), str(hh_class))


def complete() -> Data:
    """Practice households, all of them complete."""
    return Data(practice(20), reference())


def without(table: str, column: str, result: str = "1") -> Data:
    """The same, the first row of a table without one answer."""
    frames = {name: frame.copy() for name, frame in practice(20).items()}
    frames["c"]["result"] = result
    frames[table].loc[0, column] = None
    return Data(frames, reference())


def test_r_v44__complete_households__pass() -> None:
    assert fired("R-V44", complete()) == []


@pytest.mark.parametrize(
    ("table", "column"), [(t, name) for t, names in ALWAYS_ASKED.items() for name in names.split()]
)
def test_r_v44__answer_missing__found_at_its_cell(table: str, column: str) -> None:
    tables = without(table, column)
    found = run("R-V44", tables)
    assert [(f.table_name, f.column_name) for f in found] == [(table, column)]
    assert carries("R-V44", tables, column)
    assert values("R-V44", tables) == [{"question": column}]


def test_r_v44__interview_not_completed__passes() -> None:
    assert fired("R-V44", without("c", "hh_class", result="2")) == []


@pytest.mark.parametrize("table", ["c", "c_members"])
def test_always_asked__the_form__requires_these_and_no_other_of_everybody(table: str) -> None:
    questions = (column.question for column in plans()[table].questions)
    required = {q.name for q in questions if q and q.required and not q.relevant}
    assert set(ALWAYS_ASKED[table].split()) == required - {"result", "m_birth_month"}
