"""`processor forms …` as an admin types it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from processor.errors import FormError, Message
from processor.forms.commands import forms_command
from tests.forms.conftest import ROOT


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project's settings and questionnaires."""
    for folder in ("config", "xlsforms"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    monkeypatch.setenv("PROCESSOR_CONFIG", str(tmp_path / "config" / "survey.toml"))
    monkeypatch.setenv("PROCESSOR_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("PATH", "")  # ODK Validate runs in test_check.py
    return tmp_path


def spoil(workbook: Path) -> None:
    book = load_workbook(workbook)
    column = next(cell.column for cell in book["survey"][1] if cell.value == "data_class")
    book["survey"].cell(row=2, column=column).value = None
    book.save(workbook)


def test_check__both_forms__are_fit(project: Path) -> None:
    done = CliRunner().invoke(forms_command, ["check"], catch_exceptions=False)
    fit_c, fit_c1, validate = done.output.splitlines()
    assert (fit_c, fit_c1) == ("c.xlsx: 0 problem(s)", "c1.xlsx: 0 problem(s)")
    assert validate.startswith("ODK Validate did not run") and "apt-get install" in validate


def test_check__a_spoilt_workbook__fails_and_says_where(project: Path) -> None:
    workbook = project / "xlsforms" / "c.xlsx"
    spoil(workbook)
    done = CliRunner().invoke(forms_command, ["check", str(workbook)])
    assert isinstance(done.exception, FormError) and done.exception.message is Message.CHECK_FAILED
    assert "sheet survey, row 2 (start): data_class" in done.output


def test_publish__a_spoilt_workbook__publishes_nothing(project: Path) -> None:
    spoil(project / "xlsforms" / "c1.xlsx")
    done = CliRunner().invoke(forms_command, ["publish", "--form", "phieu_c1"])
    assert isinstance(done.exception, FormError) and done.exception.message is Message.CHECK_FAILED
    assert not (project / "data").exists()


def test_list__versions_and_languages(project: Path) -> None:
    done = CliRunner().invoke(forms_command, ["list"], catch_exceptions=False)
    first, second = done.output.splitlines()
    assert first.startswith("phieu_c  version 2016022301  ") and "vi, en" in first
    assert second.startswith("phieu_c1  version 2016022301  ")


def test_media__written_into_the_project(project: Path) -> None:
    target = project / "xlsforms" / "media" / "communes.csv"
    before = target.read_bytes()
    target.unlink()
    CliRunner().invoke(forms_command, ["media"], catch_exceptions=False)
    assert target.read_bytes() == before


def test_style__twice__nothing_to_do(project: Path) -> None:
    workbook = project / "xlsforms" / "c.xlsx"
    spoil(workbook)
    first = CliRunner().invoke(forms_command, ["style", str(workbook)], catch_exceptions=False)
    second = CliRunner().invoke(forms_command, ["style", str(workbook)], catch_exceptions=False)
    assert (first.output, second.output) == ("c.xlsx: look renewed\n", "c.xlsx: nothing to do\n")


def test_publish__both_forms__on_the_server_and_again_unchanged(project: Path) -> None:
    first = CliRunner().invoke(forms_command, ["publish"], catch_exceptions=False)
    assert first.output.splitlines()[-2:] == [
        "phieu_c: version 2016022301 published",
        "phieu_c1: version 2016022301 published",
    ]
    second = CliRunner().invoke(forms_command, ["publish", "--form", "phieu_c"], catch_exceptions=False)
    assert second.output.splitlines()[-1] == "phieu_c: version 2016022301 unchanged"
