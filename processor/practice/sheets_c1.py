"""The answers of form C1, one for each member with a benefit."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from stdnum.iso7064 import mod_97_10

from processor.practice.benefits import dependants
from processor.practice.codes import Codes
from processor.practice.lives import health_card
from processor.practice.model import Home, Person
from processor.practice.sheets import Sheet, benefit_rows, birth, card, place, written


def key_check(key: str) -> str:
    """Two check digits of a C1 key (ISO 7064, mod 97-10), which C shows and C1 asks for."""
    return str(mod_97_10.calc_check_digits(key.replace("-", "")))


def sheet_c1(home: Home, person: Person, codes: Codes) -> Sheet:
    """Form C1 of one member; `home.people` and form C say the same."""
    rows = benefit_rows(home, person, codes)
    care = _self_care(home, person)
    key = f"{home.key}-{person.line:02d}"
    sheet: Sheet = {
        **place(home),
        "member_no": person.line,
        "key_check": key_check(key),
        **_person(home, person),
        "benefit_status": "1",
        "benefit_book_no": f"BTXH-{home.commune.code}-{home.index * 12 + person.line:07d}",
        "n_allowances": len(rows),
        "allowances": rows,
        **_payment(home, person, care),
        **_carer(home, person, care),
        "needs": " ".join(
            sorted(home.rng.sample(("1", "2", "3", "6", "7", "10"), home.rng.randint(1, 3)), key=int)
        ),
        "result": "1",
    }
    if home.rng.random() < 0.3:
        sheet["key_scan"] = f"{key}-{sheet['key_check']}"
    return sheet | _modules(home, person, care, rows)


def _person(home: Home, person: Person) -> Sheet:
    found: Sheet = {
        "b_name": person.name if person.scanned else written(person.name),
        "b_sex": person.sex,
        **birth(person, "b"),
        "b_ethnic": person.ethnic,
        "b_id_type": person.id_type,
        "b_poor": home.hh_class,
        "b_hi": "1" if person.hi else "0",
        "b_pension": str(int(person.pension)),
        "b_merit": str(int(person.merit)),
    }
    if person.scanned:
        found |= {"b_card": card(home, person), "b_id_date": f"{home.visit - timedelta(days=20)}"}
    if person.id_no:
        found["b_id_no"] = person.id_no
        if not person.scanned:
            found["b_id_date"] = (
                f"{date(home.rng.randint(2001, 2014), home.rng.randint(1, 12), home.rng.randint(1, 28))}"
            )
    if person.hi:
        found["b_hi_no"] = health_card(person)
    return found


def _self_care(home: Home, person: Person) -> str:
    """1 alone, 2 with help, 3 fully dependent; nobody is left alone who cannot."""
    if person.degree == "1":
        return home.rng.choice("233") if adults(home, person) else "2"
    if person.degree == "2":
        return home.rng.choice("122")
    frail = home.age(person) >= 85 and bool(adults(home, person))
    return home.rng.choices("123", (60, 30, 10) if frail else (90, 10, 0))[0]


def adults(home: Home, person: Person) -> list[Person]:
    """Other members who can collect money or give care, the closest first."""
    able = [p for p in home.people if p is not person and home.age(p) >= 18 and p.degree != "1"]
    return sorted(able, key=lambda p: abs(home.age(p) - 45))


def _payment(home: Home, person: Person, care: str) -> Sheet:
    method = home.rng.choices("1234", (50, 40, 6, 4))[0]
    found: Sheet = {"pay_method": method, "pay_on_time": home.rng.choices("10", (95, 5))[0]}
    if method in "12":
        found["pay_point"] = f"UBND {home.commune.name}" if method == "1" else f"Bưu điện {home.commune.name}"
    others = adults(home, person)
    child = home.age(person) < 16
    if others and (child or care == "3" or (care == "2" and home.rng.random() < 0.3)):
        found |= {"receiver": "2" if child else "3", "receiver_name": written(others[0].name)}
        if others[0].id_no:
            found["receiver_id"] = others[0].id_no
    else:
        found["receiver"] = "1"
    return found


def _carer(home: Home, person: Person, care: str) -> Sheet:
    others = adults(home, person)
    if not others or (care == "1" and home.age(person) >= 16):
        return {"carer_rel": "0"}
    carer = others[0]
    spouses = {person.relation, carer.relation} == {"01", "02"}
    older = home.age(carer) > home.age(person)
    relation = (
        "1"
        if spouses
        else "6"
        if person.relation == "14"
        else "4"
        if person.relation == "06"
        else "3"
        if older
        else "2"
    )
    return {"carer_rel": relation, "carer_name": written(carer.name)}


def _modules(home: Home, person: Person, care: str, rows: list[Sheet]) -> Sheet:
    """Sections D1 to D6, each shown for its categories only."""
    found: dict[str, Any] = {}
    if person.has("06", "07"):
        found |= _disability(home, person, care, rows)
    if person.has("01", "02"):
        found |= _child(home, person)
    if person.has("03"):
        found |= {"v_doc": "1", "v_arv": home.rng.choice("110")}
        found |= {"v_unable_work": "1"} if home.age(person) >= 16 else {}
    if person.has("04"):
        children = dependants(home)
        under = sum(home.age(c) < 16 for c in children)
        found |= {"s_marital": person.marital, "s_n_u16": under, "s_n_16_22": len(children) - under}
    if person.has("05"):
        found |= _elder(home, person, care)
    if person.has("08", "09"):
        found |= _cares(person)
    return found


def _disability(home: Home, person: Person, care: str, rows: list[Sheet]) -> Sheet:
    decided = min(
        date.fromisoformat(r["a_decision_date"]) for r in rows if r["a_category"][:2] in ("06", "07")
    )
    found: Sheet = {
        "d_type": " ".join(person.dis_types),
        "d_degree": person.degree,
        "d_cert_no": f"{home.rng.randint(1, 400):03d}/GXN-KT",
        "d_cert_date": f"{max(decided - timedelta(days=home.rng.randint(10, 150)), person.birth)}",
        "d_since_birth": home.rng.choice("100"),
        "d_self_care": care,
        "d_device": home.rng.choice("012"),
    }
    if 12 <= home.age(person) <= 60:
        found["d_pregnancy"] = person.pregnancy
        if person.pregnancy in "23":
            found["d_n_infants"] = max(1, sum(home.age(p) < 3 for p in home.children_of_head()))
    return found


def _child(home: Home, person: Person) -> Sheet:
    carer = person.foster or next(iter(adults(home, person)), None)
    found: Sheet = {
        "o_father": person.parents[0],
        "o_mother": person.parents[1],
        "o_living_with": "4" if person.relation == "14" else "2",
    }
    if carer is not None:
        found["o_carer_name"] = written(carer.name)
    if home.age(person) >= 3:
        found["o_school"] = person.school
        if person.school == "1":
            found["o_school_level"] = person.level
    return found


def _elder(home: Home, person: Person, care: str) -> Sheet:
    alone = len(home.people) == 1
    supporter = "2" if person.has("0502") else "1" if person.has("0501", "0504") or alone else "3"
    return {"e_supporter": supporter, "e_lives_alone": str(int(alone)), "e_self_care": care}


def _cares(person: Person) -> Sheet:
    cared = [p for b in person.benefits for p in b.cared]
    return {
        "k_n_cared": len(cared),
        "k_cared_member_no": ",".join(str(p.line) for p in cared),
        "k_decision": "0" if person.has("0801") else "1",
    }
