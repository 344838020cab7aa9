"""Reporting tables: made from column plans, widened by new versions, never narrowed.

Dates and times are native on PostgreSQL and ISO text on SQLite; reading gives date, time and
datetime objects on both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date, time
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Date,
    Dialect,
    Double,
    Index,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Time,
    TypeDecorator,
    exists,
    inspect,
    not_,
)
from sqlalchemy import column as light_column
from sqlalchemy import table as light_table
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable
from sqlalchemy.types import TypeEngine

from processor.errors import FormError, Message
from processor.store import bulk
from processor.store.check_state import mark_due
from processor.store.office_tables import metadata as own_tables  # with every table of ours
from processor.store.tables import Instant, changes, findings, submissions
from processor.store.work_tables import correction_states

if TYPE_CHECKING:
    from processor.survey.columns import TablePlan
    from processor.survey.prepare import Prepared

NAME_LIMIT = 63
"""PostgreSQL cuts longer names without a word."""


class IsoText(TypeDecorator[Any]):
    """A native date or time on PostgreSQL, its ISO text on SQLite; objects when read."""

    impl = Text
    cache_ok = True

    def __init__(self, native: type[TypeEngine[Any]], parse: Callable[[str], Any]) -> None:
        super().__init__()
        self.native = native
        self.parse = parse

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """The column type of the dialect."""
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else self.native())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """An object becomes text where the column is text."""
        return value.isoformat() if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """A date or time object."""
        return self.parse(value) if isinstance(value, str) else value


_TYPES: dict[str, Callable[[], TypeEngine[Any]]] = {
    "text": Text,
    "integer": BigInteger,
    "decimal": Double,
    "flag": SmallInteger,
    "date": lambda: IsoText(Date, date.fromisoformat),
    "time": lambda: IsoText(Time, time.fromisoformat),
    "datetime": Instant,
}


def build_table(plan: TablePlan) -> Table:
    """The SQLAlchemy table of a plan."""
    keys = ("submission_id", "row_key") if plan.path else ("submission_id",)
    columns = [Column(c.name, _TYPES[c.type](), primary_key=c.name in keys) for c in plan.columns]
    area = Index(f"ix_{plan.name}__area", "_practice", "_area")
    return Table(plan.name, MetaData(), *columns, area)


def check_plans(plans: Sequence[TablePlan]) -> None:
    """FormError when the databases could not hold the tables under their names."""
    form_id = plans[0].form_id
    twice = [name for name, count in Counter(p.name for p in plans).items() if count > 1]
    for name in [*twice, *(p.name for p in plans if p.name in own_tables.tables)]:
        raise FormError(Message.FORM_TABLE_CLASH, form_id=form_id, table=name)
    for plan in plans:
        seen: dict[str, str] = {}
        for name in [plan.name, *(c.name for c in plan.columns)]:
            if len(name.encode()) > NAME_LIMIT:
                raise FormError(Message.FORM_NAME_LONG, form_id=form_id, name=name, limit=NAME_LIMIT)
        for column in plan.columns:
            first = seen.setdefault(column.name.casefold(), column.name)
            if first != column.name:
                raise FormError(
                    Message.FORM_COLUMN_CLASH,
                    form_id=form_id,
                    first=first,
                    second=column.path,
                    column=column.name,
                )


def ensure_tables(connection: Connection, plans: Sequence[TablePlan]) -> None:
    """Create missing tables and add missing columns; nothing is ever dropped."""
    found = inspect(connection)
    for plan in plans:
        table = build_table(plan)
        if not found.has_table(plan.name):
            connection.execute(CreateTable(table))
            for index in table.indexes:
                connection.execute(CreateIndex(index))
            continue
        present = {c["name"] for c in found.get_columns(plan.name)}
        quoted = connection.dialect.identifier_preparer.quote(plan.name)
        for column in table.columns:
            if column.name not in present:
                definition = CreateColumn(column).compile(dialect=connection.dialect)
                connection.exec_driver_sql(f"ALTER TABLE {quoted} ADD COLUMN {definition}")


def replace(
    connection: Connection,
    plans: Sequence[TablePlan],
    prepared: Prepared | None,
    submission_ids: Iterable[str],
) -> None:
    """Put the rows of `prepared` in the place of all rows of the submissions, in this transaction.

    Repeats are replaced as whole sets, changes and findings of cleaning with them. A submission that is named
    but not in `prepared` (deleted, or without a readable version) has no rows afterwards, and no findings.
    Findings of checks stay until the submission is checked anew, which is noted as due.
    """
    ids = list(submission_ids)
    if not plans:
        return
    _delete(connection, plans, prepared, ids)
    mark_due(connection, plans[0].form_id, ids)
    if prepared is None:
        return
    for plan in plans:
        frame = prepared.frames[plan.name]
        rows = zip(
            *frame.to_numpy(dtype=object).T.tolist(), strict=True
        )  # several times faster than itertuples
        bulk.insert(connection, plan.name, list(frame.columns), rows)
    _insert_beside(connection, plans[0].form_id, prepared)


def _delete(
    connection: Connection, plans: Sequence[TablePlan], prepared: Prepared | None, ids: list[str]
) -> None:
    names = [plan.name for plan in plans]
    for plan in plans:
        bulk.delete(connection, plan.name, "submission_id", ids)
    bulk.delete(connection, changes.name, "submission_id", ids, table_name=names)
    bulk.delete(connection, findings.name, "submission_id", ids, table_name=names, kind=["clean", "form"])
    live = set() if prepared is None else set(prepared.frames[plans[0].name]["submission_id"].tolist())
    gone = [i for i in ids if i not in live]
    bulk.delete(connection, findings.name, "submission_id", gone, table_name=names)
    bulk.delete(connection, correction_states.name, "submission_id", ids, form_id=[plans[0].form_id])


def _insert_beside(connection: Connection, form_id: str, prepared: Prepared) -> None:
    from processor.store.finding_rows import insert_clean
    from processor.survey.records import Change

    bulk.insert(connection, changes.name, Change._fields, prepared.changes)
    insert_clean(connection, form_id, prepared.findings)
    states = [(number, form_id, i, state) for number, (i, state) in prepared.corrections.items()]
    bulk.insert(connection, correction_states.name, [c.name for c in correction_states.columns], states)


def drop_strange_rows(connection: Connection, plans: Sequence[TablePlan]) -> None:
    """Delete rows whose submission is not a live one of this form, and notes on them."""
    for plan in plans:
        table = light_table(plan.name, light_column("submission_id"))
        connection.execute(table.delete().where(not_(_is_live(table.c.submission_id, plan.form_id))))
        for beside in (changes, findings):
            strange = not_(_is_live(beside.c.submission_id, plan.form_id))
            connection.execute(beside.delete().where(beside.c.table_name == plan.name, strange))


def _is_live(submission_id: ColumnElement[str], form_id: str) -> ColumnElement[bool]:
    s = submissions.c
    return exists().where(
        s.form_id == form_id, s.instance_id == submission_id, s.deleted.is_(False), s.problem == ""
    )
