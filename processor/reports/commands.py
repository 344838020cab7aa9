"""`processor export`: the administrator at the machine itself writes a table to a file.

Whoever may read the database file sees everything anyway; the command still asks for the classes,
the area and the purpose, and the ledger has it under the name of the system's user.
"""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from processor.config import Config, load_config
from processor.errors import ConfigError, Message
from processor.forms.definition import DATA_CLASSES
from processor.reports.choice import BOOK_FORMATS, FORMATS, PRACTICE_PREFIX, PROFILES
from processor.reports.texts import LANGUAGES
from processor.reports.units import UNITS
from processor.store.scope import Area, Scope
from processor.survey.areas import read_areas

if TYPE_CHECKING:
    from processor.reports.export import Receipt


@dataclass(frozen=True)
class LocalPerson:
    """Whoever is at the command line."""

    username: str
    id: int = 0


class Listed(click.ParamType):
    """Words separated by commas, each one of the known ones where these are given."""

    name = "LIST"

    def __init__(self, known: tuple[str, ...] = ()) -> None:
        self.known = known

    def convert(
        self, value: str | frozenset[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> frozenset[str]:
        """The set of words; fails for an unknown one."""
        if isinstance(value, frozenset):
            return value
        words = frozenset(word.strip() for word in value.split(",") if word.strip())
        unknown = sorted(words - frozenset(self.known)) if self.known else []
        if unknown or not words:
            found = ", ".join(unknown) or "nothing"
            self.fail(f"expected {', '.join(self.known) or 'a list'}; found {found}.", param, ctx)
        return words


@click.command("export")
@click.argument("table")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--format", "file_format", type=click.Choice(FORMATS), help="Else by the ending of FILE.")
@click.option("--profile", type=click.Choice(PROFILES), default=PROFILES[0], show_default=True)
@click.option("--language", type=click.Choice(LANGUAGES), default=LANGUAGES[0], show_default=True)
@click.option(
    "--classes",
    type=Listed(DATA_CLASSES),
    default="open",
    show_default=True,
    help=f"Data classes, separated by commas: {', '.join(DATA_CLASSES)}.",
)
@click.option(
    "--units",
    type=click.Choice(UNITS),
    default=UNITS[0],
    show_default=True,
    help="2025: the communes of 2025 beside the codes of 2016.",
)
@click.option("--areas", type=Listed(), help="District or commune codes, separated by commas.")
@click.option("--all", "everywhere", is_flag=True, help="The whole province, also rows without commune.")
@click.option("--practice", is_flag=True, help="Practice rows instead of survey rows.")
@click.option("--purpose", default="", help="What for; needed for classes beyond open.")
@click.option("--codebook", is_flag=True, help="The codebook alone, no rows.")
@click.option("--overwrite", is_flag=True, help="Replace FILE if it exists.")
def export_command(
    table: str,
    file: Path,
    file_format: str | None,
    profile: str,
    language: str,
    classes: frozenset[str],
    units: str,
    areas: frozenset[str] | None,
    everywhere: bool,
    practice: bool,
    purpose: str,
    codebook: bool,
    overwrite: bool,
) -> None:
    """Write TABLE (c, c_members, c1, ...) to FILE and print the receipt.

    The download is recorded in the ledger like every other. Practice files begin with TAP-HUAN_.
    """
    from processor.reports.export import write_codebook, write_table
    from processor.store.open import open_store

    if everywhere == bool(areas) and not codebook:
        raise click.UsageError("Expected exactly one of --areas and --all.")
    if codebook and units != UNITS[0]:
        raise click.UsageError(
            "Expected --units without --codebook: a codebook has no rows to give units of."
        )
    config = load_config()
    scope = Scope(area_of(config, areas), classes, "practice" if practice else "survey")
    target = new_target(file, practice and not codebook, overwrite)
    store, person = open_store(config), LocalPerson(f"cli:{system_user()}")
    wanted = file_format or _format_of(file, BOOK_FORMATS if codebook else FORMATS)
    if codebook:
        receipt = write_codebook(store, table, scope, person, target, file_format=wanted, language=language)
    else:
        receipt = write_table(
            store,
            table,
            scope,
            person,
            target,
            file_format=wanted,
            profile=profile,
            language=language,
            purpose=purpose,
            units=units,
        )
    _print(receipt)


def _format_of(file: Path, formats: tuple[str, ...]) -> str:
    ending = file.suffix.removeprefix(".").lower()
    if ending not in formats:
        raise click.UsageError(
            f"Expected FILE to end in {', '.join(f'.{known}' for known in formats)}, found {file.suffix!r}; or give --format."
        )
    return ending


def new_target(file: Path, practice: bool, overwrite: bool) -> Path:
    """Where the file goes, with the prefix of practice. ConfigError EXPORT_EXISTS for a name that is taken."""
    if practice and not file.name.startswith(PRACTICE_PREFIX):
        file = file.with_name(PRACTICE_PREFIX + file.name)
    if file.exists() and not overwrite:
        raise ConfigError(Message.EXPORT_EXISTS, name=file)
    return file


def area_of(config: Config, codes: frozenset[str] | None) -> Area:
    """The communes of the given districts and communes; everything without."""
    if not codes:
        return Area.province()
    units = read_areas(config.codes).units[2016]
    district_of = {c: u.parent for c, u in units.items() if u.parent in units and units[u.parent].parent}
    if unknown := sorted(codes.difference(district_of, district_of.values())):
        raise ConfigError(Message.AREA_UNKNOWN, found=", ".join(unknown))
    return Area.of(commune for commune, district in district_of.items() if {commune, district} & codes)


def system_user() -> str:
    """The user of the process itself; the environment could be made to say anything."""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:  # a container may run under a number without a name
        return str(number)


def _print(receipt: Receipt) -> None:
    click.echo(f"{receipt.path}")
    click.echo(
        f"  rows {receipt.rows}, columns {receipt.columns}, left out for lack of right {receipt.left_out}"
    )
    click.echo(f"  SHA-256 {receipt.sha256}, {receipt.size} bytes, ledger {receipt.download_id}")
    for note in receipt.notes:
        click.echo(f"  note: {note}")
