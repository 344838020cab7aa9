"""`processor users`: the people who sign in, from the command line."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from processor.errors import AccessError, Message
from processor.forms.definition import DATA_CLASSES
from processor.store.access import (
    EVERYWHERE,
    ROLES,
    Rights,
    add_user,
    list_users,
    named_user,
    set_active,
    set_password,
)
from processor.store.expiring import digest, drop_state
from processor.web.areas import read_areas
from processor.web.passwords import hash_password, one_time_password

if TYPE_CHECKING:
    from processor.store.open import Store

FIRST_CLASSES = frozenset({"open", "personal", "sensitive"})
"""What the first administrator sees; the secret class is given to people by name."""


def ensure_admin(store: Store) -> str | None:
    """Make the user `admin` when nobody exists yet; the one-time password, or None."""
    if list_users(store.engine):
        return None
    password = one_time_password()
    rights = Rights("admin", (EVERYWHERE,), FIRST_CLASSES)
    try:
        add_user(store.engine, ("admin", "Quản trị"), hash_password(password), rights, datetime.now(UTC))
    except AccessError as error:  # another process was first
        if error.message is not Message.USER_EXISTS:
            raise
        return None
    return password


@click.group("users")
def users_command() -> None:
    """People who sign in to the pages."""


@users_command.command("list")
def list_command() -> None:
    """Everybody: name, role, areas, classes, state."""
    for user in list_users(_store().engine):
        state = "" if user.active else "  deactivated"
        areas, classes = " ".join(user.areas), " ".join(sorted(user.classes))
        click.echo(f"{user.username}  {user.role}  areas: {areas}  classes: {classes}{state}")


@users_command.command("add")
@click.argument("username")
@click.argument("full_name")
@click.option("--role", type=click.Choice(ROLES), default="district", show_default=True)
@click.option("--area", "areas", multiple=True, required=True, help="District or commune code, or * for all.")
@click.option("--class", "classes", multiple=True, type=click.Choice(DATA_CLASSES), help="Besides `open`.")
def add_command(
    username: str, full_name: str, role: str, areas: tuple[str, ...], classes: tuple[str, ...]
) -> None:
    """Add somebody; prints a one-time password."""
    store = _store()
    unknown = read_areas(store.config.codes).unknown(areas)
    if unknown:
        raise AccessError(
            Message.USER_FIELD,
            field="--area",
            expected="district or commune codes, or *",
            found=" ".join(unknown),
        )
    password = one_time_password()
    rights = Rights(role, areas, frozenset({"open", *classes}))
    add_user(store.engine, (username, full_name), hash_password(password), rights, datetime.now(UTC))
    click.echo(password)


@users_command.command("password")
@click.argument("username")
def password_command(username: str) -> None:
    """Give somebody a new one-time password; ends their sessions and locks."""
    store = _store()
    user = named_user(store.engine, username)
    password = one_time_password()
    set_password(store.engine, user.id, hash_password(password), must_change=True)
    drop_state(store.engine, digest("account", user.username))
    click.echo(password)


@users_command.command("deactivate")
@click.argument("username")
def deactivate_command(username: str) -> None:
    """Keep somebody out from now on; the account and its records stay."""
    store = _store()
    set_active(store.engine, named_user(store.engine, username).id, active=False)


def _store() -> Store:
    from processor.config import load_config
    from processor.store.open import open_store

    return open_store(load_config())
