"""How many stored answers a change of the questionnaire touches, and what was published of a version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Table, func, select

from processor.database import reading
from processor.errors import ContractError, Message
from processor.forms.definition import DATA_CLASSES
from processor.store.scope import Area, Scope
from processor.store.tables import form_versions
from processor.store.visible import visible_rows

if TYPE_CHECKING:
    from processor.store.open import Store
    from processor.survey.columns import Column, TablePlan

SURVEY = Scope(Area.province(), frozenset(DATA_CLASSES), "survey")
"""Only numbers of whole columns come out, for whoever publishes forms: that account owns the database."""


def count_answers(store: Store, form_id: str, path: str, code: str | None = None) -> int:
    """Answers of the survey, practice left out, to the question that any version has at `path`.

    With `code` only those that are, or for several choices contain, this code. ContractError
    COLUMN_UNKNOWN when no published version asks it.
    """
    plan, column = _column(store, form_id, path)
    table = store.table(plan)
    asked = table.c[column.name].is_not(None) if code is None else _has(plan, column, table, code)
    query = select(func.count()).select_from(table).where(visible_rows(table, SURVEY), asked)
    with reading(store.engine) as connection:
        return connection.execute(query).scalar_one()


def count_touched(store: Store, form_id: str, touches: Sequence[tuple[str, str]]) -> int | None:
    """Stored answers that a change touches (`Difference.touches`); None where no answer is concerned."""
    if not touches:
        return None
    return sum(count_answers(store, form_id, path, code or None) for path, code in touches)


def published_md5s(store: Store, form_id: str) -> dict[str, str]:
    """Version -> MD5 of the XForm that was published under it, oldest first."""
    query = (
        select(form_versions.c.version, form_versions.c.xform_md5)
        .where(form_versions.c.form_id == form_id)
        .order_by(form_versions.c.published_at, form_versions.c.version)
    )
    with reading(store.engine) as connection:
        return {row.version: row.xform_md5 for row in connection.execute(query)}


def _column(store: Store, form_id: str, path: str) -> tuple[TablePlan, Column]:
    for plan in store.plans(form_id):
        for column in plan.questions:
            if path == column.path or path in column.former_paths:
                return plan, column
    raise ContractError(Message.COLUMN_UNKNOWN, table=store.config.form(form_id).table, column=path)


def _has(plan: TablePlan, column: Column, table: Table, code: str) -> ColumnElement[bool]:
    """The code as the whole answer, or as one of several: a flag of its own says so."""
    if column.question is None or column.question.kind != "select_multiple":
        return table.c[column.name] == code
    for flag in plan.columns:
        if (flag.origin, flag.path, flag.choice) == ("choice", column.path, code):
            return table.c[flag.name] == 1
    raise ContractError(Message.COLUMN_UNKNOWN, table=plan.name, column=f"{column.name}__{code}")
