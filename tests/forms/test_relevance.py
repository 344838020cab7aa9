"""What an officer is asked: every relevance of both forms, shown and hidden in the phone's engine."""

from __future__ import annotations

from typing import Any

import pytest

from processor.forms.definition import Section
from processor.servers.protocol import FormPackage
from tests.engine import FillResult, fill
from tests.forms.conftest import MEDIA
from tests.forms.interviews import CARD, allowance, beneficiary, changed, household

Answers = dict[str, Any]
BASE = {"phieu_c": household, "phieu_c1": beneficiary}
SHOWN, HIDDEN = 0, 1


def born(prefix: str, day: str) -> Answers:
    year, month, date = (int(part) for part in day.split("-"))
    return {f"{prefix}_birth_year": year, f"{prefix}_birth_month": month, f"{prefix}_birth_day": date}


def aged(prefix: str, at_least: int) -> tuple[list[Answers], list[Answers]]:
    """Born so that the age is reached on the day of the interview, and one day short of it."""
    year = 2026 - at_least
    return [born(prefix, f"{year}-11-20")], [born(prefix, f"{year}-11-21")]


def several(answers: tuple[list[Answers], list[Answers]], *names: str) -> dict[str, Any]:
    return dict.fromkeys(names, answers)


NOT_POOR = ([{"hh_class": "6"}], [{"hh_class": "7"}])
DISABLED = ([{"m_disabled": "1"}], [{"m_disabled": "0"}])
HOUSE = ([{"house_ownership": "5"}], [{"house_ownership": "6"}])
WITH_ID = ([{"b_id_type": "1"}, {"b_id_type": "2"}], [{"b_id_type": "3"}, {"b_id_type": "4"}])
DECIDED = ([{"a_decision_no": "12/QĐ"}], [{"a_decision_no": "0"}])


def category(*codes: str, kind: str = "1") -> list[Answers]:
    return [{"a_kind": kind, "a_category": code} for code in codes]


OTHERS = category("9901")
ORPHAN = {"a_category": "0102", "b_birth_month": 1, "b_birth_day": 1}
WOMAN = {"m_sex": "2"}

CASES: dict[str, dict[str, tuple[list[Answers], list[Answers]]]] = {
    "phieu_c": {
        "note_head_card": ([{"head_card": CARD}], [{}]),
        "respondent_name": ([{"respondent_rel": "5"}], [{"respondent_rel": "1"}]),
        **several(NOT_POOR, "class_standard", "b1_score", "b2_score", "poor_book_no", "poverty_cause"),
        "note_m_card": ([{"m_card": CARD}], [{}]),
        "m_birth_day": ([{"m_birth_month": 12}], [{"m_birth_month": 99}]),
        "m_id_no": ([{"m_id_type": "1"}, {"m_id_type": "2"}], [{"m_id_type": "3"}, {"m_id_type": "4"}]),
        "m_school": aged("m", 3),
        "m_school_level": ([{"m_school": "1"}], [{"m_school": "2"}]),
        "m_education": aged("m", 6),
        **several(([{"m_hi": "1"}], [{"m_hi": "0"}]), "m_hi_type", "m_hi_no"),
        "m_marital": aged("m", 13),
        "m_work": aged("m", 15),
        "m_occupation": ([{"m_work": "1"}], [{"m_work": "4"}]),
        "m_pregnancy": (
            [born("m", "2013-11-20"), born("m", "1970-11-21")],
            [born("m", "2013-11-21"), born("m", "1970-11-20"), {"m_sex": "1", **born("m", "1990-01-01")}],
        ),
        **several(DISABLED, "m_dis_type", "m_dis_degree", "m_dis_cert"),
        **several(aged("m", 16), "m_pension", "m_merit"),
        "m_sa_category": ([{"m_sa": "1"}], [{"m_sa": "0"}]),
        "note_no_sa": (
            [{"members": [{**household()["members"][0], "m_sa": "0"}, household()["members"][1]]}],
            [{}],
        ),
        **several(HOUSE, "house_pillar", "house_roof", "house_wall", "house_area"),
        "electricity_kwh": ([{"light_source": "1"}], [{"light_source": "2"}]),
        "note_c1": (
            [{}],
            [{"members": [{**household()["members"][0], "m_sa": "0"}, household()["members"][1]]}],
        ),
    },
    "phieu_c1": {
        "note_b_card": ([{"b_card": CARD}], [{}]),
        "b_birth_day": ([{"b_birth_month": 1}], [{"b_birth_month": 99}]),
        **several(WITH_ID, "b_id_no", "b_id_date"),
        "b_hi_no": ([{"b_hi": "1"}], [{"b_hi": "0"}]),
        **several(DECIDED, "a_decision_date", "a_decision_level"),
        "note_amount": (
            [{"a_amount": 270000}],
            [{}, {"a_coef": "99"}, {"a_kind": "3", "a_category": "0801", "a_amount": 270000}],
        ),
        "note_age_child": (
            [ORPHAN | born("b", "2004-11-20")],
            [ORPHAN | born("b", "2004-11-21"), born("b", "1990-01-01")],
        ),
        "note_age_elder": (
            [{"a_category": "0501"} | born("b", "1966-11-21")],
            [{"a_category": "0501"} | born("b", "1966-11-20"), born("b", "1990-01-01")],
        ),
        "sec_d": (
            [*category("0601", "0602"), *category("0701", "0703", kind="2")],
            [*category("0501"), *category("0801", kind="3")],
        ),
        "d_cert_date": ([{"d_cert_no": "33"}], [{"d_cert_no": "0"}]),
        "d_pregnancy": (
            [born("b", "2014-11-20"), born("b", "1965-11-21")],
            [born("b", "2014-11-21"), born("b", "1965-11-20")],
        ),
        "d_n_infants": (
            [born("b", "1990-01-01") | {"d_pregnancy": code} for code in ("2", "3")],
            [born("b", "1990-01-01") | {"d_pregnancy": code} for code in ("0", "1")],
        ),
        "sec_o": (category("0101", "0111", "0201"), [*category("0301", "0302"), *OTHERS]),
        "o_school": (
            [ORPHAN | born("b", "2023-11-20")],
            [ORPHAN | born("b", "2023-11-21")],
        ),
        "o_school_level": (
            [ORPHAN | born("b", "2015-01-01") | {"o_school": "1"}],
            [ORPHAN | born("b", "2015-01-01") | {"o_school": "2"}],
        ),
        "sec_v": (category("0301", "0302"), [*category("0201", "0401"), *OTHERS]),
        "v_unable_work": (
            [{"a_category": "0302"} | born("b", "2010-11-20")],
            [{"a_category": "0301"} | born("b", "2010-11-21")],
        ),
        "sec_s": (category("0401"), [*category("0302", "0501"), *OTHERS]),
        "sec_e": (category("0501", "0504"), [*category("0401", "0601"), *OTHERS]),
        "sec_k": (category("0801", "0902", kind="3"), [*category("0703", kind="2"), *OTHERS]),
        "pay_point": (
            [{"pay_method": "1"}, {"pay_method": "2"}],
            [{"pay_method": "3"}, {"pay_method": "4"}, {"pay_method": "96"}],
        ),
        **several(([{"receiver": "2"}, {"receiver": "4"}], [{"receiver": "1"}]), "receiver_name", "receiver_id"),
        "carer_name": ([{"carer_rel": "7"}], [{"carer_rel": "0"}]),
        "stop_reason": ([{"benefit_status": "4"}], [{"benefit_status": "1"}]),
    },
}  # fmt: skip


