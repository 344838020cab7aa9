"""Reads of findings as work: lists, counts, one submission; every read with the caller's `Scope`.

A finding is shown to who may see its area and practice mark, and every column that its rule looks at. What was
done with it follows from the events: under the finding with its values (`ref`) the last act holds; with other
values under the same place and rule (`key`) it is open again, and the old act is told. A returned finding whose
submission has come in a newer version is open again as well: the officer has answered, and it still stands.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Select, func, literal, select, tuple_

from processor.database import reading
from processor.errors import ContractError, Message
from processor.store import bulk
from processor.store.finding_rights import visible_findings
from processor.store.finding_rows import values_of
from processor.store.finding_states import (
    AREA,
    OFFICER,
    PRACTICE,
    STATE,
    WAS,
    is_due,
    joined,
    last,
    owner,
)
from processor.store.tables import findings

if TYPE_CHECKING:
    from processor.store.open import Store
    from processor.store.scope import Scope

PAGE = 100


@dataclass(frozen=True)
class FindingFilter:
    """What a list or count is narrowed by; the scope always applies on top. Empty: everything."""

    form_id: str = ""
    submission_id: str = ""
    rules: frozenset[str] = frozenset()
    severity: str = ""
    state: str = ""
    communes: frozenset[str] | None = None
    officer: str = ""
    severities: frozenset[str] = frozenset()
    """Any of these."""


@dataclass(frozen=True)
class FindingRow:
    """A finding with where it stands as work."""

    ref: str
    """Names it, with its values, for acts; stays the same over pulls, rebuilds and checks."""
    rule: str
    severity: str
    form_id: str
    table_name: str
    submission_id: str
    row_key: str
    column_name: str
    unit: str
    """`officer:16663-01` where it is about the field work; then table, submission and row are empty."""
    values: Mapping[str, Any]
    """What the rule's message names; `value` for cleaning."""
    area: str
    officer: str
    since: datetime | None
    """When the version that it is about came; None for the field work."""
    form_version: str
    """The version of the form that it was filled in with; empty for the field work."""
    state: str
    """open, returned, overridden or expected."""
    was: str
    """Open again after this act; else empty."""
    reason: str
    """Of the last act, with who and when."""
    username: str
    at: datetime | None


@dataclass(frozen=True)
class FindingPage:
    """One page of the list; `after` and `before` are keys for the neighbours, None at an end."""

    rows: tuple[FindingRow, ...]
    after: str | None
    before: str | None = None


def list_findings(
    store: Store,
    scope: Scope,
    narrowed: FindingFilter,
    *,
    size: int = PAGE,
    after: str | None = None,
    before: str | None = None,
) -> FindingPage:
    """A page of findings, errors first, then by rule and submission, after or before a key that a page gave.

    ContractError LIST_KEY for a key that no page gave.
    """
    query, here, order = found_query(store, scope, narrowed), tuple_(*_ORDER), _ORDER
    if before is not None:
        query = query.where(here < tuple_(*map(literal, _position(before))))
        order = tuple(column.desc() for column in _ORDER)  # type: ignore[misc]
    elif after is not None:
        query = query.where(here > tuple_(*map(literal, _position(after))))
    with reading(store.engine) as connection:
        found = connection.execute(query.order_by(*order).limit(size + 1)).all()
    rows, more = (found[:size] if before is None else found[:size][::-1]), len(found) > size
    follows, precedes = (more, after is not None) if before is None else (True, more)
    return FindingPage(
        tuple(map(as_finding, rows)),
        _key(rows[-1]) if rows and follows else None,
        _key(rows[0]) if rows and precedes else None,
    )


def read_findings(store: Store, form_id: str, submission_id: str, scope: Scope) -> tuple[FindingRow, ...]:
    """All findings of one submission that the scope shows, errors first."""
    query = found_query(store, scope, FindingFilter(form_id=form_id, submission_id=submission_id))
    with reading(store.engine) as connection:
        return tuple(map(as_finding, connection.execute(query.order_by(*_ORDER))))


def read_refs(store: Store, scope: Scope, connection: Connection, refs: list[str]) -> list[Any]:
    """The findings of these names that the scope shows, with what an event keeps of them."""
    query = found_query(store, scope, FindingFilter()).where(bulk.one_of(connection, findings.c.ref, refs))
    extra = (findings.c.key, owner.c.sha256, PRACTICE.label("practice"), last.c.state.label("last_state"))
    return list(connection.execute(query.add_columns(*extra).order_by(*_ORDER)))


_ORDER = tuple(
    findings.c[name]
    for name in ("severity", "rule", "submission_id", "row_key", "column_name", "unit", "ref", "id")
)
_COLUMNS = (
    "ref",
    "rule",
    "severity",
    "form_id",
    "table_name",
    "submission_id",
    "row_key",
    "column_name",
    "unit",
)


def found_query(store: Store, scope: Scope, narrowed: FindingFilter) -> Select[Any]:
    """The findings that the scope shows and the filter asks for, with their work."""
    c = findings.c
    act = (last.c.reason, last.c.username, last.c.at)
    own = [*(c[name] for name in _COLUMNS), c.kind, c.value, c.id]
    named = [AREA.label("area"), OFFICER.label("officer"), STATE.label("state"), WAS.label("was")]
    named += [
        owner.c.updated_at.label("since"),
        func.coalesce(owner.c.form_version, "").label("form_version"),
    ]
    return (
        select(*own, *named, *act)
        .select_from(joined())
        .where(is_due(), visible_findings(store, scope, narrowed.communes), *_conditions(narrowed))
    )


def _conditions(narrowed: FindingFilter) -> list[ColumnElement[bool]]:
    c = findings.c
    equal = {
        c.form_id: narrowed.form_id,
        c.submission_id: narrowed.submission_id,
        c.severity: narrowed.severity,
        STATE: narrowed.state,
        OFFICER: narrowed.officer,
    }
    found = [column == value for column, value in equal.items() if value]
    several = {c.rule: narrowed.rules, c.severity: narrowed.severities}
    return [*found, *(column.in_(sorted(values)) for column, values in several.items() if values)]


def as_finding(row: Any) -> FindingRow:
    """A selected row of `found_query`."""
    names = [name for name in FindingRow.__dataclass_fields__ if name != "values"]
    given = {name: row._mapping[name] for name in names}
    given["reason"], given["username"] = given["reason"] or "", given["username"] or ""
    return FindingRow(**given, values=values_of(row.kind, row.value))


def _key(row: Any) -> str:
    text = json.dumps([row._mapping[column.name] for column in _ORDER])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _position(key: str) -> list[Any]:
    try:
        found = json.loads(base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)))
    except (binascii.Error, ValueError) as error:
        raise ContractError(Message.LIST_KEY) from error
    if not isinstance(found, list) or [type(v) for v in found] != [str] * (len(_ORDER) - 1) + [int]:
        raise ContractError(Message.LIST_KEY)
    if any("\0" in str(v) for v in found):
        raise ContractError(Message.LIST_KEY)
    return found
