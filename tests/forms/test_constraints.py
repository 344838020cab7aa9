"""Every constraint of both forms, run through the phone's engine: one answer passes, others do not."""

from __future__ import annotations

import re
from typing import Any

import pytest

from processor.servers.protocol import FormPackage
from tests.engine import VIETNAMESE, FillResult, fill
from tests.forms.conftest import MEDIA
from tests.forms.interviews import CARD, HEAD_CHECK, HEAD_KEY, beneficiary, changed, head, household, member

Answers = dict[str, Any]
BASE = {"phieu_c": household, "phieu_c1": beneficiary}
NAME = (["Lò Thị Ơn", "H'Yên"], ["Nguyễn 2 An", "A", "An=Bình", "x" * 61])
PHONE = (["0912345678", "+84912345678", "038384123"], ["1234567890", "09123456", "09123456789a"])
HEALTH_CARD = (["HN2404012345678"], ["HN24040123456", "2HN404012345678", "HN 404012345678"])
TOMORROW, EARLY = "2999-01-01", "2016-01-31"
FEBRUARY: Answers = {"m_birth_month": 2}
APRIL: Answers = {"m_birth_month": 4}
CARDS = (
    [CARD, CARD.replace("187654321", ""), CARD.replace("05031960", "1960"), CARD.replace("25042021", "29022024"), CARD + "||"],
    [
        "https://example.vn/qr",
        CARD.replace("|", ";"),
        CARD.replace("040060012345", "04006001234"),
        CARD.replace("05031960", "32131960"),
        CARD.replace("|Nam|", "|Khác|"),
        CARD.replace("25042021", "30022021"),
        CARD.replace("25042021", "29022023"),
        CARD.rpartition("|")[0],
    ],
)  # fmt: skip

Case = tuple[list[Any], list[Any]]
"""Answers that pass, answers that are refused; a mapping changes other answers too."""

