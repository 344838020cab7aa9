"""Reads for pages and files. Every function takes the caller's `Scope`; none has a default.

A column outside the scope's classes is never selected, sorted by or searched in.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, literal, select, tuple_

from processor.database import reading
from processor.errors import ContractError, Message
from processor.store.days import start_of_day
from processor.store.detail import Detail, read_submission
from processor.store.listed import LISTED, Listed, listed
from processor.store.rows import count_rows, iterate_rows
from processor.store.search import matching
from processor.store.tables import Instant, submissions
from processor.store.visible import chosen_columns, visible_submissions

if TYPE_CHECKING:
    from processor.store.open import Store
    from processor.store.scope import Scope
    from processor.survey.columns import Column

__all__ = [
    "Detail",
    "ListFilter",
    "ListPage",
    "Listed",
    "count_rows",
    "iterate_rows",
    "list_submissions",
    "read_submission",
]


@dataclass(frozen=True)
class ListPage:
    """One page of the list; `after` and `before` are keys for the neighbours, None at an end."""

    rows: tuple[Listed, ...]
    total: int
    first_no: int
    after: str | None
    before: str | None


@dataclass(frozen=True)
class ListFilter:
    """What the list is narrowed by; the scope always applies on top."""

    communes: frozenset[str] | None = None
    submitter: str = ""
    review_state: str = ""
    received_from: date | None = None
    received_to: date | None = None
    search: str = ""


@dataclass(frozen=True)
class _Slice:
    """Which part of the list is wanted."""

    size: int
    after: str | None
    before: str | None


def list_submissions(
    store: Store,
    form_id: str,
    scope: Scope,
    narrowed: ListFilter,
    columns: Sequence[str],
    *,
    size: int,
    after: str | None = None,
    before: str | None = None,
) -> ListPage:
    """A page of live submissions, newest first, after or before a key that an earlier page gave.

    Named columns that the scope does not show are left out of `values`.
    """
    plans = store.plans(form_id)
    chosen = chosen_columns(plans[0], columns, scope) if plans else ()
    query = _base(store, form_id, chosen)
    where = _conditions(store, form_id, scope, narrowed)
    with reading(store.engine) as connection:
        total = _count(connection, query.where(*where))
        rows, more = _fetch(connection, query.where(*where), _Slice(size, after, before))
        newer = _newer_than(rows[0]) if rows else None
        first_no = 1 if newer is None else 1 + _count(connection, query.where(*where, newer))
    return ListPage(
        rows=tuple(listed(row, chosen) for row in rows),
        total=total,
        first_no=first_no if rows else 0,
        after=_key(rows[-1]) if rows and more else None,
        before=_key(rows[0]) if rows and first_no > 1 else None,
    )


def _base(store: Store, form_id: str, columns: Sequence[Column]) -> Select[Any]:
    head = [submissions.c[name] for name in LISTED]
    plans = store.plans(form_id)
    if not plans:
        return select(*head)
    root = store.table(plans[0])
    joined = submissions.outerjoin(root, submissions.c.instance_id == root.c.submission_id)
    return select(*head, *(root.c[c.name] for c in columns)).select_from(joined)


def _conditions(store: Store, form_id: str, scope: Scope, narrowed: ListFilter) -> list[ColumnElement[bool]]:
    c = submissions.c
    found = [visible_submissions(form_id, scope, narrowed.communes)]
    if narrowed.submitter:
        found.append(c.submitter == narrowed.submitter)
    if narrowed.review_state:
        found.append(c.review_state == narrowed.review_state)
    if narrowed.received_from:
        found.append(c.received_at >= start_of_day(store, narrowed.received_from))
    if narrowed.received_to:
        found.append(c.received_at < start_of_day(store, narrowed.received_to, later=1))
    if narrowed.search.strip():
        found.append(matching(store, form_id, scope, narrowed.search))
    return found


def _count(connection: Connection, query: Select[Any]) -> int:
    counted = query.with_only_columns(func.count(), maintain_column_froms=True)
    return int(connection.execute(counted).scalar_one())


_ORDER = (submissions.c.received_at, submissions.c.instance_id)


def _fetch(connection: Connection, query: Select[Any], wanted: _Slice) -> tuple[Sequence[Row[Any]], bool]:
    """The rows, newest first, and whether older ones follow."""
    if wanted.before:
        newer = query.where(tuple_(*_ORDER) > _position(wanted.before))
        rows = connection.execute(newer.order_by(*_ORDER).limit(wanted.size)).all()
        if len(rows) == wanted.size:
            return rows[::-1], True
        # fewer than a page are newer: show the first page in full
    if wanted.after:
        query = query.where(tuple_(*_ORDER) < _position(wanted.after))
    newest_first = query.order_by(*(column.desc() for column in _ORDER))
    rows = connection.execute(newest_first.limit(wanted.size + 1)).all()
    return rows[: wanted.size], len(rows) > wanted.size


def _newer_than(row: Row[Any]) -> ColumnElement[bool]:
    at, instance_id = row.received_at, row.instance_id
    return tuple_(*_ORDER) > tuple_(literal(at, Instant()), literal(instance_id))


def _key(row: Row[Any]) -> str:
    text = f"{row.received_at.isoformat()} {row.instance_id}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _position(key: str) -> Any:
    try:
        text = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)).decode()
        at, _, instance_id = text.partition(" ")
        moment = datetime.fromisoformat(at)
    except (binascii.Error, ValueError) as error:
        raise ContractError(Message.LIST_KEY) from error
    if moment.tzinfo is None or "\0" in instance_id:
        raise ContractError(Message.LIST_KEY)
    return tuple_(literal(moment, Instant()), literal(instance_id))
