"""Tables anew from the raw copy: all of a form, or the submissions that had no rows so far."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from processor.database import reading, writing
from processor.store import intake, reporting
from processor.store.corrections_read import read_corrections
from processor.store.lease import Lease
from processor.store.loading import Arrived, Corrections, Loaded, load
from processor.store.raw import Stored, read_current
from processor.store.tables import builds, submissions

if TYPE_CHECKING:
    from processor.config import FormConfig
    from processor.store.open import Registered, Store

PART = 1000


def rebuild_tables(store: Store, form: FormConfig, lease: Lease) -> None:
    """Make submissions, reporting rows, changes and findings anew from raw, part by part.

    Each part is one transaction, so that pages and sign-ins go on meanwhile; killed in between,
    the build is not noted and the next pull begins again.
    """
    registered = store.registered(form.form_id)
    for part in _parts(store, form.form_id):
        _load(store, form, lease, registered, part)
    with writing(store.engine) as connection:
        lease.renew(connection)
        reporting.drop_strange_rows(connection, registered.plans)
        _note_build(connection, form.form_id, registered.fingerprint)


def _parts(store: Store, form_id: str, among: Sequence[str] | None = None) -> Iterator[list[Stored]]:
    last = ""
    while True:
        with reading(store.engine) as connection:
            part = read_current(connection, form_id, after=last, size=PART, among=among)
        if not part:
            return
        yield part
        last = part[-1].submission.instance_id


def is_current(store: Store, form_id: str) -> bool:
    """Whether the reporting rows were made under the plans that are registered now."""
    query = select(builds.c.plans_sha256).where(builds.c.form_id == form_id)
    with reading(store.engine) as connection:
        return connection.execute(query).scalar_one_or_none() == store.registered(form_id).fingerprint


def load_waiting(store: Store, form: FormConfig, lease: Lease) -> None:
    """Make rows of submissions that had none, as far as their form version is published by now."""
    registered = store.registered(form.form_id)
    c = submissions.c
    query = select(c.instance_id).where(
        c.form_id == form.form_id,
        c.problem != "",
        c.deleted.is_(False),
        c.form_version.in_([version.version for version in registered.forms]),
    )
    with reading(store.engine) as connection:
        waiting = list(connection.execute(query).scalars())
    for part in _parts(store, form.form_id, waiting) if waiting else ():
        _load(store, form, lease, registered, part)


def load_again(store: Store, connection: Connection, form_id: str, submission_id: str, lease: Lease) -> None:
    """Make the rows of one submission anew from raw and corrections, in the caller's write transaction."""
    load_several(store, connection, form_id, [submission_id], lease)


def load_several(
    store: Store, connection: Connection, form_id: str, ids: Sequence[str], lease: Lease
) -> None:
    """The same for some submissions at once; as many as fit into memory together."""
    registered = store.registered(form_id)
    part = read_current(connection, form_id, after="", size=len(ids), among=ids)
    corrections = read_corrections(connection, form_id, ids)
    loaded = _prepare(store.config.form(form_id), registered, part, corrections)
    _write(connection, lease, registered, part, loaded)


def _load(
    store: Store, form: FormConfig, lease: Lease, registered: Registered, part: Sequence[Stored]
) -> None:
    with reading(store.engine) as connection:
        corrections = read_corrections(connection, form.form_id, [p.submission.instance_id for p in part])
    loaded = _prepare(form, registered, part, corrections)
    with writing(store.engine) as connection:
        _write(connection, lease, registered, part, loaded)


def _prepare(
    form: FormConfig, registered: Registered, part: Sequence[Stored], corrections: Corrections
) -> Loaded:
    live = [Arrived(s.submission, s.content, s.pulled_at) for s in part if not s.submission.deleted]
    return load(form, registered, live, corrections)


def _write(
    connection: Connection, lease: Lease, registered: Registered, part: Sequence[Stored], loaded: Loaded
) -> None:
    rows = [intake.current(stored) for stored in part]
    lease.renew(connection)
    reporting.replace(connection, registered.plans, loaded.prepared, [row.instance_id for row in rows])
    intake.write_current(connection, lease.form_id, rows, loaded)


def _note_build(connection: Connection, form_id: str, fingerprint: str) -> None:
    connection.execute(builds.delete().where(builds.c.form_id == form_id))
    values = {"form_id": form_id, "plans_sha256": fingerprint, "at": datetime.now(UTC)}
    connection.execute(builds.insert().values(values))
