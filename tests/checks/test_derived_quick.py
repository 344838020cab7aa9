"""Looking at rows of answers at once says the same as the rules of each question, whatever the answers are."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from processor.survey.checks import derived_gate
from processor.survey.checks.derived import FormChecks
from processor.survey.checks.derived_columns import Columns
from processor.survey.checks.derived_form import FormModel
from processor.survey.checks.derived_parts import Arrived
from processor.survey.page import Page
from processor.survey.records import Document, Finding
from tests.checks.form_models import form_model
from tests.checks.make import FORMS, practice_documents
from tests.checks.test_derived import FORM, READS, model
from tests.survey.make import document

WIDE = """
| survey |
| | type | name | label | required | relevant | constraint | calculation | choice_filter | repeat_count |
| | integer | n | N | | | . < 90 | | | |
| | decimal | x | X | ${n} > 3 | ${n} != 5 | . >= ${n} or . = 0.5 | | | |
| | date | day | Day | | ${t} != '' | . <= today() and . >= date('2010-01-01') | | | |
| | text | t | T | no | | regex(., '[a-z ]*') and not(contains(., 'q')) | | | |
| | select_one yes | ill | Ill | yes | ${x} = '' or ${n} < 50 | | | | |
| | select_multiple place | many | Many | | | count-selected(.) <= 2 | | in = ${ill} | |
| | select_one place | one | One | | selected(${many}, 'ward') | . != 'other' or ${n} = 7 | | in = ${ill} | |
| | begin group | g | G | | ${ill} = 'y' and ${n} < 60 | | | | |
| | text | inner | Inner | yes | | string-length(.) > 1 | | | |
| | begin group | deep | Deep | | ${inner} != 'no' | | | | |
| | text | last | Last | ${n} = 7 | | . != ${inner} | | | |
| | calculate | echo | | | | | concat(${last}, '-', ${inner}) | | |
| | end group | | | | | | | | |
| | end group | | | | | | | | |
| | calculate | double | | | | | ${n} * 2 + number(coalesce(${x}, '1')) | | |
| | calculate | sure | | | ${n} > 2 | | if(${t} = '', ${n}, string(${double})) | | |
| | calculate | month | | | | | format-date(${day}, '%m') | | |
| | calculate | mixed | | | | | substr(concat('00', ${n}), 1) | | |
| | begin repeat | rows | Rows | | | | | | ${n} |
| | integer | r | R | yes | | . > ${n} div 10 | | | |
| | text | word | Word | | ${r} > 2 | . != ${t} | | | |
| | calculate | line | | | | | concat(position(..), '/', ${r}, ${word}) | | |
| | select_one place | where | Where | | | | | in = ${ill} and name != ${word} | |
| | end repeat | | | | | | | | |
| | calculate | total | | | | | sum(${r}) | | |
| | calculate | rows_n | | | | | count(${rows}) | | |
| | calculate | most | | | | | max(${r}[. != '']) | | |
| | calculate | words | | | | | join(',', ${word}[. != '']) | | |
| | calculate | all_lines | | | | | concat(${t}, ${line}) | | |
| | calculate | second | | | | | sum(${r}[2]) | | |
| | calculate | others | | | | | if(true(), ${ill}, 5) = 5 | | |
| | calculate | big | | | | | count(${rows}[r > 2]) + count(${word}) | | |
| | calculate | some | | | | | count-non-empty(${r}) | | |
| | text | odd | Odd | | count(${word}) > 1 | | | | |
| | text | after | After | | ${odd} != '' | | | | |
| | text | end | End | | count(${rows}) > 1 | . != ${words} | | | |
| choices |
| | list_name | name | label | in |
| | yes | y | Yes | |
| | yes | n | No | |
| | place | home | Home | n |
| | place | ward | Ward | y |
| | place | other | Other | y |
"""
ODD: list[Any] = [
    "", "", "0", "1", "2", "3", "5", "7", "12", "-1", "+45", "45.0", "45.000", "0.5", ".5", "1e3", "1e400", "NaN", " 7 ", "٣",
    "99999999999999999999", "y", "n", "home", "ward", "other", "ward other", "home ward other", "no", "a", "ab",
    "q", "x' or 'y", "\0", "2016-03-10", "2016-03-11", "2016-02-30", "2016-3-1", "2009-12-31", "2016-03-10T08:00:00Z", "\ud800",
]  # fmt: skip
NOT_TEXT: list[Any] = [None, 7, 7.5, True, False, [], [{}], {}, b"a"]


def told_by_rules(checks: FormChecks, received: list[Document]) -> list[Finding]:
    """What the rules say of every question by itself, nothing known beforehand."""
    found = []
    for each in received:
        first = list(checks._look(each, checks._unjudged))
        anew = checks._circular or any(f.rule in ("CALCULATE", "UNCHECKED") for f in first)
        found += list(checks._look(each, checks.model.computed)) if anew else first
    return found


def paths(made: FormModel, row: str = "") -> list[str]:
    """The questions of a row in the answers."""
    return [
        made.keys[b.path]
        for b in made.xform.by_path.values()
        if not b.parts and not b.repeat and made.reader.row(b.path) == row
    ]


def damaged(made: FormModel, received: list[Document], seed: str, *, odd: float) -> list[Document]:
    """Answers replaced, taken away, put where none belongs, of other types, and rows that are more or fewer."""
    chance = random.Random(seed)
    repeats = {made.keys[p]: paths(made, p) for p, b in made.xform.by_path.items() if b.repeat}

    def spoil(answers: dict[str, Any], names: list[str]) -> None:
        for _ in range(chance.choice((0, 1, 1, 2, 5))):
            name, other = chance.choice(names), chance.choice(received).answers
            answers[name] = chance.choice((*ODD, *(v for v in other.values() if isinstance(v, str))))
            if chance.random() < 0.2:
                del answers[name]
            if chance.random() < odd:
                answers[chance.choice((*names, "more", *repeats))] = chance.choice(NOT_TEXT)

    found = []
    for each in received:
        answers = dict(each.answers)
        spoil(answers, paths(made))
        for repeat, names in repeats.items():
            rows = answers.get(repeat)
            if isinstance(rows, list) and rows and not any(not isinstance(row, dict) for row in rows):
                rows = [dict(row) for row in rows]
                for row in rows:
                    spoil(row, names) if chance.random() < 0.3 else None
                answers[repeat] = chance.choice((rows, rows, rows, rows[1:], [*rows, rows[0]]))
        found.append(each._replace(answers=answers))
    return found


def generated(made: FormModel, number: int, seed: str) -> list[Document]:
    """Answers drawn by type, most of them not as they should be."""
    chance = random.Random(seed)
    found = []
    for turn in range(number):
        answers: dict[str, Any] = {p: chance.choice(ODD) for p in paths(made) if chance.random() < 0.5}
        for path, blueprint in made.xform.by_path.items():
            if blueprint.repeat:
                names = paths(made, path)
                answers[made.keys[path]] = [
                    {p: chance.choice(ODD) for p in names if chance.random() < 0.6}
                    for _ in range(chance.randint(0, 3))
                ]
        found.append(document(answers, f"uuid:{turn}"))
    return found


def right(made: FormModel, each: Document, *, unasked: bool = False) -> Document:
    """The same with calculations as they follow from the answers, and without answers that are not asked."""
    form = Arrived(made, each.answers, each.received_at, made.computed)

    def kept(path: str, answers: dict[str, Any], numbers: tuple[int, ...]) -> dict[str, Any]:
        found = dict(answers)
        for name in paths(made, path):
            nodes = [p for p in form.parts("/data/" + name) if not numbers or p.chain[1].number == numbers[0]]
            asked = bool(nodes) and nodes[0].relevant
            if asked or not unasked or made.xform.by_path[f"/data/{name}"].bind.calculate:
                found[name] = nodes[0].text() if asked else ""
        return {k: v for k, v in found.items() if v != ""}

    answers = kept("", dict(each.answers), ())
    for path, blueprint in made.xform.by_path.items():
        if blueprint.repeat:
            rows = each.answers.get(made.keys[path]) or []
            answers[made.keys[path]] = [kept(path, row, (n,)) for n, row in enumerate(rows, 1)]
    return each._replace(answers=answers)


@pytest.mark.parametrize("form_id", FORMS)
def test_quick__real_forms_damaged__as_the_rules_say(form_id: str) -> None:
    made = form_model(form_id)
    checks, whole = FormChecks(made), practice_documents(120)[form_id]
    received = damaged(made, whole, form_id, odd=0.1)
    by_rules = FormChecks(made)
    assert list(checks.check(received)) == told_by_rules(by_rules, received)
    assert list(checks.check(whole)) == told_by_rules(by_rules, whole) == []


@pytest.mark.parametrize("sheets", [FORM, READS, WIDE])
def test_quick__every_kind_of_expression__as_the_rules_say(sheets: str) -> None:
    made = model(sheets)
    checks, by_rules = FormChecks(made), FormChecks(made)
    received = generated(made, 400, sheets[-40:])
    received += [right(made, each) for each in received]
    received += [right(made, each, unasked=True) for each in received[:400]]
    received += damaged(made, received[400:800], "more", odd=0.15)
    found = checks.check(received)
    assert list(found) == told_by_rules(by_rules, received)
    assert len({f.submission_id for f in found}) > 100
    assert min(Counter(f.rule for f in found).values()) > 3


KEY = """
| survey |
| | type | name | label | relevant | constraint | calculation |
| | select_one yes | a | A | | | |
| | select_one yes | b | B | | | |
| | text | c | C | ${a} = 'y' | . = ${b} or ${n} > 1 | |
| | integer | n | N | | | |
| | date | day | Day | | . <= today() | |
| | calculate | d | | ${b} = 'n' | | concat(${a}, ${n}) |
| | begin repeat | rows | Rows | | | |
| | text | r | R | ${a} = 'n' | . != ${b} | |
| | calculate | line | | | | concat(position(..), ${n}) |
| | end repeat | | | | | |
| | calculate | all | | | | join('', ${r}[. != '']) |
| | calculate | many | | | | count(${rows}) |
| choices |
| | list_name | name | label |
| | yes | y | Yes |
| | yes | n | No |
"""
CLEAN: list[Any] = [
    {"a": a, "b": b, "c": c, "n": n, "day": "2016-03-10", "rows": [{"rows/r": "x"}, {}]}
    for a in "yn"
    for b in "yn"
    for c in "yn"
    for n in "12"
]


def neighbours(made: FormModel, base: list[Document]) -> list[Document]:
    """After these, each of them with one cell changed, every cell in turn; with a row less; received before."""
    found = [*base]
    for each in base:
        rows: list[Any] = [*each.answers["rows"]]
        for path in paths(made):
            found += [
                each._replace(answers={**each.answers, path: v}) for v in ("y", "n", "", "2", "2016-03-11")
            ]
        for number, row in enumerate(rows):
            for path in paths(made, "/data/rows"):
                for value in ("y", "n", "", *(other.get(path, "z") for other in rows)):
                    others = [*rows[:number], {**row, path: value}, *rows[number + 1 :]]
                    found.append(each._replace(answers={**each.answers, "rows": others}))
        found.append(each._replace(answers={**each.answers, "rows": rows[:1]}))
        found.append(each._replace(received_at=each.received_at - timedelta(days=40)))
    return found


@pytest.fixture(scope="module")
def near() -> tuple[FormModel, list[Document], list[Finding]]:
    made = model(KEY)
    received = neighbours(made, [right(made, document(answers, "uuid:1")) for answers in CLEAN])
    return made, received, told_by_rules(FormChecks(made), received)


def in_pages(checks: FormChecks, received: list[Document], size: int) -> list[Finding]:
    """As pages come, one after the other."""
    starts = range(0, len(received), size)
    return [found for start in starts for found in checks.check(received[start : start + size])]


def test_kept__submissions_that_differ_in_one_cell__each_by_its_own_answers(near: Any) -> None:
    made, received, wanted = near
    checks = FormChecks(made)
    assert checks._quick.questions == set(checks._quick._rules)
    assert in_pages(checks, received, 9) == wanted
    units = [unit for gate in checks._quick._gates.values() for unit in gate._units]
    assert all(unit.known for unit in units if len(unit.places) > 1)  # so that what is kept is looked up


@pytest.mark.parametrize("what", ["answer", "today", "column", "number", "count"])
def test_columns__something_else_stands_at_a_place__wrong_findings(
    what: str, near: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the test above sees every kind of place: what is not of rows as it is in a clean one."""
    made, received, wanted = near
    clean = next(each for each in received if not told_by_rules(FormChecks(made), [each]))
    at = Columns.at

    def first(self: Columns, place: int) -> Sequence[Any]:
        column = at(self, place)
        is_other = self.layout.source(place)[0] == what and not (what == "answer" and self.layout.path)
        return [column[0]] * len(column) if is_other else column

    monkeypatch.setattr(Columns, "at", first)
    assert list(FormChecks(made).check([clean, *received])) != wanted


