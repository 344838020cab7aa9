"""What one benefit is worth, explained: the steps as data, and their sentences in both languages."""

from __future__ import annotations

from datetime import date

import pytest

from processor.survey.eligibility import REASONS
from processor.survey.eligibility_explain import (
    SENTENCES,
    Beneficiary,
    Explanation,
    Step,
    explain,
    sentence,
)
from processor.survey.eligibility_law import Law, read_law
from tests.checks.make import reference

DAY = date(2016, 3, 10)


def law() -> Law:
    return reference().made(read_law)


def texts(explanation: Explanation, language: str) -> str:
    return "\n".join(sentence(step, language) for step in explanation.steps)


def test_explain__older_person_of_80__article_rows_numbers_and_marks() -> None:
    born = date(1936, 3, 10)
    found = explain(law(), Beneficiary("0501", DAY, born, born, poor=True))
    assert (found.amount, found.reason) == (540_000, "")
    assert [step.kind for step in found.steps] == ["category", "age", "poor", "base", "coefficient", "amount"]
    assert [step.row for step in found.steps if step.row] == ["0501", "0501", "BR05", "CR030"]
    assert found.steps[4].legal_ref == "NĐ 136/2013/NĐ-CP Điều 6 khoản 1" and found.steps[4].verify
    vi, en = (
        ("270.000 × 2 = 540.000", "Ngày 10/03/2016", "chưa đối chiếu văn bản"),
        ("270,000 × 2 = 540,000", "On 2016-03-10", "not verified"),
    )
    for language, own in (("vi", vi), ("en", en)):
        said = texts(found, language)
        for shown in ("0501", "80", "BR05", "CR030", "NĐ 136/2013", *own):
            assert shown in said


def test_sentence__fraction_and_what_is_not_known__as_the_language_writes_them() -> None:
    younger = explain(law(), Beneficiary("0502", DAY, date(1950, 1, 1), poor=True))
    assert "Hệ số 1,5" in texts(younger, "vi") and "Coefficient 1.5" in texts(younger, "en")
    gone = Step("other_birth", {"amount": None, "rule": "CR030"})
    assert "thì là – đồng (CR030)" in sentence(gone, "vi")


def test_explain__only_the_year_known_at_a_limit__says_the_other_amount() -> None:
    found = explain(law(), Beneficiary("0501", DAY, date(1936, 1, 1), date(1936, 12, 31), poor=True))
    assert found.amount == 540_000
    assert found.steps[-1].kind == "other_birth" and found.steps[-1].values["amount"] == 405_000
    sure = explain(law(), Beneficiary("0501", DAY, date(1940, 1, 1), date(1940, 12, 31), poor=True))
    assert sure.steps[-1].kind == "amount"


def test_explain__household_not_poor__proposes_a_review() -> None:
    found = explain(law(), Beneficiary("0501", DAY, date(1930, 1, 1), poor=False))
    assert "đề nghị xem xét" in texts(found, "vi") and "review" in texts(found, "en")


def test_explain__children_of_different_age_cared_for__both_rows() -> None:
    found = explain(law(), Beneficiary("0901", DAY, date(1970, 1, 1), cared=[20, 60]))
    assert found.amount == 1_080_000
    assert "CR047+CR048" in texts(found, "vi") and "2 person" in texts(found, "en")


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        (Beneficiary("9999", DAY), "category"),
        (Beneficiary("0503", date(2021, 7, 1), date(1930, 1, 1)), "category"),
        (Beneficiary("9901", DAY), "manual"),
        (Beneficiary("0503", DAY), "age"),
        (Beneficiary("0503", DAY, date(1950, 1, 1)), "age_outside"),
        (Beneficiary("0401", DAY, date(1980, 1, 1)), "children"),
        (Beneficiary("0801", DAY, date(1980, 1, 1)), "cared"),
        (Beneficiary("0602", date(2015, 6, 1), date(1980, 1, 1)), "class"),
    ],
)
def test_explain__no_amount__ends_with_the_reason(person: Beneficiary, reason: str) -> None:
    found = explain(law(), person)
    assert (found.amount, found.reason) == (None, reason)
    assert found.steps[-1].kind == f"no_{reason}"
    assert texts(found, "vi") and texts(found, "en")


def test_sentences__every_reason__has_one() -> None:
    assert {f"no_{reason}" for reason in REASONS if reason} <= set(SENTENCES)
