"""Checks from the form itself: what each finds, what it leaves alone, and what is not checked."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from pyxform.xls2xform import convert

from processor.forms.answers import Answers
from processor.forms.tree import from_tree
from processor.survey.checks.derived import derived_checks
from processor.survey.checks.derived_form import FormModel
from processor.survey.checks.derived_words import ENTRIES
from processor.survey.checks.hits import Found
from processor.survey.checks.run import Checked
from processor.survey.columns import plan_tables
from processor.survey.xform import compile_or_raise_later, read_xform
from tests.checks.make import AREA, FORMS, plans, practice_documents, printers
from tests.survey.make import document, documents

FORM = """
| survey |
| | type | name | label | required | required_message::en | relevant | constraint | constraint_message::en | calculation | choice_filter | repeat_count |
| | text | commune | Commune | yes | Which commune? | | | | | | |
| | integer | age | Age | | | | . < 120 | Too old to be true | | | |
| | select_one yes | ill | Ill | yes | | ${age} > 10 | | | | | |
| | begin group | care | Care | | | ${ill} = 'y' | | | | | |
| | text | nurse | Nurse | yes | | | string-length(.) > 2 | | | | |
| | end group | | | | | | | | | | |
| | select_one place | place | Place | | | | | | | in = ${ill} | |
| | select_multiple place | places | Places | | | | | | | in = ${ill} | |
| | calculate | twice | | | | | | | ${age} * 2 | | |
| | calculate | opened | | | | | | | today() | | |
| | date | seen | Seen | | | | . <= today() | | | | |
| | integer | size | Size | | | | | | | | |
| | begin repeat | people | People | | | ${age} > 1 | | | | | ${size} |
| | integer | year | Year | yes | | | . > ${age} | | | | |
| | calculate | line | | | | | | | concat(position(..), '/', ${year}) | | |
| | end repeat | | | | | | | | | | |
| choices |
| | list_name | name | label | in |
| | yes | y | Yes | |
| | yes | n | No | |
| | place | home | Home | n |
| | place | ward | Ward | y |
| | place | other | Other | y |
"""
GOOD: Answers = {
    "commune": "16663",
    "age": "20",
    "ill": "y",
    "care/nurse": "Lan",
    "place": "ward",
    "places": "ward other",
    "twice": "40",
    "opened": "2016-03-01",
    "seen": "2016-03-10",
    "size": "2",
    "people": [
        {"people/year": "30", "people/line": "1/30"},
        {"people/year": "40", "people/line": "2/40"},
    ],
}


def model(sheets: str = FORM) -> FormModel:
    """The form as its own checks see it."""
    made = convert(sheets + "\n| settings |\n| | form_id | version |\n| | f | 1 |\n", warnings=[])
    xform = read_xform(str(made.xform).encode(), compiled=compile_or_raise_later)
    return FormModel(xform, plan_tables("t", [from_tree(made._pyxform, "f", {})]), "commune")


MODEL = model()


def check(answers: Answers, by: FormModel = MODEL, **about: Any) -> Checked:
    return derived_checks(by, [document(answers, "uuid:1", **about)])


def told(checked: Checked) -> list[tuple[str, str, str | None]]:
    return [(f.rule, f.row_key + " " + f.column_name, json.loads(f.values)["value"]) for f in checked.found]


def but(**changed: Any) -> Answers:
    """The good answers with some changed; None leaves a question out."""
    named = {name.replace("__", "/"): value for name, value in changed.items()}
    return {k: v for k, v in {**GOOD, **named}.items() if v is not None}


def test_derived__everything_as_a_phone_writes_it__nothing_found() -> None:
    assert check(GOOD) == Checked((), {})


@pytest.mark.parametrize("value", [None, ""])
def test_required__no_answer__found_with_the_forms_own_words(value: str | None) -> None:
    (found,) = check(but(commune=value)).found
    assert found == Found(
        rule="REQUIRED",
        family="",
        group_key="",
        table_name="t",
        submission_id="uuid:1",
        row_key="uuid:1",
        column_name="commune",
        unit="",
        severity="E",
        values=found.values,
        area="",
        practice=False,
        due_at=None,
    )
    assert "Which commune?" in ENTRIES["REQUIRED"].message("en", json.loads(found.values))
    assert "Which commune?" in ENTRIES["REQUIRED"].message("vi", json.loads(found.values))


def test_required__question_that_is_not_asked__not_missed() -> None:
    answers = but(age="10", ill=None, care__nurse=None, place=None, places=None, twice="20")
    assert told(check(answers)) == []


def test_required__in_a_group_that_is_asked_by_the_answer__missed() -> None:
    assert told(check(but(care__nurse=None))) == [("REQUIRED", "uuid:1 nurse", None)]


@pytest.mark.parametrize(("age", "found"), [("119", False), ("120", True), ("", False), ("old", False)])
def test_constraint__bound__found_beyond_it(age: str, found: bool) -> None:
    checked = check(but(age=age))
    assert ("CONSTRAINT", "uuid:1 age", age) in told(checked) or not found
    assert any(f.rule == "CONSTRAINT" and f.column_name == "age" for f in checked.found) is found


def test_constraint__broken__message_in_both_languages_has_value_and_reason() -> None:
    (found,) = [f for f in check(but(age="130")).found if f.column_name == "age"]
    for language in ("vi", "en"):
        message = ENTRIES["CONSTRAINT"].message(language, json.loads(found.values))
        assert "130" in message
        assert "Too old to be true" in message
    (nameless,) = check(but(care__nurse="An")).found
    assert "string-length(.) > 2" in json.loads(nameless.values)["reason_vi"]


def test_constraint__with_today__by_the_day_of_receipt_in_vietnam() -> None:
    assert told(check(but(seen="2016-03-11"))) == [("CONSTRAINT", "uuid:1 seen", "2016-03-11")]


def test_relevant__answers_where_nothing_is_asked__each_found() -> None:
    answers = but(ill="n", place="home", places="home")
    assert told(check(answers)) == [("RELEVANT", "uuid:1 nurse", "Lan")]


def test_relevant__rows_of_a_repeat_that_is_not_asked__found_row_by_row() -> None:
    answers = but(age="1", ill=None, care__nurse=None, place=None, places=None, twice="2")
    found = [row for row in told(check(answers)) if row[0] == "RELEVANT"]
    assert found == [
        ("RELEVANT", f"uuid:1/people[{n}] {name}", value)
        for n, year in ((1, "30"), (2, "40"))
        for name, value in (("year", year), ("line", f"{n}/{year}"))
    ]


def test_filter__code_that_other_answers_exclude__found() -> None:
    assert told(check(but(place="home"))) == [("FILTER", "uuid:1 place", "home")]
    assert told(check(but(places="ward home"))) == [("FILTER", "uuid:1 places", "home")]


def test_filter__code_of_no_list__left_to_the_rule_choice() -> None:
    assert told(check(but(place="moon"))) == []


@pytest.mark.parametrize(("size", "found"), [("2", False), ("3", True), ("1", True), ("0", True)])
def test_repeat__rows_and_count__compared(size: str, found: bool) -> None:
    checked = check(but(size=size))
    assert [(f.rule, f.table_name, f.row_key, f.column_name) for f in checked.found] == (
        [("REPEAT", "t", "uuid:1", "")] if found else []
    )
    for row in checked.found:
        assert f"2 rows where the form says {size}" in ENTRIES["REPEAT"].message("en", json.loads(row.values))


def test_calculate__changed_or_missing__found_with_what_it_should_be() -> None:
    assert told(check(but(twice="41"))) == [("CALCULATE", "uuid:1 twice", "41")]
    (missing,) = check(but(twice=None)).found
    assert json.loads(missing.values) == {"value": None, "expected": "40", "path": "twice"}
    assert told(check(but(twice="40.0"))) == [("CALCULATE", "uuid:1 twice", "40.0")]


def test_calculate__of_the_clock__kept_as_it_came() -> None:
    assert told(check(but(opened="1999-01-01"))) == []


def test_rows__each_by_its_own_answers__found_in_its_row() -> None:
    people = [{"people/year": "5", "people/line": "1/5"}, {"people/year": "", "people/line": "2/"}]
    checked = check(but(people=people))
    assert told(checked) == [
        ("CONSTRAINT", "uuid:1/people[1] year", "5"),
        ("REQUIRED", "uuid:1/people[2] year", None),
    ]
    assert {f.table_name for f in checked.found} == {"t_people"}


def test_found__area_and_practice__of_the_submission() -> None:
    (found,) = check(but(care__nurse=None), practice=True).found
    assert (found.area, found.practice) == ("16663", True)


UNKNOWN = """
| survey |
| | type | name | label | relevant | constraint | required |
| | integer | a | A | | . < random() | |
| | text | b | B | floor(${a}) = 1 | | yes |
| | text | c | C | ${b} = 'x' | | yes |
| | text | d | D | | . = 'd' | |
"""


def test_not_checked__outside_of_the_subset__told_with_the_expression_and_never_passed() -> None:
    checked = check({"a": "5", "b": "x", "d": "e"}, model(UNKNOWN))
    assert told(checked) == [("CONSTRAINT", "uuid:1 d", "e")]
    assert dict(checked.not_checked) == {
        "CONSTRAINT /data/a": ". < random()",
        "RELEVANT /data/b": "floor( /data/a ) = 1",
        "RELEVANT /data/c": "/data/b  = 'x'",
    }


def test_not_checked__two_nodes_where_one_is_meant__told() -> None:
    sheets = "\n| survey |\n| | type | name | label | constraint |\n| | text | a | A | . = ${r} |\n"
    sheets += "| | begin repeat | rows | Rows | |\n| | text | r | R | |\n| | end repeat | | | |\n"
    answers: Answers = {"a": "x", "rows": [{"rows/r": "x"}, {"rows/r": "y"}]}
    checked = check(answers, model(sheets))
    assert (checked.found, list(checked.not_checked)) == ((), ["CONSTRAINT /data/a"])


@pytest.mark.parametrize("form_id", FORMS)
def test_practice__households_without_mistakes__nothing_found_and_all_checked(form_id: str) -> None:
    own = [plan for plan in plans().values() if plan.form_id == form_id]
    checked = derived_checks(
        FormModel(printers()[form_id][0].xform, own, AREA), practice_documents(300)[form_id]
    )
    assert checked == Checked((), {})


def test_derived__any_order_and_any_page__same_findings() -> None:
    chance = random.Random(7)
    spoils: list[dict[str, Any]] = [
        {"age": "130"},
        {"commune": ""},
        {"size": "5"},
        {"twice": "1"},
        {"ill": "n"},
        {},
    ]
    received = documents(*[but(**chance.choice(spoils)) for _ in range(30)])
    whole = derived_checks(MODEL, received).found
    assert len({f.rule for f in whole}) >= 4
    mixed = received.copy()
    chance.shuffle(mixed)
    assert sorted(derived_checks(MODEL, mixed).found) == sorted(whole)
    pages = [derived_checks(MODEL, received[i : i + 7]).found for i in range(0, 30, 7)]
    assert tuple(f for page in pages for f in page) == whole
