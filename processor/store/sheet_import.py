"""Does what a sheet of findings asks for: good lines at once, each refused one with its reason.

One import at a time: a second click, or the same file from two people, waits and then finds everything done.
Acts of one kind and reason are one transaction, so are up to a hundred corrections of a form; killed in
between, the same import again goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
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


def import_sheet(
    store: Store,
    user: Actor,
    scope: Scope,
    sheet: Sheet,
    *,
    wait: float = WAIT,
    progress: Callable[[int], None] = lambda _done: None,
) -> list[Step]:
    """Plan anew and do what is ready; the steps say what came of each line.

    `progress` is told how many lines are settled: 0 when it begins, and all of them while the checks still run.
    LeaseError SHEET_BUSY when another import still runs after `wait` seconds.
    """
    with leased(store.engine, "", task=SHEETS, wait=wait) as lease:
        progress(0)
        steps = plan_sheet(store, user, scope, sheet)
        run = _Run(store, user, scope, lease, progress)
        run.note({s.fill.number: s for s in steps if s.outcome != READY})
        ready = [step for step in steps if step.outcome == READY]
        run.act([step for step in ready if step.deed not in (CORRECT, CLEAR)])
        run.correct([step for step in ready if step.deed in (CORRECT, CLEAR)])
    check_after(store)
    return [run.told[step.fill.number] for step in steps]


@dataclass
class _Run:
    """One import: acts first, since a correction may change the findings that others are about."""

    store: Store
    user: Actor
    scope: Scope
    lease: Lease
    progress: Callable[[int], None]
    told: dict[int, Step] = field(default_factory=dict)
    """What came of each line."""

    def note(self, found: Mapping[int, Step]) -> None:
        """These lines are settled."""
        self.told.update(found)
        self.progress(len(self.told))

    def act(self, steps: Sequence[Step]) -> None:
        """One transaction for each kind and reason."""
        groups: dict[tuple[str, str], list[Step]] = {}
        for step in steps:
            groups.setdefault((step.deed, step.fill.text("reason")), []).append(step)
        for (deed, reason), group in groups.items():
            self._renew()
            self.note(self._act(deed, reason, group))

    def correct(self, steps: Sequence[Step]) -> None:
        """One transaction for `PART` of a form; those of one submission together, so its rows are made once."""
        by_form: dict[str, list[Step]] = {}
        for step in steps:
            if step.place is not None:
                by_form.setdefault(step.place.form_id, []).append(step)
        for form_id, group in by_form.items():
            group.sort(key=_submission)
            for at in range(0, len(group), PART):
                self._renew()
                self.note(self._correct(form_id, group[at : at + PART]))

    def _renew(self) -> None:
        with writing(self.store.engine) as connection:
            self.lease.renew(connection)

    def _act(self, deed: str, reason: str, steps: Sequence[Step]) -> dict[int, Step]:
        """All of them, or where the rights of one have changed this moment, one by one."""
        try:
            seen = {step.fill.ref: step.place.acted_at for step in steps if step.place is not None}
            acted = act(self.store, self.user, self.scope, deed, list(seen), reason, seen=seen)
        except ProcessorError as error:
            if len(steps) == 1:
                return {steps[0].fill.number: _refused(steps[0], error)}
            single = [self._act(deed, reason, [step]) for step in steps]
            return {number: step for one in single for number, step in one.items()}
        why = dict.fromkeys(acted.gone, "gone") | dict.fromkeys(acted.treated, "acted")
        return {
            s.fill.number: replace(s, outcome=REFUSED, why=why[s.fill.ref]) if s.fill.ref in why else _done(s)
            for s in steps
        }

    def _correct(self, form_id: str, steps: Sequence[Step]) -> dict[int, Step]:
        """All of them in one transaction, or where that fails, one by one."""
        wanted = [_wanted(step) for step in steps]
        try:
            refusals = correct_many(self.store, self.user, self.scope, form_id, wanted)
        except ProcessorError as error:
            if len(steps) == 1 or isinstance(error, LeaseError):
                return {step.fill.number: _refused(step, error) for step in steps}
            single = [self._correct(form_id, [step]) for step in steps]
            return {number: step for one in single for number, step in one.items()}
        told = zip(steps, refusals, strict=True)
        return {s.fill.number: _refused(s, refusal) if refusal else _done(s) for s, refusal in told}


def _submission(step: Step) -> str:
    return step.place.submission_id if step.place else ""


def _wanted(step: Step) -> Wanted:
    assert step.place is not None
    texts = (step.fill.text("reason"), step.fill.text("source"))
    return Wanted(cell_of(step.place), step.new, *texts, touched=step.touched)


def _done(step: Step) -> Step:
    return replace(step, outcome=DONE)


def _refused(step: Step, error: ProcessorError) -> Step:
    expected, who, at = (error.values.get(name, "") for name in ("expected", "who", "at"))
    when = at.isoformat() if isinstance(at, datetime) else ""
    return replace(step, outcome=REFUSED, why=why_of(error), expected=str(expected), who=str(who), at=when)
