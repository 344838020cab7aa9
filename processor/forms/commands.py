"""`processor forms …`: check, publish and list the questionnaires, write their lists, tidy them."""

from __future__ import annotations

from pathlib import Path

import click

from processor.config import Config, load_config
from processor.errors import FormError, Message


@click.group()
def forms_command() -> None:
    """The questionnaires: XLSForm workbooks in xlsforms/, edited in Excel."""


@forms_command.command("check")
@click.argument("workbooks", nargs=-1, type=click.Path(path_type=Path, dir_okay=False, exists=True))
def check_command(workbooks: tuple[Path, ...]) -> None:
    """Say what keeps the workbooks from being published (all of the settings when none is named)."""
    config = load_config()
    _check(config, workbooks or tuple(form.workbook for form in config.forms))


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


@forms_command.command("publish")
@click.option("--form", "form_id", help="One form id; all forms of the settings without it.")
def publish_command(form_id: str | None) -> None:
    """Check the questionnaires, then put them on the form server and make their tables."""
    config = load_config()
    entries = [config.form(form_id)] if form_id else list(config.forms)
    _check(config, tuple(entry.workbook for entry in entries))
    from processor.publish import publish
    from processor.servers.open import open_server
    from processor.store.open import open_store

    server, store = open_server(config), open_store(config)
    for entry in entries:
        done = publish(config, server, store, entry)
        click.echo(f"{done.form_id}: version {done.version} {'published' if done.changed else 'unchanged'}")


def _check(config: Config, workbooks: tuple[Path, ...]) -> None:
    """Print every problem; FormError when there is one."""
    from processor.forms.check import check, validator_available

    count = 0
    for workbook in workbooks:
        problems = check(workbook, config.media)
        for problem in problems:
            click.echo(f"{workbook.name}: {problem.text}", err=True)
        count += len(problems)
        click.echo(f"{workbook.name}: {len(problems)} problem(s)")
    if not validator_available():
        click.echo("ODK Validate did not run: Java is not installed (apt-get install default-jre-headless).")
    if count:
        raise FormError(Message.CHECK_FAILED, count=count)
