"""Our verdicts on constraints and relevance against the engine of ODK Collect, over generated answers."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pyxform.xls2xform import convert

from processor.forms.tree import from_tree
from processor.forms.xlsform import read_package
from processor.practice.people import households
from processor.survey.checks.derived import FormChecks
from processor.survey.checks.derived_form import FormModel
from processor.survey.columns import plan_tables
from processor.survey.xform import Blueprint, read_xform
from tests.checks.form_models import form_model
from tests.checks.make import FORMS
from tests.conftest import ROOT
from tests.engine import FillResult, fill
from tests.survey.make import document

MEDIA = ROOT / "xlsforms" / "media"
SEEN = ("constraint", "irrelevant")
VALUES: Mapping[str, tuple[str, ...]] = {
    "int": ("0", "1", "2", "5", "12", "13", "15", "16", "31", "32", "99", "100", "1894", "1950", "2016", "405000"),
    "decimal": ("0", "0.5", "12", "99.9", "1000", "100000"),
    "date": ("1999-12-31", "2014-02-01", "2016-01-31", "2016-02-01", "2016-02-29", "2016-03-10", "2017-01-01"),
    "string": ("x", "12", "001", "0912345678", "+84912345678", "Nguyễn Văn A", "A" * 61, "186123456", "040054001234",
               "12/QĐ-UBND", "BT2401234567890", "00"),
}  # fmt: skip


def raw(blueprint: Blueprint, answers: Mapping[str, Any], root: str) -> dict[str, Any]:
    """Answers by question name as a server would hand them out: texts by path."""
    found: dict[str, Any] = {}
    for part in blueprint.parts:
        given, key = answers.get(part.name), part.path.removeprefix(f"{root}/")
        if part.repeat:
            found[key] = [raw(part, row, root) for row in given or []]
        elif part.parts:
            found |= raw(part, answers, root)
        elif given is not None:
            found[key] = " ".join(given) if isinstance(given, list) else str(given)
    return found


def plain(ref: str) -> str:
    """The row and the question: of `/data/rows[2]/a`, and of `/rows/1/a` as left answers are told, `2 a`."""
    row = re.search(r"\[([0-9]+)\]/", ref)
    left = re.search(r"/([0-9]+)/", ref)
    number = row[1] if row else str(int(left[1]) + 1) if left else "1"
    return f"{number} {ref.rpartition('/')[2]}"


def theirs(result: FillResult, *kinds: str) -> set[tuple[str, str]]:
    return {(p["kind"], plain(p["ref"])) for p in result.problems if p["kind"] in kinds}


KINDS = {"CONSTRAINT": "constraint", "RELEVANT": "irrelevant"}


_CHECKS: dict[int, FormChecks] = {}


def checks_of(model: FormModel) -> FormChecks:
    """The same for all answers, so that kept verdicts are compared with the engine's as well."""
    return _CHECKS.setdefault(id(model), FormChecks(model))


def ours(model: FormModel, answers: Mapping[str, Any]) -> set[tuple[str, str]]:
    root = model.xform.root
    given = document(raw(root, answers, root.path), "", received_at=datetime.now(UTC))
    checks = checks_of(model)
    assert not checks.not_checked
    found = set()
    for row in checks.check([given]):
        assert row.rule != "UNCHECKED"
        if row.rule in KINDS:
            values = json.loads(row.value or "")
            repeat, inside = row.row_key.strip("/"), values["path"]
            name = repeat.partition("[")[0]
            found.add((KINDS[row.rule], plain(repeat + inside.removeprefix(name) if repeat else inside)))
    return found


ROWS_OR_KEY = ("key_scan", "hh_size", "n_allowances")
"""The engine itself sets answers by these: others that were scanned, and the number of rows."""


