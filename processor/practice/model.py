"""An invented household before it becomes answers: people, benefits, dwelling."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from processor.practice.codes import Commune

MEMBERS_MAX = 12
"""Room for serial numbers: every member of every household has numbers of its own."""


@dataclass
class Benefit:
    """One monthly benefit; `cared` are the people a carer is paid for."""

    category: str
    cared: list[Person] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """1 allowance, 2 care supplement, 3 carer support."""
        return {"07": "2", "08": "3", "09": "3"}.get(self.category[:2], "1")


@dataclass
class Person:
    """A member of the household; ages are those the form computes (unknown parts count as the first)."""

    relation: str
    sex: str
    birth: date
    known: str
    """What is known of the birth date: D all, M year and month, Y the year."""
    name: str = ""
    ethnic: str = ""
    line: int = 0
    serial: int = 0
    marital: str = "1"
    residence: str = "1"
    id_type: str = "4"
    id_no: str = ""
    scanned: bool = False
    school: str = "2"
    level: str = ""
    education: str = "0"
    hi: bool = True
    hi_type: str = "GD"
    work: str = "1"
    occupation: str = "1"
    pregnancy: str = "0"
    illness: str = "0"
    degree: str = ""
    dis_types: list[str] = field(default_factory=list)
    certified: bool = False
    pension: bool = False
    merit: bool = False
    parents: tuple[str, str] = ("", "")
    """Fate of father and mother, for a child without support."""
    foster: Person | None = None
    benefits: list[Benefit] = field(default_factory=list)

    def age(self, at: date) -> int:
        """Completed years."""
        return at.year - self.birth.year - ((at.month, at.day) < (self.birth.month, self.birth.day))

    def months(self, at: date) -> int:
        """Completed months, which the coefficients look at."""
        return (at.year - self.birth.year) * 12 + at.month - self.birth.month - (at.day < self.birth.day)

    @property
    def categories(self) -> list[str]:
        """Categories of the benefits, the main one first."""
        return [b.category for b in self.benefits]

    def has(self, *groups: str) -> bool:
        """Whether a benefit is of one of the groups (`05`) or categories (`0503`)."""
        return any(c.startswith(groups) for c in self.categories)


@dataclass
class Home:
    """A household in the making; `rng` is its own source of chance."""

    rng: Random
    index: int
    seed: int
    commune: Commune
    ethnic: str
    visit: date
    village_no: int
    household_no: int
    village: str = ""
    hh_class: str = "7"
    people: list[Person] = field(default_factory=list)
    dwelling: dict[str, Any] = field(default_factory=dict)

    @property
    def poor(self) -> bool:
        """Class 1 to 3."""
        return self.hh_class in ("1", "2", "3")

    @property
    def near_poor(self) -> bool:
        """Class 4 to 6."""
        return self.hh_class in ("4", "5", "6")

    @property
    def head(self) -> Person:
        """Line 1."""
        return self.people[0]

    @property
    def beneficiaries(self) -> list[Person]:
        """Members with a benefit, in order."""
        return [p for p in self.people if p.benefits]

    @property
    def key(self) -> str:
        """The household's code of 17 digits."""
        return f"40{self.commune.district}{self.commune.code}{self.village_no:03d}{self.household_no:04d}"

    def age(self, person: Person) -> int:
        """Age on the day of the visit."""
        return person.age(self.visit)

    def children_of_head(self) -> list[Person]:
        """Own children, any age."""
        return [p for p in self.people if p.relation == "03"]