def test_kept__answers_that_hardly_repeat_and_those_that_do__bounded_and_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(derived_gate, "KEPT", 5)
    monkeypatch.setattr(derived_gate, "TRIED", 4)
    made, chance = model(KEY), random.Random(3)
    drawn: list[Any] = [
        {
            **a,
            "n": str(chance.randint(0, 400)),
            "c": str(turn),
            "rows": [{"rows/r": f"{turn}"}] * chance.randint(0, 3),
        }
        for turn in range(60)
        for a in CLEAN[-3:]
    ]
    received = [right(made, document(answers, "uuid:1")) for answers in drawn]
    received += [each._replace(answers={**each.answers, "d": "y1", "all": "x"}) for each in received[::7]]
    checks = FormChecks(made)
    found = in_pages(checks, received, 2)
    assert found == told_by_rules(FormChecks(made), received)
    assert len(found) > 20
    units = [unit for gate in checks._quick._gates.values() for unit in gate._units]
    assert all(len(unit.known) <= 5 for unit in units)
    assert any(not unit._is_kept for unit in units)  # one that hardly repeats is not kept any more
    assert any(unit.known for unit in units)


@pytest.mark.parametrize("form_id", FORMS)
def test_pages__of_any_size_and_with_odd_neighbours__the_same(form_id: str) -> None:
    """A submission that no server would give spoils nothing of those beside it."""
    made, whole = form_model(form_id), practice_documents(120)[form_id]
    received = damaged(made, whole, form_id, odd=0.5)[:60] + whole[60:]
    wanted = told_by_rules(FormChecks(made), received)
    for size in (1, 7, 120):
        assert in_pages(FormChecks(made), received, size) == wanted
    page, quick = Page(received, {}), FormChecks(made)._quick
    assert {*range(60, len(received))} <= {*quick.clean(page)} < {*range(len(received))}


def test_pages__rows_that_are_no_rows__left_to_the_rules() -> None:
    made = model(KEY)
    fine = right(made, document(CLEAN[0], "uuid:1"))
    quick = FormChecks(made)._quick
    for rows in ("x", {}, 7, True, ""):
        page = Page([fine, fine._replace(answers={**fine.answers, "rows": rows}), fine], {})
        assert {*quick.clean(page)} == {0, 2}
    assert not quick.clean(Page([fine, fine._replace(answers={**fine.answers, "rows": [7]})], {}))


@pytest.mark.parametrize("around", [{}, {"rows": ""}, {"rows": "others", "others": ""}])
def test_pages__nested_as_another_version_is__the_same(around: dict[str, str]) -> None:
    made = model(KEY)
    fine = right(made, document(CLEAN[0], "uuid:1"))
    wrong = fine._replace(answers={**fine.answers, "rows": [{"rows/r": "y"}, {}]})
    checks = FormChecks(made)
    found = checks.check((), Page([fine, wrong], around))
    assert list(found) == told_by_rules(checks, [fine, wrong]) != []
