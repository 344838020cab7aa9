"""What is still to be checked, and under which rules everything was checked last."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, exists, func, select

from processor.database import reading
from processor.store import bulk
from processor.store.work_tables import checks_due, checks_state

if TYPE_CHECKING:
    from processor.store.open import Store
    from processor.survey.checks.load import Checks

ALL = "all"


@dataclass(frozen=True)
class Due:
    """Rows of `checks_due` of one moment: exactly these are taken away when their check is stored."""

    rows: Sequence[int]
    ids: Sequence[str]
    """The submissions, each once."""


def mark_due(connection: Connection, form_id: str, ids: Iterable[str]) -> None:
    """Note that these submissions' rows were replaced, in the transaction that replaces them."""
    bulk.insert(connection, checks_due.name, ("form_id", "submission_id"), ((form_id, i) for i in ids))


def read_due(connection: Connection, limit: int | None = None) -> Due:
    """What is due, oldest first."""
    query = select(checks_due.c.id, checks_due.c.submission_id).order_by(checks_due.c.id).limit(limit)
    rows = connection.execute(query).all()
    return Due([row.id for row in rows], list(dict.fromkeys(row.submission_id for row in rows)))


def clear_due(connection: Connection, due: Due) -> None:
    """These rows are done; what came since stays due, also when it is of the same submissions."""
    bulk.delete(connection, checks_due.name, "id", due.rows)  # type: ignore[arg-type]


def count_due(store: Store) -> int:
    """Submissions that were loaded and not checked since; 0 as a rule, for pages to say so."""
    with reading(store.engine) as connection:
        query = select(func.count(checks_due.c.submission_id.distinct()))
        return connection.execute(query).scalar_one()


def fingerprint(store: Store, checks: Checks, now: datetime) -> str:
    """Changes with the rules, the catalogue, the code tables and the columns of any form.

    Where a rule looks at the day's date it changes with the day as well: everything is checked once a day.
    """
    forms = [store.registered(form.form_id).fingerprint for form in store.config.forms]
    dated = any(
        "now" in rule.needs for family in ("", *checks.book.families) for rule in checks.rules(family)
    )
    day = now.astimezone(ZoneInfo(store.config.timezone)).date() if dated else None
    return hashlib.sha256(repr((checks.sha256, forms, day)).encode()).hexdigest()


def is_current(connection: Connection, sha256: str) -> bool:
    """Whether everything was checked under this fingerprint once."""
    query = select(exists().where(checks_state.c.name == ALL, checks_state.c.sha256 == sha256))
    return bool(connection.execute(query).scalar_one())


def note_checked(connection: Connection, sha256: str, not_checked: Mapping[str, str]) -> None:
    """Everything was checked under this fingerprint; `not_checked`: rule -> the column that forms lack."""
    connection.execute(checks_state.delete())
    values = {"name": ALL, "sha256": sha256, "at": datetime.now(UTC)}
    text = json.dumps(not_checked, sort_keys=True)
    connection.execute(checks_state.insert().values(**values, not_checked=text))


def forget_checked(connection: Connection) -> None:
    """Make the next check look at everything."""
    connection.execute(checks_state.delete())


def read_not_checked(store: Store) -> dict[str, str]:
    """Rules that cannot be looked at because the forms lack a column: rule -> `table.column`."""
    with reading(store.engine) as connection:
        text = connection.execute(select(checks_state.c.not_checked)).scalar_one_or_none()
    found: dict[str, str] = json.loads(text or "{}")
    return found
