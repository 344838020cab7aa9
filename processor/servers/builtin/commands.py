"""`processor officers ...`: who may send, and the cards for their phones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from processor.config import load_config

if TYPE_CHECKING:
    from processor.config import Config
    from processor.servers.builtin.server import BuiltinServer
    from processor.servers.protocol import AppUser

DEFAULT_LIST = "config/officers.csv"


@click.group("officers")
def officers_command() -> None:
    """Enumerators: tokens, QR cards, revocation."""


def _open() -> tuple[Config, BuiltinServer]:
    from processor.servers.builtin.server import open_builtin

    config = load_config()
    return config, open_builtin(config)


@officers_command.command("list")
def list_command() -> None:
    """Everybody who may or might send; tokens are not shown."""
    for officer in _open()[1].app_users():
        click.echo(_line(officer))


def _line(officer: AppUser) -> str:
    state = "active" if officer.active else "revoked"
    kind = "practice" if officer.practice else "survey"
    return f"{officer.code:<14} {state:<8} {kind:<9} {officer.area:<6} {officer.name}"


@officers_command.command("add")
@click.argument("code")
@click.argument("name")
@click.argument("area")
@click.option("--practice", is_flag=True, help="What this officer sends is practice for ever.")
def add_command(code: str, name: str, area: str, practice: bool) -> None:
    """Add an officer: CODE as 16663-01 (practice: TAPHUAN-01), NAME, AREA the commune code."""
    from processor.servers.builtin.officers import add_officer

    click.echo(_line(add_officer(_open()[1], code, name, area, practice=practice)))


@officers_command.command("import")
@click.argument("file", type=click.Path(path_type=Path), default=DEFAULT_LIST)
def import_command(file: Path) -> None:
    """Add the officers of FILE (code,name,area); the same file again changes nothing."""
    from processor.servers.builtin.roster import import_officers

    done = import_officers(_open()[1], file)
    click.echo(f"{done.added} added, {done.changed} changed, {done.unchanged} as before")


@officers_command.command("revoke")
@click.argument("code")
def revoke_command(code: str) -> None:
    """The card of CODE opens nothing from now on; what was sent stays."""
    from processor.servers.builtin.officers import revoke_officer

    click.echo(_line(revoke_officer(_open()[1], code)))


@officers_command.command("restore")
@click.argument("code")
def restore_command(code: str) -> None:
    """The card of CODE works again."""
    from processor.servers.builtin.officers import restore_officer

    click.echo(_line(restore_officer(_open()[1], code)))


@officers_command.command("rotate")
@click.argument("code")
def rotate_command(code: str) -> None:
    """A new token for CODE: print the card again, the old one is worth nothing."""
    from processor.servers.builtin.officers import rotate_officer

    click.echo(_line(rotate_officer(_open()[1], code)))


@officers_command.command("sheet")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--url", default="", help="Where phones reach the service; default: web.public_url.")
@click.option("--only", "codes", multiple=True, help="Only these codes; may be repeated.")
def sheet_command(file: Path, url: str, codes: tuple[str, ...]) -> None:
    """Write the cards of all active officers as a PDF for the printer."""
    from processor.servers.builtin.cards import cards_pdf

    config, server = _open()
    address = url or config.web.public_url or f"http://{config.web.host}:{config.web.port}"
    chosen = [o for o in server.app_users() if o.active and (not codes or o.code in codes)]
    file.write_bytes(cards_pdf(chosen, address))
    click.echo(f"{file.name}: {len(chosen)} cards for {address}")
