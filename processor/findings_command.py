"""`processor findings`: what was found, how much of it, and the sheets for Excel, for whoever is at the machine.

Lists name places, never answers or messages: terminals are read over shoulders and kept in logs.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from processor.command_users import acting_user, scope_of
from processor.config import Config, load_config
from processor.forms.definition import DATA_CLASSES
from processor.progress_bar import watched
from processor.reports.commands import Listed, LocalPerson, area_of, new_target, system_user
from processor.reports.texts import LANGUAGES
from processor.store.open import open_store
from processor.store.present import Columns
from processor.store.scope import Scope
from processor.store.work import FindingFilter, FindingRow, Tally, count_findings, list_findings
from processor.survey.sheet_identity import sheet_key
from processor.web.secret import read_secret

if TYPE_CHECKING:
    from processor.store.open import Store
    from processor.store.sheet_plan import Step

STATES = ("open", "returned", "overridden", "expected", "all")
PAGE = 1000
ALL = frozenset(DATA_CLASSES)


@click.group("findings")
def findings_command() -> None:
    """What the rules have found, and the sheets in which people settle it."""


def _chosen(command: Callable[..., None]) -> Callable[..., None]:
    """The options that choose findings, the same for list, count and export."""
    for option in (
        click.option("--practice", is_flag=True, help="Practice rows instead of survey rows."),
        click.option("--officer", default="", help="Of one enumerator."),
        click.option("--areas", type=Listed(), help="District or commune codes, separated by commas."),
        click.option("--state", type=click.Choice(STATES), default=STATES[0], show_default=True),
        click.option("--severity", type=Listed(("E", "W", "I")), help="E, W, I, separated by commas."),
        click.option("--rule", "rules", type=Listed(), help="Rule ids, separated by commas."),
        click.option("--form", "form_id", default="", help="One form."),
    ):
        command = option(command)
    return command


@findings_command.command("list")
@_chosen
def list_command(**chosen: Any) -> None:
    """Each finding: level, rule, state, form, submission, row, column, area, enumerator."""
    config = load_config()
    count = 0
    for row in _findings(open_store(config), *_asked(config, chosen)):
        click.echo(_line(row))
        count += 1
    click.echo(f"{count} finding(s).")


@findings_command.command("count")
@click.option("--by", type=click.Choice(("rule", "commune", "officer")), default="rule", show_default=True)
@_chosen
def count_command(by: str, **chosen: Any) -> None:
    """How many findings by rule, commune or enumerator."""
    config = load_config()
    scope, narrowed = _asked(config, chosen)
    tallies = count_findings(open_store(config), scope, by, narrowed)
    for tally in tallies:
        click.echo(_counted(tally))
    click.echo(f"{sum(tally.total for tally in tallies)} finding(s).")


@findings_command.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_chosen
@click.option("--all", "everywhere", is_flag=True, help="The whole province.")
@click.option("--classes", type=Listed(DATA_CLASSES), default="open", show_default=True, help="Data classes.")
@click.option("--language", type=click.Choice(LANGUAGES), default=LANGUAGES[0], show_default=True)
@click.option("--purpose", default="", help="What for; needed for classes beyond open.")
@click.option("--overwrite", is_flag=True, help="Replace FILE if it exists.")
def export_command(
    file: Path,
    everywhere: bool,
    classes: frozenset[str],
    language: str,
    purpose: str,
    overwrite: bool,
    **chosen: Any,
) -> None:
    """Write a sheet of findings (.xlsx) to FILE, to be filled in and imported.

    It is recorded in the ledger like every file. Practice files begin with TAP-HUAN_.
    """
    from processor.reports.finding_sheet import write_sheet

    if everywhere == bool(chosen["areas"]):
        raise click.UsageError("Expected exactly one of --areas and --all.")
    config = load_config()
    scope, narrowed = _asked(config, chosen, classes)
    target = new_target(file.with_suffix(".xlsx"), chosen["practice"], overwrite)
    person = LocalPerson(f"cli:{system_user()}")
    receipt = write_sheet(
        open_store(config),
        scope,
        person,
        target,
        narrowed=narrowed,
        language=language,
        purpose=purpose,
        key=_key(config),
    )
    click.echo(f"{receipt.path}")
    click.echo(f"  {receipt.rows} finding(s), SHA-256 {receipt.sha256}, ledger {receipt.download_id}")


@findings_command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "username", required=True, help="The user whose rights and name it is done with.")
@click.option("--dry-run", is_flag=True, help="Write nothing; say what each line would do.")
def import_command(file: Path, username: str, dry_run: bool) -> None:
    """Do what a filled sheet asks for. Exit code 3 when a line was refused; importing again is safe."""
    from processor.store.sheet_file import read_sheet
    from processor.store.sheet_import import import_sheet
    from processor.store.sheet_plan import plan_sheet
    from processor.store.unchanged import open_unchanged

    config = load_config()
    store = open_unchanged(config) if dry_run else open_store(config)
    user = acting_user(store, username)
    sheet = read_sheet(file, _key(config))
    scope = scope_of(config, user, practice=sheet.identity.practice)
    if dry_run:
        steps = plan_sheet(store, user, scope, sheet)
    else:
        with watched("lines", lambda: len(sheet.fills)) as progress:
            steps = import_sheet(store, user, scope, sheet, progress=progress)
    columns = Columns(store)
    for step in steps:
        click.echo(_told(columns, step, ZoneInfo(config.timezone)))
    counts = Counter(step.outcome for step in steps)
    click.echo(
        ", ".join([*(f"{n} {name}" for name, n in counts.items()), f"{sheet.untouched} not filled in"])
    )
    sys.exit(3 if counts["refused"] else 0)


def _asked(
    config: Config, chosen: dict[str, Any], classes: frozenset[str] = ALL
) -> tuple[Scope, FindingFilter]:
    area = area_of(config, chosen["areas"])
    scope = Scope(area, classes, "practice" if chosen["practice"] else "survey")
    if chosen["form_id"]:
        config.form(chosen["form_id"])
    narrowed = FindingFilter(
        form_id=chosen["form_id"],
        rules=chosen["rules"] or frozenset(),
        severities=chosen["severity"] or frozenset(),
        state="" if chosen["state"] == "all" else chosen["state"],
        officer=chosen["officer"],
    )
    return scope, narrowed


def _findings(store: Store, scope: Scope, narrowed: FindingFilter) -> Iterator[FindingRow]:
    after = None
    while True:
        page = list_findings(store, scope, narrowed, size=PAGE, after=after)
        yield from page.rows
        if page.after is None:
            return
        after = page.after


def _line(row: FindingRow) -> str:
    place = f"{row.form_id} {row.row_key or row.submission_id} {row.column_name or '-'}"
    where = row.unit or f"{place} {row.area or '-'} {row.officer or '-'}"
    return f"{row.ref}  {row.severity}  {row.rule}  {row.state}  {where}"


def _counted(tally: Tally) -> str:
    levels = ", ".join(f"{name} {n}" for name, n in sorted(tally.severities.items()))
    states = ", ".join(f"{name} {n}" for name, n in sorted(tally.states.items()))
    return f"{tally.key or '-'}  {tally.total}  ({levels}; {states})"


def _told(columns: Columns, step: Step, zone: ZoneInfo) -> str:
    from processor.reports.step_words import why_words

    place = step.place
    hidden = place is None or step.why == "hidden"
    where = "" if place is None or hidden else f" {place.row_key or place.unit} {place.column_name}".rstrip()
    why = f": {why_words(columns, step, 'en', zone)}" if step.why else ""
    deed = f" {step.deed}" if step.deed else ""
    return f"row {step.fill.number}  {step.outcome}{deed}{where}{why}"


def _key(config: Config) -> bytes:
    return sheet_key(read_secret(config.data))