def spoilt(form_id: str, number: int) -> Iterator[tuple[dict[str, Any], str]]:
    """Interviews with one answer replaced or put where none belongs, and the path of that answer."""
    chance = random.Random(f"{form_id} 2016")
    leaves = [
        b
        for b in form_model(form_id).xform.by_path.values()
        if not b.parts and b.control and not b.bind.readonly
    ]
    leaves = [b for b in leaves if b.bind.type in VALUES and b.name not in ROWS_OR_KEY]
    sample = [
        i.answers
        for household in households(ROOT / "config" / "codes", number=number, seed=8, mistakes=0.5)
        for i in household.interviews
        if i.form_id == form_id
    ]
    for turn in range(number):
        answers = {k: v for k, v in chance.choice(sample).items() if k != "key_scan"}
        leaf = leaves[turn % len(leaves)]
        yield spoil(answers, leaf, chance, form_id)


def spoil(
    answers: dict[str, Any], leaf: Blueprint, chance: random.Random, form_id: str
) -> tuple[dict[str, Any], str]:
    path = leaf.path.removeprefix("/data/")
    repeat = next((s.path for s in form_model(form_id).plans if s.path and path.startswith(s.path + "/")), "")
    value = chance.choice(codes_of(leaf, form_id) or VALUES[leaf.bind.type])
    if not repeat:
        return {**answers, leaf.name: value}, plain(path)
    rows = [dict(row) for row in answers[repeat]]
    place = chance.randrange(len(rows))
    rows[place][leaf.name] = value
    return {**answers, repeat: rows}, plain(f"{repeat}[{place + 1}]{path.removeprefix(repeat)}")


def codes_of(leaf: Blueprint, form_id: str) -> list[str]:
    control, lists = leaf.control, form_model(form_id).xform.lists
    if control is None or control.items is None:
        return []
    name = control.items.text.split("'")[1]
    return [item[control.code] for item in lists[name]]


@pytest.mark.parametrize("form_id", FORMS)
def test_forms__one_answer_replaced__same_verdict_as_the_engine(form_id: str) -> None:
    model, workbook = form_model(form_id), FORMS[form_id][1]
    cases = list(spoilt(form_id, 260))
    results = fill(read_package(ROOT / "xlsforms" / workbook, MEDIA).xform, MEDIA, [a for a, _ in cases])
    compared, broken = 0, 0
    for (answers, path), result in zip(cases, results, strict=True):
        if theirs(result, "bad_value", "not_a_choice", "readonly"):
            continue  # the engine did not take the answer, so it has no verdict on the others
        found, wanted = ours(model, answers), theirs(result, *SEEN)
        if ("constraint", path) in wanted:  # nor does it keep an answer that it refuses
            broken += 1
            assert ("constraint", path) in found
            continue
        assert found == wanted, (path, answers)
        compared += sum(1 for _ in raw(model.xform.root, answers, model.xform.root.path))
    assert broken >= 15
    assert compared >= 2500


TRICKY = [
    ("integer", ". >= 5 and . <= 10", ""),
    ("integer", ". mod 2 = 0 or . = 7", ""),
    ("integer", ". > ${n}", ""),
    ("integer", "not(. = 3) and . != ${empty}", ""),
    ("integer", "if(${n} = '', . < 3, . >= 3)", ""),
    ("integer", "(. - 1) div 2 = int((. - 1) div 2)", ""),
    ("integer", ". = count(${r_n}) or . < sum(${r_n})", ""),
    ("integer", ". <= coalesce(${empty}, 9) + position(..)", ""),
    ("decimal", "round(., 1) = .", ""),
    ("decimal", ". * 3 > 1 and -. < 0", ""),
    ("text", "regex(., '^[0-9]{3}$')", ""),
    ("text", "string-length(.) >= 3 and string-length(normalize-space(.)) = string-length(.)", ""),
    ("text", "substr(., 0, 1) = 'a' or contains(., 'é') or ends-with(., '9')", ""),
    ("text", "number(.) > 4", ""),
    ("text", ". = ${t} or . = concat(${n}, 'x')", ""),
    ("text", "selected(${many}, .) or count-selected(${many}) = 0", ""),
    ("text", "translate(., 'abc', 'xyz') != .", ""),
    ("date", ". >= date('2016-02-01') and . <= today()", ""),
    ("date", "number(format-date(., '%m')) = 2 or format-date(., '%d') = '31'", ""),
    ("date", ". - date('2016-02-01') > ${n}", ""),
    ("integer", "", "${n} > 5 and ${t} != ''"),
    ("integer", "", "selected(${many}, 'a') or not(${n} < 3)"),
    ("integer", "", "${hidden} != ''"),
    ("text", "", "${r_n} = 4 or position(..) = 2"),
    ("text", "", "string(${n}) = '7' or ${n} = ''"),
    ("text", "", "${computed} >= 12"),
    ("text", "", "regex(${t}, '^a')"),
]
SPICE = {
    "integer": ("0", "1", "3", "4", "5", "7", "10", "11", "-2", "100"),
    "decimal": ("0.1", "0.25", "2.5", "-1.5", "0.3", "7", "12.34"),
    "text": ("a", "ab", "abc", "é", "012", "5", "9", " x ", "7x", "xyz", "a b", "x'y"),
    "date": ("2016-01-31", "2016-02-01", "2016-02-29", "2016-03-31", "2030-01-01", "1999-12-31"),
}
ROWS, TURNS = 8, 60


