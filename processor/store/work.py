"""Acts on findings: returned to the officer, overridden, closed as expected, opened again.

Every act is an event that is never changed (`finding_events`); where a finding stands follows from the events,
so it survives pulls, rebuilds and checks. A finding that is gone was settled by a newer version, corrected, or
lost its ground elsewhere: `read_history` says which.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from processor.database import writing
from processor.errors import AccessError, ContractError, Message
from processor.store import bulk
from processor.store.finding_states import EXPECTED, OVERRIDDEN, REOPENED, RETURNED
from processor.store.outbox import COMMENT_LIMIT, cancel_unsent, queue_review
from processor.store.raw import is_storable, stamp
from processor.store.work_counts import Tally, count_findings, has_open_error
from processor.store.work_history import HistoryRow, read_history
from processor.store.work_list import (
    FindingFilter,
    FindingPage,
    FindingRow,
    list_findings,
    read_findings,
    read_refs,
)
from processor.store.work_tables import finding_events

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from processor.store.open import Store
    from processor.store.scope import Scope

__all__ = [
    "ACTS",
    "SUPERVISORS",
    "Acted",
    "FindingFilter",
    "FindingPage",
    "FindingRow",
    "HistoryRow",
    "Tally",
    "Treated",
    "act",
    "count_findings",
    "has_open_error",
    "list_findings",
    "read_findings",
    "read_history",
    "take_back",
    "time_of",
]

ACTS = (RETURNED, OVERRIDDEN, EXPECTED, REOPENED)
SUPERVISORS = ("province", "admin")
"""Roles that may let an error stand."""
REASON_LIMIT = COMMENT_LIMIT
"""A returned finding's reason goes to the form server as a comment."""
REVIEW = "has_issues"


class Actor(Protocol):
    """Who acts."""

    @property
    def id(self) -> int:
        """Number of the user, 0 at the command line."""

    @property
    def username(self) -> str:
        """The name in the history."""

    @property
    def role(self) -> str:
        """What the user is here."""


class Treated(NamedTuple):
    """An act that another one met."""

    ref: str
    state: str
    username: str
    at: datetime


@dataclass(frozen=True)
class Acted:
    """What an act did: names of findings, and those that were not there any more as they had been shown."""

    done: tuple[str, ...]
    gone: tuple[str, ...]
    at: datetime
    """With the user it names the act: `take_back`."""
    treated: tuple[str, ...] = ()
    """Left alone, because somebody has treated them since they were seen."""
    others: tuple[Treated, ...] = ()
    """What was done with these, and by whom."""


def act(
    store: Store,
    user: Actor,
    scope: Scope,
    state: str,
    refs: Sequence[str],
    reason: str,
    *,
    seen: Mapping[str, str] | None = None,
) -> Acted:
    """Do the same with many findings in one transaction: all that are still as they were shown, or none.

    `seen` is `time_of` of each when it was looked at; those with another one are left alone.
    `state` is one of `ACTS`. ContractError or AccessError when one of them may not be treated so; nothing is
    written then. With `write_back.reviews` a returned finding queues a review of its submission.
    """
    if state not in ACTS:
        raise ContractError(Message.FINDING_STATE, found=state, expected=", ".join(ACTS))
    text = reason.strip()
    if not 1 <= len(text) <= REASON_LIMIT or not is_storable(text):
        raise ContractError(Message.FINDING_REASON, limit=REASON_LIMIT, found=len(text))
    with writing(store.engine) as connection:
        found = {row.ref: row for row in read_refs(store, scope, connection, list(refs))}
        treated = tuple(r for r, row in found.items() if seen is not None and seen[r] != time_of(row))
        rows = {ref: row for ref, row in found.items() if ref not in treated}
        for row in rows.values():
            _check(row, state, user)
        at = _append(connection, user, state, text, list(rows.values()))
        if state == RETURNED and store.config.write_back.reviews:
            _queue(connection, user, text, list(rows.values()))
    met = (found[ref] for ref in treated)
    others = tuple(Treated(row.ref, row.last_state, row.username, row.at) for row in met if row.at)
    done = _acted([ref for ref in refs if ref not in treated], rows, at)
    return replace(done, treated=treated, others=others)


def time_of(finding: Any) -> str:
    """When somebody last did something with a finding, empty when nobody has."""
    return finding.at.isoformat() if finding.at else ""


def take_back(
    store: Store, user: Actor, scope: Scope, refs: Sequence[str], at: datetime, reason: str
) -> Acted:
    """Open again what the user's act of this moment has treated; `gone` are those that somebody has treated since.

    A review that the act has queued and that was not sent yet is cancelled.
    """
    with writing(store.engine) as connection:
        found = read_refs(store, scope, connection, list(refs))
        rows = {row.ref: row for row in found if (row.at, row.username) == (at, user.username)}
        now = _append(connection, user, REOPENED, reason, list(rows.values()))
        cancel_unsent(connection, [row.key for row in rows.values()], actor=user.username, since=at)
    return _acted(refs, rows, now)


def _acted(refs: Sequence[str], rows: Mapping[str, Any], at: datetime) -> Acted:
    return Acted(tuple(r for r in refs if r in rows), tuple(r for r in refs if r not in rows), at)


def _check(row: Any, state: str, user: Actor) -> None:
    if state == RETURNED and row.unit:
        raise ContractError(Message.FINDING_UNIT, unit=row.unit)
    if row.severity != "E":
        return
    if state == EXPECTED:
        raise ContractError(Message.FINDING_ERROR)
    if state == OVERRIDDEN and user.role not in SUPERVISORS:
        raise AccessError(Message.FINDING_ROLE, expected=" or ".join(SUPERVISORS), found=user.role)


_PLACE = (
    "key", "ref", "form_id", "table_name", "submission_id", "row_key", "column_name", "unit", "rule", "severity",
    "value",
)  # fmt: skip


def _append(connection: Connection, user: Actor, state: str, reason: str, rows: Sequence[Any]) -> datetime:
    """One event a finding, all of one moment, which is returned."""
    names = (*_PLACE, "raw_sha256", "state", "reason", "user_id", "username", "at", "practice")
    now = datetime.now(UTC)
    act_of = (state, reason, user.id, user.username, stamp(now))
    bulk.insert(
        connection,
        finding_events.name,
        names,
        ((*(row._mapping[n] for n in _PLACE), row.sha256 or "", *act_of, int(row.practice)) for row in rows),
    )
    return now


def _queue(connection: Connection, user: Actor, reason: str, rows: Sequence[Any]) -> None:
    """One review a submission, whatever number of its findings goes back."""
    firsts = {(row.form_id, row.submission_id): row for row in reversed(rows)}
    for (form_id, instance_id), row in firsts.items():
        queue_review(
            connection, form_id, instance_id, REVIEW, reason, actor=user.username, reason_key=row.key
        )