CASES: dict[str, dict[str, Case]] = {
    "phieu_c": {
        "village_name": (["Bản Na"], ["   "]),
        "village_code": (["000", "123"], ["12", "1234", "12a"]),
        "household_no": ([1, 9999], [0, 10000, -1]),
        "interview_date": (["2016-02-01", "2026-11-20"], [EARLY, TOMORROW]),
        "officer_code": (["16663-01"], ["16663", "1666-01", "16663-1", "16663 01"]),
        "officer_name": NAME,
        "visit_no": ([1, 3], [0, 4]),
        "head_card": CARDS,
        "head_name": NAME,
        "head_phone": PHONE,
        "respondent_name": (
            [{"respondent_rel": "2", "respondent_name": "Trần Thị Bình"}],
            [{"respondent_rel": "2", "respondent_name": "Bình 2"}],
        ),
        "hh_size": ([2], [0, 26]),
        "b1_score": ([0, 400], [-1, 401]),
        "b2_score": ([0, 100], [35, 110, -10]),
        "poverty_cause": ([["1", "2", "3"]], [["1", "2", "3", "4"]]),
        "m_relation": (["02", "03"], ["01", {"members": [head(m_relation="02"), member()]}]),
        "m_card": CARDS,
        "m_name": NAME,
        "m_birth_year": ([1895, 2000], [1894, 2027]),
        "m_birth_month": ([1, 12, {"m_birth_month": 99, "m_birth_day": None}], [0, 13, 98]),
        "m_birth_day": (
            [31, 99, APRIL | {"m_birth_day": 30}, FEBRUARY | {"m_birth_day": 29}],
            [0, 32, 98, APRIL | {"m_birth_day": 31}, FEBRUARY | {"m_birth_day": 30}],
        ),
        "m_id_no": (
            ["040165000001", {"m_id_type": "1", "m_id_no": "186123456"}],
            ["140165000001", "186123456", {"m_id_type": "1", "m_id_no": "18612345"}],
        ),
        "m_hi_no": HEALTH_CARD,
        "house_area": ([0.5, 1000], [0, 1001]),
        "electricity_kwh": ([0, 2000], [-1, 2001]),
        "assets": ([["0"], ["1", "13"]], [["0", "1"]]),
        "income_month": ([0, 200000], [-1, 200001]),
        "farm_land_m2": ([0, 500000], [-1, 500001]),
        "support_got": ([["0"], ["1", "96"]], [["0", "1"]]),
        "support_want": ([["0"], ["1", "2", "3"]], [["0", "1"], ["1", "2", "3", "4"]]),
        "n_c1_forms": ([1], [0, 2]),
        "result": (["1"], []),  # refused: test_result__surplus_rows__refused
    },
    "phieu_c1": {
        "key_scan": (
            [f"{HEAD_KEY}-{HEAD_CHECK}"],
            [HEAD_KEY, f"{HEAD_KEY}-23", "40412166630010007-02-22", "404121666300100070122", "x"],
        ),
        "village_code": (["001"], ["1", "0001", "0a1"]),
        "household_no": ([7], [0, 10000]),
        "interview_date": (["2016-02-01", "2026-11-20"], [EARLY, TOMORROW]),
        "member_no": ([1], [0, 26]),
        "key_check": (
            [HEAD_CHECK],
            ["23", "2", "022", {"member_no": 2}, {"household_no": 70}, {"village_code": "010"}, {"commune_code": "16666"}],
        ),
        "officer_code": (["16663-01"], ["16663", "16663-1"]),
        "b_card": CARDS,
        "b_name": NAME,
        "b_birth_year": ([1895, 2000], [1894, 2027]),
        "b_birth_month": ([1, {"b_birth_month": 99, "b_birth_day": None}], [0, 13]),
        "b_birth_day": (
            [31, 99, {"b_birth_month": 2, "b_birth_day": 29}],
            [0, 32, {"b_birth_month": 2, "b_birth_day": 30}, {"b_birth_month": 11, "b_birth_day": 31}],
        ),
        "b_id_no": (
            ["040060012345", {"b_id_type": "1", "b_id_no": "186123456"}],
            ["186123456", {"b_id_type": "1", "b_id_no": "040060012345"}],
        ),
        "b_id_date": (["2021-04-25", "2026-11-20"], ["2026-11-21"]),
        "b_phone": PHONE,
        "b_hi_no": HEALTH_CARD,
        "n_allowances": ([1], [0, 4]),
        "a_decision_date": (["2000-01-01", "2026-11-20"], ["1999-12-31", "2026-11-21"]),
        "a_start": (["2000-01-01", "2026-11-01"], ["1999-12-01", "2026-12-01"]),
        "a_amount": ([100000, 5000000], [99000, 5001000, 405500]),
        "a_last_paid": (["2026-11-01"], ["2026-12-01"]),
        "d_cert_date": (["2010-01-01"], ["2009-12-31", "2026-11-21"]),
        "d_n_infants": (
            [{"b_birth_year": 1990, "d_pregnancy": "2", "d_n_infants": 1}],
            [
                {"b_birth_year": 1990, "d_pregnancy": "2", "d_n_infants": 0},
                {"b_birth_year": 1990, "d_pregnancy": "3", "d_n_infants": 6},
            ],
        ),
        "o_carer_name": (
            [{"a_category": "0102", "o_carer_name": "Lê Thị Hoa"}],
            [{"a_category": "0102", "o_carer_name": "Hoa 1"}],
        ),
        "s_n_u16": ([{"a_category": "0401", "s_n_u16": 12}], [{"a_category": "0401", "s_n_u16": 13}, {"a_category": "0401", "s_n_u16": -1}]),
        "s_n_16_22": ([{"a_category": "0401", "s_n_16_22": 8}], [{"a_category": "0401", "s_n_16_22": 9}]),
        "k_n_cared": (
            [{"a_kind": "3", "a_category": "0801", "k_n_cared": 6}],
            [{"a_kind": "3", "a_category": "0801", "k_n_cared": 0}, {"a_kind": "3", "a_category": "0801", "k_n_cared": 7}],
        ),
        "k_cared_member_no": (
            [{"a_kind": "3", "a_category": "0801", "k_cared_member_no": "2,5"}],
            [
                {"a_kind": "3", "a_category": "0801", "k_cared_member_no": "2, 5"},
                {"a_kind": "3", "a_category": "0801", "k_cared_member_no": "hai"},
            ],
        ),
        "receiver_name": (
            [{"receiver": "2", "receiver_name": "Lê Thị Hoa"}],
            [{"receiver": "2", "receiver_name": "Hoa 1"}],
        ),
        "receiver_id": (
            [{"receiver": "2", "receiver_id": "186123456"}, {"receiver": "2", "receiver_id": "040165000001"}],
            [{"receiver": "2", "receiver_id": "18612345"}, {"receiver": "2", "receiver_id": "140165000001"}],
        ),
        "carer_name": (["Lê Thị Hoa"], ["Hoa 1"]),
        "needs": ([["0"], ["1", "2", "3"]], [["0", "1"], ["1", "2", "3", "4"]]),
        "result": (["1"], []),
    },
}  # fmt: skip


