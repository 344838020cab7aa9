"""`processor backup ...`: for a person at the server, and for its timetable."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from processor.config import load_config

FOLDER = click.argument("folder", type=click.Path(path_type=Path))
MEGABYTE = 1 << 20


@click.group("backup")
def backup_command() -> None:
    """Backups: everything that cannot be made again, in one folder that can be proved and put back."""


@backup_command.command("take")
@FOLDER
@click.option(
    "--keep", type=click.IntRange(min=1), help="Then remove all but so many of the newest in FOLDER."
)
def take_command(folder: Path, keep: int | None) -> None:
    """Make a new backup in FOLDER, while the service runs.

    Photographs that the backup before has are linked, not copied. Exit code 1 also when a file of the data folder is
    damaged already: the backup stands, and the lines say which.
    """
    from processor.backup.take import take, thin_out

    taken = take(load_config(), folder)
    size = sum(entry.size for entry in taken.manifest.entries) / MEGABYTE
    click.echo(f"{taken.folder}: {len(taken.manifest.entries)} files, {size:.1f} MB, {taken.linked} linked")
    if keep:
        for path in thin_out(folder, keep):
            click.echo(f"removed {path}")
    for name in taken.damaged:
        click.echo(f"{name}: damaged in the data folder; an older backup may have it whole", err=True)
    if taken.damaged:
        sys.exit(1)


@backup_command.command("check")
@FOLDER
def check_command(folder: Path) -> None:
    """Prove that the backup FOLDER is as it was taken: every file is read. Exit code 1 when something is not."""
    from processor.backup.manifest import compare, read_manifest

    manifest = read_manifest(folder)
    problems = compare(folder, manifest)
    for line in problems:
        click.echo(line, err=True)
    state = "damaged" if problems else "whole"
    click.echo(f"{folder}: {len(manifest.entries)} files of {manifest.at}, {state}")
    if problems:
        sys.exit(1)


@backup_command.command("restore")
@FOLDER
def restore_command(folder: Path) -> None:
    """Put the backup FOLDER back into an empty place; it is proved first."""
    from processor.backup.put_back import restore

    manifest = restore(load_config(), folder)
    click.echo(
        f"Restored as of {manifest.at}. Settings and questionnaires of that day stand in {folder / 'settings'}."
    )
    click.echo("Start the service; the next pull proves the copy against the form server.")
