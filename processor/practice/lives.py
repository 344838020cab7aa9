"""What each member does and has: name, school, work, papers, insurance; coherent with age and benefits."""

from __future__ import annotations

from processor.practice import names
from processor.practice.codes import Codes
from processor.practice.model import MEMBERS_MAX, Home, Person


def live(home: Home) -> None:
    """Fill in everything that follows from age, benefits and the place."""
    _name(home)
    mothers = [p for p in home.people if p.sex == "2" and p.relation in ("01", "02", "05")]
    for person in home.people:
        person.serial = (home.seed * 7919 + home.index) * MEMBERS_MAX + person.line
        _study(home, person)
        _ability(home, person)
        _work(home, person)
        _papers(home, person)
    _infants(home, mothers)
    for person in home.people:
        _insure(home, person)
    _citizen_card(home)


def _name(home: Home) -> None:
    rng, used = home.rng, set()
    family = names.surname(rng, home.ethnic)
    partner = names.surname(rng, home.ethnic)
    father = (
        family if home.head.sex == "1" or len(home.people) < 2 or home.people[1].relation != "02" else partner
    )
    for person in home.people:
        own = {"01": family, "02": partner, "03": father, "06": father}.get(person.relation)
        if person.relation == "07" and person.sex == "1":
            own = family
        while not person.name or person.name in used:
            surname = own or names.surname(rng, home.ethnic)
            person.name = names.full_name(rng, home.ethnic, person.sex, surname)
        used.add(person.name)


_SCHOOL = ((3, 6, 0.7, "1"), (6, 11, 0.98, "2"), (11, 15, 0.94, "3"), (15, 18, 0.75, "4"), (18, 23, 0.3, "7"))
"""From age, below age, share in school, level."""


def _study(home: Home, person: Person) -> None:
    age, rng = home.age(person), home.rng
    if not person.level:
        share, level = next(((s, lv) for low, high, s, lv in _SCHOOL if low <= age < high), (0.0, ""))
        if person.degree == "1" or (person.degree == "2" and age >= 15):
            share = 0.0
        elif person.degree == "2":
            share, level = 0.6, "9"
        at_school = rng.random() < share
        person.school = "1" if at_school else ("3" if age < 6 or (person.degree == "1" and age < 20) else "2")
        person.level = level if at_school else ""
    person.education = _diploma(home, person, age)


def _diploma(home: Home, person: Person, age: int) -> str:
    if person.school == "1":
        return {"3": "1", "4": "2", "7": "3"}.get(person.level, "0")
    if person.school == "3" or person.degree == "1" or age < 12:
        return "0"
    if age < 17:
        return "1"
    weights = (5, 8, 45, 35, 2, 3, 1, 1) if age < 45 else (18, 30, 38, 9, 1, 2, 0, 2)
    if age >= 70:
        weights = (55, 30, 10, 3, 0, 1, 0, 1)
    found = home.rng.choices("01234567", weights)[0]
    return found if age >= 24 or found < "6" else "3"


def _ability(home: Home, person: Person) -> None:
    """A few mild disabilities without benefit, serious illness, pensions and merit allowances."""
    age, rng = home.age(person), home.rng
    if not person.degree and not person.benefits and rng.random() < 0.02:
        person.degree, person.dis_types = rng.choice("339"), [str(rng.randint(1, 6))]
        person.certified = person.degree == "3" and rng.random() < 0.3
    person.illness = rng.choices("012", (82, 17, 0 if home.near_poor else 1))[0]
    if age >= 58 and not person.benefits:
        person.pension = rng.random() < (0.9 if age >= 80 else 0.08)
        person.merit = rng.random() < 0.04


def _work(home: Home, person: Person) -> None:
    age, rng = home.age(person), home.rng
    if person.work != "5" and (person.degree == "1" or (person.degree == "2" and rng.random() < 0.85)):
        person.work = "5"
    elif person.school == "1":
        person.work = "3"
    elif age >= 72 or person.pension:
        person.work = "6"
    elif person.work != "5":
        person.work = rng.choices("1247", (88, 4, 6, 2))[0]
    rural = home.commune.area_type == "2"
    person.occupation = rng.choices(
        ("1", "2", "3", "4", "5", "6", "7"), (60, 5, 10, 2, 8, 9, 6) if rural else (5, 2, 30, 5, 30, 25, 3)
    )[0]


def _infants(home: Home, mothers: list[Person]) -> None:
    """The youngest married woman of the house is the mother of its infants."""
    infants = [p for p in home.people if home.age(p) < 3 and p.relation in ("03", "06")]
    possible = [p for p in mothers if 18 <= home.age(p) <= 48 and p.pregnancy == "0"]
    if infants and possible and not any(p.pregnancy in "23" for p in home.people):
        min(possible, key=home.age).pregnancy = "2"


def _papers(home: Home, person: Person) -> None:
    """Invented numbers: real in form (province, block, sex, year), and their serial begins with 9."""
    age, rng = home.age(person), home.rng
    if age < 15:
        person.id_type = "3"
    elif rng.random() < (0.03 if age < 75 else 0.12):
        person.id_type = "4"
    else:
        person.id_type, person.id_no = "1", f"189{person.serial % 1_000_000:06d}"
    person.residence = "1" if rng.random() < 0.95 else rng.choice("23")


def citizen_number(home: Home, person: Person) -> str:
    """A 12-digit number of Nghệ An for the person's sex and birth year."""
    century = 0 if person.birth.year < 2000 else 2
    digit = century + (0 if person.sex == "1" else 1)
    return f"040{digit}{person.birth.year % 100:02d}9{home.index % 100_000:05d}"


def _citizen_card(home: Home) -> None:
    """In a few households one adult has the new 12-digit card; half of those cards are scanned."""
    adults = [p for p in home.people if p.id_type == "1" and p.known == "D" and p.birth.year >= 1905]
    if adults and home.rng.random() < 0.08:
        person = adults[0]
        person.id_type, person.id_no = "2", citizen_number(home, person)
        person.scanned = home.rng.random() < 0.5


def _insure(home: Home, person: Person) -> None:
    age, rng = home.age(person), home.rng
    if person.benefits:
        person.hi_type = "BT"
    elif age < 6:
        person.hi_type = "TE"
    elif home.poor:
        person.hi_type = "HN"
    elif home.near_poor:
        person.hi_type = "CN"
    elif person.pension:
        person.hi_type = "HT"
    elif person.merit:
        person.hi_type = "CC"
    elif person.school == "1":
        person.hi_type = "HS"
    else:
        person.hi_type = "DT" if home.ethnic != names.KINH else "GD"
        person.hi = home.ethnic != names.KINH or rng.random() < 0.7


def health_card(person: Person) -> str:
    """A card number of 15 characters that no other invented person has."""
    return f"{person.hi_type}{_PAYER.get(person.hi_type, 4)}40{90_0000_0000 + person.serial % 10_0000_0000}"


_PAYER = {"HN": 2, "BT": 2, "TE": 1, "CC": 1, "CN": 3, "HT": 3, "DT": 2}


def phone(home: Home, codes: Codes) -> str:
    """A number of 2016: ten or eleven digits, `00` after the prefix marks it as invented."""
    number = f"00{(home.seed * 7919 + home.index) % 100_000:05d}"
    return home.rng.choice((*("091", "094", "097", "098"), *codes.old_mobiles)) + number
