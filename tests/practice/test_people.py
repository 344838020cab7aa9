"""Invented households: the same for the same seed, coherent by form and law, with mistakes that are recorded."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import islice
from typing import Any

import pytest

from processor.errors import ConfigError, Message
from processor.practice.interview import Printer
from processor.practice.mistakes import PEOPLE, SHEETS
from processor.practice.people import Household, households
from processor.survey.checks.load import read_rules
from tests.practice.conftest import CODES

Sheet = dict[str, Any]


@cache
def clean() -> tuple[Household, ...]:
    """Households without mistakes."""
    return tuple(households(CODES, number=1500, seed=3, mistakes=0))


def table(name: str, key: str) -> dict[str, dict[str, str]]:
    with (CODES / f"{name}.csv").open(encoding="utf-8-sig", newline="") as stream:
        return {row[key]: row for row in csv.DictReader(stream)}


def sheets(household: Household) -> tuple[Sheet, list[Sheet]]:
    """C and the C1 of a household."""
    first, *rest = (i.answers for i in household.interviews)
    return first, rest


def age(sheet: Sheet, prefix: str, at: date) -> int:
    """Completed years as the rules count: an unknown month is January, an unknown day the first."""
    month = sheet[f"{prefix}_birth_month"]
    day = sheet.get(f"{prefix}_birth_day", 99)
    month, day = (1, 1) if month == 99 else (month, 1 if day == 99 else day)
    return at.year - sheet[f"{prefix}_birth_year"] - ((at.month, at.day) < (month, day))


def test_households__same_seed__same_whatever_the_number() -> None:
    few = list(households(CODES, number=4, seed=9))
    many = list(households(CODES, number=9, seed=9))
    assert many[:4] == few
    assert list(households(CODES, number=2, seed=9, first=7)) == many[7:]
    assert list(households(CODES, number=4, seed=10)) != few


def test_households__very_many__come_one_at_a_time() -> None:
    assert len(list(islice(households(CODES, number=10**12, seed=1), 2))) == 2


def test_households__communes_given__only_there() -> None:
    found = households(CODES, number=20, seed=1, communes=["16813", "16663"])
    assert {h.interviews[0].answers["commune_code"] for h in found} == {"16813", "16663"}


@pytest.mark.parametrize("start", [date(2016, 2, 1), date(2016, 5, 30), date(2026, 1, 1)])
def test_households__start_outside_the_campaign__refused(start: date) -> None:
    with pytest.raises(ConfigError) as raised:
        next(households(CODES, number=1, seed=1, start=start))
    assert raised.value.message is Message.PRACTICE_START


def test_keys_and_numbers__many_households__nothing_twice() -> None:
    keys: Counter[str] = Counter()
    for household in clean():
        c, c1s = sheets(household)
        keys[f"{c['commune_code']}-{c['village_code']}-{c['household_no']}"] += 1
        keys.update(i.phone.instance_id for i in household.interviews)
        for member in c["members"]:
            keys.update(v for k in ("m_id_no", "m_hi_no") if (v := member.get(k)))
        keys.update(f"book {c1['benefit_book_no']}" for c1 in c1s)
    assert [key for key, number in keys.items() if number > 1] == []


def test_numbers__id_phone_and_officer__recognisably_invented() -> None:
    for household in clean():
        c, _c1s = sheets(household)
        assert c["officer_code"][:7] == c["commune_code"] + "-9"
        assert c.get("head_phone", "09100")[-7:-5] == "00" or "head_phone" not in c
        for member in c["members"]:
            number = member.get("m_id_no", "")
            assert not number or number[:3] == "189" or (len(number) == 12 and number[6] == "9")


def test_groups__by_district__where_people_live() -> None:
    found: dict[str, set[str]] = {}
    for household in clean():
        c, _c1s = sheets(household)
        found.setdefault(c["district_code"], set()).update(m["m_ethnic"] for m in c["members"])
    assert found["412"] == {"01"}
    assert {"08", "29", "03"} <= found["417"]
    assert {district for district, groups in found.items() if "53" in groups} <= {"418"}


def test_shares__many_beneficiaries__as_in_the_country() -> None:
    groups: Counter[str] = Counter()
    for household in clean():
        for c1 in sheets(household)[1]:
            groups[c1["allowances"][0]["a_category"][:2]] += 1
    total = sum(groups.values())
    assert 0.52 < groups["05"] / total < 0.64
    assert 0.30 < groups["06"] / total < 0.42
    assert 0.005 < (groups["01"] + groups["02"]) / total < 0.035
    assert groups["03"] / total < 0.01


def broken_c(c: Sheet, c1s: list[Sheet]) -> Iterator[str]:
    """Rules of form C that the household breaks; an own reading of the catalogue."""
    at = date.fromisoformat(c["interview_date"])
    members = c["members"]
    head, ages = members[0], [age(m, "m", at) for m in members]
    poor, near = c["hh_class"] in "123", c["hh_class"] in "456"
    n_sa = sum(m["m_sa"] == "1" for m in members)
    rules = {
        "R-V12": len(members) != c["hh_size"],
        "R-V13": sum(m["m_relation"] == "02" for m in members) > 1,
        "R-V14": any(m["m_relation"] == "02" and m["m_sex"] == head["m_sex"] for m in members),
        "R-V15": any(
            m["m_relation"] == "03" and m["m_birth_year"] < head["m_birth_year"] + 12 for m in members
        ),
        "R-V16": any(
            m["m_relation"] == "07" and m["m_birth_year"] > head["m_birth_year"] - 12 for m in members
        ),
        "R-V17": any(
            m["m_relation"] == "06" and m["m_birth_year"] < head["m_birth_year"] + 28 for m in members
        ),
        "R-V18": ages[0] < 15 or max(ages) < 16,
        "R-V19": max(ages) > 105,
        "R-V20": any(
            m.get("m_marital") == "2" and a < (18 if m["m_sex"] == "2" else 20)
            for m, a in zip(members, ages, strict=True)
        ),
        "R-V21": any(m["m_relation"] == "02" for m in members)
        and any(m["m_relation"] in ("01", "02") and m["m_marital"] not in ("2", "5") for m in members),
        "R-V23": any(
            {"2": 13, "3": 16, "6": 19, "7": 19}.get(m.get("m_education"), 0) > a
            for m, a in zip(members, ages, strict=True)
        ),
        "R-V24": any(
            (m.get("m_hi_type") == "HN" and not poor)
            or (m.get("m_hi_type") == "CN" and not near)
            or (m.get("m_hi_type") == "TE" and a >= 7)
            or (m.get("m_hi_type") == "HT" and m.get("m_pension") != "1")
            or (m.get("m_hi_type") == "BT" and m["m_sa"] == "0")
            for m, a in zip(members, ages, strict=True)
        ),
        "R-V25": any(m["m_sa"] == "1" and m["m_hi"] == "0" for m in members),
        "R-V27": any(m.get("m_pregnancy") in ("2", "3") for m in members) and min(ages) >= 3,
        "R-V28": any(
            m.get("m_sa_category", "")[:2] in ("06", "07") and m["m_disabled"] != "1" for m in members
        ),
        "R-V29": any(
            m.get("m_dis_degree") in ("1", "2") and m["m_dis_cert"] == "0" and m["m_sa"] == "1"
            for m in members
        ),
        "R-V31": c["house_ownership"] != "6" and not 2 <= c["house_area"] / c["hh_size"] <= 200,
        "R-V32": (c["light_source"] != "1" and bool({"7", "8", "10"} & set(c["assets"].split())))
        or c.get("electricity_kwh") == 0,
        "R-V33": bool({"4", "5"} & set(c["assets"].split())) and c["uses_phone"] == "0",
        "R-V35": c["income_month"] * 1000 < sum(r["a_amount"] for s in c1s for r in s["allowances"]),
        "R-V37": (poor or near) and not c.get("poor_book_no"),
        "R-V38": (n_sa > 0) != ("12" in c["support_got"].split()),
        "R-V43": n_sa != c["n_c1_forms"] or n_sa != len(c1s),
        "R-V45": set(c["list_source"].split())
        != {k for k, on in (("1", n_sa), ("2", poor), ("3", near)) if on},
    }
    yield from (rule for rule, fires in rules.items() if fires)


PARENTS = {"0101": "77", "0102": "33", "0103": "34", "0104": "35", "0105": "36", "0106": "44", "0107": "55",
           "0108": "66", "0109": "45", "0110": "46", "0111": "56"}  # fmt: skip


def broken_c1(c: Sheet, c1: Sheet, bounds: dict[str, dict[str, str]]) -> Iterator[str]:
    """Rules of form C1 and between the forms that it breaks."""
    at = date.fromisoformat(c1["interview_date"])
    row, years = c["members"][c1["member_no"] - 1], age(c1, "b", at)
    categories = [r["a_category"] for r in c1["allowances"]]
    degree = c1.get("d_degree")
    rules = {
        "R-X06": c1["b_name"] != row["m_name"],
        "R-X08": c1["b_poor"] != c["hh_class"],
        "R-X09": c1["b_sex"] != row["m_sex"],
        "R-X10": any(c1.get(f"b_birth_{p}") != row.get(f"m_birth_{p}") for p in ("year", "month", "day")),
        "R-X12": c1.get("b_id_no") != row.get("m_id_no"),
        "R-X13": row.get("m_sa_category") not in categories,
        "R-X14": "d_type" in c1 and (c1["d_type"], degree) != (row["m_dis_type"], row["m_dis_degree"]),
        "R-E05": "0401" in categories and (c1["s_marital"] in "25" or c1["s_n_u16"] + c1["s_n_16_22"] == 0),
        "R-E07": "0503" in categories and c1["b_pension"] == "1",
        "R-E08": {"0501": "1", "0502": "2", "0504": "1"}.get(categories[0], c1.get("e_supporter"))
        != c1.get("e_supporter"),
        "R-E10": {"0601": "1", "0602": "2"}.get(categories[0], degree) != degree,
        "R-E14": "0801" in categories and not any(m.get("m_dis_degree") == "1" for m in c["members"]),
        "R-E16": categories[0] in PARENTS
        and sorted(c1["o_father"] + c1["o_mother"]) != sorted(PARENTS[categories[0]]),
        "R-E18": sum(r["a_kind"] == "1" for r in c1["allowances"]) > 1,
        "R-B08": c1["receiver"] == "1"
        and (years < 16 or "3" in (c1.get("d_self_care"), c1.get("e_self_care"))),
        "R-B10": "b_id_no" in c1 and c1.get("receiver_id") == c1["b_id_no"],
        "R-B12": str(c1["member_no"]) in c1.get("k_cared_member_no", "").split(","),
    }
    yield from (rule for rule, fires in rules.items() if fires)
    for allowance in c1["allowances"]:
        yield from broken_benefit(c, c1, allowance, years, bounds[allowance["a_category"]])


def broken_benefit(c: Sheet, c1: Sheet, row: Sheet, years: int, law: dict[str, str]) -> Iterator[str]:
    decided, start = row["a_decision_date"], row["a_start"]
    months = (int(start[:4]) - int(decided[:4])) * 12 + int(start[5:7]) - int(decided[5:7])
    low, high = law["age_min_years"], law["age_max_years_exclusive"]
    eighty = f"{c1['b_birth_year'] + 80}-{1 if c1['b_birth_month'] == 99 else c1['b_birth_month']:02d}"
    rules = {
        "R-E01": (low and years < int(low)) or (high and years >= int(high)),
        "R-E04": law["requires_poor_household"] == "1" and c["hh_class"] not in "123",
        "R-E30": row["a_amount"] != 27_000 * int(row["a_coef"]),
        "R-E37": row["a_category"] == "0503" and start[:7] < eighty,
        "R-B01": not -3 <= months <= 3,
        "R-B11": row["a_last_paid"] < f"{c1['interview_date'][:4]}-{int(c1['interview_date'][5:7]) - 3:02d}",
        "R-B14": row["a_category"][:2] == "06" and c1["d_cert_date"] > decided,
    }
    yield from (rule for rule, fires in rules.items() if fires)


def test_households__without_mistakes__break_no_rule() -> None:
    bounds = table("beneficiary_categories", "code")
    broken: Counter[str] = Counter()
    for household in clean():
        c, c1s = sheets(household)
        broken.update(broken_c(c, c1s))
        for c1 in c1s:
            broken.update(broken_c1(c, c1, bounds))
    assert broken == Counter()


def test_amounts__against_the_example_table__coefficients_of_the_law() -> None:
    """The project's own examples, computed from the law beside our tables."""
    from processor.practice.codes import Codes

    codes = Codes(CODES)
    checked = 0
    with (CODES / "allowance_examples.csv").open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            at = date.fromisoformat(row["at_date"])
            if (
                not row["age_months"]
                or not row["coefficient"]
                or not date(2016, 1, 1) <= at < date(2021, 7, 1)
            ):
                continue
            if codes.coefficients[row["category_code"]][0]["driver"] != "age_months":
                continue
            assert codes.coefficient(row["category_code"], int(row["age_months"])) == float(
                row["coefficient"]
            )
            assert codes.base(at) * float(row["coefficient"]) == float(row["amount_vnd"])
            checked += 1
    assert checked > 10


