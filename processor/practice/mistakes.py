"""Deliberate mistakes of the kinds in the rule catalogue, each recorded, so that checks can be measured.

A kind changes people (before the sheets are written, so that later questions follow) or the finished
sheets. Only what a phone would let pass: form constraints, required answers and relevance still hold.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from processor.practice.model import Home, Person
from processor.practice.sheets import Sheet

C, C1 = "phieu_c", "phieu_c1"


@dataclass(frozen=True)
class Mistake:
    """One deliberate mistake: the rule that should find it, where it is, what stood there before."""

    rule: str
    form_id: str
    place: str
    """Path as in the answers: `head_name`, `members[2]/m_name`; for C1 begins with `@<line>/`."""
    before: str
    after: str


@dataclass
class Draft:
    """The sheets of one household before they are sent."""

    home: Home
    c: Sheet
    c1: list[Sheet] = field(default_factory=list)
    repeated: list[tuple[str, Sheet]] = field(default_factory=list)
    """Sheets sent a second time under another id."""

    @property
    def rng(self) -> Random:
        """The household's source of chance."""
        return self.home.rng

    def person(self, sheet: Sheet) -> Person:
        """The member of a C1."""
        return self.home.people[sheet["member_no"] - 1]

    def row(self, sheet: Sheet) -> Sheet:
        """The row of form C of the member of a C1."""
        found: Sheet = self.c["members"][sheet["member_no"] - 1]
        return found

    def pick_c1(
        self, *groups: str, fits: Callable[[Sheet, Person], bool] = lambda _s, _p: True
    ) -> Sheet | None:
        """The first C1 with a benefit of one of the groups that fits."""
        for sheet in self.c1:
            person = self.person(sheet)
            if (not groups or person.has(*groups)) and fits(sheet, person):
                return sheet
        return None

    def pick_member(self, fits: Callable[[Sheet, Person], bool]) -> tuple[int, Sheet] | None:
        """The first member that fits: line and row of form C."""
        for person, row in zip(self.home.people, self.c["members"], strict=True):
            if fits(row, person):
                return person.line, row
        return None


SheetKind = Callable[[Draft], Mistake | None]
PeopleKind = Callable[[Home], Mistake | None]
PEOPLE: dict[str, PeopleKind] = {}
SHEETS: dict[str, SheetKind] = {}


def on_people(rule: str) -> Callable[[PeopleKind], PeopleKind]:
    """Register a kind that changes people."""

    def register(kind: PeopleKind) -> PeopleKind:
        PEOPLE[rule] = kind
        return kind

    return register


def on_sheets(rule: str) -> Callable[[SheetKind], SheetKind]:
    """Register a kind that changes sheets."""

    def register(kind: SheetKind) -> SheetKind:
        SHEETS[rule] = kind
        return kind

    return register


def change(rule: str, form_id: str, sheet: Sheet, name: str, value: Any, prefix: str = "") -> Mistake:
    """Set an answer and say so; None takes the answer away."""
    before = sheet.get(name, "")
    if value is None:
        sheet.pop(name, None)
    else:
        sheet[name] = value
    return Mistake(rule, form_id, prefix + name, str(before), "" if value is None else str(value))


def in_c(rule: str, draft: Draft, name: str, value: Any) -> Mistake:
    """A changed answer of form C."""
    return change(rule, C, draft.c, name, value)


def in_member(rule: str, line: int, row: Sheet, name: str, value: Any) -> Mistake:
    """A changed answer of a member's row."""
    return change(rule, C, row, name, value, f"members[{line}]/")


def in_c1(rule: str, sheet: Sheet, name: str, value: Any) -> Mistake:
    """A changed answer of a C1."""
    return change(rule, C1, sheet, name, value, f"@{sheet['member_no']}/")


def in_benefit(rule: str, sheet: Sheet, name: str, value: Any) -> Mistake:
    """A changed answer of the first benefit of a C1."""
    return change(rule, C1, sheet["allowances"][0], name, value, f"@{sheet['member_no']}/allowances[1]/")


def share_of_people() -> float:
    """How many of the kinds change people: every kind gets the same chance."""
    return len(PEOPLE) / (len(PEOPLE) + len(SHEETS))


def of_people(home: Home) -> Mistake | None:
    """One mistake in the people, if a kind that is drawn fits this household."""
    rule = home.rng.choice(list(PEOPLE))
    return PEOPLE[rule](home)


def of_sheets(draft: Draft) -> Mistake | None:
    """One mistake in the sheets: kinds are tried in a drawn order until one fits."""
    for rule in draft.rng.sample(list(SHEETS), len(SHEETS)):
        found = SHEETS[rule](draft)
        if found is not None:
            return found
    return None


# ---- people


@on_people("R-V14")
def _same_sex(home: Home) -> Mistake | None:
    spouse = next(
        (p for p in home.people if p.relation == "02" and p.pregnancy == "0" and not p.benefits), None
    )
    if spouse is None:
        return None
    before, spouse.sex = spouse.sex, home.head.sex
    return Mistake("R-V14", C, f"members[{spouse.line}]/m_sex", before, spouse.sex)


@on_people("R-V15")
def _child_too_old(home: Home) -> Mistake | None:
    child = next(
        (p for p in home.children_of_head() if not p.benefits and not p.degree and p.marital == "1"), None
    )
    if (
        child is None
        or home.head.has("04", "09")
        or home.head.birth.year > 1990
        or any(home.age(p) < 3 for p in home.people)
    ):
        return None
    before = child.birth.year
    child.birth = child.birth.replace(year=home.head.birth.year + 5, day=min(child.birth.day, 28))
    child.level, child.school = "", "2"
    return Mistake("R-V15", C, f"members[{child.line}]/m_birth_year", str(before), str(child.birth.year))


@on_people("R-V20")
def _married_child(home: Home) -> Mistake | None:
    child = next((p for p in home.children_of_head() if 14 <= home.age(p) <= 16), None)
    if child is None:
        return None
    child.marital = "2"
    return Mistake("R-V20", C, f"members[{child.line}]/m_marital", "1", "2")


@on_people("R-V21")
def _unmarried_spouse(home: Home) -> Mistake | None:
    spouse = next((p for p in home.people if p.relation == "02"), None)
    if spouse is None:
        return None
    spouse.marital = "1"
    return Mistake("R-V21", C, f"members[{spouse.line}]/m_marital", "2", "1")


@on_people("R-E04")
def _not_poor(home: Home) -> Mistake | None:
    if not any(p.has("0401", "0501", "0502", "0504", "03") for p in home.people):
        return None
    before, home.hh_class = home.hh_class, home.rng.choice("456")
    return Mistake("R-E04", C, "hh_class", before, home.hh_class)
