"""The ledger of deploys: a row stands before the form server is told anything, and no row is ever taken away.

`started` becomes `published`, `unchanged` (the server had this already) or `failed`, once. A row that stays
`started` belongs to a run that was killed: the next deploy of the form settles it by what the server has.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Row, insert, select, update

from processor.database import reading, writing
from processor.errors import ContractError, Message
from processor.store.lease import Task
from processor.store.office_tables import deploys

if TYPE_CHECKING:
    from processor.servers.protocol import FormPackage
    from processor.store.open import Store

Result = Literal["started", "published", "unchanged", "failed"]
Change = dict[str, str]
"""One difference: `level`, and its sentence as `vi` and `en`."""
ACTOR_LIMIT = 64
DEPLOY = Task("deploy", Message.DEPLOY_BUSY, Message.DEPLOY_LEASE_LOST)
"""The lease of who deploys a form: whoever comes meanwhile compares with what is about to change."""
LATER = "Killed before its end; a later run found it done."
NOT_DONE = "Killed before its end; a later run did it."


@dataclass(frozen=True)
class Act:
    """Who does it, where, and whether it goes back to an earlier version."""

    actor: str
    """Name of the account of this machine, or of whoever signed in."""
    server: str
    back_to: str = ""
    """The version whose content it brings back; empty for a deploy."""


@dataclass(frozen=True)
class Deploy:
    """A row of the ledger."""

    id: int
    form_id: str
    version: str
    act: str
    """deploy or rollback."""
    back_to: str
    at: datetime
    actor: str
    server: str
    """Kind of the form server: builtin, central, kobo."""
    xform_md5: str
    workbook_sha256: str
    media: dict[str, str]
    """MD5 by file name."""
    changes: tuple[Change, ...]
    result: str
    ended_at: datetime | None
    detail: str


def open_deploy(store: Store, package: FormPackage, act: Act, changes: Sequence[Change]) -> int:
    """Write that a version is about to be published, and what it changes; gives the row's number."""
    values = {
        "form_id": package.form.form_id,
        "version": package.form.version,
        "act": "rollback" if act.back_to else "deploy",
        "back_to": act.back_to,
        "at": datetime.now(UTC),
        "actor": act.actor[:ACTOR_LIMIT],
        "server": act.server,
        "xform_md5": hashlib.md5(package.xform, usedforsecurity=False).hexdigest(),
        "workbook_sha256": hashlib.sha256(package.workbook).hexdigest(),
        "media": json.dumps({m.name: m.md5 for m in package.media}, sort_keys=True),
        "changes": json.dumps(list(changes), ensure_ascii=False),
        "result": "started",
        "detail": "",
    }
    with writing(store.engine) as connection:
        return connection.execute(insert(deploys).values(values).returning(deploys.c.id)).scalar_one()


def close_deploy(store: Store, number: int, result: Result, detail: str = "") -> None:
    """Write how it ended; who did it knows better than `settle`. ContractError when there is no such row."""
    change = update(deploys).where(deploys.c.id == number)
    values = {"result": result, "detail": detail, "ended_at": datetime.now(UTC)}
    with writing(store.engine) as connection:
        if connection.execute(change.values(values)).rowcount != 1:
            raise ContractError(Message.DEPLOY_LEDGER, number=number)


def settle(store: Store, form_id: str, current: str) -> None:
    """Close what killed runs left open: `current` is the version that phones get now and tables know."""
    left = (deploys.c.form_id == form_id, deploys.c.result == "started")
    done = deploys.c.version == current
    now = datetime.now(UTC)
    with writing(store.engine) as connection:
        ended = update(deploys).where(*left, done)
        connection.execute(ended.values(result="published", detail=LATER, ended_at=now))
        other = update(deploys).where(*left)
        connection.execute(other.values(result="failed", detail=NOT_DONE, ended_at=now))


def has_open(store: Store, form_id: str) -> bool:
    """Whether a run was killed, or is at work now."""
    query = select(deploys.c.id).where(deploys.c.form_id == form_id, deploys.c.result == "started").limit(1)
    with reading(store.engine) as connection:
        return connection.execute(query).first() is not None


def list_deploys(store: Store, form_id: str) -> list[Deploy]:
    """All rows of a form, newest first."""
    query = select(deploys).where(deploys.c.form_id == form_id).order_by(deploys.c.id.desc())
    with reading(store.engine) as connection:
        return [_deploy(row) for row in connection.execute(query)]


def _deploy(row: Row) -> Deploy:
    values = {**row._mapping, "media": json.loads(row.media), "changes": tuple(json.loads(row.changes))}
    return Deploy(**values)
