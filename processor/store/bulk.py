"""The fast way in, per dialect, on the connection and in the transaction that SQLAlchemy holds.

SQLite: parameter tuples for the driver's own executemany. PostgreSQL: COPY. Both take values that
are ready for the driver: texts, numbers, None, times as ISO text, flags as 0 and 1.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Table


def insert(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert tuples that are in the order of `columns`."""
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(quote(name) for name in columns)
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return
    rows = chain((first,), rows)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        statement = f"INSERT INTO {quote(table)} ({names}) VALUES ({marks})"
        connection.exec_driver_sql(statement, [tuple(row) for row in rows])
    else:
        _copy(connection, f"COPY {quote(table)} ({names}) FROM STDIN", rows)


def _copy(connection: Connection, statement: str, rows: Iterable[Sequence[Any]]) -> None:
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def delete(
    connection: Connection, table: Table, key: str, ids: Sequence[str], **among: Sequence[str]
) -> None:
    """Delete the rows whose `key` is one of `ids` (one statement, any number of ids).

    `among` narrows by further columns: `table_name=["c", "c_members"]`.
    """
    if not ids:
        return
    query = table.delete().where(one_of(connection, table.c[key], ids))
    for name, values in among.items():
        query = query.where(table.c[name].in_(values))
    connection.execute(query)


def one_of(connection: Connection, column: Any, ids: Sequence[str]) -> Any:
    """`column` is one of `ids`, as a single parameter whatever their number."""
    from sqlalchemy import ARRAY, Text, bindparam, func, select

    if connection.dialect.name == "sqlite":
        listed = func.json_each(bindparam(None, json.dumps(ids))).table_valued("value")
        return column.in_(select(listed.c.value))
    return column == func.any(bindparam(None, list(ids), type_=ARRAY(Text)))
