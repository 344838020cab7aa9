"""`processor forms …`: check, compare, deploy and list the questionnaires, write their lists, tidy them."""

from __future__ import annotations

import sys
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING

import click

from processor.config import Config, load_config
from processor.deploy_command import deploy_command, history_command, rollback_command
from processor.telling import check_all, entries, tell

if TYPE_CHECKING:
    from processor.config import FormConfig
    from processor.store.open import Store

SAME, REFUSED, DIFFERENT = 0, 1, 3
"""Exit codes of `diff` and `status`."""


@click.group()
def forms_command() -> None:
    """The questionnaires: XLSForm workbooks in xlsforms/, edited in Excel."""


forms_command.add_command(deploy_command)
_publish = copy(deploy_command)
_publish.hidden = True  # the name that it had first
forms_command.add_command(_publish, "publish")
forms_command.add_command(rollback_command)
forms_command.add_command(history_command)


@forms_command.command("check")
@click.argument("workbooks", nargs=-1, type=click.Path(path_type=Path, dir_okay=False, exists=True))
def check_command(workbooks: tuple[Path, ...]) -> None:
    """Say what keeps the workbooks from being published (all of the settings when none is named)."""
    config = load_config()
    check_all(config, workbooks or tuple(form.workbook for form in config.forms))


@forms_command.command("media")
def media_command() -> None:
    """Write the lists that the forms use on the phone from the code tables."""
    from processor.forms.media import write_media

    config = load_config()
    for path in write_media(config.codes, config.media):
        click.echo(f"{path.name}: {path.stat().st_size} bytes")


@forms_command.command("list")
def list_command() -> None:
    """Show each questionnaire with its version, number of questions and languages."""
    from processor.forms.xlsform import read_package

    config = load_config()
    for entry in config.forms:
        form = read_package(entry.workbook, config.media).form
        questions = sum(1 for field in form.fields if field.labels)
        languages = ", ".join(form.languages)
        click.echo(
            f"{form.form_id}  version {form.version}  {questions} questions  {languages}  {form.title}"
        )


@forms_command.command("style")
@click.argument("workbook", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def style_command(workbook: Path) -> None:
    """Give a workbook its frame, widths and colours back after editing; contents stay."""
    from processor.forms.style import restyle

    changed = restyle(workbook)
    click.echo(f"{workbook.name}: {'look renewed' if changed else 'nothing to do'}")


@forms_command.command("diff")
@click.option("--form", "form_id", help="One form id; all forms of the settings without it.")
@click.option("--language", type=click.Choice(["vi", "en"]), default="en", help="Of the sentences.")
def diff_command(form_id: str | None, language: str) -> None:
    """Say what the workbooks change against every published version, and how many answers it touches.

    Exit codes: 0 no difference, 1 something would be refused, 3 differences that may be published.
    """
    from processor.store.open import open_store

    config = load_config()
    store = open_store(config)
    codes = {_diff(config, store, entry, language) for entry in entries(config, form_id)}
    sys.exit(REFUSED if REFUSED in codes else max(codes, default=SAME))


@forms_command.command("status")
@click.option("--form", "form_id", help="One form id; all forms of the settings without it.")
def status_command(form_id: str | None) -> None:
    """Show which version stands in the workbook, on the form server and in the tables.

    Exit codes: 0 all the same, 3 something drifts (marked with !).
    """
    from processor.forms.drift import as_table, find_drift
    from processor.forms.xlsform import read_package
    from processor.servers.open import open_server
    from processor.store.answers import published_md5s
    from processor.store.open import open_store

    config = load_config()
    deployed, store = open_server(config).deployed(), open_store(config)
    lines = [
        line
        for entry in entries(config, form_id)
        for line in find_drift(
            read_package(entry.workbook, config.media),
            entry.form_id,
            deployed,
            published_md5s(store, entry.form_id),
        )
    ]
    click.echo("\n".join(as_table(lines)))
    sys.exit(DIFFERENT if any(line.drifts for line in lines) else SAME)


def _diff(config: Config, store: Store, entry: FormConfig, language: str) -> int:
    """Print the differences of one form; its exit code."""
    from processor.forms.xlsform import read_package
    from processor.publish_compare import find_differences

    package = read_package(entry.workbook, config.media)
    versions = [form.version for form in store.versions(entry.form_id)]
    found = find_differences(store, entry, package)
    head = f"{entry.form_id}: version {package.form.version} against {', '.join(versions) or 'nothing'}"
    click.echo(f"{head}: {len(found)} difference(s)" if versions else f"{head}: not published yet")
    tell(store, entry.form_id, found, language)
    if any(d.level == "refused" for d in found):
        return REFUSED
    return DIFFERENT if found or not versions else SAME