def test_mistakes__five_per_cent__recorded_where_they_are() -> None:
    found = [h for h in households(CODES, number=2000, seed=4) if h.mistakes]
    assert 70 <= len(found) <= 130
    for household in found:
        for mistake in household.mistakes:
            assert answers_at(household, mistake.form_id, mistake.place, mistake.after), mistake


def answers_at(household: Household, form_id: str, place: str, after: str) -> bool:
    """Whether an interview of that form has the value at that place (`members[2]/m_name`, `@3/b_sex`)."""
    if place.endswith(("/", "hh_code", "c1_key")):
        return True
    for interview in household.interviews:
        if interview.form_id != form_id:
            continue
        here: Any = interview.answers
        line, _, path = place.partition("/") if place.startswith("@") else ("", "", place)
        if line and str(here["member_no"]) != line[1:]:
            continue
        for step in path.split("/"):
            name, _, number = step.rstrip("]").partition("[")
            here = here[name][int(number) - 1] if number else here.get(name, "")
        if str(here) == after:
            return True
    return False


def test_mistakes__every_kind__is_a_rule_of_the_catalogue() -> None:
    rules = read_rules(CODES.parent)
    assert set(PEOPLE) | set(SHEETS) <= set(rules)
    assert len(set(PEOPLE) | set(SHEETS)) >= 80


def test_mistakes__in_every_household__still_pass_on_a_phone(printers: dict[str, Printer]) -> None:
    seen: set[str] = set()
    for household in households(CODES, number=250, seed=21, mistakes=1):
        seen |= {m.rule for m in household.mistakes}
        for interview in household.interviews:
            printers[interview.form_id].to_xml(interview.answers, interview.phone)
    assert len(seen) > 50
