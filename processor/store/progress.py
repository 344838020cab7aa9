"""Figures of the field work for the overview; days are days in the survey's time zone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from processor.database import reading
from processor.store import pulls
from processor.store.days import start_of_day, today
from processor.store.pulls import PullRecord
from processor.store.tables import submissions
from processor.store.visible import visible_submissions

if TYPE_CHECKING:
    from processor.servers.protocol import AppUser
    from processor.store.open import Store
    from processor.store.scope import Scope

c = submissions.c
PRACTICE = {"survey": (False,), "practice": (True,), "both": (False, True)}


@dataclass(frozen=True)
class DayCount:
    """How many submissions arrived on a day."""

    day: date
    count: int


@dataclass(frozen=True)
class CommuneCount:
    """How far a commune is."""

    commune: str
    """Empty for submissions without a readable commune."""
    total: int
    today: int
    last_received: datetime


@dataclass(frozen=True)
class Counts:
    """Live submissions of a form."""

    total: int
    today: int
    waiting_for_files: int
    """Attachments that the submission names have not all arrived."""
    incomplete: int
    """Without reporting rows, see `Listed.problem`."""


@dataclass(frozen=True)
class SilentOfficer:
    """An officer from whom nothing arrived for some days; never: `last_received` is None."""

    code: str
    area: str
    last_received: datetime | None


def received_per_day(store: Store, form_id: str, scope: Scope, *, days: int) -> tuple[DayCount, ...]:
    """Arrivals on each of the last `days` days, oldest first, today last, empty days included."""
    last = today(store)
    listed = [last - timedelta(days=back) for back in reversed(range(days))]
    columns = [
        func.count().filter(
            c.received_at >= start_of_day(store, day), c.received_at < start_of_day(store, day, later=1)
        )
        for day in listed
    ]
    where = (visible_submissions(form_id, scope), c.received_at >= start_of_day(store, listed[0]))
    with reading(store.engine) as connection:
        counts = connection.execute(select(*columns).select_from(submissions).where(*where)).one()
    return tuple(DayCount(day, count) for day, count in zip(listed, counts, strict=True))


def received_per_commune(store: Store, form_id: str, scope: Scope) -> tuple[CommuneCount, ...]:
    """One line per commune from which something arrived, in order of code."""
    new = func.count().filter(c.received_at >= start_of_day(store, today(store)))
    query = (
        select(c.area, func.count(), new, func.max(c.received_at))
        .where(visible_submissions(form_id, scope))
        .group_by(c.area)
        .order_by(c.area)
    )
    with reading(store.engine) as connection:
        return tuple(CommuneCount(*row) for row in connection.execute(query))


def count_submissions(store: Store, form_id: str, scope: Scope) -> Counts:
    """Totals of a form."""
    query = select(
        func.count(),
        func.count().filter(c.received_at >= start_of_day(store, today(store))),
        func.count().filter(c.attachments_present < c.attachments_expected),
        func.count().filter(c.problem != ""),
    ).where(visible_submissions(form_id, scope))
    with reading(store.engine) as connection:
        return Counts(*connection.execute(query).one())


def active_officers(scope: Scope, officers: Iterable[AppUser]) -> list[AppUser]:
    """Those of the scope's area who may send."""
    marks = PRACTICE[scope.practice]
    return [o for o in officers if o.active and o.practice in marks and scope.area.allows(o.area)]


def silent_officers(
    store: Store, scope: Scope, officers: Iterable[AppUser], *, days: int
) -> tuple[SilentOfficer, ...]:
    """Active officers of the scope's area from whom no form arrived today or on the `days` - 1
    days before, longest silence first."""
    since = start_of_day(store, today(store), later=1 - days)
    last = _last_received(store, scope)
    silent = [SilentOfficer(o.code, o.area, last.get(o.code)) for o in active_officers(scope, officers)]
    missing = [s for s in silent if s.last_received is None or s.last_received < since]
    return tuple(sorted(missing, key=lambda s: (s.last_received is not None, s.last_received or 0, s.code)))


def _last_received(store: Store, scope: Scope) -> dict[str, datetime]:
    """Of any form, and of any area: an officer who helps elsewhere is not silent."""
    practice = {"survey": [False], "practice": [True], "both": [False, True]}[scope.practice]
    query = select(c.submitter, func.max(c.received_at)).where(c.practice.in_(practice)).group_by(c.submitter)
    with reading(store.engine) as connection:
        return {row[0]: row[1] for row in connection.execute(query)}


def last_pulls(store: Store) -> Mapping[str, PullRecord]:
    """The newest pull of every form; counts only, no people's data."""
    with reading(store.engine) as connection:
        return pulls.last_pulls(connection)
