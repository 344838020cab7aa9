"""Benefits explained for people: the same figures as the rules, and why there is none."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from processor.survey.checks.data import Data
from processor.survey.checks.explained import Proposal
from processor.survey.checks.nghe_an import EXPLAINER
from processor.survey.checks.nghe_an.explain import explain_benefits
from processor.survey.checks.nghe_an.money_due import money
from tests.checks.make import data, plans, practice, reference, run

DAY = "2016-03-10"
HOME = "40427166630010001"
ADULT = {"b_birth_year": 1934, "b_birth_month": 3, "b_birth_day": 10}


def one(root: dict[str, Any] | None = None, c: dict[str, Any] | None = None, **allowance: Any) -> Data:
    """A C1 of an older person with one benefit, and perhaps the household's form C."""
    c1 = {"interview_date": DAY, "benefit_status": "1", "hh_code": HOME, "c1_key": f"{HOME}-01", **ADULT}
    given = {"a_category": "0501", "a_amount": 405_000, **allowance}
    forms = [] if c is None else [{"hh_code": HOME, "result": "1", **c}]
    members = [] if c is None else [{"row_no": 1}, {"row_no": 2, "m_birth_year": 2014, "m_birth_month": 1}]
    return data(c=forms, c_members=members, c1=[{**c1, **(root or {})}], c1_allowances=[given])


def told(tables: Data, language: str = "vi") -> tuple[Proposal, str]:
    (found,) = explain_benefits(tables, "c1:0")
    return found, "\n".join(line.texts[language] for line in found.lines)


def test_explain__practice_with_wrong_amounts__agrees_with_the_rules_of_amounts() -> None:
    frames = dict(practice(20, 3, 1.0))
    paid = frames["c1_allowances"].copy()
    paid["a_amount"] = [a and a + (-5000, 5000, 0, 0)[n % 4] for n, a in enumerate(paid["a_amount"])]
    tables = Data({**frames, "c1_allowances": paid}, reference())
    m, keys = money(tables), tables.keys("c1_allowances")
    lower, higher = ({f.row_key for f in run(rule, tables)} for rule in ("R-E34", "R-E35"))
    said = dict.fromkeys(("equal", "lower", "higher", "open", "unsaid"), 0)
    for key in dict.fromkeys(keys):
        rows = [n for n, owner in enumerate(keys) if owner == key]
        for row, found in zip(rows, explain_benefits(tables, key), strict=True):
            due = m.amount_due[row]
            assert found.due == (None if pd.isna(due) else due), (key, row)
            place = tables.frame("c1_allowances")["row_key"][row]
            assert (found.verdict == "lower", found.verdict == "higher") == (place in lower, place in higher)
            said[found.verdict] += 1
    assert min(said["equal"], said["lower"], said["higher"]) > 3, said


@pytest.mark.parametrize(
    ("amount", "verdict"),
    [(540_000, "equal"), (405_000, "lower"), (675_000, "higher"), (None, "unsaid")],
)
def test_explain__amount_of_the_form__is_compared(amount: int | None, verdict: str) -> None:
    found, words = told(one(c={"hh_class": "1"}, a_amount=amount))
    assert (found.due, found.said, found.verdict) == (540_000, amount, verdict)
    for part in ("Nhóm 0501", "82 tuổi", "270.000", "BR05", "CR030", "Điều 6 khoản 1", "= 540.000 đồng"):
        assert part in words
    assert "chưa đối chiếu văn bản" in words and any(line.verify for line in found.lines)
    assert "= 540,000 VND" in told(one(c={"hh_class": "1"}), "en")[1]


def test_explain__household_class__says_which_form_it_is_of() -> None:
    assert "theo phiếu C: 7, Không thuộc hộ nghèo" in told(one({"b_poor": "1"}, c={"hh_class": "7"}))[1]
    assert "theo phiếu C1, vì chưa có phiếu C của hộ: 1, Hộ nghèo" in told(one({"b_poor": "1"}))[1]
    assert "Household class by form C: 1, Poor" in told(one(c={"hh_class": "1"}), "en")[1]
    assert "Loại hộ" not in told(one())[1]


def test_explain__carer__counts_the_persons_of_the_household_by_their_age() -> None:
    root = {"b_birth_year": 1970, "k_cared_member_no": "2"}
    found, words = told(one(root, c={"hh_class": "7"}, a_category="0901"))
    assert found.due == 675_000 and "CR047" in words and "cho 1 người" in words
    unknown, words = told(one(root, a_category="0901"))
    assert unknown.due is None and unknown.verdict == "open" and "Chưa rõ người được chăm sóc" in words


def test_explain__only_the_year_of_birth__says_the_other_amount() -> None:
    year = {"b_birth_year": 1936, "b_birth_month": 99, "b_birth_day": 99}
    found, words = told(one(year, c={"hh_class": "1"}))
    assert found.due == 540_000 and "sinh ngày muộn nhất có thể thì là 405.000 đồng" in words


@pytest.mark.parametrize(
    ("root", "allowance", "words"),
    [
        ({"benefit_status": "4"}, {}, "Đã thôi hưởng"),
        ({"interview_date": None}, {}, "không ghi ngày phỏng vấn"),
        ({}, {"a_category": None}, "Không có nhóm này"),
        ({}, {"a_category": "9999"}, "Không có nhóm này"),
        ({"b_birth_year": None, "b_birth_month": None, "b_birth_day": None}, {}, "Chưa rõ tuổi"),
    ],
)
def test_explain__nothing_to_compute__says_why(
    root: dict[str, Any], allowance: dict[str, Any], words: str
) -> None:
    found, said = told(one(root, **allowance))
    assert words in said and found.verdict == "open" and found.due is None


def test_explain__several_benefits__in_the_order_of_the_form_and_only_of_this_submission() -> None:
    rows = [{"of": of, "row_no": n, "a_category": "0501"} for of, n in ((1, 1), (0, 2), (0, 1))]
    tables = data(c1=[{"interview_date": DAY}, {"interview_date": DAY}], c1_allowances=rows)
    titles = [p.title["vi"] for p in explain_benefits(tables, "c1:0")]
    assert titles == ["Chế độ số 1", "Chế độ số 2"]
    assert explain_benefits(tables, "c1:9") == ()


def test_explainer__reads__are_columns_of_the_forms_and_all_that_it_looks_at() -> None:
    named = {f"{p.name}.{c.name}" for p in plans().values() for c in p.columns}
    assert set(EXPLAINER.reads) <= named
    full = practice(4)
    keys = {"submission_id", "row_key", "_area", "_practice"}
    frames = {
        name: frame[[c for c in frame.columns if c in keys or f"{name}.{c}" in EXPLAINER.reads]]
        for name, frame in full.items()
    }
    for key in full["c1"]["submission_id"]:
        assert explain_benefits(Data(frames, reference()), key) == explain_benefits(
            Data(full, reference()), key
        )
