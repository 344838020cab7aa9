"""A check of some submissions: they themselves, and the groups that they were in before and are in now.

One moment is read: the touched submissions with all that rules look at, then the others of their groups, each
once for all families. One transaction is written.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func

from processor.database import reading, writing
from processor.store import bulk
from processor.store.check_groups import (
    Grouped,
    check_group,
    families,
    keyed_families,
    measured_families,
    read_keys,
    replace_group,
    wanted_columns,
)
from processor.store.check_keys import Keys, known_keys, members, replace_keys
from processor.store.check_measured import Looked, look
from processor.store.check_measures import add_measures, read_measures
from processor.store.check_state import BROKEN, Due, clear_due, note_broken, read_due
from processor.store.finding_rows import replace_checked, untold
from processor.store.tables import findings
from processor.survey.checks.run import Checked, check_own

if TYPE_CHECKING:
    import pandas as pd

    from processor.store.checking import Run
    from processor.survey.checks.data import Data

INCREMENT = 5000
"""More submissions than these are checked with everything, part by part: memory stays bounded."""


@dataclass
class _Outcome:
    """Findings and keys of touched submissions and their groups, of survey or of practice."""

    practice: bool
    own: Checked
    keys: dict[str, Keys | None] = field(default_factory=dict)
    groups: dict[str, tuple[Collection[str], Grouped]] = field(default_factory=dict)
    looked: dict[str, Looked] = field(default_factory=dict)

    @property
    def broken(self) -> dict[str, str]:
        """Rules that raised."""
        parts = [self.own.broken, *(grouped.broken for _, grouped in self.groups.values())]
        return {rule: BROKEN + what for part in parts for rule, what in part.items()}


def check_touched(run: Run) -> None:
    """Check what is due, or the oldest part of it."""
    with reading(run.store.engine) as connection:
        due = read_due(connection, INCREMENT)
        outcomes = [_look(run, connection, due, practice) for practice in (False, True)]
    with writing(run.store.engine) as connection:
        run.lease.renew(connection)
        _write(run, connection, due, outcomes)
        clear_due(connection, due)
    run.submissions += len(due.ids)


def _look(run: Run, connection: Connection, due: Due, practice: bool) -> _Outcome:
    checks, names = run.checks, ("", *families(run.checks))
    wanted = set().union(*(wanted_columns(checks, name) for name in names))
    touched = run.data(connection, wanted, practice, due.ids)
    own = check_own(checks.book, checks.entries, touched) if _any(touched) else Checked((), {})
    outcome = _Outcome(practice, own)
    affected = _affected(run, connection, due, touched, outcome)
    data = _with_others(run, connection, due, touched, affected, practice)
    for name, groups in affected.items():
        known = groups and name in keyed_families(checks)
        outcome.groups[name] = (groups, check_group(checks, data, name, groups) if known else Grouped(()))
    kept = read_measures(connection, measured_families(checks), practice)
    for name, frames in kept.items() if _any(touched) or any(kept.values()) else ():
        looked = outcome.looked[name] = look(run, name, frames, touched, due.ids, practice)
        outcome.groups[name] = (looked.groups, looked.grouped)
    return outcome


def _any(touched: Data) -> bool:
    """Whether some of it is survey, or practice: else all of it is of the other kind."""
    return any(touched.size(table) for table in touched.tables)


def _affected(
    run: Run, connection: Connection, due: Due, touched: Data, outcome: _Outcome
) -> dict[str, set[str]]:
    """The groups of the touched submissions by family, old and new; the new keys are noted."""
    affected = known_keys(connection, due.ids, outcome.practice)
    for name in keyed_families(run.checks) if _any(touched) else ():
        keys = outcome.keys[name] = read_keys(run.checks, touched, name, run.tables)
        for pairs in (keys or {}).values():
            affected.setdefault(name, set()).update(pairs["group_key"])
    return affected


def _with_others(
    run: Run,
    connection: Connection,
    due: Due,
    touched: Data,
    affected: Mapping[str, set[str]],
    practice: bool,
) -> Data:
    """The touched submissions and all others of these groups; what more there is of others is harmless."""
    names = [name for name in keyed_families(run.checks) if affected.get(name)]
    ids = set().union(*(members(connection, name, affected[name], practice) for name in names))
    others = sorted(ids.difference(due.ids))
    if not others:
        return touched
    wanted = set().union(*(wanted_columns(run.checks, name) for name in names))
    data = run.data(connection, wanted, practice, others)
    return run.as_data({name: _joined(data.frame(name), touched.frame(name)) for name in data.tables})


def _joined(others: pd.DataFrame, touched: pd.DataFrame) -> pd.DataFrame:
    """Both in order of submission, with the columns of the others: the touched ones have more."""
    import pandas as pd

    parts = [part for part in (others, touched[others.columns]) if len(part)] or [others]
    return pd.concat(parts).sort_values("submission_id", kind="stable", ignore_index=True)


def _write(run: Run, connection: Connection, due: Due, outcomes: Sequence[_Outcome]) -> None:
    broken = {rule: what for outcome in outcomes for rule, what in outcome.broken.items()}
    _write_own(run, connection, due, outcomes, broken)
    _write_keys(connection, due, outcomes)
    for outcome in outcomes:
        for family, (groups, grouped) in outcome.groups.items():
            replace_group(connection, family, outcome.practice, groups, grouped, run.tables)
            run.note(grouped)
        for family, looked in outcome.looked.items():
            if looked.frames is not None and looked.groups:
                add_measures(connection, family, outcome.practice, due.ids, looked.frames)
        run.note(outcome.own)
    note_broken(connection, broken)


def _write_own(
    run: Run, connection: Connection, due: Due, outcomes: Sequence[_Outcome], broken: Collection[str]
) -> None:
    """What the rules of one submission each found, of survey and of practice: a submission may have changed sides."""
    c = findings.c
    found = untold(connection, [f for o in outcomes for f in o.own.found], run.checks.book.missing)
    # Not "family = ''": SQLite would walk through all findings of that index.
    mine = (func.length(c.family) == 0, c.rule.not_in(sorted(broken)))
    replace_checked(connection, run.tables, found, *mine, bulk.one_of(connection, c.submission_id, due.ids))


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
