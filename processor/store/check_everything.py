"""A check of everything: submissions part by part, then one family after the other.

Every part is a transaction, and so are the keys of all families at the end. Nothing counts as checked from the first
to the last of them: killed in between, the next check begins again, whoever asks for it.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import and_, exists, not_, select

from processor.database import analyze, reading, writing
from processor.store import bulk
from processor.store.check_blocks import NONE, Pairs, as_texts
from processor.store.check_groups import (
    Grouped,
    check_group,
    families,
    keyed_families,
    measured_families,
    read_pairs,
    replace_group,
    wanted_columns,
)
from processor.store.check_measured import Collected
from processor.store.check_measures import drop_others
from processor.store.check_numbers import Numbers
from processor.store.check_state import ALL, clear_due, note_checked, read_due
from processor.store.columns import read_columns
from processor.store.finding_rows import CHECK, replace_checked, untold
from processor.store.frames import wanted_of
from processor.store.tables import findings, submissions
from processor.store.work_tables import check_blocks, check_submissions, checks_state
from processor.survey.checks.coded import Columns, end_to_end
from processor.survey.checks.data import Data
from processor.survey.checks.run import check_own

if TYPE_CHECKING:
    from processor.store.checking import Run
    from processor.store.open import Registered

PART = 20_000
NOT_PRACTICE = (False, True)


COLLECT_AFTER = 20_000
"""New objects after which Python looks for circles among them: rows and findings are many, stay, and make none; its own
700 take a tenth of the time."""


@contextmanager
def collecting_rarely() -> Iterator[None]:
    """Python looks for circles of objects less often within the block."""
    before = gc.get_threshold()
    if before[0]:
        gc.set_threshold(max(before[0], COLLECT_AFTER), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@collecting_rarely()
def check_everything(run: Run) -> None:
    """Make all findings of checks and all keys anew, and note under which rules."""
    run.full = True
    run.not_checked.clear()
    with writing(run.store.engine) as connection:
        run.lease.renew(connection)
        due = read_due(connection)
        connection.execute(checks_state.update().where(checks_state.c.name == ALL).values(sha256=""))
    for practice in NOT_PRACTICE:
        kept, collected = Kept(run), Collected(run, measured_families(run.checks), practice)
        for form in run.forms:
            for ids in parts(run, form, practice):
                kept.add(_check_part(run, form, ids, practice, collected))
        _check_families(run, kept, practice)
        collected.check()
    with writing(run.store.engine) as connection:
        run.lease.renew(connection)
        _drop_strange(run, connection)
        note_checked(connection, run.sha256, run.not_checked, run.day)
        clear_due(connection, due)
    analyze(run.store.engine, [findings.name, check_blocks.name, check_submissions.name])


def parts(run: Run, form: Registered, practice: bool) -> Iterator[list[str]]:
    """Ids of the rows of a form, in order, some at a time."""
    last = ""
    while form.plans:
        table = form.tables[form.plans[0].name]
        # + 0: SQLite walks the primary key; by the index on practice it would sort all rows for every part
        mine = table.c["_practice"] + 0 == int(practice)
        query = select(table.c.submission_id).where(mine, table.c.submission_id > last)
        with reading(run.store.engine) as connection:
            part = list(connection.execute(query.order_by(table.c.submission_id).limit(PART)).scalars())
        if not part:
            return
        yield part
        last = part[-1]


def _check_part(
    run: Run, form: Registered, ids: list[str], practice: bool, collected: Collected
) -> Mapping[str, Columns]:
    """Own rules of some submissions of a form; gives their tables, also with what the families look at."""
    wanted = set().union(*(wanted_columns(run.checks, name) for name in ("", *families(run.checks))))
    form_id = form.plans[0].form_id
    with reading(run.store.engine) as connection:
        tables = read_columns(connection, run.forms, wanted, practice, ids, form_id)
    data = Data(tables, run.checks.reference, now=run.now, secret=run.secret)
    checked = check_own(run.checks.book, run.checks.entries, data)
    with writing(run.store.engine) as connection:
        run.lease.renew(connection)
        c, found = findings.c, untold(connection, checked.found, run.checks.book.missing)
        mine = (c.family == "", c.form_id == form_id, c.rule.not_in(sorted(checked.broken)))
        among = bulk.one_of(connection, c.submission_id, ids)
        replace_checked(connection, run.tables, found, *mine, among)
    run.submissions += len(ids)
    run.note(checked)
    collected.add(data)
    return tables


class Kept:
    """What families look at, of all submissions: every table is read once, not once for each family."""

    def __init__(self, run: Run) -> None:
        wanted = set().union(*(wanted_columns(run.checks, name) for name in keyed_families(run.checks)))
        self._names = {
            plan.name: [column.name for column in wanted_of(plan, wanted)]
            for form in run.forms
            for plan in form.plans
        }
        self._parts: dict[str, list[Columns]] = {name: [] for name in self._names}

    def add(self, tables: Mapping[str, Columns]) -> None:
        """Keep what is needed of a part."""
        for name, table in tables.items():
            if len(table):
                self._parts[name].append(table.among(self._names[name]))

    def tables(self) -> dict[str, Columns]:
        """The tables as a whole; what was kept is given away."""
        made = {}
        for name, columns in self._names.items():
            parts = self._parts.pop(name)
            made[name] = Columns({column: end_to_end([part[column] for part in parts]) for column in columns})
        return made


def _check_families(run: Run, kept: Kept, practice: bool) -> None:
    tables = kept.tables()
    ids: dict[str, set[str]] = {}
    for name, table in tables.items():
        ids.setdefault(run.tables[name], set()).update(table["submission_id"].values.tolist())
    with reading(run.store.engine) as connection:
        numbers = Numbers(connection, ids, practice)
    rows = {name: numbers.of(run.tables[name], table["submission_id"]) for name, table in tables.items()}
    names = keyed_families(run.checks)
    for family in names:
        data = Data(tables, run.checks.reference, now=run.now, secret=run.secret)
        if (pairs := read_pairs(run.checks, data, family, rows)) is not None:
            numbers.keep(family, pairs)
        _check_family(run, data, family, practice, pairs)
    with writing(run.store.engine) as connection:
        run.lease.renew(connection)
        numbers.finish(connection, names)


def _check_family(run: Run, data: Data, family: str, practice: bool, pairs: Pairs | None) -> None:
    # A unit from which nothing came has no key: of the survey all groups are asked for. Practice has none
    # but its own, or lists of the survey's units would be held against it.
    asked = set(as_texts(np.unique((pairs or NONE).keys))) if practice else None
    grouped = Grouped(()) if practice and not asked else check_group(run.checks, data, family, asked)
    run.note(grouped)
    with writing(run.store.engine) as connection:
        run.lease.renew(connection)
        replace_group(connection, family, practice, None, grouped, run.tables)


def _drop_strange(run: Run, connection) -> None:  # type: ignore[no-untyped-def]  # a Connection
    """Findings of families that are no more, and of submissions that have no rows."""
    names = families(run.checks)
    drop_others(connection, measured_families(run.checks))
    c, s = findings.c, submissions.c
    live = exists().where(
        s.form_id == c.form_id, s.instance_id == c.submission_id, not_(s.deleted), s.problem == ""
    )
    strange = and_(c.unit == "", not_(live))
    connection.execute(findings.delete().where(c.kind == CHECK, c.family.not_in(["", *names])))
    connection.execute(findings.delete().where(c.kind == CHECK, strange))