def relevances(package: FormPackage) -> set[str]:
    return {
        item.name if not isinstance(item, Section) else item.path
        for item in package.form.items
        if item.relevant
    }


def asked(result: FillResult, package: FormPackage, name: str) -> bool:
    """Whether the question was met (in the last member), or for a section any question in it."""
    section = next((i for i in package.form.items if isinstance(i, Section) and i.path == name), None)
    where = [step["ref"] for step in result.walk]
    if section:
        return any(f"/{name}/" in ref for ref in where)
    if name.startswith("m_") or name == "note_m_card":
        where = [ref for ref in where if "/members[2]/" in ref]
    return any(ref.endswith(f"/{name}") for ref in where)


@pytest.mark.parametrize("form_id", ["phieu_c", "phieu_c1"])
def test_relevance__each_of_the_form__shows_and_hides(form_id: str, packages: dict[str, FormPackage]) -> None:
    package, cases = packages[form_id], CASES[form_id]
    assert set(cases) == relevances(package)
    flat = [(name, side, given) for name, sides in cases.items() for side in (0, 1) for given in sides[side]]
    base = BASE[form_id]()
    results = fill(package.xform, MEDIA, [changed(base, given) for _, _, given in flat], walk=True)
    wrong = [
        (name, given, result.error)
        for (name, side, given), result in zip(flat, results, strict=True)
        if asked(result, package, name) != (side == SHOWN) or result.error
    ]
    assert wrong == []


def test_choice_filter__communes__those_of_the_district_only(packages: dict[str, FormPackage]) -> None:
    form = packages["phieu_c"]
    [vinh, ky_son] = fill(
        form.xform, MEDIA, [household(), household(district_code="417", commune_code="16663")], walk=True
    )
    shown = {step["ref"]: set(step.get("choices", {})) for step in vinh.walk}["/data/sec_a/commune_code"]
    expected = {c.name for c in form.form.choices["communes.csv"] if c.extra["district_code"] == "412"}
    assert shown == expected and len(shown) == 25
    assert [p["kind"] for p in ky_son.problems if p["ref"].endswith("commune_code")][0] == "not_a_choice"


def test_choice_filter__categories__those_of_the_kind_and_of_2016_only(
    packages: dict[str, FormPackage],
) -> None:
    codes = {"1": "0602", "2": "0701", "3": "0801"}
    answers = [beneficiary(allowances=[allowance(a_kind=k, a_category=c)]) for k, c in codes.items()]
    results = fill(packages["phieu_c1"].xform, MEDIA, answers, walk=True)
    kinds = {
        kind: next(s["choices"] for s in result.walk if s["ref"].endswith("a_category"))
        for kind, result in zip(codes, results, strict=True)
    }
    options = packages["phieu_c1"].form.choices["category"]
    for kind, shown in kinds.items():
        assert set(shown) == {
            o.name for o in options if o.extra["group_list"] == "2016" and o.extra["kind"] == kind
        }
