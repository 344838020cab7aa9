"""`processor check`: the survey's rules over everything, or over what was loaded since the last check."""

from __future__ import annotations

import click

from processor.config import load_config
from processor.store.check_state import read_not_checked
from processor.store.checking import check_anew, check_due
from processor.store.open import open_store


@click.command("check")
@click.option("--due", is_flag=True, help="Only what was loaded since the last check.")
def check_command(due: bool) -> None:
    """Make the findings of the survey's rules anew from the reporting tables."""
    store = open_store(load_config())
    report = check_due(store) if due else check_anew(store)
    click.echo(f"{report.submissions} submissions checked, {report.found} findings.")
    for rule, missing in sorted(read_not_checked(store).items()):
        lacking = f"no file {missing} is given" if missing.endswith(".csv") else f"the forms lack {missing}"
        click.echo(f"{rule} is not checked: {lacking}.")
