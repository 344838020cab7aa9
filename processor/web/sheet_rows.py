"""The lines of a sheet as a page shows them: what is asked, where, and what comes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from processor.reports.finding_lines import meaning
from processor.reports.labels import column_label
from processor.reports.step_words import new_words, step_column, why_words
from processor.store.present import Columns
from processor.store.sheet_plan import CLEAR, CORRECT, REFUSED, Step
from processor.web.formats import zone
from processor.web.language import current
from processor.web.service import service

UNSEEN = ("unknown", "twice", "altered", "formula", "hidden")
"""Refused before it was certain that the user may see what the line is about: nothing of it is told."""
ORDER = ("refused", "ready", "done", "already", "left")
SHOWN = 300


@dataclass(frozen=True)
class SheetRow:
    """One line."""

    step: Step
    question: str
    code: str
    was: str
    becomes: str
    why: str
    can_open: bool
    """Whether it is about a submission that the user may see."""


def ordered(steps: Iterable[Step]) -> list[Step]:
    """What needs a person first, then in the order of the sheet."""
    return sorted(steps, key=lambda step: (ORDER.index(step.outcome), step.fill.number))


def sheet_rows(steps: Sequence[Step]) -> list[SheetRow]:
    """The first lines in the order given."""
    columns = Columns(service().store)
    return [_row(columns, step) for step in steps[:SHOWN]]


def counts(steps: Iterable[Step]) -> dict[str, int]:
    """Lines by outcome, in the order of the page."""
    found = Counter(step.outcome for step in steps)
    return {outcome: found[outcome] for outcome in ORDER if found[outcome]}


def _row(columns: Columns, step: Step) -> SheetRow:
    language = current()
    why = why_words(columns, step, language, zone())
    place = step.place
    if place is None or step.why in UNSEEN:
        return SheetRow(step, "", "", "", "", why, can_open=False)
    column = step_column(columns, step)
    label = column_label(column, language) if column else place.unit or place.rule
    was, becomes = step.present or "", step.new or ""
    if column is not None:
        was, becomes = (meaning(column, text, language) or text for text in (was, becomes))
    if step.deed not in (CORRECT, CLEAR):
        becomes = ""
    elif step.outcome == REFUSED:
        becomes = new_words(columns, step, language)
    return SheetRow(step, label, place.column_name, was, becomes, why, can_open=bool(place.submission_id))
