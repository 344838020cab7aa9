"""The ready vectors of the rule catalogue, through flattening and cleaning of a real form."""

from __future__ import annotations

import csv
import re
import unicodedata
from typing import Any

import pytest

from processor.survey.prepare import Prepared, prepare
from tests.conftest import ROOT
from tests.survey.cleaning_form import FORM
from tests.survey.make import documents, plans

OURS = re.compile(r"R-C0[1-8]|R-C1[0-9]|pass")


def examples(*fields: str) -> list[Any]:
    """(input, expected, rules) of the catalogue's vectors for these fields, ours only."""
    path = ROOT / "config" / "codes" / "cleaning_examples.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        lines = [r for r in csv.DictReader(stream) if r["field"] in fields and OURS.search(r["rule"])]
    found = [
        pytest.param(r["input"], r["expected"], re.findall(r"R-C\d\d", r["rule"]), id=r["input"])
        for r in lines
    ]
    assert found
    return found


def cleaned(**answers: str) -> tuple[dict[str, Any], Prepared]:
    result = prepare(plans(FORM), "commune", documents(dict(answers)))
    return result.frames["t"].iloc[0].to_dict(), result


def rules(result: Prepared) -> list[str]:
    return [row.rule for row in (*result.changes, *result.findings)]


@pytest.mark.parametrize(("given", "expected", "fired"), examples("name"))
def test_example__name__norm_and_key(given: str, expected: str, fired: list[str]) -> None:
    typed = unicodedata.normalize("NFD", given) if "R-C01" in fired else given
    row, result = cleaned(who=typed)
    norm, key = expected.split(" | key: ")
    assert (row["who_norm"], row["who_key"]) == (norm, key)
    assert set(fired) - {"R-C06", "R-C07"} <= set(rules(result))


@pytest.mark.parametrize(("given", "expected", "fired"), examples("date"))
def test_example__date__day_first_or_error(given: str, expected: str, fired: list[str]) -> None:
    row, result = cleaned(seen=given)
    assert (row["seen"] or "") == expected
    assert rules(result) == fired


@pytest.mark.parametrize(("given", "expected", "fired"), examples("dob"))
def test_example__birth__precision_and_estimate(given: str, expected: str, fired: list[str]) -> None:
    year, month, day = given.split(" / ")
    row, result = cleaned(birth_year=year, birth_month=month, birth_day=day)
    assert f"precision {row['dob_precision']}, est {row['dob_est']}" == expected
    assert set(rules(result)) == set(fired)


@pytest.mark.parametrize(("given", "expected", "fired"), examples("month"))
def test_example__month__first_day(given: str, expected: str, fired: list[str]) -> None:
    row, result = cleaned(since=given)
    assert (row["since"], rules(result)) == (expected, fired)


@pytest.mark.parametrize(("given", "expected", "fired"), examples("amount"))
def test_example__amount__dong(given: str, expected: str, fired: list[str]) -> None:
    row, result = cleaned(paid=given)
    assert row["paid"] == int(expected)
    assert set(rules(result)) == set(fired)
    assert result.changes[-1].after == expected


@pytest.mark.parametrize(("given", "expected", "fired"), examples("coefficient"))
def test_example__coefficient__number(given: str, expected: str, fired: list[str]) -> None:
    row, result = cleaned(factor=given)
    assert (row["factor"], rules(result)) == (float(expected), fired)


@pytest.mark.parametrize(("given", "expected", "fired"), examples("code commune"))
def test_example__commune__padded_and_then_in_the_list(given: str, expected: str, fired: list[str]) -> None:
    row, result = cleaned(commune=given)
    assert (row["commune"], row["_area"], rules(result)) == (expected, expected, fired)


@pytest.mark.parametrize(("given", "expected", "fired"), examples("code district"))
def test_example__district__kept(given: str, expected: str, fired: list[str]) -> None:
    row, result = cleaned(zone=given)
    assert (row["zone"], rules(result)) == (expected, fired)


@pytest.mark.parametrize(("given", "expected", "fired"), examples("village"))
def test_example__village__kind_and_rest(given: str, expected: str, fired: list[str]) -> None:
    row, result = cleaned(hamlet=given)
    assert f"type {row['hamlet_type']}, short {row['hamlet_short']}" == expected
    assert row["hamlet"] == given
    assert fired == ["R-C18"]
    assert rules(result) == []


@pytest.mark.parametrize(("given", "expected", "fired"), examples("decision"))
def test_example__decision__normalised(given: str, expected: str, fired: list[str]) -> None:
    row, result = cleaned(paper=given)
    assert (row["paper"], rules(result)) == (expected, fired)
