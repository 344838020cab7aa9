"""Officers and their tokens: who may send, with which card, for which commune."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, select

from processor.database import reading
from processor.errors import ConfigError, Message
from processor.servers.builtin.tables import officers
from processor.servers.protocol import AppUser

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processor.servers.builtin.inbox import Inbox, Ticket
    from processor.servers.builtin.server import BuiltinServer

TOKEN_BYTES = 24
SURVEY_CODE = re.compile(r"[0-9]{5}-[0-9]{2}")
PRACTICE_CODE = re.compile(r"[A-Z]{2,12}-[0-9]{2}")
AREA = re.compile(r"[0-9]{5}")
NAME_LIMIT = 120


class Officers:
    """The officers of an inbox."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    def all(self) -> list[AppUser]:
        """Everybody, revoked ones included, in order of code."""
        with reading(self._inbox.engine) as connection:
            return [_user(row) for row in connection.execute(select(officers).order_by(officers.c.code))]

    def by_token(self, token: str) -> AppUser | None:
        """Whose token this is, revoked or not; None for nobody's."""
        query = select(officers).where(officers.c.token_sha256 == _hash(token))
        with reading(self._inbox.engine) as connection:
            row = connection.execute(query).one_or_none()
        return _user(row) if row is not None else None

    def add(self, user: AppUser) -> AppUser:
        """Add an officer with a fresh token; ConfigError when the code is taken or not fit."""
        check_officer(user)
        with self._inbox.writing() as ticket:
            return _insert(ticket, user)

    def apply(self, new: Sequence[AppUser], changed: Sequence[AppUser]) -> None:
        """Add the ones and correct name and area of the others, all or nothing."""
        with self._inbox.writing() as ticket:
            for user in new:
                check_officer(user)
                _insert(ticket, user)
            for user in changed:
                _change(ticket, user.code, {"name": user.name, "area": user.area})

    def change(self, code: str, **values: Any) -> AppUser:
        """Change what may change: name, area, active. ConfigError when the code is unknown."""
        with self._inbox.writing() as ticket:
            return _change(ticket, code, values)

    def rotate(self, code: str) -> AppUser:
        """Give a new token; the old card is worth nothing from now on."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        return self.change(code, token=token, token_sha256=_hash(token))


def add_officer(server: BuiltinServer, code: str, name: str, area: str, *, practice: bool = False) -> AppUser:
    """Add an officer. What a practice officer sends is practice for ever."""
    return server.officers.add(AppUser(code, name, area, practice, active=True))


def revoke_officer(server: BuiltinServer, code: str) -> AppUser:
    """From now on the card opens nothing; what was sent stays."""
    return server.officers.change(code, active=False)


def restore_officer(server: BuiltinServer, code: str) -> AppUser:
    """The card works again, with the token it had."""
    return server.officers.change(code, active=True)


def rotate_officer(server: BuiltinServer, code: str) -> AppUser:
    """A new token, for a lost phone or card."""
    return server.officers.rotate(code)


def list_officers(server: BuiltinServer) -> list[AppUser]:
    """The officers, revoked ones included, in order of code."""
    return server.officers.all()


def check_officer(user: AppUser) -> None:
    """ConfigError when code, name or area are not fit. A code alone tells practice from survey."""
    pattern, expected = (
        (PRACTICE_CODE, "letters and two digits, as TAPHUAN-01")
        if user.practice
        else (SURVEY_CODE, "commune code and two digits, as 16663-01")
    )
    if not pattern.fullmatch(user.code):
        raise ConfigError(Message.OFFICER_FIELD, field="code", expected=expected, found=user.code)
    if not user.name.strip() or len(user.name) > NAME_LIMIT or not user.name.isprintable():
        expected = f"1 to {NAME_LIMIT} signs"
        raise ConfigError(Message.OFFICER_FIELD, field="name", expected=expected, found=user.name)
    if not AREA.fullmatch(user.area) and not (user.practice and not user.area):
        raise ConfigError(
            Message.OFFICER_FIELD, field="area", expected="a commune code of five digits", found=user.area
        )
    if not user.practice and user.code[:5] != user.area:
        raise ConfigError(
            Message.OFFICER_FIELD,
            field="area",
            expected=f"the commune of the code {user.code}",
            found=user.area,
        )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _insert(ticket: Ticket, user: AppUser) -> AppUser:
    if _find(ticket, user.code) is not None:
        raise ConfigError(Message.OFFICER_EXISTS, code=user.code)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    values = {"code": user.code, "name": user.name, "area": user.area, "practice": user.practice}
    values |= {"active": True, "token": token, "token_sha256": _hash(token), "changed_at": ticket.at}
    ticket.connection.execute(officers.insert(), values)
    return _get(ticket, user.code)


def _find(ticket: Ticket, code: str) -> Row[Any] | None:
    return ticket.connection.execute(select(officers).where(officers.c.code == code)).one_or_none()


def _get(ticket: Ticket, code: str) -> AppUser:
    row = _find(ticket, code)
    if row is None:
        raise ConfigError(Message.OFFICER_UNKNOWN, code=code)
    return _user(row)


def _change(ticket: Ticket, code: str, values: dict[str, Any]) -> AppUser:
    statement = officers.update().where(officers.c.code == code)
    ticket.connection.execute(statement.values(changed_at=ticket.at, **values))
    return _get(ticket, code)


def _user(row: Row[Any]) -> AppUser:
    return AppUser(row.code, row.name, row.area, bool(row.practice), bool(row.active), row.token)
