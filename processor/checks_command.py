"""`processor check`: the survey's rules over everything, or over what was loaded since the last check."""

from __future__ import annotations

import click

from processor.config import load_config
from processor.store.check_state import BROKEN, read_not_checked
from processor.store.checking import check_anew, check_due
from processor.store.form_checks import NotChecked, read_form_not_checked
from processor.store.open import open_store


@click.command("check")
@click.option("--due", is_flag=True, help="Only what was loaded since the last check.")
def check_command(due: bool) -> None:
    """Make the findings of the survey's rules anew from the reporting tables."""
    store = open_store(load_config())
    report = check_due(store) if due else check_anew(store)
    click.echo(f"{report.submissions} submissions checked, {report.found} findings.")
    left = read_not_checked(store)
    for rule, what in sorted(left.items()):
        click.echo(f"{rule} is not checked: {_sentence(what)}")
    for place in read_form_not_checked(store):
        click.echo(_place(place))
    if any(what.startswith(BROKEN) for what in left.values()):
        raise click.exceptions.Exit(1)


def _place(place: NotChecked) -> str:
    version = f"{place.form_id} version {place.version}"
    if not place.rule:
        return f"{version} itself is not checked: {place.expression}"
    return (
        f"{place.rule} of {place.path} in {version} is not checked: {place.expression!r} is not understood."
    )


def _sentence(what: str) -> str:
    if what.startswith(BROKEN):
        return f"it broke off ({what.removeprefix(BROKEN)}), what it had found stands. The log says where."
    return f"no file {what} is given." if what.endswith(".csv") else f"the forms lack {what}."
