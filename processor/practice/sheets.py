"""The answers of form C, in the shape the form engine takes: names and values, repeats as lists."""

from __future__ import annotations

from typing import Any

from processor.practice import names
from processor.practice.benefits import allowance
from processor.practice.codes import Codes
from processor.practice.lives import health_card, phone
from processor.practice.model import Home, Person

Sheet = dict[str, Any]


def place(home: Home) -> Sheet:
    """The questions that both forms begin with."""
    return {
        "district_code": home.commune.district,
        "commune_code": home.commune.code,
        "village_code": f"{home.village_no:03d}",
        "household_no": home.household_no,
        "interview_date": home.visit.isoformat(),
        "officer_code": f"{home.commune.code}-9{home.village_no % 2 + 1}",
    }


def written(name: str) -> str:
    """A name as officers write it: in capitals."""
    return name.upper()


def sheet_c(home: Home, codes: Codes) -> Sheet:
    """Form C of the household."""
    head = home.head
    sheet: Sheet = {
        **place(home),
        "village_name": home.village,
        "area_type": home.commune.area_type,
        "officer_name": _officer(home),
        "visit_no": 1,
        "gps": names.coordinates(home.rng, home.commune.district),
        "head_name": head.name if head.scanned else written(head.name),
        **({"head_card": card(home, head)} if head.scanned else {}),
        "hh_size": len(home.people),
        **_respondent(home),
        **home.dwelling,
        "members": [member(home, person) for person in home.people],
        "n_c1_forms": len(home.beneficiaries),
        "result": "1",
    }
    if home.rng.random() < 0.75 and home.dwelling["uses_phone"] == "1":
        sheet["head_phone"] = phone(home, codes)
    if home.rng.random() < 0.5:
        sheet["address_detail"] = home.village
    return sheet


def _officer(home: Home) -> str:
    place_rng = sum(map(int, home.commune.code)) + home.village_no % 2
    given = ("Thị Hà", "Văn Nam", "Thị Phượng", "Văn Thắng", "Thị Lan", "Văn Hoà")
    return f"Lê {given[place_rng % len(given)]}"


def _respondent(home: Home) -> Sheet:
    spouse = next((p for p in home.people if p.relation == "02"), None)
    if spouse is not None and home.rng.random() < 0.3:
        return {"respondent_rel": "2", "respondent_name": written(spouse.name)}
    if home.age(home.head) < 85 or len(home.people) == 1:
        return {"respondent_rel": "1"}
    adult = next((p for p in home.people[1:] if home.age(p) >= 18), None)
    return (
        {"respondent_rel": "3", "respondent_name": written(adult.name)} if adult else {"respondent_rel": "1"}
    )


def card(home: Home, person: Person) -> str:
    """What the QR code of the person's chip card says."""
    sex = "Nam" if person.sex == "1" else "Nữ"
    commune = f"{home.village}, {home.commune.name}, {home.commune.district_name}, Nghệ An"
    return f"{person.id_no}|189{person.serial % 1_000_000:06d}|{person.name}|{person.birth:%d%m%Y}|{sex}|{commune}|05072021"


def birth(person: Person, prefix: str) -> Sheet:
    """Year, month and day; 99 for what is not known."""
    found: Sheet = {f"{prefix}_birth_year": person.birth.year}
    found[f"{prefix}_birth_month"] = 99 if person.known == "Y" else person.birth.month
    if person.known != "Y":
        found[f"{prefix}_birth_day"] = 99 if person.known == "M" else person.birth.day
    return found


def member(home: Home, person: Person) -> Sheet:
    """One row of the members; a question is answered when the form asks it."""
    age = home.age(person)
    row: Sheet = {
        "m_relation": person.relation,
        "m_name": person.name if person.scanned else written(person.name),
        "m_sex": person.sex,
        **birth(person, "m"),
        "m_ethnic": person.ethnic,
        "m_residence": person.residence,
        "m_id_type": person.id_type,
        "m_hi": "1" if person.hi else "0",
        "m_illness": person.illness,
        "m_disabled": "1" if person.degree else "0",
        "m_sa": "1" if person.benefits else "0",
    }
    if person.scanned:
        row["m_card"] = card(home, person)
    if person.id_no:
        row["m_id_no"] = person.id_no
    if person.benefits:
        row["m_sa_category"] = person.categories[0]
    if person.hi:
        row |= {"m_hi_type": person.hi_type, "m_hi_no": health_card(person)}
    if person.degree:
        row |= {"m_dis_type": " ".join(person.dis_types), "m_dis_degree": person.degree}
        row["m_dis_cert"] = "1" if person.certified else "0"
    return row | _by_age(person, age)


def _by_age(person: Person, age: int) -> Sheet:
    row: Sheet = {}
    if age >= 3:
        row["m_school"] = person.school
        if person.school == "1":
            row["m_school_level"] = person.level
    if age >= 6:
        row["m_education"] = person.education
    if age >= 13:
        row["m_marital"] = person.marital
    if age >= 15:
        row["m_work"] = person.work
        if person.work == "1":
            row["m_occupation"] = person.occupation
    if person.sex == "2" and 13 <= age <= 55:
        row["m_pregnancy"] = person.pregnancy
    if age >= 16:
        row |= {"m_pension": str(int(person.pension)), "m_merit": str(int(person.merit))}
    return row


def benefit_rows(home: Home, person: Person, codes: Codes) -> list[Sheet]:
    """The repeat of form C1."""
    return [allowance(home, person, benefit, codes) for benefit in person.benefits]
