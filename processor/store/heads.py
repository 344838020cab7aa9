"""A few answers of many submissions at once: what a list names its rows by."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from processor.database import reading
from processor.store import bulk
from processor.store.visible import as_dict, chosen_columns, visible_rows

if TYPE_CHECKING:
    from processor.store.open import Store
    from processor.store.scope import Scope


def read_heads(
    store: Store, form_id: str, ids: Collection[str], scope: Scope, names: Sequence[str]
) -> dict[str, Mapping[str, Any]]:
    """The visible ones of the named root columns by submission; what the scope hides is not there."""
    plans = store.plans(form_id)
    if not plans or not ids:
        return {}
    table, columns = store.table(plans[0]), chosen_columns(plans[0], names, scope)
    query = select(table.c.submission_id, *(table.c[c.name] for c in columns)).where(
        visible_rows(table, scope)
    )
    with reading(store.engine) as connection:
        mine = query.where(bulk.one_of(connection, table.c.submission_id, sorted(ids)))
        return {row[0]: as_dict(columns, row[1:]) for row in connection.execute(mine)}
