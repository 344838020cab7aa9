"""Checks from the form itself: what each finds, what it leaves alone, and what is not checked."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from typing import Any

import pytest
from pyxform.xls2xform import convert

from processor.forms.answers import Answers
from processor.forms.tree import from_tree
from processor.survey.checks.derived import FormChecks
from processor.survey.checks.derived_form import FormModel
from processor.survey.checks.derived_words import ENTRIES
from processor.survey.columns import plan_tables
from processor.survey.records import Document, Finding
from processor.survey.xform import compile_or_raise_later, read_xform
from tests.checks.form_models import form_model
from tests.checks.make import FORMS, practice_documents
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
    form = from_tree(made._pyxform, "f", {})
    return FormModel(form, xform, plan_tables("t", [form]))


MODEL = model()


def check(answers: Answers, by: FormModel = MODEL, **about: Any) -> tuple[Finding, ...]:
    return FormChecks(by).check([document(answers, "uuid:1", **about)])


def told(found: Iterable[Finding]) -> list[tuple[str, str, str | None]]:
    return [(f.rule, f.row_key + " " + f.column_name, json.loads(f.value or "")["value"]) for f in found]


def but(**changed: Any) -> Answers:
    """The good answers with some changed; None leaves a question out."""
    named = {name.replace("__", "/"): value for name, value in changed.items()}
    return {k: v for k, v in {**GOOD, **named}.items() if v is not None}


def test_derived__everything_as_a_phone_writes_it__nothing_found() -> None:
    assert check(GOOD) == ()


@pytest.mark.parametrize("value", [None, ""])
def test_required__no_answer__found_with_the_forms_own_words(value: str | None) -> None:
    (found,) = check(but(commune=value))
    assert found == Finding("t", "uuid:1", "uuid:1", "commune", "REQUIRED", "E", found.value)
    assert "Which commune?" in ENTRIES["REQUIRED"].message("en", json.loads(found.value))
    assert "Which commune?" in ENTRIES["REQUIRED"].message("vi", json.loads(found.value))


def test_required__question_that_is_not_asked__not_missed() -> None:
    answers = but(age="10", ill=None, care__nurse=None, place=None, places=None, twice="20")
    assert told(check(answers)) == []


def test_required__in_a_group_that_is_asked_by_the_answer__missed() -> None:
    assert told(check(but(care__nurse=None))) == [("REQUIRED", "uuid:1 nurse", None)]


@pytest.mark.parametrize(("age", "found"), [("119", False), ("120", True), ("", False), ("old", False)])
def test_constraint__bound__found_beyond_it(age: str, found: bool) -> None:
    checked = check(but(age=age))
    assert ("CONSTRAINT", "uuid:1 age", age) in told(checked) or not found
    assert any(f.rule == "CONSTRAINT" and f.column_name == "age" for f in checked) is found


def test_constraint__broken__message_in_both_languages_has_value_and_reason() -> None:
    (found,) = [f for f in check(but(age="130")) if f.column_name == "age"]
    for language in ("vi", "en"):
        message = ENTRIES["CONSTRAINT"].message(language, json.loads(found.value))
        assert "130" in message
        assert "Too old to be true" in message
    (nameless,) = check(but(care__nurse="An"))
    assert "string-length(.) > 2" in json.loads(nameless.value)["reason_vi"]


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
    assert [(f.rule, f.table_name, f.row_key, f.column_name) for f in checked] == (
        [("REPEAT", "t", "uuid:1", "")] if found else []
    )
    for row in checked:
        assert f"2 rows where the form says {size}" in ENTRIES["REPEAT"].message("en", json.loads(row.value))


def test_calculate__changed_or_missing__found_with_what_it_should_be() -> None:
    assert told(check(but(twice="41"))) == [("CALCULATE", "uuid:1 twice", "41")]
    (missing,) = check(but(twice=None))
    assert json.loads(missing.value) == {"value": None, "expected": "40", "path": "twice"}
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
    assert {f.table_name for f in checked} == {"t_people"}


UNKNOWN = """
| survey |
| | type | name | label | relevant | constraint | required |
| | integer | a | A | | . < random() | |
| | text | b | B | floor(${a}) = 1 | | yes |
| | text | c | C | ${b} = 'x' | | yes |
| | text | d | D | | . = 'd' | |
"""


def test_not_checked__outside_of_the_subset__told_with_the_expression_and_never_passed() -> None:
    checks = FormChecks(model(UNKNOWN))
    assert told(checks.check([document({"a": "5", "b": "x", "d": "e"}, "uuid:1")])) == [
        ("CONSTRAINT", "uuid:1 d", "e")
    ]
    assert dict(checks.not_checked) == {
        "CONSTRAINT /data/a": ". < random()",
        "RELEVANT /data/b": "floor( /data/a ) = 1",
        "RELEVANT /data/c": "floor( /data/a ) = 1",
    }


def test_not_checked__two_nodes_where_one_is_meant__told() -> None:
    sheets = "\n| survey |\n| | type | name | label | constraint |\n| | text | a | A | . = ${r} |\n"
    sheets += "| | begin repeat | rows | Rows | |\n| | text | r | R | |\n| | end repeat | | | |\n"
    answers: Answers = {"a": "x", "rows": [{"rows/r": "x"}, {"rows/r": "y"}]}
    (found,) = check(answers, model(sheets))
    assert (found.rule, found.severity, found.column_name) == ("UNCHECKED", "I", "a")
    assert ". =  /data/rows/r" in ENTRIES["UNCHECKED"].message("vi", json.loads(found.value or ""))


@pytest.mark.parametrize("form_id", FORMS)
def test_practice__as_phones_send_it__nothing_found_and_all_checked(form_id: str) -> None:
    checks = FormChecks(form_model(form_id))
    assert checks.not_checked == {}
    assert checks.check(practice_documents(300)[form_id]) == ()
    assert checks.check(practice_documents(60, mistakes=1.0)[form_id]) == ()  # such as a phone lets pass


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
    checks = FormChecks(MODEL)
    whole = checks.check(received)
    assert len({f.rule for f in whole}) >= 4
    mixed = received.copy()
    chance.shuffle(mixed)
    assert sorted(FormChecks(MODEL).check(mixed)) == sorted(whole)
    pages = [checks.check(received[i : i + 7]) for i in range(0, 30, 7)]
    assert tuple(f for page in pages for f in page) == whole


def spoilt(received: list[Document], seed: str) -> list[Document]:
    """Interviews with answers taken away, put elsewhere or replaced by those of others, rows too."""
    chance = random.Random(seed)
    given = [d.answers for d in received]
    found = []
    for each in received:
        answers = dict(each.answers)
        for _ in range(chance.randint(0, 2)):
            other = chance.choice(given)
            path = chance.choice(sorted(other))
            answers[path] = chance.choice([other[path], other[path], "", "7", "x"])
        for path, value in answers.items():
            if isinstance(value, list) and value and chance.random() < 0.4:
                rows = [dict(row) for row in value]
                row, source = chance.choice(rows), chance.choice(rows)
                row[chance.choice(sorted(row))] = chance.choice(["", "99", *source.values()])
                answers[path] = rows if chance.random() < 0.8 else rows[1:]
        found.append(each._replace(answers=answers))
    return found


@pytest.mark.parametrize("form_id", FORMS)
def test_kept__verdicts_of_other_submissions__as_when_nothing_is_kept(form_id: str) -> None:
    checks = FormChecks(form_model(form_id))
    received = [*spoilt(practice_documents(300)[form_id], form_id), *practice_documents(300)[form_id][:30]]
    kept = checks.check(received)
    plain = [f for each in received for f in checks._look(each, checks.model.computed)]
    assert list(kept) == plain
    assert {f.rule for f in plain} >= {"REQUIRED", "CONSTRAINT", "RELEVANT", "FILTER", "REPEAT", "CALCULATE"}
    anew = {f.submission_id for f in plain if f.rule == "CALCULATE"}
    assert len({f.submission_id for f in plain} - anew) >= 20


READS = """
| survey |
| | type | name | label | relevant | constraint | calculation | repeat_count |
| | text | a | A | | | | |
| | text | b | B | ${a} = 'x' | | | |
| | calculate | c | | | | concat(${b}, 'z') | |
| | begin group | g | G | ${c} = 'q' | | | |
| | text | d | D | | . != ${e} | | |
| | end group | | | | | | |
| | text | e | E | | | | |
| | integer | n | N | | | | |
| | begin repeat | rows | Rows | ${e} = '1' | | | ${n} |
| | text | r | R | | | | |
| | calculate | twice | | | | concat(${r}, ../r) | |
| | end repeat | | | | | | |
| | calculate | all | | | | join(' ', ${twice}) | |
| | text | f | F | | jr:choice-name(., '${d}') != '' | | |
"""


def test_reads__through_groups_calculations_and_rows__every_column_that_a_finding_may_tell_of() -> None:
    reads = FormChecks(model(READS)).reads

    def of(rule: str, table: str, column: str) -> set[str] | None:
        found = reads[(rule, table, column)]
        return None if found is None else {f"{t}.{c}" for t, c in found}

    assert of("RELEVANT", "t", "b") == {"t.a", "t.b"}
    assert of("CALCULATE", "t", "c") == {"t.a", "t.b", "t.c"}
    assert of("RELEVANT", "t", "d") == {"t.a", "t.b", "t.c", "t.d"}
    assert of("CONSTRAINT", "t", "d") == {"t.a", "t.b", "t.c", "t.d", "t.e"}
    assert of("UNCHECKED", "t", "d") == of("CONSTRAINT", "t", "d")
    assert of("REPEAT", "t", "") == {"t.n", "t.e"}
    assert of("RELEVANT", "t_rows", "r") == {"t_rows.r", "t.e"}
    assert of("CALCULATE", "t", "all") == {"t.all", "t_rows.twice", "t_rows.r", "t.e"}
    assert of("CONSTRAINT", "t", "f") is None


def test_not_checked__choices_of_rows_and_lists_that_are_not_there__told() -> None:
    sheets = "\n| survey |\n| | type | name | label | choice_filter | calculation |\n"
    sheets += "| | begin repeat | rows | Rows | | |\n| | text | r | R | | |\n| | end repeat | | | | |\n"
    sheets += "| | select_one ${r} | who | Who | ${r} != '' | |\n"
    sheets += "| | calculate | far | | | instance('far')/root/item[name = ${who}]/label |\n"
    assert set(FormChecks(model(sheets)).not_checked) == {"FILTER /data/who", "CALCULATE /data/far"}
