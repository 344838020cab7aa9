"""Corrections of cells, applied between the raw copy and the tables; pure.

A correction stands in for the answer of one question before flattening, so that types, flags, parts, areas
and derived columns follow it as they follow any answer. It holds while the answer under it is the one it was
made on (and in a repeat, while the whole row is); else it is set aside for a person to decide.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from processor.forms.answers import Answers
from processor.survey.columns import Column, TablePlan
from processor.survey.flatten import parent_path
from processor.survey.records import CORRECTION, Change, Document
from processor.survey.values import READERS, read_geopoint

APPLIED, SET_ASIDE, SUPERSEDED = "applied", "set_aside", "superseded"


class Correction(NamedTuple):
    """One correction of a cell that was not undone. Texts are answers as a form writes them, None is empty."""

    id: int
    table_name: str
    submission_id: str
    row_key: str
    column_name: str
    old: str | None
    new: str | None
    row_sha256: str
    """Of the row's answers when it was made; empty for the root."""


@dataclass(frozen=True)
class Corrected:
    """Documents with the answers that hold, the log rows, and what became of every correction."""

    documents: Sequence[Document]
    changes: tuple[Change, ...]
    states: Mapping[int, tuple[str, str]]
    """Correction -> its submission; applied, set_aside or superseded by a newer one of the same cell."""


def correct_documents(
    plans: Sequence[TablePlan], documents: Iterable[Document], corrections: Mapping[str, Sequence[Correction]]
) -> Corrected:
    """Apply the corrections of each document, oldest first in `corrections`; the documents stay as they are."""
    changes: list[Change] = []
    states: dict[int, tuple[str, str]] = {}
    done = []
    for document in documents:
        known = corrections.get(document.submission_id, ())
        done.append(_correct(plans, document, known, changes, states) if known else document)
    return Corrected(done, tuple(changes), states)


def _correct(
    plans: Sequence[TablePlan],
    document: Document,
    corrections: Sequence[Correction],
    changes: list[Change],
    states: dict[int, tuple[str, str]],
) -> Document:
    newest = {(c.table_name, c.row_key, c.column_name): c for c in corrections}
    holding = [c for c in newest.values() if _holds(plans, document, c)]
    for state, these in ((SUPERSEDED, corrections), (SET_ASIDE, newest.values()), (APPLIED, holding)):
        states.update({c.id: (document.submission_id, state) for c in these})
    answers: Answers = document.answers
    for correction in sorted(holding):
        column = find_column(plans, correction.table_name, correction.column_name)
        assert column is not None
        answers = _replaced(plans, document.submission_id, answers, correction, column)
        before, after = (canonical(column, text) for text in (correction.old, correction.new))
        changes.append(Change(*correction[1:5], CORRECTION, before, after))
    return document._replace(answers=answers)


def _holds(plans: Sequence[TablePlan], document: Document, correction: Correction) -> bool:
    column = find_column(plans, correction.table_name, correction.column_name)
    row = find_row(plans, document.submission_id, document.answers, correction.table_name, correction.row_key)
    if (
        column is None
        or row is None
        or correction.row_sha256 != row_sha256(plans, correction.table_name, row)
    ):
        return False
    return answer(row, column) == correction.old


def find_column(plans: Sequence[TablePlan], table_name: str, column_name: str) -> Column | None:
    """The question behind a cell, None when the forms have none of this name."""
    columns = (c for p in plans if p.name == table_name for c in p.columns)
    return next((c for c in columns if c.name == column_name and c.origin == "question"), None)


def find_row(
    plans: Sequence[TablePlan], submission_id: str, answers: Answers, table_name: str, row_key: str
) -> Answers | None:
    """The mapping that holds the answers of a row, None when there is no such row."""
    plan = next((p for p in plans if p.name == table_name), None)
    if plan is None:
        return None
    rows = _rows(plans, submission_id, answers, plan.path)
    return next((row for key, row in rows if key == row_key), None)


def _rows(
    plans: Sequence[TablePlan], submission_id: str, answers: Answers, path: str
) -> Iterable[tuple[str, Answers]]:
    """Row keys as flattening makes them, with the answers of each row."""
    if not path:
        yield submission_id, answers
        return
    name = path.rpartition("/")[2]
    for key, parent in _rows(plans, submission_id, answers, parent_path(path, plans)):
        inner = parent.get(path)
        if isinstance(inner, list):
            for number, row in enumerate(inner, 1):
                yield f"{key}/{name}[{number}]", row


def row_sha256(plans: Sequence[TablePlan], table_name: str, row: Answers) -> str:
    """Tells one row of a repeat from another by its answers, inner repeats left out; empty for the root."""
    if not next(p.path for p in plans if p.name == table_name):
        return ""
    own = {path: value for path, value in row.items() if isinstance(value, str) and value}
    text = json.dumps(own, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def answer(row: Answers, column: Column) -> str | None:
    """The answer to a question, wherever a version of the form has it; None for empty."""
    values = (row.get(path) for path in (column.path, *column.former_paths))
    found = next((value for value in values if value), None)
    return json.dumps(found, ensure_ascii=False) if isinstance(found, list) else found


def _replaced(
    plans: Sequence[TablePlan], submission_id: str, answers: Answers, correction: Correction, column: Column
) -> Answers:
    """A copy of the answers with another one in this place; all that is not on the way there is shared."""
    target = find_row(plans, submission_id, answers, correction.table_name, correction.row_key)
    assert target is not None

    def copy(row: Any) -> Any:
        if row is target:
            return _with(row, column, correction.new)
        if isinstance(row, list):
            return [copy(inner) for inner in row]
        if isinstance(row, Mapping):
            return {k: copy(v) if isinstance(v, list) else v for k, v in row.items()}
        return row

    replaced: Answers = copy(answers)
    return replaced


def _with(row: Answers, column: Column, text: str | None) -> dict[str, Any]:
    """The row with this answer at the place that its version of the form has."""
    paths = (column.path, *column.former_paths)
    place = next((path for path in paths if row.get(path)), column.path)
    kept = {path: value for path, value in row.items() if path not in paths}
    return kept if text is None else {**kept, place: text}


def canonical(column: Column, text: str | None) -> str | None:
    """The text as the log of changes writes the cell; what is not of its type stays as it is."""
    reader = READERS.get(column.type)
    value = reader(text) if reader and text is not None else None
    if value is None:
        return text
    return value if isinstance(value, str) else repr(value)


def fault(column: Column, text: str) -> str:
    """What is wrong with a new answer, in words of what was expected; empty when it may stand."""
    question = column.question
    reader = READERS.get(column.type)
    if reader is not None and reader(text) is None:
        return _EXPECTED[column.type]
    if question is not None and question.value_type == "geopoint" and read_geopoint(text) is None:
        return "latitude longitude altitude accuracy"
    if question is not None and question.is_select and column.choices:
        listed = [choice.name for choice in column.choices]
        given = text.split() if question.kind == "select_multiple" else [text]
        if not set(given) <= set(listed) or len(given) > len(set(given)):
            return "a code of the list: " + " ".join(listed)
    return ""


_EXPECTED = {
    "integer": "a whole number",
    "decimal": "a number with a point",
    "date": "a day such as 2016-03-05",
    "time": "a time such as 08:30:00",
    "datetime": "a time with its offset such as 2016-03-05T08:30:00.000+07:00",
}
