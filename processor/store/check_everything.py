"""A check of everything: submissions part by part, then one family after the other.

Every part is a transaction; killed in between, it is not noted and the next check begins again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlalchemy import and_, exists, not_, select

from processor.database import analyze, reading, writing
from processor.store import bulk
from processor.store.check_groups import (
    check_group,
    families,
    insert_keys,
    read_keys,
    replace_group,
    wanted_columns,
)
from processor.store.check_state import clear_due, note_checked, read_due
from processor.store.finding_rows import CHECK, insert_checked
from processor.store.tables import findings, submissions
from processor.store.work_tables import check_keys
from processor.survey.checks.run import check_own

if TYPE_CHECKING:
    from processor.store.checking import Run
    from processor.store.open import Registered

PART = 20_000


def check_everything(run: Run) -> None:
    """Make all findings of checks and all keys anew, and note under which rules."""
    run.full = True
    run.not_checked.clear()
    with reading(run.store.engine) as connection:
        due = read_due(connection)
    for practice in (False, True):
        for form in run.forms:
            for ids in _parts(run, form, practice):
                _check_part(run, ids, practice)
        for family in families(run.checks):
            _check_family(run, family, practice)
    with writing(run.store.engine) as connection:
        run.lease.renew(connection)
        _drop_strange(run, connection)
        note_checked(connection, run.sha256, run.not_checked)
        clear_due(connection, due)
    analyze(run.store.engine, [findings.name, check_keys.name])


def _parts(run: Run, form: Registered, practice: bool) -> Iterator[list[str]]:
    """Ids of the rows of a form, in order."""
    last = ""
    while form.plans:
        table = form.tables[form.plans[0].name]
        query = select(table.c.submission_id).where(
            table.c["_practice"] == int(practice), table.c.submission_id > last
        )
        with reading(run.store.engine) as connection:
            part = list(connection.execute(query.order_by(table.c.submission_id).limit(PART)).scalars())
        if not part:
            return
        yield part
        last = part[-1]


def _check_part(run: Run, ids: list[str], practice: bool) -> None:
    with reading(run.store.engine) as connection:
        data = run.data(connection, wanted_columns(run.checks, ""), practice, ids)
    checked = check_own(run.checks.book, run.checks.entries, data)
    run.not_checked.update(checked.not_checked)
    with writing(run.store.engine) as connection:
        run.lease.renew(connection)
        bulk.delete(connection, findings.name, "submission_id", ids, kind=[CHECK], family=[""])
        insert_checked(connection, run.tables, checked.found)
    run.submissions += len(ids)
    run.found += len(checked.found)


def _check_family(run: Run, family: str, practice: bool) -> None:
    with reading(run.store.engine) as connection:
        data = run.data(connection, wanted_columns(run.checks, family), practice, None)
    keys = read_keys(run.checks, data, family, run.tables)
    # A unit from which nothing came has no key: of the survey all groups are asked for. Practice has none
    # but its own, or lists of the survey's units would be held against it.
    asked = {key.group_key for key in keys} if practice else None
    grouped = check_group(run.checks, data, family, asked)
    run.not_checked.update(grouped.not_checked)
    with writing(run.store.engine) as connection:
        run.lease.renew(connection)
        mine = (check_keys.c.family == family, check_keys.c.practice.is_(practice))
        connection.execute(check_keys.delete().where(*mine))
        insert_keys(connection, keys, practice)
        replace_group(connection, family, practice, None, grouped.found, run.tables)
    run.found += len(grouped.found)


def _drop_strange(run: Run, connection) -> None:  # type: ignore[no-untyped-def]  # a Connection
    """Findings and keys of families that are no more, and of submissions that have no rows."""
    names = families(run.checks)
    connection.execute(check_keys.delete().where(check_keys.c.family.not_in(names)))
    c, s = findings.c, submissions.c
    live = exists().where(
        s.form_id == c.form_id, s.instance_id == c.submission_id, not_(s.deleted), s.problem == ""
    )
    strange = and_(c.unit == "", not_(live))
    connection.execute(findings.delete().where(c.kind == CHECK, c.family.not_in(["", *names])))
    connection.execute(findings.delete().where(c.kind == CHECK, strange))
