"""Cells of submissions as raw copy and ledger have them, read for many corrections at once."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, select

from processor.errors import AccessError, ContractError, Message
from processor.store import bulk, raw
from processor.store.corrections_read import read_corrections
from processor.store.tables import submissions
from processor.store.visible import visible_submissions
from processor.store.work_tables import corrections
from processor.survey.corrections import Correction, answer, find_column, find_row, row_sha256

if TYPE_CHECKING:
    from processor.store.raw import Stored
    from processor.store.scope import Scope
    from processor.survey.columns import Column, TablePlan

PART = 1000
"""Submissions that are in memory together."""


class Cell(NamedTuple):
    """Where a correction goes, and the version of the submission that the person has seen."""

    form_id: str
    submission_id: str
    table_name: str
    row_key: str
    """In the root table the submission id."""
    column_name: str
    raw_sha256: str


class Touch(NamedTuple):
    """The newest event of the ledger about a cell."""

    number: int
    username: str
    at: datetime


@dataclass(frozen=True)
class Found:
    """A cell as the raw copy has it, and what the standing corrections make of it."""

    column: Column
    old: str | None
    """The answer at the form server."""
    now: str | None
    """The answer that holds: the newest correction's, if one holds."""
    holding: int | None
    """The number of that correction."""
    row_sha256: str
    stored: Stored
    corrections: tuple[Correction, ...]
    """Of the whole submission, oldest first."""
    touch: Touch | None
    """None where nobody has ever corrected the cell."""

    @property
    def touched(self) -> int:
        """Number of the newest event: another one than a person has seen means that somebody came between."""
        return self.touch.number if self.touch else 0


_Place = tuple[str, str, str]


@dataclass
class _Part:
    """What was read of some submissions."""

    versions: Mapping[str, str] = field(default_factory=dict)
    stored: Mapping[str, Stored] = field(default_factory=dict)
    corrections: Mapping[str, Sequence[Correction]] = field(default_factory=dict)
    touches: Mapping[tuple[str, _Place], Touch] = field(default_factory=dict)


class Cells:
    """The cells of some submissions of a form, as one connection sees them.

    Submissions are read a part at a time in the order of their ids, so ask in that order.
    """

    def __init__(
        self,
        connection: Connection,
        plans: tuple[TablePlan, ...],
        scope: Scope,
        form_id: str,
        ids: Iterable[str],
    ) -> None:
        self._connection, self._plans, self._scope, self._form_id = connection, plans, scope, form_id
        self._ids = sorted(set(ids))
        self._read_ids: frozenset[str] = frozenset()
        self._part = _Part()

    def find(self, cell: Cell) -> Found:
        """The cell; AccessError when the scope does not show it, ContractError for none or another version."""
        part = self._part_of(cell.submission_id)
        column = find_column(self._plans, cell.table_name, cell.column_name)
        self._check_rights(part, column, cell)
        stored = part.stored[cell.submission_id]
        row = find_row(
            self._plans, cell.submission_id, stored.submission.answers, cell.table_name, cell.row_key
        )
        if column is None or row is None:
            place = {"table": cell.table_name, "column": cell.column_name, "row_key": cell.row_key}
            raise ContractError(Message.CORRECT_PLACE, **place)
        old, digest = answer(row, column), row_sha256(self._plans, cell.table_name, row)
        known = tuple(part.corrections.get(cell.submission_id, ()))
        held = _holding(known, cell, old, digest)
        now, number = (held.new, held.id) if held else (old, None)
        touch = part.touches.get((cell.submission_id, place_of(cell)))
        return Found(column, old, now, number, digest, stored, known, touch)

    def _part_of(self, submission_id: str) -> _Part:
        if submission_id not in self._read_ids:
            first = bisect_left(self._ids, submission_id)
            ids = self._ids[first : first + PART]
            self._read_ids, self._part = frozenset(ids), self._read(ids)
        return self._part

    def _read(self, ids: Sequence[str]) -> _Part:
        connection, form_id, c = self._connection, self._form_id, submissions.c
        mine = (visible_submissions(form_id, self._scope), bulk.one_of(connection, c.instance_id, ids))
        versions = {
            row[0]: row[1] for row in connection.execute(select(c.instance_id, c.sha256).where(*mine))
        }
        shown = sorted(versions)
        part = raw.read_current(connection, form_id, after="", size=len(shown), among=shown)
        return _Part(
            versions,
            {stored.submission.instance_id: stored for stored in part},
            read_corrections(connection, form_id, shown),
            _touches(connection, form_id, shown),
        )

    def _check_rights(self, part: _Part, column: Column | None, cell: Cell) -> None:
        known = part.versions.get(cell.submission_id)
        if known is None or (column is not None and not self._scope.shows(column.data_class)):
            raise AccessError(
                Message.CORRECT_RIGHTS, submission_id=cell.submission_id, column=cell.column_name
            )
        if known != cell.raw_sha256:
            raise ContractError(Message.CORRECT_STALE, submission_id=cell.submission_id)


def place_of(cell: Cell) -> _Place:
    """Table, row and column of a cell."""
    return cell.table_name, cell.row_key, cell.column_name


def _touches(connection: Connection, form_id: str, ids: Sequence[str]) -> dict[tuple[str, _Place], Touch]:
    c = corrections.c
    place = (c.submission_id, c.table_name, c.row_key, c.column_name)
    query = select(*place, c.id, c.username, c.at).where(
        c.form_id == form_id, bulk.one_of(connection, c.submission_id, ids)
    )
    rows = connection.execute(query.order_by(c.id))
    return {(row[0], (row[1], row[2], row[3])): Touch(*row[4:]) for row in rows}  # the newest stays


def _holding(known: tuple[Correction, ...], cell: Cell, old: str | None, digest: str) -> Correction | None:
    """The newest correction of the cell, while it stands on the answer that is there."""
    mine = [c for c in known if (c.table_name, c.row_key, c.column_name) == place_of(cell)]
    newest = mine[-1] if mine else None
    return newest if newest and (newest.old, newest.row_sha256) == (old, digest) else None
