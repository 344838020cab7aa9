"""Complete invented interviews as answers by question name; tests change single answers."""

from __future__ import annotations

from typing import Any

DAY = "2026-11-20"
HEAD_KEY = "40412166630010007-01"
HEAD_CHECK = "22"
CARD = "040060012345|187654321|NGUYỄN VĂN AN|05031960|Nam|Xóm 5, Nghi Phú, Vinh, Nghệ An|25042021"


def member(**changes: Any) -> dict[str, Any]:
    """An adult woman, the head's wife, who gets nothing."""
    answers = {
        "m_relation": "02",
        "m_name": "TRẦN THỊ BÌNH",
        "m_sex": "2",
        "m_birth_year": 1965,
        "m_birth_month": 12,
        "m_birth_day": 1,
        "m_ethnic": "01",
        "m_residence": "1",
        "m_id_type": "2",
        "m_id_no": "040165000001",
        "m_school": "2",
        "m_education": "1",
        "m_hi": "1",
        "m_hi_type": "HN",
        "m_hi_no": "HN2404012345678",
        "m_marital": "2",
        "m_work": "4",
        "m_illness": "0",
        "m_disabled": "0",
        "m_pension": "0",
        "m_merit": "0",
        "m_sa": "0",
    }
    return answers | changes


def head(**changes: Any) -> dict[str, Any]:
    """The head: a man of 66 with a disability allowance."""
    own = {
        "m_relation": "01",
        "m_name": "NGUYỄN VĂN AN",
        "m_sex": "1",
        "m_birth_year": 1960,
        "m_birth_month": 3,
        "m_birth_day": 5,
        "m_id_no": "040060012345",
        "m_work": "1",
        "m_occupation": "1",
        "m_disabled": "1",
        "m_dis_type": ["1"],
        "m_dis_degree": "2",
        "m_dis_cert": "1",
        "m_sa": "1",
        "m_sa_category": "0602",
    }
    return member(**own) | changes


def household(**changes: Any) -> dict[str, Any]:
    """A poor household of two in Đông Vĩnh, Vinh."""
    answers = {
        "district_code": "412",
        "commune_code": "16663",
        "village_name": "Xóm 5",
        "village_code": "001",
        "household_no": 7,
        "interview_date": DAY,
        "area_type": "1",
        "officer_code": "16663-01",
        "officer_name": "Lê Thị Hoa",
        "visit_no": 1,
        "gps": "18.7 105.6 3 5",
        "head_name": "NGUYỄN VĂN AN",
        "head_phone": "0912345678",
        "respondent_rel": "1",
        "hh_size": 2,
        "hh_class": "1",
        "list_source": ["1", "2"],
        "class_standard": "1",
        "b1_score": 100,
        "b2_score": 30,
        "poverty_cause": ["1"],
        "merit_household": "0",
        "members": [head(), member()],
        "house_ownership": "1",
        "house_pillar": "1",
        "house_roof": "2",
        "house_wall": "4",
        "house_area": 45.5,
        "water_source": "1",
        "toilet_type": "1",
        "light_source": "1",
        "electricity_kwh": 50,
        "assets": ["1"],
        "uses_phone": "1",
        "uses_internet": "0",
        "loudspeaker": "1",
        "income_month": 2500,
        "support_got": ["3"],
        "support_want": ["5"],
        "n_c1_forms": 1,
        "result": "1",
    }
    return answers | changes


def allowance(**changes: Any) -> dict[str, Any]:
    """The allowance of a severely disabled person."""
    answers = {
        "a_kind": "1",
        "a_category": "0602",
        "a_decision_no": "12/QĐ-UBND",
        "a_decision_date": "2016-01-05",
        "a_decision_level": "1",
        "a_start": "2016-01-01",
        "a_coef": "15",
        "a_amount": 405000,
    }
    return answers | changes


def beneficiary(**changes: Any) -> dict[str, Any]:
    """The C1 of the head of `household()`."""
    answers = {
        "district_code": "412",
        "commune_code": "16663",
        "village_code": "001",
        "household_no": 7,
        "interview_date": DAY,
        "member_no": 1,
        "key_check": HEAD_CHECK,
        "officer_code": "16663-01",
        "b_name": "NGUYỄN VĂN AN",
        "b_sex": "1",
        "b_birth_year": 1960,
        "b_birth_month": 3,
        "b_birth_day": 5,
        "b_ethnic": "01",
        "b_id_type": "2",
        "b_id_no": "040060012345",
        "b_poor": "1",
        "b_hi": "1",
        "b_pension": "0",
        "b_merit": "0",
        "benefit_status": "1",
        "n_allowances": 1,
        "allowances": [allowance()],
        "d_type": ["1"],
        "d_degree": "2",
        "d_cert_no": "33",
        "d_cert_date": "2014-05-06",
        "d_since_birth": "0",
        "d_self_care": "2",
        "d_device": "1",
        "pay_method": "1",
        "receiver": "1",
        "pay_on_time": "1",
        "carer_rel": "1",
        "needs": ["1"],
        "result": "1",
    }
    return answers | changes


def changed(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """`base` with answers replaced by name; those of a repeat go into its last row. None takes away."""
    answers = dict(base)
    for name, value in changes.items():
        target = answers
        for repeat, prefix in (("members", "m_"), ("allowances", "a_")):
            if name.startswith(prefix) and repeat in base:
                rows = [dict(row) for row in answers[repeat]]
                answers[repeat] = rows
                target = rows[-1]
        target.pop(name, None)
        if value is not None:
            target[name] = value
    return answers
