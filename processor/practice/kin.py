"""Relatives of plausible ages: couples, children, young couples; the bricks of the families."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from processor.practice.model import Benefit, Home, Person


def born(rng: Random, at: date, age: int) -> tuple[date, str]:
    """A birth date for someone of that age on that day, and what is known of it."""
    unknown = 0.22 if age >= 60 else 0.02
    if rng.random() < unknown:
        return date(at.year - age, 1, 1), "Y"
    last = _years_before(at, age)
    first = _years_before(at, age + 1) + timedelta(days=1)
    birth = first + timedelta(days=rng.randrange((last - first).days + 1))
    if rng.random() < unknown / 4 and birth.month != at.month:
        return birth.replace(day=1), "M"
    return birth, "D"


def _years_before(at: date, years: int) -> date:
    day = 28 if (at.month, at.day) == (2, 29) else at.day
    return at.replace(year=at.year - years, day=day)


def add(home: Home, relation: str, sex: str, age: int, marital: str = "1") -> Person:
    """A new member of that age."""
    birth, known = born(home.rng, home.visit, age)
    person = Person(relation, sex, birth, known, marital=marital, ethnic=home.ethnic)
    home.people.append(person)
    return person


def grant(person: Person, category: str, *cared: Person) -> None:
    """A benefit for a person."""
    person.benefits.append(Benefit(category, list(cared)))


def choose_class(home: Home, poor: float, near: float) -> None:
    """The class of the household: shares of poor and near-poor."""
    group = home.rng.choices(("123", "456", "7"), (poor, near, 1 - poor - near))[0]
    home.hh_class = home.rng.choice(group)


def choose_sex(home: Home, female: float = 0.5) -> str:
    """1 or 2."""
    return "2" if home.rng.random() < female else "1"


def other_sex(sex: str) -> str:
    """The opposite."""
    return "1" if sex == "2" else "2"


def _single(home: Home, age: int) -> str:
    return "3" if age >= 55 and home.rng.random() < 0.85 else home.rng.choice("1134")


def couple(home: Home, age: int, *, married: float = 0.85) -> None:
    """The head, mostly with a spouse."""
    with_spouse = home.rng.random() < married
    sex = "1" if with_spouse and home.rng.random() < 0.85 else choose_sex(home, 0.65)
    add(home, "01", sex, age, "2" if with_spouse else _single(home, age))
    if with_spouse:
        spouse = max(22, age - home.rng.randint(-2, 5))
        add(home, "02", other_sex(sex), spouse, "2")


def children(home: Home, most: int) -> None:
    """Own children who still live at home, each at least 19 years younger than the parents."""
    limit = min(home.age(p) for p in home.people[:2] if p.relation in ("01", "02")) - 19
    for _ in range(home.rng.randint(0, most)):
        if limit < 1:
            return
        age = home.rng.randint(max(0, limit - 14), limit)
        if age < 26:
            add(home, "03", choose_sex(home), age)
        elif home.rng.random() < 0.5:
            _young_couple(home, age)
            return


def _young_couple(home: Home, age: int) -> None:
    """A married son with wife and small children in his parents' house."""
    add(home, "03", "1", age, "2")
    wife = max(20, age - home.rng.randint(0, 4))
    add(home, "05", "2", wife, "2")
    limit = min(wife - 19, home.age(home.head) - 40)
    for _ in range(home.rng.randint(1, 2)):
        if limit >= 0:
            add(home, "06", choose_sex(home), home.rng.randint(0, min(limit, 12)))
