"""Many corrections of one form at once: one lease, one transaction, the rows made anew once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection

from processor.database import reading, writing
from processor.errors import ProcessorError
from processor.store import corrections
from processor.store.corrections_check import Cell, Found, check_texts, check_value, find
from processor.store.corrections_read import SET
from processor.store.lease import leased
from processor.store.rebuild import load_several

if TYPE_CHECKING:
    from processor.store.corrections import Person
    from processor.store.open import Store
    from processor.store.scope import Scope
    from processor.survey.columns import TablePlan


class Wanted(NamedTuple):
    """A correction to make; each cell once."""

    cell: Cell
    new: str | None
    reason: str
    source: str


def correct_many(
    store: Store, user: Person, scope: Scope, form_id: str, wanted: Sequence[Wanted]
) -> list[ProcessorError | None]:
    """Make those that may be made, all of them or, when anything fails, none; the refusal of each of the others.

    As `correct`, one by one, would judge them. LeaseError when a pull of the form does not end. Call
    `check_after` when all is done.
    """
    with leased(store.engine, form_id, wait=corrections.WAIT) as lease:
        plans = store.plans(form_id)
        with reading(store.engine) as connection:
            looked = [_look(connection, plans, scope, one) for one in wanted]
        good = [(w, f) for w, f in zip(wanted, looked, strict=True) if isinstance(f, Found)]
        if good:
            with writing(store.engine) as connection:
                for one, found in good:
                    _write(connection, user, one, found)
                ids = sorted({one.cell.submission_id for one, _found in good})
                load_several(store, connection, form_id, ids, lease)
    return [None if isinstance(found, Found) else found for found in looked]


def _look(
    connection: Connection, plans: tuple[TablePlan, ...], scope: Scope, one: Wanted
) -> Found | ProcessorError:
    try:
        check_texts(one.reason, one.source)
        found = find(connection, plans, scope, one.cell)
        check_value(found, one.new or None)
    except ProcessorError as refusal:
        return refusal
    return found


def _write(connection: Connection, user: Person, one: Wanted, found: Found) -> None:
    event = corrections.event_of(SET, user, one.reason, one.source, found.stored.submission.practice)
    texts = {"old": json.dumps(found.old), "new": json.dumps(one.new or None)}
    values = {**event, **one.cell._asdict(), **texts, "row_sha256": found.row_sha256}
    corrections.append_event(connection, values)
