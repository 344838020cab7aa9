"""Many corrections of one form at once: one lease, one transaction, the rows made anew once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import insert

from processor.database import writing
from processor.errors import ProcessorError
from processor.store import corrections_write as shared
from processor.store import work_tables
from processor.store.cells import Cell, Cells, Found
from processor.store.corrections_check import check_seen, check_texts, check_value
from processor.store.corrections_read import SET
from processor.store.lease import leased
from processor.store.rebuild import load_several

if TYPE_CHECKING:
    from processor.store.corrections_write import Person
    from processor.store.open import Store
    from processor.store.scope import Scope


class Wanted(NamedTuple):
    """A correction to make; each cell once."""

    cell: Cell
    new: str | None
    reason: str
    source: str
    touched: int | None = None
    """`Found.touched` as it was seen, None where nobody has looked."""


def correct_many(
    store: Store, user: Person, scope: Scope, form_id: str, wanted: Sequence[Wanted]
) -> list[ProcessorError | None]:
    """Make those that may be made, all of them or, when anything fails, none; the refusal of each of the others.

    As `correct`, one by one, would judge them, in the transaction that writes. LeaseError when a pull of the form
    does not end. Call `check_after` when all is done.
    """
    with leased(store.engine, form_id, wait=shared.WAIT) as lease, writing(store.engine) as connection:
        ids = {one.cell.submission_id for one in wanted}
        cells = Cells(connection, store.plans(form_id), scope, form_id, ids)
        looked = [_look(cells, one) for one in wanted]
        good = [(w, f) for w, f in zip(wanted, looked, strict=True) if isinstance(f, Found)]
        if good:
            events = [_event(user, one, found) for one, found in good]
            connection.execute(insert(work_tables.corrections), events)
            touched = sorted({one.cell.submission_id for one, _found in good})
            load_several(store, connection, form_id, touched, lease)
    return [None if isinstance(found, Found) else found for found in looked]


def _look(cells: Cells, one: Wanted) -> Found | ProcessorError:
    try:
        check_texts(one.reason, one.source)
        found = cells.find(one.cell)
        check_value(found, one.new or None)
        if one.touched is not None:
            check_seen(found, one.touched)
    except ProcessorError as refusal:
        return refusal
    return found


def _event(user: Person, one: Wanted, found: Found) -> dict[str, Any]:
    event = shared.event_of(SET, user, one.reason, one.source, found.stored.submission.practice)
    return {**event, **shared.set_values(one.cell, found, one.new)}
