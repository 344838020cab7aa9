"""Histories that are lived through every time: those that failed once, and those that chance hardly ever brings.

A history that fails is printed as a `Plan`: put it here, under the name of what it showed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.pull.server_steps import Plan


@dataclass(frozen=True)
class Kept:
    """A history, and what must be counted in it: otherwise it no longer shows what it was kept for."""

    plan: Plan
    counted: tuple[str, ...]


def put(number: int, root: dict[str, str], *members: str, **more: bool) -> tuple[Any, ...]:
    people = [{"m_name": name} for name in members]
    return "put", number, root, people, more.get("photo", False), more.get("file", False), False


NAMES = [{"head": "A"}, {"head": "B"}, {"head": "C"}]
THREE = [put(number, NAMES[number]) for number in range(3)]
PULL = ("pull", False, 1000)
SHRUNK = Kept(
    Plan([put(0, {"head": "A", "size": "3"}, "A", "B"), PULL, put(0, {"head": "A"}, "B"), PULL]),
    ("needed: set of repeats", "needed: blank clears"),
)
LATE_PHOTO = Kept(
    Plan([put(0, NAMES[0], photo=True), PULL, ("time", 2000), PULL, ("late_file", 0), PULL]),
    ("needed: sweep: late file",),
)
LATE_COMMIT = Kept(
    Plan([THREE[0], ("hold",), THREE[1], ("time", 1), THREE[2], PULL, ("hold",), PULL], ending="new copy"),
    ("needed: overlap",),
)
KILLED = Kept(Plan([*THREE, ("killed", 1, 1), PULL]), ("needed: checkpoint after a kill",))
OLD_STORE = Kept(
    Plan([("redeploy", False), THREE[0], PULL, ("register",), PULL], ending="rebuild"),
    ("needed: rows of a version published later",),
)
BOTH = {
    "fewer people, an answer gone": SHRUNK,
    "photo that comes late": LATE_PHOTO,
    "stamped before a pull, committed after it": LATE_COMMIT,
    "killed between two pages": KILLED,
    "form version that the store hears of later": OLD_STORE,
}
KEPT = {
    "central": BOTH
    | {
        "row of the cursor purged between two pages": Kept(
            Plan(
                [
                    *THREE,
                    PULL,
                    ("delete", 1),
                    put(0, NAMES[1]),
                    put(2, NAMES[1]),
                    ("pull_in_trouble", [], [(1, ("purge",))], 1),
                ]
            ),
            ("needed: count check",),
        ),
        "deleted while the lists are read, then purged": Kept(
            Plan([THREE[1], PULL, THREE[2], ("pull_in_trouble", [], [(6, ("delete", 2))], 1000), ("purge",)]),
            ("step: delete", "step: purge"),
        ),
        "restored and purged": Kept(
            Plan(
                [*THREE, ("delete", 0), PULL, ("time", 2000), PULL, ("restore", 0), PULL]
                + [("delete", 1), ("purge",), PULL]
            ),
            ("needed: sweep: restored", "needed: sweep: purged"),
        ),
    },
    "kobo": BOTH
    | {
        "page with a row twice": Kept(
            Plan([*THREE, ("pull_in_trouble", [("rows", 429, 5, 1)], [], 1000)]),
            ("needed: count check",),
        ),
        "deleted, sent again": Kept(
            Plan([*THREE, PULL, ("time", 2000), ("delete", 0), PULL, ("restore", 0), PULL]),
            ("needed: sweep: deleted",),
        ),
        "row without XML": Kept(Plan([THREE[0], ("ghost", 0), PULL]), ("needed: ghost row",)),
    },
}