def constrained(package: FormPackage) -> dict[str, str]:
    """Question -> Vietnamese message, for every question with a constraint."""
    return {f.name: f.constraint_messages["vi"] for f in package.form.fields if f.constraint}


def changes(name: str, given: Any) -> Answers:
    return given if isinstance(given, dict) else {name: given}


@pytest.fixture(scope="module", params=["phieu_c", "phieu_c1"])
def ran(request: pytest.FixtureRequest, packages: dict[str, FormPackage]) -> tuple[str, dict[str, list[tuple[bool, Any, FillResult]]]]:  # fmt: skip
    """Every case of a form, filled in one go: question -> (should pass, given, result)."""
    form_id = request.param
    base, flat = BASE[form_id](), []
    for name, (passing, refused) in CASES[form_id].items():
        flat += [(name, True, given) for given in passing] + [(name, False, given) for given in refused]
    answers = [changed(base, changes(name, given)) for name, _, given in flat]
    results = fill(packages[form_id].xform, MEDIA, answers, lang=VIETNAMESE)
    found: dict[str, list[tuple[bool, Any, FillResult]]] = {}
    for (name, passes, given), result in zip(flat, results, strict=True):
        found.setdefault(name, []).append((passes, given, result))
    return form_id, found


@pytest.mark.parametrize("form_id", ["phieu_c", "phieu_c1"])
def test_constraints__each_of_the_form__has_passing_and_refused_cases(
    form_id: str, packages: dict[str, FormPackage]
) -> None:
    cases = CASES[form_id]
    assert set(cases) == set(constrained(packages[form_id]))
    assert [name for name, (passing, _) in cases.items() if not passing] == []
    assert [name for name, (_, refused) in cases.items() if not refused] == ["result"]


def test_base_interview__as_it_is__is_accepted_whole(packages: dict[str, FormPackage]) -> None:
    for form_id, base in BASE.items():
        [result] = fill(packages[form_id].xform, MEDIA, [base()])
        assert result.ok, result.problems


def test_constraints__passing_answers__are_taken(ran: tuple[str, dict[str, list[tuple[bool, Any, FillResult]]]]) -> None:  # fmt: skip
    _form_id, found = ran
    wrong = [
        (name, given, result.problems)
        for name, cases in found.items()
        for passes, given, result in cases
        if passes and (result.messages("constraint", name) or result.error)
    ]
    assert wrong == []


def test_constraints__refused_answers__carry_the_vietnamese_message(
    ran: tuple[str, dict[str, list[tuple[bool, Any, FillResult]]]], packages: dict[str, FormPackage]
) -> None:
    form_id, found = ran
    expected = constrained(packages[form_id])
    wrong = [
        (name, given, result.problems)
        for name, cases in found.items()
        for passes, given, result in cases
        if not passes and not any(_matches(expected[name], m) for m in result.messages("constraint", name))
    ]
    assert wrong == []


def _matches(template: str, message: str) -> bool:
    """The form's message with `${...}` filled in."""
    parts = [re.escape(part) for part in re.split(r"\$\{\w+\}", template)]
    return re.fullmatch(r"\d+".join(parts), message) is not None


@pytest.mark.parametrize(
    ("form_id", "count", "expected"),
    [
        ("phieu_c", {"hh_size": 1, "n_c1_forms": 1}, "Đã ghi 2 người nhưng số người trong hộ là 1."),
        ("phieu_c1", {"n_allowances": 1}, "Đã ghi 2 chế độ nhưng số chế độ là 1."),
    ],
)
def test_result__surplus_rows__refused(
    form_id: str, count: Answers, expected: str, packages: dict[str, FormPackage], tmp_path: Any
) -> None:
    """Lowering the number keeps the rows on the phone: without this check they would be sent."""
    base = BASE[form_id]()
    if form_id == "phieu_c1":
        base["n_allowances"] = 2
        base["allowances"] = [
            *base["allowances"],
            {**base["allowances"][0], "a_kind": "2", "a_category": "0701"},
        ]
    xform = packages[form_id].xform
    [whole] = fill(xform, MEDIA, [base])
    assert whole.ok and whole.xml, whole.problems
    saved = tmp_path / "saved.xml"
    saved.write_bytes(whole.xml)
    [edited] = fill(xform, MEDIA, [{"_edit": str(saved), **count}], lang=VIETNAMESE)
    assert not edited.valid
    assert edited.messages("constraint", "result")[0].startswith(expected)