def tricky() -> tuple[bytes, FormModel]:
    """A form with a question for each expression, in a repeat of rows."""
    survey: list[dict[str, str]] = [
        {"type": "integer", "name": "n", "label": "N"},
        {"type": "text", "name": "t", "label": "T"},
        {"type": "integer", "name": "empty", "label": "E"},
        {"type": "select_multiple abc", "name": "many", "label": "M"},
        {"type": "calculate", "name": "computed", "calculation": "${n} * 2"},
        {"type": "text", "name": "hidden", "label": "H", "relevant": "${n} >= 4"},
        {"type": "begin repeat", "name": "rows", "label": "Rows"},
        {"type": "integer", "name": "r_n", "label": "N"},
        *(
            {"type": kind, "name": f"q{i}", "label": "Q", "constraint": constraint, "relevant": relevant}
            for i, (kind, constraint, relevant) in enumerate(TRICKY)
        ),
        {"type": "end repeat"},
        # The engine does not ask the rows before again when a later row changes such a count.
        {"type": "text", "name": "after", "label": "After", "relevant": "count(${rows}[r_n > 3]) >= 2"},
    ]
    survey = [{k: v for k, v in row.items() if v} for row in survey]
    choices = [{"list_name": "abc", "name": c, "label": c} for c in "abc"]
    settings = [{"form_id": "tricky", "version": "1", "form_title": "Tricky"}]
    made = convert({"survey": survey, "choices": choices, "settings": settings}, warnings=[])
    xml = str(made.xform).encode()
    form = from_tree(made._pyxform, "tricky", {})
    return xml, FormModel(form, read_xform(xml), plan_tables("t", [form]))


def one_tricky(chance: random.Random) -> dict[str, Any]:
    rows = []
    for _ in range(ROWS):
        row = {
            f"q{i}": chance.choice(SPICE[kind])
            for i, (kind, _, _) in enumerate(TRICKY)
            if chance.random() < 0.9
        }
        rows.append(row if chance.random() < 0.2 else {**row, "r_n": chance.choice(("1", "4", "5"))})
    root = {"n": chance.choice(("", "3", "4", "7")), "t": chance.choice(("", "abc", "b")), "hidden": "x", "after": "x",
            "many": chance.choice(("", "a", "a b", "b c"))}  # fmt: skip
    return {**{k: v for k, v in root.items() if v}, "rows": rows}


def test_tricky_expressions__generated_answers__same_verdict_as_the_engine(tmp_path: Path) -> None:
    xml, model = tricky()
    chance = random.Random(16663)
    answers = [one_tricky(chance) for _ in range(TURNS)]
    kinds: dict[str, int] = {}
    for given, result in zip(answers, fill(xml, tmp_path, answers), strict=True):
        assert not theirs(result, "bad_value", "not_a_choice", "unknown"), result.problems
        found, wanted = ours(model, given), theirs(result, *SEEN)
        assert found == wanted, (found ^ wanted, given)
        for kind, _ in wanted:
            kinds[kind] = kinds.get(kind, 0) + 1
    cases = sum(len(row) for given in answers for row in given["rows"])
    assert cases >= 5000
    assert min(kinds[kind] for kind in SEEN) > 500
