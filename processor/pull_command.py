"""`processor pull` and `processor rebuild`."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from processor.config import load_config
from processor.database import reading
from processor.dry_run import foresee
from processor.errors import ConfigError, Message, ProcessorError
from processor.progress_bar import watched
from processor.pull import pull, rebuild
from processor.repeat import Interval, repeat
from processor.servers.abilities import Counts, Seals
from processor.store.open import open_store
from processor.store.pulls import reads_all
from processor.store.unchanged import open_unchanged

if TYPE_CHECKING:
    from processor.config import Config, FormConfig
    from processor.servers.protocol import FormServer
    from processor.store.open import Store

EQUAL, FAILED, DIFFERS = 0, 1, 3
"""Exit codes; 2 is wrong usage."""
One = Callable[["FormConfig"], tuple[str, bool]]
"""Does what was asked for one form: the line to print, and whether copy and server are equal."""
_AGO = re.compile(r"([1-9][0-9]{0,3})([mhd])")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})?)?")


@click.command("pull")
@click.option("--form", "form_ids", multiple=True, help="Form id; all forms when not given.")
@click.option("--full", is_flag=True, help="Read everything again instead of the changes.")
@click.option(
    "--since",
    "since",
    metavar="WHEN",
    help="Read again what changed since 2026-11-20, 2026-11-20T08:00 or 2d.",
)
@click.option("--dry-run", is_flag=True, help="Write nothing; say what a pull would bring.")
@click.option("--watch", "every", type=Interval(), help="Repeat every 30s, 5m, 1h until stopped.")
def pull_command(
    form_ids: tuple[str, ...], full: bool, since: str | None, dry_run: bool, every: float | None
) -> None:
    """Bring the copy up to the form server and prove that it equals it.

    Exit codes: 0 equal, 1 a pull failed, 2 wrong usage, 3 a copy differs or some submissions have no rows yet
    (with --dry-run: something would come).
    """
    _check_usage(full, since, dry_run, every)
    config = load_config()
    at = None if since is None else read_moment(since, ZoneInfo(config.timezone), datetime.now(UTC))
    forms = [config.form(form_id) for form_id in form_ids] or list(config.forms)
    one = _foreseeing(config, full, at) if dry_run else _pulling(config, full, at, every is not None)
    if every is None:
        sys.exit(_tell_all(forms, one))
    repeat(lambda: _tell_all(forms, one), every)


def _check_usage(full: bool, since: str | None, dry_run: bool, every: float | None) -> None:
    """Options that exclude each other."""
    if full and since is not None:
        raise click.UsageError("--full reads everything again; leave --since out.")
    if every is not None and (dry_run or since is not None):
        raise click.UsageError("--watch repeats plain pulls; leave --since and --dry-run out.")


def read_moment(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """`2d`, a date or a date with time as aware UTC; in the survey's zone unless it has an offset."""
    if ago := _AGO.fullmatch(text):
        unit = {"m": "minutes", "h": "hours", "d": "days"}[ago[2]]
        return now - timedelta(**{unit: int(ago[1])})
    expected = "expected 2026-11-20, 2026-11-20T08:00, the same with an offset (+07:00), or 30m, 12h, 2d"
    try:
        moment = datetime.fromisoformat(text) if _MOMENT.fullmatch(text) else None
    except ValueError:
        moment = None
    if moment is None:
        raise click.BadParameter(f"{expected}, found {text!r}", param_hint="--since")
    moment = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    if moment > now:
        raise ConfigError(Message.PULL_SINCE_FUTURE, found=text)
    return moment


def _pulling(config: Config, full: bool, since: datetime | None, watching: bool) -> One:
    from processor.servers.open import open_server

    store, server = open_store(config), open_server(config)
    _unlock(server)
    days = config.pull.full_days if watching else 0

    def one(form: FormConfig) -> tuple[str, bool]:
        with watched(form.form_id, lambda: _expected(store, server, form, full, days)) as progress:
            record = pull(store, server, form, full=full, full_days=days, since=since, progress=progress)
        return record.sentence, record.is_equal

    return one


def _foreseeing(config: Config, full: bool, since: datetime | None) -> One:
    from processor.servers.open import open_server

    store = open_unchanged(config)
    server = open_server(config)
    _unlock(server)

    def one(form: FormConfig) -> tuple[str, bool]:
        with watched(form.form_id, lambda: _expected(store, server, form, full, 0)) as progress:
            outlook = foresee(store, server, form, full=full, since=since, progress=progress)
        return outlook.sentence, outlook.is_equal

    return one


def _unlock(server: FormServer) -> None:
    """Ask the person at the terminal for the passphrase of an encrypted project, if nothing else has it."""
    if isinstance(server, Seals) and server.lacks_passphrase and sys.stdin.isatty():
        server.unlock(click.prompt("Passphrase of the encrypted project", hide_input=True, err=True))


def _expected(store: Store, server: FormServer, form: FormConfig, full: bool, days: int) -> int | None:
    """How many submissions a pull reads, where that is known before: when it reads everything."""
    with reading(store.engine) as connection:
        everything = full or reads_all(connection, form.form_id, days)
    return server.count(form.form_id) if everything and isinstance(server, Counts) else None


def _tell_all(forms: Sequence[FormConfig], one: One) -> int:
    codes = [_tell(form, one) for form in forms]
    return FAILED if FAILED in codes else max(codes, default=EQUAL)


def _tell(form: FormConfig, one: One) -> int:
    """One line for one form."""
    try:
        line, equal = one(form)
    except ProcessorError as error:
        click.echo(f"{form.form_id}: {error}", err=True)
        return FAILED
    click.echo(line)
    return EQUAL if equal else DIFFERS


@click.command("rebuild")
@click.option("--form", "form_ids", multiple=True, help="Form id; all forms when not given.")
def rebuild_command(form_ids: tuple[str, ...]) -> None:
    """Make the reporting tables anew from the raw copy."""
    config = load_config()
    store = open_store(config)
    for form in [config.form(form_id) for form_id in form_ids] or config.forms:
        rebuild(store, form)
        click.echo(f"{form.form_id}: tables made anew from the raw copy.")


def main() -> None:
    """`python -m processor.pull`."""
    try:
        pull_command()
    except ProcessorError as failure:
        click.echo(str(failure), err=True)
        sys.exit(FAILED)
