"""Does what a sheet of findings asks for: good lines at once, each refused one with its reason.

One import at a time: a second click, or the same file from two people, waits and then finds everything done.
Acts of one kind and reason are one transaction, so are up to a hundred corrections of a form; killed in
between, the same import again goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from processor.database import writing
from processor.errors import Message, ProcessorError
from processor.store.corrections import check_after
from processor.store.corrections_many import Wanted, correct_many
from processor.store.lease import Lease, LeaseError, Task, leased
from processor.store.sheet_plan import CLEAR, CORRECT, READY, REFUSED, Step, cell_of, plan_sheet, why_of
from processor.store.work import act

if TYPE_CHECKING:
    from processor.store.open import Store
    from processor.store.scope import Scope
    from processor.store.sheet_file import Sheet
    from processor.store.work import Actor

DONE = "done"
OUTCOMES = (DONE, "already", REFUSED, "left")
SHEETS = Task("sheets", Message.SHEET_BUSY, Message.SHEET_LEASE_LOST)
WAIT = 30.0
PART = 100
"""Corrections of one transaction."""


def import_sheet(store: Store, user: Actor, scope: Scope, sheet: Sheet) -> list[Step]:
    """Plan anew and do what is ready; the steps say what came of each line.

    LeaseError SHEET_BUSY when another import still runs after half a minute.
    """
    with leased(store.engine, "", task=SHEETS, wait=WAIT) as lease:
        steps = plan_sheet(store, user, scope, sheet)
        ready = [step for step in steps if step.outcome == READY]
        done = _act_all(store, user, scope, lease, ready)
        done |= _correct_all(store, user, scope, lease, ready)
    check_after(store)
    return [done.get(step.fill.number, step) for step in steps]


def _act_all(store: Store, user: Actor, scope: Scope, lease: Lease, steps: Sequence[Step]) -> dict[int, Step]:
    """Acts first: a correction may change the findings that others are about."""
    groups: dict[tuple[str, str], list[Step]] = {}
    for step in steps:
        if step.deed not in (CORRECT, CLEAR):
            groups.setdefault((step.deed, step.fill.text("reason")), []).append(step)
    found: dict[int, Step] = {}
    for (deed, reason), group in groups.items():
        _renew(store, lease)
        found.update(_act(store, user, scope, deed, reason, group))
    return found


def _act(
    store: Store, user: Actor, scope: Scope, deed: str, reason: str, steps: Sequence[Step]
) -> dict[int, Step]:
    """All of them, or where the rights of one have changed this moment, one by one."""
    try:
        acted = act(store, user, scope, deed, [step.fill.ref for step in steps], reason)
    except ProcessorError as error:
        if len(steps) == 1:
            return {steps[0].fill.number: _refused(steps[0], error)}
        single = [_act(store, user, scope, deed, reason, [step]) for step in steps]
        return {number: step for one in single for number, step in one.items()}
    gone = set(acted.gone)
    return {
        s.fill.number: replace(s, outcome=REFUSED, why="gone") if s.fill.ref in gone else _done(s)
        for s in steps
    }


def _correct_all(
    store: Store, user: Actor, scope: Scope, lease: Lease, steps: Sequence[Step]
) -> dict[int, Step]:
    by_form: dict[str, list[Step]] = {}
    for step in steps:
        if step.deed in (CORRECT, CLEAR) and step.place is not None:
            by_form.setdefault(step.place.form_id, []).append(step)
    found: dict[int, Step] = {}
    for form_id, group in by_form.items():
        for at in range(0, len(group), PART):
            _renew(store, lease)
            found.update(_correct(store, user, scope, form_id, group[at : at + PART]))
    return found


def _correct(store: Store, user: Actor, scope: Scope, form_id: str, steps: Sequence[Step]) -> dict[int, Step]:
    """All of them in one transaction, or where that fails, one by one."""
    try:
        refusals = correct_many(store, user, scope, form_id, [_wanted(step) for step in steps])
    except ProcessorError as error:
        if len(steps) == 1 or isinstance(error, LeaseError):
            return {step.fill.number: _refused(step, error) for step in steps}
        single = [_correct(store, user, scope, form_id, [step]) for step in steps]
        return {number: step for one in single for number, step in one.items()}
    told = zip(steps, refusals, strict=True)
    return {s.fill.number: _refused(s, refusal) if refusal else _done(s) for s, refusal in told}


def _wanted(step: Step) -> Wanted:
    assert step.place is not None
    return Wanted(cell_of(step.place), step.new, step.fill.text("reason"), step.fill.text("source"))


def _done(step: Step) -> Step:
    return replace(step, outcome=DONE)


def _refused(step: Step, error: ProcessorError) -> Step:
    return replace(step, outcome=REFUSED, why=why_of(error), expected=str(error.values.get("expected", "")))


def _renew(store: Store, lease: Lease) -> None:
    with writing(store.engine) as connection:
        lease.renew(connection)
