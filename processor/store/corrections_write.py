"""What every act on the ledger of corrections shares: who, the event, the checks that follow."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import Connection, insert

from processor.store.checking import check_due
from processor.store.lease import LeaseError
from processor.store.work_tables import corrections

if TYPE_CHECKING:
    from processor.store.cells import Cell, Found
    from processor.store.open import Store

WAIT = 30.0
"""Seconds to wait for a pull of the form to end."""


class Person(Protocol):
    """Who acts: a user of the pages, or somebody at the command line."""

    @property
    def id(self) -> int:
        """Number of the user, 0 at the command line."""

    @property
    def username(self) -> str:
        """The name in the ledger."""


def check_after(store: Store) -> None:
    """Check what corrections have touched.

    Who holds the lease of checks goes on until nothing is due, so nobody need wait for a long check: what was
    loaded is noted as due with the rows.
    """
    try:
        check_due(store)
    except LeaseError:
        return


def event_of(act: str, user: Person, reason: str, source: str, practice: bool) -> dict[str, Any]:
    """Who does what, why and when, as the ledger keeps it."""
    who = {"user_id": user.id, "username": user.username, "at": datetime.now(UTC)}
    return {"act": act, "reason": reason.strip(), "source": source.strip(), "practice": practice, **who}


def set_values(cell: Cell, found: Found, new: str | None) -> dict[str, Any]:
    """What a new correction of a cell says, beside who made it."""
    texts = {"old": json.dumps(found.old), "new": json.dumps(new or None)}
    return {**cell._asdict(), **texts, "row_sha256": found.row_sha256}


def append_event(connection: Connection, values: dict[str, Any]) -> int:
    """Write a row of the ledger; its number."""
    return connection.execute(insert(corrections).values(values).returning(corrections.c.id)).scalar_one()
