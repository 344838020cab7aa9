"""The fast way in, per dialect, on the connection and in the transaction that SQLAlchemy holds.

SQLite: parameter tuples for the driver's own executemany. PostgreSQL: COPY. Both take values that
are ready for the driver: texts, numbers, None, times as ISO text, flags as 0 and 1.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Connection, Integer, Text, bindparam, func, select


def insert(
    connection: Connection, table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]
) -> None:
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
        connection.exec_driver_sql(statement, list(rows))
    else:
        _copy(connection, f"COPY {quote(table)} ({names}) FROM STDIN", rows)


def _copy(connection: Connection, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def delete(connection: Connection, table: str, key: str, ids: Sequence[str], **among: Sequence[str]) -> None:
    """Delete the rows whose `key` is one of `ids`: one statement, whatever their number.

    `among` narrows by further columns: `table_name=["c", "c_members"]`.
    """
    if not ids:
        return
    quote = connection.dialect.identifier_preparer.quote
    sqlite = connection.dialect.name == "sqlite"
    listed = "IN (SELECT value FROM json_each(?))" if sqlite else "= ANY(%s)"
    conditions = {key: ids, **among}
    where = " AND ".join(f"{quote(name)} {listed}" for name in conditions)
    values = tuple(json.dumps(list(v)) if sqlite else list(v) for v in conditions.values())
    connection.exec_driver_sql(f"DELETE FROM {quote(table)} WHERE {where}", values)


def one_of(connection: Connection, column: Any, ids: Sequence[str] | Sequence[int]) -> Any:
    """`column` is one of `ids`, as a single parameter whatever their number."""
    if connection.dialect.name == "sqlite":
        listed = func.json_each(bindparam(None, json.dumps(ids))).table_valued("value")
        return column.in_(select(listed.c.value))
    kind = BigInteger if isinstance(column.type, Integer) else Text
    return column == func.any(bindparam(None, list(ids), type_=ARRAY(kind)))
