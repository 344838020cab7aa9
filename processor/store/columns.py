"""Reporting tables as a check of everything reads them: coded columns, not objects."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import Connection, Table

from processor.store.fetch import batches
from processor.store.frames import WITHIN, is_wanted, read_table, wanted_of
from processor.store.packed import row_texts, unpack
from processor.survey.checks.coded import EMPTY, Coded, Columns, as_columns, coded

if TYPE_CHECKING:
    from processor.store.open import Registered
    from processor.survey.plan import Column, TablePlan

WHOLE, NATIVE = ("integer", "flag"), ("decimal",)
"""Types whose texts are made numbers, and those of which the text of SQLite is not the same number."""


def read_columns(
    connection: Connection,
    forms: Sequence[Registered],
    wanted: Collection[str],
    practice: bool,
    ids: Sequence[str],
    form_id: str,
) -> dict[str, Columns]:
    """What `read_frames` gives of some submissions of a form, as coded columns."""
    found: dict[str, Columns] = {}
    for registered in forms:
        for plan in registered.plans:
            columns = wanted_of(plan, wanted)
            if not ids or plan.form_id != form_id or not is_wanted(registered, plan, wanted):
                found[plan.name] = Columns({column.name: EMPTY for column in columns})
            else:
                found[plan.name] = _read(
                    connection, registered.tables[plan.name], plan, columns, practice, ids
                )
    return found


def _read(
    connection: Connection,
    table: Table,
    plan: TablePlan,
    columns: Sequence[Column],
    practice: bool,
    ids: Sequence[str],
) -> Columns:
    sqlite = connection.dialect.name == "sqlite"
    packed = _packed(connection, table, plan, columns, practice, ids) if sqlite else None
    return (
        packed
        if packed is not None
        else as_columns(read_table(connection, plan, table, columns, practice, ids))
    )


def _packed(
    connection: Connection,
    table: Table,
    plan: TablePlan,
    visible: Sequence[Column],
    practice: bool,
    ids: Sequence[str],
) -> Columns | None:
    """A table of SQLite; None when its cells cannot be told apart, or rows do not stand directly under a form."""
    hidden = [c for c in plan.columns if plan.path and c.name in WITHIN and c not in visible]
    read = _columns(connection, table, [*visible, *hidden], practice, ids)
    if read is None:
        return None
    if plan.path:
        owners, parents, numbers = (read[name] for name in WITHIN)
        if not np.array_equal(owners.cells(), parents.cells()):
            return None
        order = np.lexsort((numbers.values[numbers.codes].astype(float), owners.codes))
        read = {name: column.taken(order) for name, column in read.items()}
    return Columns({column.name: read[column.name] for column in visible})


def _columns(
    connection: Connection, table: Table, columns: Sequence[Column], practice: bool, ids: Sequence[str]
) -> dict[str, Coded] | None:
    """Columns by name, rows in order of the submission."""
    texts = [column for column in columns if column.type not in NATIVE]
    natives = [column for column in columns if column.type in NATIVE]
    rows = _rows(connection, table, [c.name for c in texts], [c.name for c in natives], practice, ids)
    if not rows:
        return {column.name: EMPTY for column in columns}
    cells = list(zip(*rows, strict=True))
    parts = [unpack(part) for part in cells[: len(cells) - len(natives)]]
    if any(part is None for part in parts):
        return None
    read = dict(zip((c.name for c in texts), chain(*(part or () for part in parts)), strict=True))
    read |= {c.name: read[c.name].each(int) for c in texts if c.type in WHOLE}
    found = cells[len(parts) :]
    return read | {c.name: coded(own) for c, own in zip(natives, found, strict=True)}


def _rows(
    connection: Connection,
    table: Table,
    texts: Sequence[str],
    natives: Sequence[str],
    practice: bool,
    ids: Sequence[str],
) -> list[tuple[Any, ...]]:
    """Along the primary key: an index on practice would take SQLite over all rows for every part."""
    quote = connection.dialect.identifier_preparer.quote
    wanted = ", ".join([*row_texts([quote(name) for name in texts]), *map(quote, natives)])
    statement = (
        f"SELECT {wanted} FROM {quote(table.name)} WHERE +_practice = ? "  # noqa: S608 - names of our own
        "AND submission_id IN (SELECT value FROM json_each(?)) ORDER BY submission_id"
    )
    result = connection.exec_driver_sql(statement, (int(practice), json.dumps(ids)))
    return [row for rows in batches(result) for row in rows]
