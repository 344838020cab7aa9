"""How many submissions wait for their check, as a caller may count them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from processor.database import reading
from processor.store.tables import submissions
from processor.store.visible import visible_submissions
from processor.store.work_tables import checks_due

if TYPE_CHECKING:
    from processor.store.open import Store
    from processor.store.scope import Scope


def count_waiting(store: Store, scope: Scope) -> int:
    """Live submissions of the scope that were loaded and not checked since; 0 as a rule."""
    waiting = select(checks_due.c.submission_id).where(checks_due.c.form_id == submissions.c.form_id)
    query = select(func.count()).select_from(submissions)
    with reading(store.engine) as connection:
        counts = (
            connection.execute(
                query.where(visible_submissions(form.form_id, scope), submissions.c.instance_id.in_(waiting))
            ).scalar_one()
            for form in store.config.forms
        )
        return sum(counts)
