"""What each filled line of a sheet would do, or why it is refused; reads only.

The same plan is made for the preview and again for the import itself, so what a person confirms is judged by
what is in the store at that moment. What a sheet did once it does not do again: acts and corrections of the
same finding or cell since the sheet was made are recognised, also after a killed import.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from processor.database import reading
from processor.errors import Message, ProcessorError
from processor.store.cells import Cell, Touch
from processor.store.corrections_check import check_texts, check_value
from processor.store.finding_states import EXPECTED, OVERRIDDEN, RETURNED
from processor.store.present import Columns
from processor.store.raw import is_storable
from processor.store.sheet_file import Fill, Sheet, as_written
from processor.store.sheet_known import Known, read_known, spot_of
from processor.store.work import REASON_LIMIT, SUPERVISORS, time_of
from processor.survey.correctable import is_offered
from processor.survey.corrections import canonical
from processor.survey.sheet_answers import HANDLINGS, LEAVE, form_text, handling_of, is_clear
from processor.survey.sheet_identity import Place, digest

if TYPE_CHECKING:
    from processor.store.open import Store
    from processor.store.scope import Scope
    from processor.store.work import Actor

READY, ALREADY, REFUSED, LEFT = "ready", "already", "refused", "left"
CORRECT, CLEAR = "correct", "clear"
DEEDS = (CORRECT, CLEAR, RETURNED, OVERRIDDEN, EXPECTED)
WHY = (
    "unknown", "twice", "altered", "formula", "hidden", "gone", "acted", "stale", "answer", "both", "word_clear",
    "word_handling", "no_deed", "no_reason", "no_source", "text", "unit", "error", "role", "place", "type", "same",
    "other_cell", "meanwhile", "busy",
)  # fmt: skip
"""Reasons of refusal; pages and commands have words for each."""
_FAULTS = {
    Message.CORRECT_RIGHTS: "hidden",
    Message.CORRECT_STALE: "stale",
    Message.CORRECT_MEANWHILE: "meanwhile",
    Message.CORRECT_PLACE: "place",
    Message.CORRECT_VALUE: "type",
    Message.CORRECT_SAME: "same",
    Message.CORRECT_TEXT: "text",
    Message.FINDING_REASON: "text",
    Message.FINDING_ROLE: "role",
    Message.FINDING_ERROR: "error",
    Message.FINDING_UNIT: "unit",
}


@dataclass(frozen=True)
class Step:
    """A line and what comes of it."""

    fill: Fill
    outcome: str = READY
    """ready, already (was done since the sheet was made), refused, left (asked to be left as it is)."""
    deed: str = ""
    """One of `DEEDS`."""
    new: str | None = None
    why: str = ""
    """Of a refusal, one of `WHY`."""
    expected: str = ""
    """What was expected, where the reason has that."""
    place: Place | None = None
    """Known for a line of the sheet; what of it may be shown says `present`."""
    present: str | None = None
    """The answer as it is now, None when the user may not see it or there is none."""
    touched: int = 0
    """Newest event of the ledger about the cell, as this plan saw it."""
    who: str = ""
    at: str = ""
    """Of a refusal `meanwhile`: who corrected the cell, and the time as ISO."""


class _Refused(Exception):  # noqa: N818  # it never leaves this module
    def __init__(self, why: str, expected: str = "", touch: Touch | None = None) -> None:
        super().__init__(why)
        self.why, self.expected, self.touch = why, expected, touch


def plan_sheet(store: Store, user: Actor, scope: Scope, sheet: Sheet) -> list[Step]:
    """A step for each filled line, in the order of the file. Nothing is written."""
    columns = Columns(store)
    with reading(store.engine) as connection:
        known = read_known(Known(store, connection, scope, user, sheet, columns))
        return [_step(known, fill) for fill in sheet.fills]


def _step(known: Known, fill: Fill) -> Step:
    place = known.sheet.identity.places.get(fill.ref)
    present = known.present.get(spot_of(place)) if place else None
    deed = ""
    try:
        _check_line(known, fill, place)
        assert place is not None
        deed = _deed(fill)
        if deed == LEAVE:
            return Step(fill, LEFT, place=place, present=present)
        act = _plan_correction if deed in (CORRECT, CLEAR) else _plan_act
        outcome, new, touched = act(known, fill, place, deed)
    except _Refused as refusal:
        deed = deed if deed in DEEDS else ""
        who, at = (refusal.touch.username, refusal.touch.at.isoformat()) if refusal.touch else ("", "")
        return Step(fill, REFUSED, deed, None, refusal.why, refusal.expected, place, present, who=who, at=at)
    return Step(fill, outcome, deed, new, place=place, present=present, touched=touched)


def _check_line(known: Known, fill: Fill, place: Place | None) -> None:
    """The line is one of the sheet, once, as we wrote it, and about something that the user may see."""
    if place is None:
        raise _Refused("unknown")
    if known.times[fill.ref] > 1:
        raise _Refused("twice")
    if not as_written(fill, known.sheet.identity):
        raise _Refused("altered")
    if fill.has_formula:
        raise _Refused("formula")
    if place.unit:
        return
    if (place.form_id, place.submission_id) not in known.versions:
        raise _Refused("hidden")
    column = known.columns.question(place.form_id, place.table_name, place.column_name)
    if column is not None and not known.scope.shows(column.data_class):
        raise _Refused("hidden")


def _deed(fill: Fill) -> str:
    """The one thing that the line asks for."""
    handling, clear, new = handling_of(fill.text("handling")), is_clear(fill.text("clear")), fill.text("new")
    if handling is None:
        raise _Refused("word_handling", ", ".join(vi for vi, _en in HANDLINGS.values()))
    if clear is None:
        raise _Refused("word_clear")
    asked = [d for d, given in ((CORRECT, new), (CLEAR, clear), (handling, handling)) if given]
    if len(asked) > 1:
        raise _Refused("both")
    if not asked:
        raise _Refused("no_deed")
    return asked[0]


_Planned = tuple[str, str | None, int]
"""Outcome, new answer, newest event of the cell."""


def _plan_act(known: Known, fill: Fill, place: Place, deed: str) -> _Planned:
    reason = fill.text("reason")
    if not reason:
        raise _Refused("no_reason")
    if len(reason) > REASON_LIMIT or not is_storable(reason):
        raise _Refused("text", str(REASON_LIMIT))
    if (place.ref, deed, reason) in known.acts:
        return ALREADY, None, 0
    _check_finding(known, place)
    if deed == RETURNED and place.unit:
        raise _Refused("unit")
    if place.severity == "E" and deed == EXPECTED:
        raise _Refused("error")
    if place.severity == "E" and deed == OVERRIDDEN and known.user.role not in SUPERVISORS:
        raise _Refused("role")
    return READY, None, 0


def _check_finding(known: Known, place: Place) -> None:
    """The finding is there, and nobody has done something with it since."""
    finding = known.findings.get(place.ref)
    if finding is None:
        raise _Refused("gone")
    if (finding.state, time_of(finding)) != (place.state, place.acted_at):
        raise _Refused("acted")


def _plan_correction(known: Known, fill: Fill, place: Place, deed: str) -> _Planned:
    column = known.columns.question(place.form_id, place.table_name, place.column_name)
    if column is None or not is_offered(column):
        raise _Refused("place")
    new = form_text(column, fill.values.get("new")) if deed == CORRECT else None
    for name in ("reason", "source"):
        if not fill.text(name):
            raise _Refused(f"no_{name}")
    done = {canonical(column, text) for text in known.corrected.get(spot_of(place), ())}
    if canonical(column, new) in done:
        return ALREADY, new, 0
    first = known.first_lines[spot_of(place)]
    if first != fill.number:
        raise _Refused("other_cell", str(first))
    return READY, new, _check_cell(known, fill, place, new)


def _check_cell(known: Known, fill: Fill, place: Place, new: str | None) -> int:
    """As the correction itself will be checked, and as it stood in the sheet; the newest event of the cell."""
    try:
        check_texts(fill.text("reason"), fill.text("source"))
        found = known.cells[place.form_id].find(cell_of(place))
        if digest(known.present.get(spot_of(place), "")) != place.answer:
            since = found.touch and found.touch.at >= known.sheet.identity.made_at
            raise _Refused("meanwhile" if since else "answer", touch=found.touch if since else None)
        check_value(found, new)
    except ProcessorError as error:
        raise _Refused(why_of(error), str(error.values.get("expected", ""))) from error
    _check_finding(known, place)
    return found.touched


def cell_of(place: Place) -> Cell:
    """The cell to correct, in the version that the sheet was made from."""
    names: dict[str, Any] = place._asdict()
    return Cell(**{name: names[name] for name in Cell._fields})


def why_of(error: ProcessorError) -> str:
    """The reason of refusal that an error of the store is; `busy` for one that only waiting mends."""
    return _FAULTS.get(error.message, "busy")
