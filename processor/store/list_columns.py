"""Which columns of the list of submissions a user has chosen: names, by user and form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from processor.database import reading, writing
from processor.store.office_tables import list_columns

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Engine


def read_list_columns(engine: Engine, user_id: int, form_id: str) -> tuple[str, ...] | None:
    """The names in the user's order, None when the user has chosen none; what they mean now is the caller's."""
    query = select(list_columns.c.names).where(_of(user_id, form_id))
    with reading(engine) as connection:
        found = connection.execute(query).scalar_one_or_none()
    return None if found is None else tuple(found.split())


def save_list_columns(engine: Engine, user_id: int, form_id: str, names: Sequence[str]) -> None:
    """Keep the choice in the place of the one before."""
    values = {"user_id": user_id, "form_id": form_id, "names": " ".join(names)}
    with writing(engine) as connection:
        insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(list_columns)
        key = (list_columns.c.user_id, list_columns.c.form_id)
        again = insert.values(values).on_conflict_do_update(
            index_elements=key, set_={"names": values["names"]}
        )
        connection.execute(again)


def forget_list_columns(engine: Engine, user_id: int, form_id: str) -> None:
    """The usual columns again; nothing happens where none were chosen."""
    with writing(engine) as connection:
        connection.execute(delete(list_columns).where(_of(user_id, form_id)))


def _of(user_id: int, form_id: str) -> ColumnElement[bool]:
    return and_(list_columns.c.user_id == user_id, list_columns.c.form_id == form_id)
