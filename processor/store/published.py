"""Published form versions with the number of submissions that each brought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from processor.database import reading
from processor.store.tables import form_versions, submissions
from processor.store.visible import visible_submissions

if TYPE_CHECKING:
    from processor.store.open import Store
    from processor.store.scope import Scope


@dataclass(frozen=True)
class Published:
    """A version of a form."""

    version: str
    published_at: datetime
    submissions: int


def list_published(store: Store, form_id: str, scope: Scope) -> list[Published]:
    """All versions, newest first, with their live submissions inside the scope."""
    counted = (
        select(submissions.c.form_version, func.count().label("n"))
        .where(visible_submissions(form_id, scope))
        .group_by(submissions.c.form_version)
        .subquery()
    )
    query = (
        select(form_versions.c.version, form_versions.c.published_at, func.coalesce(counted.c.n, 0))
        .outerjoin(counted, counted.c.form_version == form_versions.c.version)
        .where(form_versions.c.form_id == form_id)
        .order_by(form_versions.c.published_at.desc(), form_versions.c.version.desc())
    )
    with reading(store.engine) as connection:
        return [Published(*row) for row in connection.execute(query)]
