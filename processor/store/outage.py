"""Since when no pull has come to its end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Engine, func, select

from processor.database import reading
from processor.store.pulls import FAILED, PROVEN
from processor.store.tables import pulls


def failing_since(engine: Engine, form_ids: Iterable[str]) -> datetime | None:
    """When the first of the pulls began that have failed since the last good one, of any of the forms."""
    c = pulls.c
    began = []
    with reading(engine) as connection:
        for form_id in form_ids:
            good = select(func.coalesce(func.max(c.id), 0)).where(c.form_id == form_id, c.state.in_(PROVEN))
            first = (c.form_id == form_id, c.state == FAILED, c.id > good.scalar_subquery())
            began.append(connection.scalar(select(func.min(c.started_at)).where(*first)))
    return min((at for at in began if at is not None), default=None)
