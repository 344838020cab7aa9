"""What an act did, or why it was refused, from the sending of a form to the page that tells it.

Kept in the session on the server under a random key that stands in the address: what was typed is not lost,
no reason and no name comes into an address, and an act is taken back by the person who did it alone.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from flask import session

from processor.errors import Message, ProcessorError
from processor.store.work import Treated

KEPT = 5
SHOWN = 3
"""Acts of others that are named one by one."""
REFUSED = {
    Message.FINDING_REASON: "findings.refused.reason",
    Message.FINDING_ROLE: "findings.refused.role",
    Message.FINDING_ERROR: "findings.refused.error",
    Message.FINDING_UNIT: "findings.refused.unit",
    Message.FINDING_STATE: "findings.refused.state",
}
NOTHING_CHOSEN = "findings.refused.none"


@dataclass(frozen=True)
class Told:
    """The outcome of an act. `problem`: nothing was done; key of the words that say why."""

    key: str
    state: str
    refs: tuple[str, ...] = ()
    """Done, or what was chosen when the act was refused."""
    gone: int = 0
    reason: str = ""
    problem: str = ""
    at: str = ""
    back: str = ""
    """The address of the page that told it."""
    treated: tuple[tuple[str, str, str, int], ...] = ()
    """Left alone, because somebody has treated them since the page was made: who, when, how, how many."""

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        return bool(self.refs) and not self.problem and self.state not in ("reopened", "undone")

    @property
    def moment(self) -> datetime:
        """When it was done."""
        return datetime.fromisoformat(self.at)

    @property
    def others(self) -> list[tuple[str, datetime, str, int]]:
        """The newest acts that were met: who, when, how, how many."""
        return [(who, datetime.fromisoformat(at), state, n) for who, at, state, n in self.treated[:SHOWN]]

    @property
    def left(self) -> int:
        """How many were left alone."""
        return sum(n for *_, n in self.treated)


def words_of(error: ProcessorError) -> str:
    """Key of the words for a refusal; another error is none and is raised."""
    if error.message not in REFUSED:
        raise error
    return REFUSED[error.message]


def treated_by(others: Iterable[Treated]) -> tuple[tuple[str, str, str, int], ...]:
    """The acts that were met, newest first: who, when, how, and with how many of the chosen."""
    acts = Counter((one.at.isoformat(), one.username, one.state) for one in others)
    return tuple((who, at, state, n) for (at, who, state), n in sorted(acts.items(), reverse=True))


def keep(state: str, **values: Any) -> Told:
    """Note an outcome for the next page."""
    told = Told(secrets.token_urlsafe(6), state, **values)
    session["told"] = [*session.get("told", []), asdict(told)][-KEPT:]
    return told


def find(key: str | None) -> Told | None:
    """The outcome of this key, None when it is not (or no longer) known."""
    found = next((entry for entry in session.get("told", []) if entry["key"] == key), None)
    if found is None:
        return None
    treated = tuple(map(tuple, found.get("treated", ())))
    return Told(**{**found, "refs": tuple(found["refs"]), "treated": treated})


def forget(key: str) -> None:
    """An act is taken back once."""
    session["told"] = [entry for entry in session.get("told", []) if entry["key"] != key]
