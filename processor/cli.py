"""`processor <command>`: collects the commands of every room; each is imported when it is called.

Exit codes: 0 done, 1 failed (the message says what to do), 2 wrong usage.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

from processor.errors import ProcessorError

COMMANDS = {
    # name: (module, one line for the list)
    "run": ("processor.run", "Prepare everything, publish the forms and start the service."),
    "serve": ("processor.run", "Start the service without preparing anything."),
    "pull": ("processor.pull_command", "Bring the copy up to the form server and prove that it equals it."),
    "rebuild": ("processor.pull_command", "Make the reporting tables anew from the raw copy."),
    "check": ("processor.checks_command", "Make the findings of the survey's rules anew from the tables."),
    "reviews": (
        "processor.reviews_command",
        "Review states that go back to the form server: send, list, retry, cancel.",
    ),
    "forms": ("processor.forms.commands", "Check, publish and list the questionnaires."),
    "officers": ("processor.servers.commands", "Enumerators: who may send, QR cards, revocation."),
    "hooks": ("processor.hooks_command", "Addresses that wake a pull: register, list, rotate, remove."),
    "practice": ("processor.practice.commands", "Send invented practice interviews, or remove them."),
    "users": ("processor.web.commands", "People who sign in: add, list, reset a password."),
    "findings": (
        "processor.findings_command",
        "What the rules have found: list, count, sheets for Excel out and in.",
    ),
    "corrections": ("processor.corrections_command", "Answers that people have corrected."),
    "backup": ("processor.backup.command", "Backups: take one, prove it, put it back."),
    "export": ("processor.reports.commands", "Write one table to a file."),
}


class Lazy(click.Group):
    """A group whose commands are imported when they are used: a start costs only what it needs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table above."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command `<name>_command` of its module, or None when unknown."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(COMMANDS[cmd_name][0])
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list without importing a single room."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_module, text) in COMMANDS.items()])


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Survey of households with social assistance: forms, phones, faithful copy, tables and files."""


def main(arguments: list[str] | None = None) -> Any:
    """Run a command; an error of ours becomes its text on standard error and exit code 1."""
    try:
        return cli(arguments, prog_name="processor")
    except ProcessorError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
