"""`processor forms deploy`, `rollback` and `history`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from processor.config import Config, load_config
from processor.telling import check_all, entries, tell, what_is_sent

if TYPE_CHECKING:
    from processor.publish import Published, Ready
    from processor.servers.protocol import FormServer
    from processor.store.deploys import Deploy
    from processor.store.open import Store

FORM = click.option("--form", "form_id", help="One form id; all forms of the settings without it.")
DRY_RUN = click.option("--dry-run", is_flag=True, help="All steps but no writing: say what would be sent.")
ALLOW = click.option(
    "--allow-class-change",
    is_flag=True,
    help="Let a question have a lower data_class: more people read it, stored answers too.",
)


@click.command("deploy")
@FORM
@DRY_RUN
@ALLOW
def deploy_command(form_id: str | None, dry_run: bool, allow_class_change: bool) -> None:
    """Check the questionnaires, then put them on the form server and make their tables.

    Nothing at all is sent when one of them has a change that `processor forms diff` calls REFUSED. What
    phones get is read back at the end. The same again changes nothing, and mends an interruption.
    """
    from processor.publish import prepare
    from processor.store.open import open_store

    config = load_config()
    chosen = entries(config, form_id)
    check_all(config, [entry.workbook for entry in chosen])
    with _server(config) as server, ExitStack() as stack:
        store = open_store(config)
        _take_turns(stack, store, [] if dry_run else [entry.form_id for entry in chosen])
        ready = [
            prepare(config, server, store, entry, allow_class_change=allow_class_change) for entry in chosen
        ]
        for form in ready:
            _deploy(server, store, form, dry_run)


@click.command("rollback")
@click.argument("form_id", metavar="FORM")
@click.option("--to", "version", help="The version to bring back; the one before the present without it.")
@DRY_RUN
@ALLOW
def rollback_command(form_id: str, version: str | None, dry_run: bool, allow_class_change: bool) -> None:
    """Publish the content of an earlier version again, under a new version.

    Phones only move forward: they fetch it like any new version. Answers given since stay in their columns.
    """
    from processor.publish import prepare, settle_killed
    from processor.rollback import as_workbook, find_rollback, put_in_place
    from processor.store.open import open_store

    config = load_config()
    entry = config.form(form_id)
    with _server(config) as server, ExitStack() as stack:
        store = open_store(config)
        _take_turns(stack, store, [] if dry_run else [form_id])
        found = find_rollback(config, server, store, entry, version)
        if found.workbook is None:
            if not dry_run:
                settle_killed(store, form_id, found.version)
            click.echo(
                f"{form_id}: phones have the content of {found.back_to} already, as version {found.version}. "
                "--to names another version."
            )
            return
        click.echo(f"{form_id}: back to the content of {found.back_to}, as version {found.version}")
        with as_workbook(entry, found.workbook) as earlier:
            check_all(config, [earlier.workbook])
            ready = prepare(
                config,
                server,
                store,
                earlier,
                allow_class_change=allow_class_change,
                back_to=found.back_to,
            )
            if not dry_run and (kept := put_in_place(store, entry, found.workbook, found.version)):
                click.echo(
                    f"{entry.workbook.name} had changes that were never published: kept as {kept.name}"
                )
            _deploy(server, store, ready, dry_run)
    click.echo(
        "Phones fetch it at their next check; interviews begun with another version stay valid, and their "
        "answers keep their columns. Lists in files are those of today."
    )


@click.command("history")
@FORM
@click.option("--language", type=click.Choice(["vi", "en"]), default="en", help="Of the sentences.")
def history_command(form_id: str | None, language: str) -> None:
    """Who published which version when, with what result, and what it changed."""
    from processor.store.deploys import list_deploys
    from processor.store.open import open_store

    config = load_config()
    store = open_store(config)
    zone = ZoneInfo(config.timezone)
    for entry in entries(config, form_id):
        rows = list_deploys(store, entry.form_id)
        click.echo(f"{entry.form_id}: {len(rows)} deploy(s)")
        for row in rows:
            _tell_row(row, zone, language)


@contextmanager
def _server(config: Config) -> Iterator[FormServer]:
    """The form server, closed at the end of the block; KoboToolbox says how its imports get on."""
    from processor.servers import open as servers

    is_kobo = config.server.kind == "kobo"
    options: dict[str, Any] = {"progress": _say} if is_kobo else {}
    server = servers.open_server(config, **options)
    try:
        yield server
    finally:
        servers.close_server(server)


def _take_turns(stack: ExitStack, store: Store, form_ids: Sequence[str]) -> None:
    """Nobody else deploys these forms until the stack is closed. LeaseError DEPLOY_BUSY."""
    from processor.publish import turn

    for form_id in form_ids:
        stack.enter_context(turn(store, form_id))


def _say(text: str) -> None:
    click.echo(f"  {text}", err=True)


def _deploy(server: FormServer, store: Store, ready: Ready, dry_run: bool) -> None:
    """Say what it changes, send it unless this is a dry run, say what came of it."""
    from processor.publish import send

    tell(store, ready.form_id, ready.careful, "en")
    if not dry_run:
        done = send(server, store, ready)
        click.echo(_result(done))
    elif ready.package is None:
        assert ready.current is not None  # only then nothing has to be sent
        click.echo(f"{ready.form_id}: version {ready.current.version} unchanged, nothing would be sent")
    else:
        sent = what_is_sent(ready.package, ready.current)
        version = ready.package.form.version
        click.echo(f"{ready.form_id}: dry run: version {version} would be published on {server.name}: {sent}")
    sys.stdout.flush()


def _result(done: Published) -> str:
    if not done.changed:
        return f"{done.form_id}: version {done.version} unchanged"
    return f"{done.form_id}: version {done.version} published"


def _tell_row(row: Deploy, zone: ZoneInfo, language: str) -> None:
    act = f"rollback to {row.back_to}" if row.back_to else row.act
    at = f"{row.at.astimezone(zone):%Y-%m-%d %H:%M}"
    click.echo(f"{at}  version {row.version}  {act}  {row.result}  {row.server}  by {row.actor}")
    if row.detail:
        click.echo(f"    {row.detail}")
    for change in row.changes:
        click.echo(f"    {change['level']}: {change[language]}")
