"""Who lives in a household and who of them gets which benefit; every case agrees with the law of 2016."""

from __future__ import annotations

from collections.abc import Callable

from processor.practice.kin import add, born, children, choose_class, choose_sex, couple, grant, other_sex
from processor.practice.model import Home, Person

CASES: dict[str, float] = {
    "old": 45,
    "old_poor": 8,
    "disabled": 31,
    "orphan": 1.5,
    "hiv": 0.3,
    "single_parent": 2.2,
    "foster": 1.0,
    "no_benefit": 11,
}
"""Shares of households; beneficiaries come out as in the country: older 57 %, disabled 37 %, children 1.5 %."""

ORPHANS: dict[str, tuple[tuple[str, str], float]] = {
    "0101": (("7", "7"), 1),
    "0102": (("3", "3"), 5),
    "0103": (("3", "4"), 2),
    "0104": (("3", "5"), 0.5),
    "0105": (("3", "6"), 1.5),
    "0106": (("4", "4"), 1),
    "0107": (("5", "5"), 0.3),
    "0108": (("6", "6"), 0.5),
    "0109": (("4", "5"), 0.3),
    "0110": (("4", "6"), 0.6),
    "0111": (("5", "6"), 0.3),
}
"""Fate of the parents that each sub-category of children without support means, and how common it is."""


def settle(home: Home) -> None:
    """Fill the household with people and benefits by one of the cases."""
    case = home.rng.choices(list(CASES), list(CASES.values()))[0]
    _SETTLERS[case](home)
    for line, person in enumerate(home.people, 1):
        person.line = line


def _old(home: Home) -> None:
    choose_class(home, 0.22, 0.2)
    layout = home.rng.random()
    if layout < 0.2:
        age = home.rng.randint(80, 94)
        alone = add(home, "01", choose_sex(home, 0.75), age, "3" if home.rng.random() < 0.9 else "1")
        grant(alone, "0501" if home.poor else "0503")
    elif layout < 0.45:
        couple(home, home.rng.randint(80, 90), married=1)
        home.people[1].birth, home.people[1].known = born(home.rng, home.visit, home.rng.randint(72, 86))
        for person in home.people:
            if home.age(person) >= 80:
                grant(person, "0503")
    else:
        _old_parent(home)


def _old_parent(home: Home) -> None:
    age = home.rng.randint(80, 96)
    couple(home, home.rng.randint(42, min(62, age - 20)))
    children(home, 3)
    sex = choose_sex(home, 0.7)
    relation = "08" if len(home.people) > 1 and home.rng.random() < 0.1 else "07"
    both = relation == "07" and home.rng.random() < 0.2
    grant(add(home, relation, sex, age, "2" if both else "3"), "0503")
    if both:
        grant(add(home, "07", other_sex(sex), home.rng.randint(80, 90), "2"), "0503")


def _old_poor(home: Home) -> None:
    home.hh_class = home.rng.choice("123")
    age = home.rng.randint(62, 84)
    if home.rng.random() < 0.25:  # the child who should support them lives on an allowance
        parent = add(home, "01", choose_sex(home, 0.7), age, "3")
        child = add(home, "03", choose_sex(home), home.rng.randint(25, age - 22))
        grant(parent, "0502")
        _disable(home, child, "2")
        return
    if home.rng.random() < 0.3:
        couple(home, age, married=1)
        spouse = home.people[1]
        spouse.birth, spouse.known = born(home.rng, home.visit, home.rng.randint(61, 82))
    else:
        add(home, "01", choose_sex(home, 0.8), age, home.rng.choice("3331"))
    for person in home.people:
        grant(person, "0501")


def _disable(home: Home, person: Person, degree: str = "") -> None:
    person.degree = degree or ("1" if home.rng.random() < 0.25 else "2")
    person.dis_types = sorted({str(home.rng.randint(1, 6)) for _ in range(home.rng.choice((1, 1, 1, 2)))})
    person.certified = True
    grant(person, f"060{person.degree}")


def _disabled(home: Home) -> None:
    choose_class(home, 0.3, 0.22)
    role = home.rng.choices(("child", "grown", "head", "spouse", "parent"), (14, 34, 20, 10, 22))[0]
    if role == "parent":
        age = home.rng.randint(60, 79)
        couple(home, age - home.rng.randint(20, 28))
        children(home, 2)
        person = add(home, "07", choose_sex(home, 0.6), age, "3")
    elif role in ("child", "grown"):
        age = home.rng.randint(3, 15) if role == "child" else home.rng.randint(17, 44)
        couple(home, age + home.rng.randint(20, 30), married=0.9 if role == "child" else 0.75)
        limit = min(home.age(p) for p in home.people) - 19
        person = add(home, "03", choose_sex(home, 0.45), min(age, limit))
        children(home, 1)
    else:
        couple(home, home.rng.randint(34, 68), married=1 if role == "spouse" else 0.8)
        person = home.people[1 if role == "spouse" else 0]
        children(home, 3)
    _disable(home, person)
    _mother(home, person)
    _carer(home, person)


