"""Corrections on other pages: beside the answers of a submission, and as work left in the menu."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import g, request

from processor.store.corrections_list import count_set_aside, list_corrections
from processor.survey.corrections import APPLIED, SET_ASIDE
from processor.web.corrections_field import is_offered
from processor.web.corrections_read import Line, lines_of
from processor.web.guard import my_scope, signed_in
from processor.web.service import service

if TYPE_CHECKING:
    from flask import Flask

MOST = 500
"""Corrections of one submission that its page shows."""
Place = tuple[str, str, str]


@dataclass(frozen=True)
class Beside:
    """What the page of a submission shows of its corrections."""

    lines: tuple[Line, ...]
    """Newest first."""
    at: Mapping[Place, Line]
    """By table, row and column: the one that holds, or that waits for a decision."""
    offered: frozenset[tuple[str, str]]
    """(table, column) of the answers that the caller sees and can correct."""

    def of(self, answer: Any) -> Line | None:
        """The correction of an answer."""
        return self.at.get((answer.table, answer.row_key, answer.column))

    def may(self, answer: Any) -> bool:
        """Whether the page offers to correct this answer."""
        return (answer.table, answer.column) in self.offered

    @property
    def just_made(self) -> Line | None:
        """The correction that the caller has made a moment ago, as the address says."""
        return next((line for line in self.lines if _is(line, "corrected", APPLIED)), None)

    @property
    def just_undone(self) -> Line | None:
        """The correction that was undone a moment ago."""
        return next((line for line in self.lines if _is(line, "undone", "undone")), None)


def _is(line: Line, argument: str, state: str) -> bool:
    return request.args.get(argument) == str(line.row.id) and line.row.state == state


def install(app: Flask) -> None:
    """Give the templates `corrections_beside` and `corrections_left`."""
    app.jinja_env.globals.update(corrections_beside=beside, corrections_left=left)


def left() -> int:
    """Corrections that wait for the caller's decision; the menu stands twice on a page."""
    if signed_in() is None:
        return 0
    if "corrections_left" not in g:
        g.corrections_left = count_set_aside(service().store, my_scope())
    found: int = g.corrections_left
    return found


def beside(form_id: str, submission_id: str) -> Beside:
    """The corrections of one submission that the caller may see; read once a page."""
    known: dict[tuple[str, str], Beside] = g.setdefault("corrections_beside", {})
    if (form_id, submission_id) not in known:
        known[form_id, submission_id] = _beside(form_id, submission_id)
    return known[form_id, submission_id]


def _beside(form_id: str, submission_id: str) -> Beside:
    store, scope = service().store, my_scope()
    rows = list_corrections(store, scope, form_id=form_id, submission_id=submission_id, size=MOST)
    lines = tuple(lines_of(rows))
    at = {_place(line): line for line in reversed(lines) if line.row.state in (APPLIED, SET_ASIDE)}
    columns = ((p.name, c) for p in store.plans(form_id) for c in p.questions if scope.shows(c.data_class))
    return Beside(lines, at, frozenset((name, c.name) for name, c in columns if is_offered(c)))


def _place(line: Line) -> Place:
    row = line.row
    return row.table_name, row.row_key, row.column_name
