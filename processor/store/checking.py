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
from processor.store.check_groups import (
    Grouped,
    check_group,
    drop_findings,
    families,
    read_keys,
    replace_group,
    wanted_columns,
)
from processor.store.check_keys import Keys, known_keys, members, replace_keys
from processor.store.check_state import (
    BROKEN,
    Due,
    clear_due,
    day_of,
    ensure_secret,
    fingerprint,
    is_current,
    is_of_day,
    note_broken,
    read_due,
    read_secret,
)
from processor.store.finding_rows import CHECK, insert_own
from processor.store.frames import read_frames
from processor.store.lease import Lease, Task, leased
from processor.survey.checks.data import Data
from processor.survey.checks.load import Checks, load_checks
from processor.survey.checks.run import Checked, check_own

if TYPE_CHECKING:
    from processor.store.open import Registered, Store

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

    def data(
        self,
        connection: Connection,
        wanted: Collection[str],
        practice: bool,
        ids: Sequence[str] | None,
        form_id: str = "",
    ) -> Data:
        """The tables as rules see them; those of other forms than `form_id`, where it is given, are empty."""
        frames = read_frames(connection, self.forms, wanted, practice, ids, form_id)
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

    while True:
        with reading(run.store.engine) as connection:
            current, of_day = is_current(connection, run.sha256), is_of_day(connection, run.day)
            due = read_due(connection, INCREMENT + 1)
        if not current or len(due.rows) > INCREMENT:
            check_everything(run)
        elif not of_day:
            check_day(run)
        elif due.rows:
            _check_touched(run)
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


@dataclass
class _Outcome:
    """Findings and keys of touched submissions and their groups, of survey or of practice."""

    practice: bool
    own: Checked
    keys: dict[str, Keys | None] = field(default_factory=dict)
    groups: dict[str, tuple[set[str], Grouped]] = field(default_factory=dict)

    @property
    def broken(self) -> dict[str, str]:
        """Rules that raised."""
        parts = [self.own.broken, *(grouped.broken for _, grouped in self.groups.values())]
        return {rule: BROKEN + what for part in parts for rule, what in part.items()}


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
    checks, names = run.checks, families(run.checks)
    wanted = set().union(*(wanted_columns(checks, name) for name in ("", *names)))
    touched = run.data(connection, wanted, practice, due.ids)
    affected = known_keys(connection, due.ids, practice)
    if not affected and not any(touched.size(table) for table in touched.tables):
        return _Outcome(practice, Checked((), {}))  # all of it is of the other kind
    outcome = _Outcome(practice, check_own(checks.book, checks.entries, touched))
    for name in names:
        keys = outcome.keys[name] = read_keys(checks, touched, name, run.tables)
        for pairs in (keys or {}).values():
            affected.setdefault(name, set()).update(pairs["group_key"])
    for name, groups in affected.items():
        found = (
            _look_at_groups(run, connection, due, name, groups, practice) if name in names else Grouped(())
        )
        outcome.groups[name] = (groups, found)
    return outcome


def _look_at_groups(
    run: Run, connection: Connection, due: Due, family: str, groups: set[str], practice: bool
) -> Grouped:
    if not groups:
        return Grouped(())
    ids = members(connection, family, groups, practice).union(due.ids)
    data = run.data(connection, wanted_columns(run.checks, family), practice, sorted(ids))
    return check_group(run.checks, data, family, groups)


def _write(run: Run, connection: Connection, due: Due, outcomes: Sequence[_Outcome]) -> None:
    broken = {rule: what for outcome in outcomes for rule, what in outcome.broken.items()}
    drop_findings(connection, "submission_id", due.ids, broken, kind=[CHECK], family=[""])
    _write_keys(connection, due, outcomes)
    for outcome in outcomes:
        insert_own(connection, run.tables, outcome.own.found, run.checks.book.missing)
        for family, (groups, grouped) in outcome.groups.items():
            replace_group(connection, family, outcome.practice, groups, grouped, run.tables)
            run.note(grouped)
        run.note(outcome.own)
    note_broken(connection, broken)


def _write_keys(connection: Connection, due: Due, outcomes: Sequence[_Outcome]) -> None:
    """Keys of a family whose function raised stay as they were."""
    left = {family for outcome in outcomes for family, keys in outcome.keys.items() if keys is None}
    new = {
        outcome.practice: {
            family: keys for family, keys in outcome.keys.items() if keys is not None and family not in left
        }
        for outcome in outcomes
    }
    replace_keys(connection, due.ids, new, left)
