"""Checks after loading: the rules of the survey over what was touched, or over everything.

What one submission's rules say depends on it alone; what a family's rules say of a group depends on the group
alone. So a change asks for the touched submissions and for the groups that they were in before and are in now;
the outcome is the same as that of a check of everything, cell for cell. Survey and practice never see each
other. What was loaded is noted as due in the same transaction (`check_state.py`), so a kill loses nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from processor.database import reading, writing
from processor.errors import Message
from processor.store.check_groups import Grouped
from processor.store.check_state import (
    BROKEN,
    day_of,
    ensure_secret,
    fingerprint,
    is_current,
    is_of_day,
    read_due,
    read_secret,
)
from processor.store.frames import read_frames
from processor.store.lease import Lease, Task, leased
from processor.survey.checks.data import Data
from processor.survey.checks.load import Checks, load_checks
from processor.survey.checks.run import Checked

if TYPE_CHECKING:
    import pandas as pd

    from processor.store.open import Registered, Store

CHECKS = Task("checks", Message.CHECKS_BUSY, Message.CHECKS_LEASE_LOST)
WAIT = 60.0


@dataclass
class Run:
    """What the steps of one check share, and what came of them."""

    store: Store
    checks: Checks
    lease: Lease
    forms: Sequence[Registered]
    sha256: str
    day: str
    now: datetime
    secret: str
    submissions: int = 0
    full: bool = False
    found: int = 0
    not_checked: dict[str, str] = field(default_factory=dict)

    @property
    def tables(self) -> dict[str, str]:
        """The form of every table."""
        return {plan.name: plan.form_id for form in self.forms for plan in form.plans}

    @cached_property
    def columns(self) -> frozenset[str]:
        """`table.column` of everything that the forms have."""
        plans = [plan for form in self.forms for plan in form.plans]
        return frozenset(f"{plan.name}.{column.name}" for plan in plans for column in plan.columns)

    def data(
        self,
        connection: Connection,
        wanted: Collection[str],
        practice: bool,
        ids: Sequence[str] | None,
        form_id: str = "",
    ) -> Data:
        """The tables as rules see them; those of other forms than `form_id`, where it is given, are empty."""
        return self.as_data(read_frames(connection, self.forms, wanted, practice, ids, form_id))

    def as_data(self, frames: Mapping[str, pd.DataFrame]) -> Data:
        """Frames as rules see them."""
        return Data(frames, self.checks.reference, now=self.now, secret=self.secret)

    def note(self, checked: Checked | Grouped) -> None:
        """Keep count, and what could not be looked at."""
        self.found += len(checked.found)
        self.not_checked.update(checked.not_checked)
        self.not_checked.update({rule: BROKEN + what for rule, what in checked.broken.items()})


@dataclass(frozen=True)
class CheckReport:
    """What a check did: how many submissions it looked at, what it found, what it could not look at."""

    submissions: int = 0
    found: int = 0
    full: bool = False
    not_checked: Mapping[str, str] = field(default_factory=dict)


def check_due(store: Store, *, wait: float = WAIT, now: datetime | None = None) -> CheckReport:
    """Check what was loaded since the last check, or everything when the rules are others than then; on another
    day the rules that look at the day over everything (`now` is for tests, else the clock's).

    LeaseError CHECKS_BUSY when another process still checks after `wait` seconds.
    """
    checks = load_checks(store.config.checks, store.config.settings)
    now = now or datetime.now(UTC)
    with reading(store.engine) as connection:
        sha256 = fingerprint(store, checks, read_secret(connection))
        current = is_current(connection, sha256) and is_of_day(connection, day_of(store, checks, now))
        idle = current and not read_due(connection, 1).rows
    if idle:
        return CheckReport()
    with leased(store.engine, "", task=CHECKS, wait=wait) as lease:
        return _check(_run(store, checks, lease, now))


def check_anew(store: Store, *, wait: float = WAIT, now: datetime | None = None) -> CheckReport:
    """Make all findings of checks anew, whatever is due."""
    from processor.store.check_everything import check_everything

    checks = load_checks(store.config.checks, store.config.settings)
    with leased(store.engine, "", task=CHECKS, wait=wait) as lease:
        check_everything(run := _run(store, checks, lease, now or datetime.now(UTC)))
        return _report(run)


def _check(run: Run) -> CheckReport:
    """Until nothing is due: what is loaded meanwhile is checked as well."""
    from processor.store.check_day import check_day
    from processor.store.check_everything import check_everything
    from processor.store.check_touched import INCREMENT, check_touched

    while True:
        with reading(run.store.engine) as connection:
            current, of_day = is_current(connection, run.sha256), is_of_day(connection, run.day)
            due = read_due(connection, INCREMENT + 1)
        if not current or len(due.rows) > INCREMENT:
            check_everything(run)
        elif not of_day:
            check_day(run)
        elif due.rows:
            check_touched(run)
        else:
            return _report(run)


def _run(store: Store, checks: Checks, lease: Lease, now: datetime) -> Run:
    forms = [store.registered(form.form_id) for form in store.config.forms]
    with writing(store.engine) as connection:
        lease.renew(connection)
        secret = ensure_secret(connection)
    sha256, day = fingerprint(store, checks, secret), day_of(store, checks, now)
    return Run(store, checks, lease, forms, sha256, day, now, secret)


def _report(run: Run) -> CheckReport:
    return CheckReport(run.submissions, run.found, run.full, dict(run.not_checked))
