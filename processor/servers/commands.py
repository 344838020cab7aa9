"""`processor officers ...`: who may send, and the cards for their phones, whichever form server is behind."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from processor.config import load_config
from processor.errors import ConfigError, Message, ServerError
from processor.servers.officers import ADDED, CHANGED, KEPT, PASSWORDS, REFUSED, UNCHANGED

if TYPE_CHECKING:
    from processor.servers.builtin.roster import Listed
    from processor.servers.officers import Desk, Outcome
    from processor.servers.protocol import AppUser

DEFAULT_LIST = "config/officers.csv"
COUNTED = {
    ADDED: "added",
    CHANGED: "changed",
    UNCHANGED: "as before",
    KEPT: "left as they are",
    REFUSED: "refused",
}


@click.group("officers")
def officers_command() -> None:
    """Enumerators: who may send, QR cards, revocation."""


@contextmanager
def _desk() -> Iterator[Desk]:
    from processor.servers.officers import open_desk
    from processor.servers.open import opened

    config = load_config()
    with opened(config) as server:
        yield open_desk(config, server)


@officers_command.command("list")
def list_command() -> None:
    """Everybody who may or might send; tokens are not shown."""
    with _desk() as desk:
        for officer in desk.officers():
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
    from processor.servers.builtin.officers import check_officer
    from processor.servers.protocol import AppUser

    officer = AppUser(code, name, area, practice, active=True)
    check_officer(officer)
    with _desk() as desk:
        click.echo(_line(desk.add(officer)))


@officers_command.command("import")
@click.argument("file", type=click.Path(path_type=Path), default=DEFAULT_LIST)
@click.option("--again", is_flag=True, help="Let those send again, too, who were revoked.")
def import_command(file: Path, again: bool) -> None:
    """Let the officers of FILE (code,name,area) send; the same file again changes nothing.

    Nobody is revoked by being left out, and nobody who was revoked comes back without --again. Exit code 1
    when the form server refused somebody; the lines say whom and why.
    """
    from processor.servers.builtin.roster import read_roster

    listed = read_roster(file)
    with _desk() as desk:
        counts = _import(desk, listed, again)
    texts = [
        f"{counts[change]} {text}"
        for change, text in COUNTED.items()
        if counts[change] or change in (ADDED, CHANGED, UNCHANGED)
    ]
    click.echo(", ".join(texts))
    if counts[REFUSED]:
        sys.exit(1)


def _import(desk: Desk, listed: list[Listed], again: bool) -> Counter[str]:
    """Every officer in turn; a fault of the server in the middle says how far it came."""
    counts: Counter[str] = Counter()
    told: list[str] = []
    try:
        with _progress(len(listed)) as advance:
            for entry, outcome in zip(
                listed, desk.ensure([e.user for e in listed], again=again), strict=True
            ):
                counts[outcome.change] += 1
                told += _told(entry.line, outcome)
                advance(1)
    except ServerError:
        click.echo(Message.OFFICER_STOPPED.value.format(done=counts.total(), count=len(listed)), err=True)
        raise
    finally:
        for line in told:
            click.echo(line, err=True)
    return counts


def _told(line: int, outcome: Outcome) -> list[str]:
    return [f"line {line}: {outcome.reason}"] if outcome.reason else []


@contextmanager
def _progress(total: int) -> Iterator[Any]:
    """A bar on a terminal, silence elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _number: None
        return
    with click.progressbar(length=total, label="Officers", file=sys.stderr) as bar:
        yield bar.update


@officers_command.command("revoke")
@click.argument("code")
def revoke_command(code: str) -> None:
    """CODE cannot send from now on; what was sent stays."""
    with _desk() as desk:
        click.echo(_line(desk.revoke(code)))


@officers_command.command("restore")
@click.argument("code")
def restore_command(code: str) -> None:
    """CODE may send again; on ODK Central with a new card."""
    with _desk() as desk:
        click.echo(_line(desk.restore(code)))


@officers_command.command("rotate")
@click.argument("code")
def rotate_command(code: str) -> None:
    """A new card for CODE: print it again, the old one is worth nothing."""
    with _desk() as desk:
        click.echo(_line(desk.rotate(code)))


@officers_command.command("sheet")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--url", default="", help="Where phones reach the form server, when the settings say otherwise."
)
@click.option("--only", "codes", multiple=True, help="Only these codes; may be repeated.")
@click.option("--with-passwords", "passwords", type=click.Path(path_type=Path),
              help="KoboToolbox: a file code,password (mode 600) whose passwords go into the QR codes.")  # fmt: skip
def sheet_command(file: Path, url: str, codes: tuple[str, ...], passwords: Path | None) -> None:
    """Write the cards of all active officers as a PDF for the printer; only this account can read it."""
    from processor.private import write_private
    from processor.servers.builtin.cards import sheet_pdf
    from processor.servers.passwords import read_passwords

    with _desk() as desk:
        if passwords is not None and PASSWORDS not in desk.can:
            raise ConfigError(Message.OFFICER_NO_PASSWORD, kind=desk.kind)
        chosen = [o for o in desk.officers() if o.active and (not codes or o.code in codes)]
        unknown = [code for code in codes if code not in {o.code for o in chosen}]
        if unknown:
            raise ConfigError(Message.OFFICER_UNKNOWN, code=unknown[0])
        known = read_passwords(passwords, [o.code for o in chosen]) if passwords else {}
        cards = [desk.card(officer, url, known.get(officer.code)) for officer in chosen]
    write_private(file, sheet_pdf(cards))
    click.echo(f"{file.name}: {len(cards)} cards for {cards[0].address}")
