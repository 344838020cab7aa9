"""What a benefit is worth and when it was granted, by the tables of 2016."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from processor.practice.codes import Codes
from processor.practice.model import Benefit, Home, Person

_FIRST_DECISION = {"06": date(2013, 3, 1), "07": date(2014, 1, 1), "08": date(2013, 3, 1)}


def coefficient(home: Home, person: Person, benefit: Benefit, codes: Codes) -> float:
    """The coefficient due on the day of the visit, once for each person that a carer is paid for."""
    rule = codes.coefficients[benefit.category][0]
    driver = {
        "age_months": person.months(home.visit),
        "n_children": len(dependants(home)),
        "cared_age_months": benefit.cared[0].months(home.visit) if benefit.cared else 0,
    }.get(rule["driver"], 0)
    times = len(benefit.cared) if rule["unit"] == "cared_person" else 1
    return codes.coefficient(benefit.category, driver) * times


def amount(home: Home, person: Person, benefit: Benefit, codes: Codes) -> int:
    """VND a month."""
    return round(codes.base(home.visit) * coefficient(home, person, benefit, codes))


def dependants(home: Home) -> list[Person]:
    """Own children under 16, or under 22 and at school."""
    children = home.children_of_head()
    return [c for c in children if home.age(c) < 16 or (home.age(c) < 22 and c.school == "1")]


def allowance(home: Home, person: Person, benefit: Benefit, codes: Codes) -> dict[str, Any]:
    """The answers of one row of the benefits."""
    decided = _decided(home, person, benefit)
    start = decided.replace(day=1)
    if home.rng.random() < 0.4 and _next_month(start) <= home.visit:
        start = _next_month(start)
    paid = max(start, (home.visit.replace(day=1) - timedelta(days=home.rng.choice((0, 1)))).replace(day=1))
    return {
        "a_kind": benefit.kind,
        "a_category": benefit.category,
        "a_decision_no": f"{home.rng.randint(100, 4999)}/QĐ-UBND",
        "a_decision_date": decided.isoformat(),
        "a_decision_level": "1",
        "a_start": start.isoformat(),
        "a_coef": f"{round(coefficient(home, person, benefit, codes) * 10)}",
        "a_amount": amount(home, person, benefit, codes),
        "a_last_paid": paid.isoformat(),
    }


def _next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def _decided(home: Home, person: Person, benefit: Benefit) -> date:
    """A day between the month in which the person became eligible and the visit."""
    group = benefit.category[:2]
    low = max(_FIRST_DECISION.get(group, date(2011, 1, 1)), _eligible(person, benefit.category))
    for cared in benefit.cared:
        low = max(low, cared.birth)
    low, high = low.replace(day=1), home.visit - timedelta(days=3)
    return low + timedelta(days=home.rng.randint(0, (high - low).days)) if high > low else home.visit


def _eligible(person: Person, category: str) -> date:
    years = {"0503": 80, "0501": 60, "0502": 60, "0504": 60, "0302": 16, "0401": 19, "0701": 18}.get(
        category, 0
    )
    if category.startswith("07"):
        years = 18
    if category[:2] in ("08", "09"):
        years = 18
    first = person.birth.replace(year=person.birth.year + years, day=1)
    return first if years else first + timedelta(days=180)
