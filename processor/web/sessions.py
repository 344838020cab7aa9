"""Sessions kept in the database; the browser holds only a random token in a cookie.

A session ends after half an hour without a request and twelve hours after it began, whichever
comes first. The database holds the SHA-256 of the token, so a copy of it opens no session.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask.sessions import SessionInterface, SessionMixin
from werkzeug.datastructures import CallbackDict

from processor.store.expiring import add_state, digest, drop_state, load_state, save_state

if TYPE_CHECKING:
    from flask import Flask, Request, Response
    from sqlalchemy import Engine

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
TOUCH = timedelta(minutes=1)
"""How much older than this the last seen time must be before it is written again."""


class StoredSession(CallbackDict[str, Any], SessionMixin):
    """What a session knows. `token` is None while nothing is stored under it."""

    def __init__(self, data: dict[str, Any], token: str | None, began: str = "", seen: str = "") -> None:
        super().__init__(data, on_update=_mark)
        self.token = token
        self.began = began
        self.seen = seen
        self.old_token: str | None = None
        self.modified = False
        self.accessed = True

    def rotate(self) -> None:
        """Forget everything and go on under a new token: what was known before is worth nothing."""
        self.clear()
        self.old_token, self.token = self.old_token or self.token, None
        self.modified = True


def _mark(session: CallbackDict[str, Any]) -> None:
    if isinstance(session, StoredSession):
        session.modified = True


class StoredSessions(SessionInterface):
    """Reads and writes sessions; addresses in `without` (phones, static files) have none."""

    def __init__(self, engine: Engine, *, secure: bool, without: tuple[str, ...]) -> None:
        self.engine = engine
        self.secure = secure
        self.without = without
        self.cookie = "__Host-session" if secure else "session"

    def open_session(self, app: Flask, request: Request) -> StoredSession:
        """The session of the request's cookie, or an empty one."""
        token = request.cookies.get(self.cookie)
        if not token or request.path.startswith(self.without):
            return StoredSession({}, None)
        state = load_state(self.engine, digest("session", token), datetime.now(UTC))
        if state is None:
            return StoredSession({}, None)
        return StoredSession(state["data"], token, state["began"], state["seen"])

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write what changed, set or remove the cookie."""
        if not isinstance(session, StoredSession):
            return
        if session.old_token:
            drop_state(self.engine, digest("session", session.old_token))
        if session.token is None:
            self._begin(session, response)
        elif session.modified or _stale(session):
            self._write(session, session.token, session.began)

    def _begin(self, session: StoredSession, response: Response) -> None:
        if not session:
            if session.old_token:
                response.delete_cookie(
                    self.cookie, path="/", secure=self.secure, httponly=True, samesite="Lax"
                )
            return
        token = secrets.token_urlsafe(32)
        now = datetime.now(UTC)
        add_state(self.engine, digest("session", token), _state(session, now.isoformat(), now), now + IDLE)
        response.set_cookie(self.cookie, token, path="/", secure=self.secure, httponly=True, samesite="Lax")

    def _write(self, session: StoredSession, token: str, began: str) -> None:
        now = datetime.now(UTC)
        end = min(now + IDLE, datetime.fromisoformat(began) + LONGEST)
        save_state(self.engine, digest("session", token), _state(session, began, now), end)


def _state(session: StoredSession, began: str, now: datetime) -> dict[str, Any]:
    return {"data": dict(session), "began": began, "seen": now.isoformat()}


def _stale(session: StoredSession) -> bool:
    return datetime.now(UTC) - datetime.fromisoformat(session.seen) > TOUCH
