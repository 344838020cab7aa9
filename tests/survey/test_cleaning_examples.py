"""The ready vectors of the rule catalogue, through flattening and cleaning of a real form."""

from __future__ import annotations

import csv
import re
import unicodedata
from typing import Any

import pytest

from processor.survey.clean.names import person_key
from processor.survey.prepare import Prepared, prepare
from tests.conftest import ROOT
from tests.survey.cleaning_form import FORM
from tests.survey.make import documents, plans

SEXES = {"male": "1", "female": "2"}


def lines() -> list[dict[str, str]]:
    """All vectors of the catalogue."""
    path = ROOT / "config" / "codes" / "cleaning_examples.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def examples(field: str) -> list[Any]:
    """(input, expected, rules) of the vectors of a field."""
    return [pytest.param(g, e, f, id=i) for i, g, _, e, f in vectors(field)]


def examples_in_context(field: str) -> list[Any]:
    """(input, context, expected, rules) of the vectors of a field."""
    return [pytest.param(g, c, e, f, id=i) for i, g, c, e, f in vectors(field)]


def vectors(field: str) -> list[tuple[str, str, str, str, list[str]]]:
    TAKEN.add(field)
    found = [
        (
            r["input"] + r["context"],
            r["input"],
            r["context"],
            r["expected"],
            re.findall(r"R-C\d\d", r["rule"]),
        )
        for r in lines()
        if r["field"] == field
    ]
    assert found
    return found


TAKEN: set[str] = set()


def test_examples__every_vector__is_run_by_a_test_below() -> None:
    assert {r["field"] for r in lines()} == TAKEN


def cleaned(**answers: str) -> tuple[dict[str, Any], Prepared]:
    result = prepare(plans(FORM), "commune", documents(dict(answers)))
    return result.frames["t"].iloc[0].to_dict(), result


def rules(result: Prepared) -> list[str]:
    return [row.rule for row in (*result.changes, *result.findings)]


@pytest.mark.parametrize(("given", "expected", "fired"), examples("name"))
def test_example__name__norm_and_key(given: str, expected: str, fired: list[str]) -> None:
    typed = unicodedata.normalize("NFD", given) if "R-C01" in fired else given
    row, result = cleaned(who=typed)
    norm, _, key = expected.partition(" | key: ")
    assert (row["who_norm"], row["who_key"]) == (norm, key or person_key(norm))
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


@pytest.mark.parametrize(("given", "context", "expected", "fired"), examples_in_context("phone"))
def test_example__phone__number_to_dial_now(
    given: str, context: str, expected: str, fired: list[str]
) -> None:
    row, result = cleaned(call=given, asked=context)
    assert (row["call_current"] or "") == expected
    told = set(fired) - {"R-C23", "R-C24"}  # they make the number beside the answer, which is no change
    assert told <= set(rules(result)) <= {*told, "R-C20"}


@pytest.mark.parametrize(("given", "context", "expected", "fired"), examples_in_context("id_no"))
def test_example__identity_number__with_sex_and_year(
    given: str, context: str, expected: str, fired: list[str]
) -> None:
    sex, _, year = context.partition(" ")
    about = {"birth_sex": SEXES[sex], "birth_year": year} if sex else {}
    row, result = cleaned(birth_id=given, **about)
    assert (row["birth_id"] or "") == expected
    assert sorted(set(rules(result))) == fired


@pytest.mark.parametrize(("given", "expected", "fired"), examples("health card"))
def test_example__health_card__capitals_without_spaces(given: str, expected: str, fired: list[str]) -> None:
    row, result = cleaned(hi_no=given)
    assert (row["hi_no"], rules(result)) == (expected, fired)


@pytest.mark.parametrize(("given", "expected", "fired"), examples("ethnic"))
def test_example__ethnic_group__code_of_the_name(given: str, expected: str, fired: list[str]) -> None:
    row, result = cleaned(group=given)
    assert (row["group"] or "") == expected
    assert set(fired) <= set(rules(result)) <= {*fired, "R-C41"}
