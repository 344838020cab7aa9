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
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from processor.database import reading, writing
from processor.errors import Message
from processor.store import bulk
from processor.store.check_groups import (
    Key,
    check_group,
    families,
    insert_keys,
    known_keys,
    members,
    read_keys,
    replace_group,
    wanted_columns,
)
from processor.store.check_state import Due, clear_due, fingerprint, is_current, read_due
from processor.store.finding_rows import CHECK, insert_checked
from processor.store.frames import read_frames
from processor.store.lease import Lease, Task, leased
from processor.store.tables import findings
from processor.store.work_tables import check_keys
from processor.survey.checks.data import Data
from processor.survey.checks.load import Checks, load_checks
from processor.survey.checks.run import check_own

if TYPE_CHECKING:
    from processor.store.open import Registered, Store
    from processor.survey.checks.hits import Found

CHECKS = Task("checks", Message.CHECKS_BUSY, Message.CHECKS_LEASE_LOST)
WAIT = 60.0
INCREMENT = 5000
"""More submissions than these are checked with everything, part by part: memory stays bounded."""


@dataclass
class Run:
    """What the steps of one check share, and what came of them."""

    store: Store
    checks: Checks
    lease: Lease
    forms: Sequence[Registered]
    sha256: str
    now: datetime
    submissions: int = 0
    full: bool = False
    found: int = 0
    not_checked: dict[str, str] = field(default_factory=dict)

    @property
    def tables(self) -> dict[str, str]:
        """The form of every table."""
        return {plan.name: plan.form_id for form in self.forms for plan in form.plans}

    def data(
        self, connection: Connection, wanted: Collection[str], practice: bool, ids: Sequence[str] | None
    ) -> Data:
        """The tables as rules see them."""
        frames = read_frames(connection, self.forms, wanted, practice, ids)
        return Data(frames, self.checks.reference, now=self.now)


@dataclass(frozen=True)
class CheckReport:
    """What a check did: how many submissions it looked at, what it found, what it could not look at."""

    submissions: int = 0
    found: int = 0
    full: bool = False
    not_checked: Mapping[str, str] = field(default_factory=dict)


def check_due(store: Store, *, wait: float = WAIT) -> CheckReport:
    """Check what was loaded since the last check, or everything when the rules are others than then.

    LeaseError CHECKS_BUSY when another process still checks after `wait` seconds.
    """
    checks = load_checks(store.config.checks, store.config.settings)
    now = datetime.now(UTC)
    with reading(store.engine) as connection:
        idle = is_current(connection, fingerprint(store, checks, now)) and not read_due(connection, 1).rows
    if idle:
        return CheckReport()
    with leased(store.engine, "", task=CHECKS, wait=wait) as lease:
        return _check(store, checks, lease)


def check_anew(store: Store, *, wait: float = WAIT) -> CheckReport:
    """Make all findings of checks anew, whatever is due."""
    from processor.store.check_everything import check_everything

    checks = load_checks(store.config.checks, store.config.settings)
    with leased(store.engine, "", task=CHECKS, wait=wait) as lease:
        check_everything(run := _run(store, checks, lease))
        return _report(run)


def _check(store: Store, checks: Checks, lease: Lease) -> CheckReport:
    """Until nothing is due: what is loaded meanwhile is checked as well."""
    from processor.store.check_everything import check_everything

    run = _run(store, checks, lease)
    while True:
        with reading(store.engine) as connection:
            current = is_current(connection, run.sha256)
            due = read_due(connection, INCREMENT + 1)
        if not current or len(due.rows) > INCREMENT:
            check_everything(run)
        elif due.rows:
            _check_touched(run)
        else:
            return _report(run)


def _run(store: Store, checks: Checks, lease: Lease) -> Run:
    forms = [store.registered(form.form_id) for form in store.config.forms]
    now = datetime.now(UTC)
    return Run(store, checks, lease, forms, fingerprint(store, checks, now), now)


def _report(run: Run) -> CheckReport:
    return CheckReport(run.submissions, run.found, run.full, dict(run.not_checked))


@dataclass
class _Outcome:
    """Findings and keys of touched submissions and their groups, of survey or of practice."""

    practice: bool
    own: Sequence[Found] = ()
    keys: set[Key] = field(default_factory=set)
    groups: dict[str, tuple[set[str], Sequence[Found]]] = field(default_factory=dict)


def _check_touched(run: Run) -> None:
    """One moment is read, one transaction is written."""
    with reading(run.store.engine) as connection:
        due = read_due(connection, INCREMENT)
        outcomes = [_look(run, connection, due, practice) for practice in (False, True)]
    with writing(run.store.engine) as connection:
        run.lease.renew(connection)
        _write(run, connection, due, outcomes)
        clear_due(connection, due)
    run.submissions += len(due.ids)


def _look(run: Run, connection: Connection, due: Due, practice: bool) -> _Outcome:
    checks, outcome = run.checks, _Outcome(practice)
    names = families(checks)
    wanted = set().union(*(wanted_columns(checks, name) for name in ("", *names)))
    touched = run.data(connection, wanted, practice, due.ids)
    affected = known_keys(connection, due.ids, practice)
    own = check_own(checks.book, checks.entries, touched)
    outcome.own = own.found
    run.not_checked.update(own.not_checked)
    for name in names:
        keys = read_keys(checks, touched, name, run.tables)
        outcome.keys |= keys
        affected.setdefault(name, set()).update(key.group_key for key in keys)
    for name, groups in affected.items():
        found = _look_at_groups(run, connection, due, name, groups, practice) if name in names else ()
        outcome.groups[name] = (groups, found)
    return outcome


def _look_at_groups(
    run: Run, connection: Connection, due: Due, family: str, groups: set[str], practice: bool
) -> Sequence[Found]:
    if not groups:
        return ()
    ids = members(connection, family, groups, practice).union(due.ids)
    data = run.data(connection, wanted_columns(run.checks, family), practice, sorted(ids))
    grouped = check_group(run.checks, data, family, groups)
    run.not_checked.update(grouped.not_checked)
    return grouped.found


def _write(run: Run, connection: Connection, due: Due, outcomes: Sequence[_Outcome]) -> None:
    bulk.delete(connection, findings.name, "submission_id", due.ids, kind=[CHECK], family=[""])
    bulk.delete(connection, check_keys.name, "submission_id", due.ids)
    for outcome in outcomes:
        insert_checked(connection, run.tables, outcome.own)
        insert_keys(connection, outcome.keys, outcome.practice)
        for family, (groups, found) in outcome.groups.items():
            replace_group(connection, family, outcome.practice, groups, found, run.tables)
            run.found += len(found)
        run.found += len(outcome.own)
