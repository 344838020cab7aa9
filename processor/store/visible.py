"""Turns a caller's `Scope` into SQL: which columns are selected, which rows match.

The one place where rights meet the database; every read goes through it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Table, and_, true

from processor.errors import ContractError, Message
from processor.store.tables import submissions

if TYPE_CHECKING:
    from processor.store.scope import Scope
    from processor.survey.columns import Column, TablePlan


def visible_columns(plan: TablePlan, scope: Scope) -> tuple[Column, ...]:
    """The columns of a table that the scope's classes show, in the plan's order."""
    return tuple(c for c in plan.columns if scope.shows(c.data_class))


def chosen_columns(plan: TablePlan, names: Sequence[str], scope: Scope) -> tuple[Column, ...]:
    """The named columns that the scope shows; ContractError for a name that the table lacks."""
    known = plan.by_name
    for name in names:
        if name not in known:
            raise ContractError(Message.COLUMN_UNKNOWN, table=plan.name, column=name)
    return tuple(known[name] for name in names if scope.shows(known[name].data_class))


def visible_rows(table: Table, scope: Scope, communes: frozenset[str] | None = None) -> ColumnElement[bool]:
    """Rows of a reporting table that the scope shows, narrowed to `communes`."""
    return _match(table.c["_area"], table.c["_practice"], (0, 1), scope, communes)


def visible_submissions(
    form_id: str, scope: Scope, communes: frozenset[str] | None = None
) -> ColumnElement[bool]:
    """Live submissions of a form that the scope shows, narrowed to `communes`."""
    c = submissions.c
    rights = _match(c.area, c.practice, (False, True), scope, communes)
    return and_(c.form_id == form_id, c.deleted.is_(False), rights)


def visible_marks(
    area: Any, practice: Any, scope: Scope, communes: frozenset[str] | None = None
) -> ColumnElement[bool]:
    """What has an area and a boolean mark of its own (a finding about an officer) and the scope shows."""
    return _match(area, practice, (False, True), scope, communes)


def _match(
    area: Any, practice: Any, marks: tuple[Any, Any], scope: Scope, communes: frozenset[str] | None
) -> ColumnElement[bool]:
    """An empty area is no commune: only the whole province shows such a row."""
    allowed = scope.area if communes is None else scope.area.narrowed(communes)
    parts: list[ColumnElement[bool]] = [true()]
    if allowed.communes is not None:
        parts.append(area.in_(sorted(code for code in allowed.communes if code)))
    if scope.practice != "both":
        parts.append(practice == marks[scope.practice == "practice"])
    return and_(*parts)


def as_dict(columns: Sequence[Column], values: Sequence[Any]) -> Mapping[str, Any]:
    """Values by column name."""
    return {column.name: value for column, value in zip(columns, values, strict=True)}
