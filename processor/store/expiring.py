"""Server-side state that expires: what a session knows, failed attempts, locks.

One table, `sessions`. Its keys are SHA-256 of a session's token, an account name or an address;
none of them is stored.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from processor.database import reading, writing
from processor.store.office_tables import sessions


@dataclass(frozen=True)
class Throttle:
    """`limit` failures within `window` lock for `window`."""

    limit: int
    window: timedelta


def digest(kind: str, text: str) -> str:
    """The key of a row: SHA-256 of the text within its kind, so that kinds can never collide."""
    return hashlib.sha256(f"{kind}:{text}".encode()).hexdigest()


def add_state(engine: Engine, key: str, data: dict[str, Any], expires_at: datetime) -> None:
    """New expiring state; a key is used once."""
    with writing(engine) as connection:
        connection.execute(insert(sessions).values(_state_row(key, data, expires_at)))


def load_state(engine: Engine, key: str, now: datetime) -> dict[str, Any] | None:
    """The state of this key, or None when there is none or it is over."""
    alive = (sessions.c.token_sha256 == key) & (sessions.c.expires_at > now)
    with reading(engine) as connection:
        text = connection.scalar(select(sessions.c.data).where(alive))
    return None if text is None else json.loads(text)


def save_state(engine: Engine, key: str, data: dict[str, Any], expires_at: datetime) -> None:
    """Keep newer state; a session that was ended meanwhile stays ended."""
    with writing(engine) as connection:
        same = sessions.c.token_sha256 == key
        connection.execute(update(sessions).where(same).values(_state_row(key, data, expires_at)))


def drop_state(engine: Engine, key: str) -> None:
    """End the session, or forget the failures, of this key."""
    with writing(engine) as connection:
        connection.execute(delete(sessions).where(sessions.c.token_sha256 == key))


def purge_states(engine: Engine, now: datetime) -> None:
    """Remove what is over."""
    with writing(engine) as connection:
        connection.execute(delete(sessions).where(sessions.c.expires_at <= now))


def begin_attempt(engine: Engine, key: str, rule: Throttle, now: datetime) -> datetime | None:
    """Count an attempt as failed before it is tried, so that attempts side by side are all counted.

    The time until which the key is locked; None lets the attempt through. A success takes it back
    (`drop_state`, `forgive_attempt`).
    """
    with writing(engine) as connection:
        state = _locked_row(connection, key, now + rule.window, now)
        if state.get("until"):
            return datetime.fromisoformat(state["until"])
        state["count"] = state.get("count", 0) + 1
        if state["count"] >= rule.limit:
            state["until"] = (now + rule.window).isoformat()
        _overwrite(connection, key, state, now + rule.window)
    return None


def forgive_attempt(engine: Engine, key: str, rule: Throttle, now: datetime) -> None:
    """Take back one counted attempt that succeeded; the others stay counted."""
    with writing(engine) as connection:
        state = _locked_row(connection, key, now + rule.window, now)
        left = max(state.get("count", 0) - 1, 0)
        _overwrite(connection, key, {"count": left}, now + rule.window)


def locked_until(engine: Engine, key: str, now: datetime) -> datetime | None:
    """Until when this key is locked, if it is."""
    until = (load_state(engine, key, now) or {}).get("until")
    return datetime.fromisoformat(until) if until else None


def _locked_row(connection: Connection, key: str, expires_at: datetime, now: datetime) -> dict[str, Any]:
    """The row of the key, made when absent, locked until the transaction ends; `{}` when it is over."""
    make = sqlite_insert if connection.dialect.name == "sqlite" else postgres_insert
    connection.execute(make(sessions).values(_state_row(key, {}, expires_at)).on_conflict_do_nothing())
    query = select(sessions.c.data, sessions.c.expires_at).where(sessions.c.token_sha256 == key)
    row = connection.execute(query.with_for_update()).one()
    return json.loads(row.data) if row.expires_at > now else {}


def _overwrite(connection: Connection, key: str, data: dict[str, Any], expires_at: datetime) -> None:
    same = sessions.c.token_sha256 == key
    connection.execute(update(sessions).where(same).values(_state_row(key, data, expires_at)))


def _state_row(key: str, data: dict[str, Any], expires_at: datetime) -> dict[str, Any]:
    return {"token_sha256": key, "data": json.dumps(data, ensure_ascii=False), "expires_at": expires_at}
