"""How many errors are open: the count beside the menu's entry, on every page."""

from __future__ import annotations

import time
from threading import Lock

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from processor.database import reading
from processor.store.scope import Scope
from processor.store.tables import findings
from processor.store.work import FindingFilter, count_findings
from processor.store.work_tables import corrections, finding_events
from processor.web.guard import my_scope, signed_in
from processor.web.service import service

KEY = "findings_left"
LONGEST = 15
"""Seconds after which a count is made again though nothing seems new: rows that only went away leave no mark."""
MOST = 500
_lock = Lock()


def findings_left() -> int:
    """Open errors that the caller may see; nobody's for a page without a user."""
    if signed_in() is None:
        return 0
    try:
        return _kept(my_scope(), time.monotonic())
    except SQLAlchemyError:
        return 0  # the page that tells that the database is away is a page as well


def _kept(scope: Scope, now: float) -> int:
    known = current_app.extensions.setdefault(KEY, {})
    asked = (scope, _newest())
    kept = known.get(asked)
    if kept is None or now - kept[1] > LONGEST:
        kept = (_count(scope), now)
        with _lock:
            if len(known) > MOST:
                known.clear()
            known[asked] = kept
    return int(kept[0])


def _count(scope: Scope) -> int:
    narrowed = FindingFilter(severity="E", state="open")
    return sum(tally.total for tally in count_findings(service().store, scope, "rule", narrowed))


def _newest() -> tuple[int, ...]:
    """Changes with every act, every correction and every check that finds something."""
    query = select(
        select(func.max(findings.c.id)).scalar_subquery(),
        select(func.max(finding_events.c.id)).scalar_subquery(),
        select(func.max(corrections.c.id)).scalar_subquery(),
    )
    with reading(service().engine) as connection:
        row = connection.execute(query).one()
    return tuple(number or 0 for number in row)
