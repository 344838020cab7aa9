"""The fast way in, per dialect, on the connection and in the transaction that SQLAlchemy holds.

SQLite: parameter tuples for the driver's own executemany. PostgreSQL: COPY. Both take values that
are ready for the driver: texts, numbers, None, times as ISO text, flags as 0 and 1.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Connection, Integer, Text, bindparam, func, select


def insert(
    connection: Connection,
    table: str,
    columns: Sequence[str],
    rows: Iterable[tuple[Any, ...]],
    *,
    encoded: Collection[str] = (),
) -> None:
    """Insert tuples that are in the order of `columns`; columns that are `encoded` are texts given in UTF-8."""
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(quote(name) for name in columns)
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return
    rows = chain((first,), rows)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("CAST(? AS TEXT)" if name in encoded else "?" for name in columns)
        statement = f"INSERT INTO {quote(table)} ({names}) VALUES ({marks})"
        connection.exec_driver_sql(statement, list(rows))
    else:
        _copy(connection, f"COPY {quote(table)} ({names}) FROM STDIN", rows, encoded=bool(encoded))


def _copy(connection: Connection, statement: str, rows: Iterable[tuple[Any, ...]], *, encoded: bool) -> None:
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        if encoded:
            cursor.adapters.register_dumper(bytes, _as_text())
        with cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)


@cache
def _as_text() -> Any:
    """How a cursor takes bytes for the text that they are, instead of writing them in hexadecimal."""
    from psycopg.adapt import Dumper

    class AsText(Dumper):
        def dump(self, obj: Any) -> Any:
            """The bytes as they are."""
            return obj

    return AsText


def delete(connection: Connection, table: str, key: str, ids: Sequence[str], **among: Sequence[str]) -> None:
    """Delete the rows whose `key` is one of `ids`: one statement, whatever their number.

    `among` narrows by further columns: `table_name=["c", "c_members"]`.
    """
    if not ids:
        return
    quote = connection.dialect.identifier_preparer.quote
    listed = _json if connection.dialect.name == "sqlite" else _array
    conditions = {name: listed(values) for name, values in {key: ids, **among}.items()}
    where = " AND ".join(f"{quote(name)} {condition}" for name, (condition, _) in conditions.items())
    values = tuple(value for _, value in conditions.values())
    connection.exec_driver_sql(f"DELETE FROM {quote(table)} WHERE {where}", values)


def _json(values: Sequence[Any]) -> tuple[str, Any]:
    return "IN (SELECT value FROM json_each(?))", json.dumps(list(values))


def _array(values: Sequence[Any]) -> tuple[str, Any]:
    """Texts as PostgreSQL itself writes an array: the driver would make an object of each."""
    texts = all(isinstance(value, str) for value in values)
    joined = "\0".join(values) if texts else ""
    if not texts or joined.count("\0") + 1 != len(values):  # what no database holds is left to the driver
        return "= ANY(%s)", list(values)
    escaped = joined.replace("\\", "\\\\").replace('"', '\\"').replace("\0", '","')
    return "= ANY(%s::text[])", f'{{"{escaped}"}}'


def one_of(connection: Connection, column: Any, ids: Sequence[str] | Sequence[int]) -> Any:
    """`column` is one of `ids`, as a single parameter whatever their number."""
    if connection.dialect.name == "sqlite":
        listed = func.json_each(bindparam(None, json.dumps(ids))).table_valued("value")
        return column.in_(select(listed.c.value))
    kind = BigInteger if isinstance(column.type, Integer) else Text
    return column == func.any(bindparam(None, list(ids), type_=ARRAY(kind)))
