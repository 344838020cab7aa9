"""Whose rights and name a command acts with, for commands that take `--as USER`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processor.errors import AccessError, Message
from processor.store.access import named_user
from processor.store.scope import Scope
from processor.web.areas import read_areas

if TYPE_CHECKING:
    from processor.config import Config
    from processor.store.access import User
    from processor.store.open import Store


def acting_user(store: Store, username: str) -> User:
    """The user of this name. AccessError when there is none, or the account is switched off."""
    user = named_user(store.engine, username)
    if not user.active:
        raise AccessError(Message.SHEET_USER, username=user.username)
    return user


def scope_of(config: Config, user: User, *, practice: bool) -> Scope:
    """What the user may see."""
    return Scope(
        read_areas(config.codes).area(user.areas), user.classes, "practice" if practice else "survey"
    )
