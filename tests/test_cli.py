"""The command line: every command answers for itself and stands in the documents."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from processor.cli import COMMANDS, cli, main
from tests.conftest import ROOT


def all_commands(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command that does something, as the words one types."""
    if not isinstance(command, click.Group):
        yield words
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        inner = command.get_command(context, name)
        assert inner is not None
        yield from all_commands(inner, (*words, name))


@pytest.mark.parametrize("words", list(all_commands(cli)), ids=" ".join)
def test_command__asked_for_help__says_what_it_does(words):
    result = CliRunner().invoke(cli, [*words, "--help"])

    assert result.exit_code == 0, result.output
    assert len(result.output.splitlines()) > 3


def test_commands__each__stands_in_the_documents():
    text = "\n".join(
        p.read_text(encoding="utf-8") for p in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    )

    missing = [" ".join(w) for w in all_commands(cli) if f"processor {' '.join(w)}" not in text]

    assert missing == []


def test_cli__list__costs_no_room():
    result = CliRunner().invoke(cli, ["--help"])

    assert [name for name in COMMANDS if name not in result.output] == []


def test_main__our_error__is_its_text_and_exit_code_1(tmp_path: Path, monkeypatch, capsys):
    monkeypatch.setenv("PROCESSOR_CONFIG", str(tmp_path / "none.toml"))

    with pytest.raises(SystemExit) as ended:
        main(["pull"])

    assert ended.value.code == 1
    assert "Expected a configuration file" in capsys.readouterr().err
