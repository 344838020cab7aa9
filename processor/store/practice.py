"""Removes practice: the one way in which raw rows leave the store.

Practice submissions are invented and marked from the phone on. The triggers of the raw tables let
go of rows with that mark and of no others, so this function cannot take survey data along.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, exists, not_, select

from processor.database import writing
from processor.store import reporting
from processor.store.lease import Lease, leased
from processor.store.tables import raw_states, raw_versions, submissions
from processor.store.work_tables import corrections, finding_events

if TYPE_CHECKING:
    from processor.store.open import Store


def remove_practice(store: Store, *, wait: float = 60) -> int:
    """Remove every practice submission of every form with all that was made of it; how many.

    Waits for running pulls. The form server's own copies must go first (`remove_practice` there),
    or the next pull brings them again.
    """
    removed = 0
    with ExitStack() as held:
        for form in store.config.forms:
            lease = held.enter_context(leased(store.engine, form.form_id, wait=wait))
            removed += _remove(store, lease)
    return removed


def _remove(store: Store, lease: Lease) -> int:
    s = submissions.c
    mine = (s.form_id == lease.form_id, s.practice.is_(True))
    with writing(store.engine) as connection:
        lease.renew(connection)
        ids = list(connection.execute(select(s.instance_id).where(*mine)).scalars())
        reporting.replace(connection, store.plans(lease.form_id), None, ids)
        connection.execute(delete(submissions).where(*mine))
        for table in (finding_events, corrections):
            marked = (table.c.form_id == lease.form_id, table.c.practice.is_(True))
            connection.execute(delete(table).where(*marked))
        _remove_raw(connection, lease.form_id)
    return len(ids)


def _remove_raw(connection: Connection, form_id: str) -> None:
    """Rows with the mark; those of a submission that is survey data by now stay as its history."""
    s = submissions.c
    for table in (raw_states, raw_versions):
        kept = exists().where(s.form_id == table.c.form_id, s.instance_id == table.c.instance_id)
        marked = (table.c.form_id == form_id, table.c.practice.is_(True))
        connection.execute(delete(table).where(*marked, not_(kept)))
