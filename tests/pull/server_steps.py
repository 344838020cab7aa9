"""What may happen in a history: drawn by a number, the same number always gives the same history.

Steps are drawn with weights, so that most of them find something to act on. Left to Hypothesis, which repeats parts
of earlier examples, half of the histories would have no submission at all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.pull.server_forms import IN_MEMBER, ROOT
from tests.pull.server_history import Step
from tests.pull.server_tally import ENDINGS

TEXTS = ["", " ", "  a ", "Nguyễn Văn  Hoà", "16663", "007", "12", "1.5", "a\nb", "cash food", "food"]
TEXTS += ["2026-03-05", "<b>&amp;", "🐃", '"', "01 02"]
REVIEWS = ["approved", "rejected", "has_issues", "received"]
SUBMISSIONS = 4
FAULTS = ["status", "html", "cut", "cut_chunks", "cut_gzip", "reset", "reset_after", "expire", "rows", "drip"]
STATUSES = [429, 500, 502]
SIZES = [1, 2, 1000]


@dataclass(frozen=True)
class Plan:
    """One history: how it begins, what happens, and what is proved at its end besides equality with the server."""

    steps: list[Step]
    bulk: int = 200
    ending: str = ENDINGS[0]


class Draw:
    """Draws steps."""

    def __init__(self, number: int) -> None:
        self.random = Random(number)

    def plan(self) -> Plan:
        """A few interviews, then anything."""
        steps = [self.put() for _ in range(self.random.randint(1, 3))]
        for _ in range(self.random.randint(6, 16)):
            steps.append(self.step(ANY))
            if steps[-1] == ("hold",):  # of which somebody should make use
                steps += [self.put(), self.put()]
        return Plan(steps, self.random.choice([1, 200]), self.random.choice(ENDINGS))

    def step(self, among: dict[str, int]) -> Step:
        name = self.random.choices(list(among), list(among.values()))[0]
        own: dict[str, Callable[[], Step]] = {"put": self.put, "pull_in_trouble": self.trouble}
        return own[name]() if name in own else (name, *(self._value(kind) for kind in VALUES.get(name, ())))

    def put(self) -> Step:
        members = [self._texts(IN_MEMBER, 0.6) for _ in range(self.random.choice([0, 1, 1, 2, 3]))]
        photo = self.random.random() < 0.6
        file, old = self.random.random() < 0.4, self.random.random() < 0.2
        return "put", self._value("number"), self._texts(ROOT, 0.5), members, photo, file, old

    def trouble(self) -> Step:
        """Some requests fail, and people go on working between others."""
        faults = [self._fault() for _ in range(self.random.randint(0, 3))]
        work = [(self.random.randint(0, 8), self.step(WORK)) for _ in range(self.random.randint(0, 2))]
        return "pull_in_trouble", faults, work, self._value("size")

    def _fault(self) -> Step:
        kind, status = self.random.choice(FAULTS), self.random.choice(STATUSES)
        return kind, status, self.random.randint(0, 9), self.random.choice([1, 1, 3])

    def _texts(self, names: tuple[str, ...], share: float) -> dict[str, str]:
        return {name: self.random.choice(TEXTS) for name in names if self.random.random() < share}

    def _value(self, kind: str) -> Any:
        return self.random.choice(CHOICES[kind])


CHOICES: dict[str, list[Any]] = {
    "number": list(range(SUBMISSIONS)),
    "name": list(ROOT),
    "review": REVIEWS,
    "flag": [True, False],
    "full": [True, False, False, False],
    "size": SIZES,
    "minutes": [1, 5, 15, 2000],
    "pages": [0, 1, 2, 3],
}
VALUES = {
    "clear": ("number", "name"),
    "delete": ("number",),
    "restore": ("number",),
    "review": ("number", "review"),
    "late_file": ("number",),
    "ghost": ("number",),
    "redeploy": ("flag",),
    "time": ("minutes",),
    "pull": ("full", "size"),
    "killed": ("pages", "size"),
}
WORK = {"put": 6, "clear": 2, "delete": 3, "restore": 3, "review": 2, "late_file": 3, "purge": 3}
"""What people do, and how often one thing beside another."""
ANY = WORK | {
    "pull": 4,
    "pull_in_trouble": 3,
    "killed": 2,
    "ghost": 1,
    "redeploy": 2,
    "register": 1,
    "hold": 2,
    "time": 2,
    "rebuild": 1,
}


def plan(number: int) -> Plan:
    """The history of this number."""
    return Draw(number).plan()