def _mother(home: Home, person: Person) -> None:
    """A disabled young mother gets the care supplement beside her allowance."""
    mothers = person.sex == "2" and person.relation in ("01", "02") and 20 <= home.age(person) <= 40
    if not mothers or home.rng.random() < 0.6:
        return
    for _ in range(home.rng.choice((1, 1, 2))):
        add(home, "03", choose_sex(home), home.rng.randint(0, 2))
    infants = sum(home.age(child) < 3 for child in home.children_of_head())
    person.pregnancy = "3" if infants == 1 and home.rng.random() < 0.2 else "2"
    grant(person, {"3": "0702"}.get(person.pregnancy, "0701" if infants == 1 else "0703"))


def _carer(home: Home, person: Person) -> None:
    """Whoever of the family cares for an extremely severely disabled member may be paid for it."""
    able = [p for p in home.people if p is not person and not p.degree and 18 <= home.age(p) < 75]
    if person.degree == "1" and able and home.rng.random() < 0.3:
        grant(able[0], "0801", person)


def orphan(home: Home, relation: str) -> Person:
    """A child without support, of one of the legal sub-categories."""
    if relation == "06" and home.rng.random() < 0.15:
        child = add(home, relation, choose_sex(home), home.rng.randint(16, 20))
        child.school, child.level = "1", "4" if home.age(child) < 18 else "7"
        category = "0201"
    else:
        child = add(home, relation, choose_sex(home), home.rng.randint(1, 14))
        category = home.rng.choices(list(ORPHANS), [weight for _fate, weight in ORPHANS.values()])[0]
    fate = ORPHANS["0102" if category == "0201" else category][0]
    child.parents = fate if home.rng.random() < 0.5 else (fate[1], fate[0])
    grant(child, category)
    return child


def _orphan(home: Home) -> None:
    choose_class(home, 0.4, 0.2)
    couple(home, home.rng.randint(57, 74), married=0.6)
    for _ in range(home.rng.choice((1, 1, 1, 2))):
        orphan(home, "06")


def _hiv(home: Home) -> None:
    home.hh_class = home.rng.choice("123")
    if home.rng.random() < 0.7:
        couple(home, home.rng.randint(28, 46), married=0.5)
        home.head.work = "5"
        grant(home.head, "0302")
        children(home, 2)
        return
    couple(home, home.rng.randint(30, 45))
    grant(add(home, "03", choose_sex(home), home.rng.randint(3, 10)), "0301")


def _single_parent(home: Home) -> None:
    home.hh_class = home.rng.choice("123")
    age = home.rng.randint(26, 45)
    parent = add(home, "01", choose_sex(home, 0.9), age, home.rng.choice("11334"))
    for _ in range(home.rng.choice((1, 1, 2, 3))):
        add(home, "03", choose_sex(home), home.rng.randint(0, min(14, age - 19)))
    grant(parent, "0401")


def _foster(home: Home) -> None:
    case = home.rng.choice(("child", "disabled", "old"))
    choose_class(home, 0.2, 0.2)
    if case == "old":
        home.hh_class = home.rng.choice("123")
    couple(home, home.rng.randint(34, 56), married=1)
    children(home, 2)
    if case == "child":
        child = orphan(home, "14")
        child.foster = home.head
        grant(home.head, "0901", child)
    elif case == "disabled":
        cared = [
            add(home, "14", choose_sex(home), home.rng.randint(10, 58))
            for _ in range(home.rng.choice((1, 1, 2)))
        ]
        for person in cared:
            _disable(home, person, "1")
        grant(home.head, "0802" if len(cared) == 1 else "0803", *cared)
    else:
        old = add(home, "14", choose_sex(home, 0.7), home.rng.randint(65, 88), "3")
        grant(old, "0504")
        grant(home.head, "0902", old)


def _no_benefit(home: Home) -> None:
    home.hh_class = home.rng.choice("123456")
    couple(home, home.rng.randint(26, 62))
    children(home, 4)


_SETTLERS: dict[str, Callable[[Home], None]] = {
    "old": _old,
    "old_poor": _old_poor,
    "disabled": _disabled,
    "orphan": _orphan,
    "hiv": _hiv,
    "single_parent": _single_parent,
    "foster": _foster,
    "no_benefit": _no_benefit,
}
