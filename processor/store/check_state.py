"""What is still to be checked, and under which rules everything was checked last."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
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

ALL, DAY, SECRET = "all", "day", "secret"
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


def fingerprint(store: Store, checks: Checks, secret: str) -> str:
    """Changes with the rules, the catalogue, the code tables, the columns of any form and how keys are hashed.

    The day is not in it: what it means for the rules that look at it is `day_of`.
    """
    from processor.survey.checks.keyhash import hashed  # pandas: only when there is something to check

    forms = [store.registered(form.form_id).fingerprint for form in store.config.forms]
    keys = hashed("fingerprint", "any", secret)
    return hashlib.sha256(repr((checks.sha256, forms, keys)).encode()).hexdigest()


def day_of(store: Store, checks: Checks, now: datetime) -> str:
    """The day that rules see, as ISO text; empty where no rule looks at it."""
    dated = bool(checks.dated().entries)
    return now.astimezone(ZoneInfo(store.config.timezone)).date().isoformat() if dated else ""


def is_current(connection: Connection, sha256: str) -> bool:
    """Whether everything was checked under this fingerprint once."""
    return _is_noted(connection, ALL, sha256)


def is_of_day(connection: Connection, day: str) -> bool:
    """Whether the rules that look at the day have seen this one (`day_of`)."""
    return not day or _is_noted(connection, DAY, day)


def _is_noted(connection: Connection, name: str, what: str) -> bool:
    query = select(exists().where(checks_state.c.name == name, checks_state.c.sha256 == what))
    return bool(connection.execute(query).scalar_one())


def note_checked(connection: Connection, sha256: str, not_checked: Mapping[str, str], day: str = "") -> None:
    """Everything was checked under this fingerprint on this day; `not_checked`: rule -> the column that forms lack,
    or BROKEN and what was raised."""
    _note(connection, ALL, sha256, json.dumps(not_checked, sort_keys=True))
    _note(connection, DAY, day, "")


def note_day(
    connection: Connection, day: str, rules: Collection[str], not_checked: Mapping[str, str]
) -> None:
    """These rules, and there are no others that look at the day, were checked over everything on this one."""
    others = {rule: what for rule, what in _read_not_checked(connection).items() if rule not in rules}
    _write_not_checked(connection, {**others, **not_checked})
    _note(connection, DAY, day, "")


def _note(connection: Connection, name: str, what: str, not_checked: str) -> None:
    connection.execute(checks_state.delete().where(checks_state.c.name == name))
    values = {"name": name, "sha256": what, "at": datetime.now(UTC), "not_checked": not_checked}
    connection.execute(checks_state.insert().values(**values))


def note_broken(connection: Connection, broken: Mapping[str, str]) -> None:
    """Rules that raised on some submissions: it is said until everything is checked again."""
    if broken:
        _write_not_checked(connection, {**_read_not_checked(connection), **broken})


def _write_not_checked(connection: Connection, not_checked: Mapping[str, str]) -> None:
    text = json.dumps(not_checked, sort_keys=True)
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
