"""What is still to be checked, and under which rules everything was checked last."""

from __future__ import annotations

import hashlib
import json
import secrets
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

ALL, SECRET = "all", "secret"
BROKEN = "!"
"""Begins what is said of a rule that raised; else something is missing."""


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


def read_secret(connection: Connection) -> str:
    """What keys of groups are hashed with; empty while there is none."""
    query = select(checks_state.c.sha256).where(checks_state.c.name == SECRET)
    return connection.execute(query).scalar_one_or_none() or ""


def ensure_secret(connection: Connection) -> str:
    """The secret, drawn once for every store; under the lease of checks."""
    if known := read_secret(connection):
        return known
    values = {"name": SECRET, "sha256": secrets.token_hex(32), "at": datetime.now(UTC), "not_checked": ""}
    connection.execute(checks_state.insert().values(**values))
    return str(values["sha256"])


def fingerprint(store: Store, checks: Checks, now: datetime, secret: str) -> str:
    """Changes with the rules, the catalogue, the code tables, the columns of any form and how keys are hashed.

    Where a rule looks at the day's date it changes with the day as well: everything is checked once a day.
    """
    from processor.survey.checks.keyhash import hashed  # pandas: only when there is something to check

    forms = [store.registered(form.form_id).fingerprint for form in store.config.forms]
    dated = any(
        "now" in rule.needs for family in ("", *checks.book.families) for rule in checks.rules(family)
    )
    day = now.astimezone(ZoneInfo(store.config.timezone)).date() if dated else None
    keys = hashed("fingerprint", "any", secret)
    return hashlib.sha256(repr((checks.sha256, forms, day, keys)).encode()).hexdigest()


def is_current(connection: Connection, sha256: str) -> bool:
    """Whether everything was checked under this fingerprint once."""
    query = select(exists().where(checks_state.c.name == ALL, checks_state.c.sha256 == sha256))
    return bool(connection.execute(query).scalar_one())


def note_checked(connection: Connection, sha256: str, not_checked: Mapping[str, str]) -> None:
    """Everything was checked under this fingerprint; `not_checked`: rule -> the column that forms lack, or BROKEN
    and what was raised."""
    forget_checked(connection)
    values = {"name": ALL, "sha256": sha256, "at": datetime.now(UTC)}
    text = json.dumps(not_checked, sort_keys=True)
    connection.execute(checks_state.insert().values(**values, not_checked=text))


def note_broken(connection: Connection, broken: Mapping[str, str]) -> None:
    """Rules that raised on some submissions: it is said until everything is checked again."""
    if broken:
        text = json.dumps({**_read_not_checked(connection), **broken}, sort_keys=True)
        connection.execute(checks_state.update().where(checks_state.c.name == ALL).values(not_checked=text))


def forget_checked(connection: Connection) -> None:
    """Make the next check look at everything."""
    connection.execute(checks_state.delete().where(checks_state.c.name == ALL))


def read_not_checked(store: Store) -> dict[str, str]:
    """Rules that could not be looked at -> what the forms or settings lack (`table.column`, `file.csv`), or BROKEN
    and what was raised: these keep the findings that they had."""
    with reading(store.engine) as connection:
        return _read_not_checked(connection)


def _read_not_checked(connection: Connection) -> dict[str, str]:
    query = select(checks_state.c.not_checked).where(checks_state.c.name == ALL)
    found: dict[str, str] = json.loads(connection.execute(query).scalar_one_or_none() or "{}")
    return found
