"""The ledger of corrections: a person sets another answer in the place of one cell, with reason and source.

Raw is never touched. A correction is an event; the rows are made anew with it in the same transaction, and by
every later load and rebuild (`survey/corrections.py`). When the answer under it changes at the form server it is
set aside, visibly, until somebody applies it again or drops it. Undoing is another event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from processor.database import writing
from processor.store import corrections_write as shared
from processor.store.corrections_check import Cell, check_seen, check_texts, check_value, find
from processor.store.corrections_end import current_sha256, drop, restore, standing, undo
from processor.store.corrections_list import LedgerRow, list_corrections
from processor.store.corrections_read import SET
from processor.store.corrections_write import Person, append_event, check_after, event_of, set_values
from processor.store.lease import leased
from processor.store.rebuild import load_again
from processor.survey.corrections import SET_ASIDE

if TYPE_CHECKING:
    from processor.store.open import Store
    from processor.store.scope import Scope

__all__ = [
    "Cell",
    "LedgerRow",
    "Person",
    "apply_again",
    "check_after",
    "correct",
    "drop",
    "list_corrections",
    "restore",
    "undo",
]


def correct(
    store: Store,
    user: Person,
    scope: Scope,
    cell: Cell,
    new: str | None,
    *,
    reason: str,
    source: str,
    touched: int | None = None,
    check: bool = True,
) -> int:
    """Correct one cell and make the submission's rows anew; the number of the correction.

    `new` is the answer as a form writes it (canonical text; None empties the cell). `touched` is `Found.touched`
    as the person saw it: CORRECT_MEANWHILE when somebody came between. ContractError says what is wrong with
    place, value or texts, AccessError when the user may not; nothing is written then. LeaseError when
    a pull of the form still runs after half a minute. Checks follow at once; who corrects many cells says
    `check=False` and calls `check_after` at the end.
    """
    new = new or None
    check_texts(reason, source)
    with leased(store.engine, cell.form_id, wait=shared.WAIT) as lease:
        plans = store.plans(cell.form_id)
        with writing(store.engine) as connection:
            found = find(connection, plans, scope, cell)
            check_value(found, new)
            if touched is not None:
                check_seen(found, touched)
            event = event_of(SET, user, reason, source, found.stored.submission.practice)
            number = append_event(connection, {**event, **set_values(cell, found, new)})
            load_again(store, connection, cell.form_id, cell.submission_id, lease)
    if check:
        check_after(store)
    return number


def apply_again(
    store: Store,
    user: Person,
    scope: Scope,
    number: int,
    *,
    reason: str,
    seen: str | None = None,
    check: bool = True,
) -> int:
    """Decide that a correction that is set aside holds for the new answer as well; the new correction's number.

    `seen` as for `drop`.
    """
    row = standing(store, scope, number, "applied again", (SET_ASIDE,))
    place = {name: getattr(row, name) for name in Cell._fields}
    cell = Cell(**{**place, "raw_sha256": current_sha256(store, row) if seen is None else seen})
    return correct(store, user, scope, cell, row.new, reason=reason, source=row.source, check=check)
