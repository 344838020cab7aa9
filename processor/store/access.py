"""Users: who they are, what they may do. Sessions, failures and locks are in `expiring.py`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from processor.database import reading, writing
from processor.errors import AccessError, Message
from processor.store.expiring import digest
from processor.store.office_tables import users

ROLES = ("admin", "province", "district")
EVERYWHERE = "*"
"""The area of somebody who sees the whole province."""


@dataclass(frozen=True)
class User:
    """Somebody who signs in. `areas` are district or commune codes, or `*`."""

    id: int
    username: str
    full_name: str
    role: str
    areas: tuple[str, ...]
    classes: frozenset[str]
    language: str
    active: bool
    must_change: bool
    created_at: datetime
    password_hash: str = field(repr=False)

    @property
    def stamp(self) -> str:
        """Changes with the password: a session that carries another stamp is over."""
        return digest("stamp", self.password_hash)[:16]


@dataclass(frozen=True)
class Rights:
    """What a user may do and see."""

    role: str
    areas: tuple[str, ...]
    classes: frozenset[str]


def username_of(text: str) -> str:
    """How a user name is stored and compared: trimmed, lower case."""
    return text.strip().lower()


def add_user(
    engine: Engine, name: tuple[str, str], password_hash: str, rights: Rights, created_at: datetime
) -> User:
    """A new user with a one-time password; `name` is (user name, full name). AccessError when taken."""
    username, full_name = username_of(name[0]), name[1].strip()
    row = {
        "username": username,
        "full_name": full_name,
        "password_hash": password_hash,
        "must_change": True,
        "created_at": created_at,
        **_rights_row(rights),
    }
    try:
        with writing(engine) as connection:
            connection.execute(insert(users).values(row))
    except IntegrityError:
        raise AccessError(Message.USER_EXISTS, username=username) from None
    return named_user(engine, username)


def named_user(engine: Engine, username: str) -> User:
    """The user of this name. AccessError when there is none."""
    found = find_user(engine, username)
    if found is None:
        raise AccessError(Message.USER_UNKNOWN, username=username_of(username))
    return found


def find_user(engine: Engine, username: str) -> User | None:
    """The user of this name, or None."""
    return _one(engine, users.c.username == username_of(username))


def get_user(engine: Engine, user_id: int) -> User | None:
    """The user of this id, or None."""
    return _one(engine, users.c.id == user_id)


def list_users(engine: Engine) -> list[User]:
    """Everybody, in order of user name."""
    with reading(engine) as connection:
        return [_user(row) for row in connection.execute(select(users).order_by(users.c.username))]


def set_password(engine: Engine, user_id: int, password_hash: str, *, must_change: bool) -> None:
    """A new password; every session of the user ends by it."""
    _set(engine, user_id, password_hash=password_hash, must_change=must_change)


def rehash(engine: Engine, user_id: int, old_hash: str, new_hash: str) -> None:
    """The same password with newer parameters, unless it was changed meanwhile."""
    with writing(engine) as connection:
        same = (users.c.id == user_id) & (users.c.password_hash == old_hash)
        connection.execute(update(users).where(same).values(password_hash=new_hash))


def set_language(engine: Engine, user_id: int, language: str) -> None:
    """The language of the user's pages."""
    _set(engine, user_id, language=language)


def set_rights(engine: Engine, user_id: int, rights: Rights) -> None:
    """Role, areas and classes. AccessError when it would leave no active administrator."""
    with writing(engine) as connection:
        if rights.role != "admin":
            _keep_an_admin(connection, user_id)
        connection.execute(update(users).where(users.c.id == user_id).values(_rights_row(rights)))


def set_active(engine: Engine, user_id: int, active: bool) -> None:
    """Let in or keep out. AccessError when it would leave no active administrator."""
    with writing(engine) as connection:
        if not active:
            _keep_an_admin(connection, user_id)
        connection.execute(update(users).where(users.c.id == user_id).values(active=active))


def _keep_an_admin(connection: Connection, leaving: int) -> None:
    admins = select(users.c.id).where(users.c.role == "admin", users.c.active).with_for_update()
    if set(connection.scalars(admins)) == {leaving}:
        raise AccessError(Message.LAST_ADMIN)


def _set(engine: Engine, user_id: int, **values: Any) -> None:
    with writing(engine) as connection:
        connection.execute(update(users).where(users.c.id == user_id).values(values))


def _rights_row(rights: Rights) -> dict[str, str]:
    return {"role": rights.role, "areas": _words(rights.areas), "classes": _words(rights.classes)}


def _words(values: Iterable[str]) -> str:
    return " ".join(sorted(values))


def _one(engine: Engine, condition: Any) -> User | None:
    with reading(engine) as connection:
        row = connection.execute(select(users).where(condition)).first()
    return _user(row) if row else None


def _user(row: Row[Any]) -> User:
    values = {name: getattr(row, name) for name in User.__dataclass_fields__}
    return User(**values | {"areas": tuple(row.areas.split()), "classes": frozenset(row.classes.split())})
