"""`processor export`, run as a person at the machine runs it."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from processor.errors import ConfigError, Message, ProcessorError
from processor.reports.commands import export_command
from processor.store.ledger import list_downloads
from processor.store.open import Store
from tests.reports import example
from tests.reports.statistics_files import readstat

PURPOSE = ["--purpose", "Thử lệnh"]
SETTINGS = """
[survey]
title_vi = "Điều tra"
title_en = "Survey"
timezone = "Asia/Ho_Chi_Minh"
[store]
url = "sqlite:///store.sqlite"
[[forms]]
form_id = "phieu_h"
table = "h"
workbook = "h.xlsx"
area = "sec_a/commune_code"
"""


@pytest.fixture
def home(tmp_path: Path, store: Store) -> Path:
    """A project whose data folder is the test's; the code tables are the real ones."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "survey.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "config" / "codes").symlink_to(example.ROOT / "config" / "codes")
    return tmp_path


def run(home: Path, *arguments: str) -> Result:
    env = {
        "PROCESSOR_CONFIG": str(home / "config" / "survey.toml"),
        "PROCESSOR_HOME": str(home),
        "PROCESSOR_STORE_URL": "",
        "LOGNAME": "someone.else",
        "USER": "someone.else",
    }
    return CliRunner().invoke(export_command, list(arguments), env=env)


def test_export__open_classes__prints_the_receipt_and_is_in_the_ledger(home: Path, store: Store) -> None:
    target = home / "h.csv"
    result = run(home, "h", str(target), "--all", "--profile", "codes")
    assert result.exit_code == 0, result.output
    (row,) = list_downloads(store.engine, 0)
    assert row.username == f"cli:{pwd.getpwuid(os.getuid()).pw_name}"
    assert (row.classes, row.areas, row.profile, row.file_format) == ("open", "*", "codes", "csv")
    assert str(row.sha256) in result.output
    assert "rows 4, columns 17, left out for lack of right 18" in result.output
    assert "phone" not in example.read_csv(target)[0]


def test_export__district__has_its_communes_only(home: Path, store: Store) -> None:
    result = run(home, "h", str(home / "h.csv"), "--areas", "412, 17329", "--profile", "codes")
    assert result.exit_code == 0, result.output
    rows = example.read_csv(home / "h.csv")
    assert [row["commune_code"] for row in rows] == ["16663", "17329"]
    assert len(list_downloads(store.engine, None)[0].areas.split()) == 26


def test_export__personal_columns__need_a_purpose(home: Path) -> None:
    arguments = ["h", str(home / "h.csv"), "--all", "--classes", "open,personal"]
    refused = run(home, *arguments)
    assert isinstance(refused.exception, ProcessorError)
    assert refused.exception.message is Message.EXPORT_PURPOSE
    assert run(home, *arguments, *PURPOSE).exit_code == 0


def test_export__practice__is_in_the_name(home: Path) -> None:
    result = run(home, "h", str(home / "h.xlsx"), "--all", "--practice")
    assert result.exit_code == 0, result.output
    assert not (home / "h.xlsx").exists()
    assert openpyxl.load_workbook(home / "TAP-HUAN_h.xlsx").sheetnames[0] == "TẬP HUẤN"
    assert "TAP-HUAN_h.xlsx" in result.output


def test_export__existing_file__stays_unless_told(home: Path) -> None:
    target = home / "h.csv"
    target.write_text("mine")
    refused = run(home, "h", str(target), "--all")
    assert isinstance(refused.exception, ConfigError)
    assert refused.exception.message is Message.EXPORT_EXISTS
    assert target.read_text() == "mine"
    assert run(home, "h", str(target), "--all", "--overwrite").exit_code == 0
    assert len(example.read_csv(target)) == 4


def test_export__format__by_option_or_by_ending(home: Path) -> None:
    assert run(home, "h", str(home / "h.out"), "--all").exit_code == 2
    assert run(home, "h", str(home / "h.out"), "--all", "--format", "csv").exit_code == 0
    assert (home / "h.out").read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    "wrong",
    [[], ["--all", "--areas", "412"], ["--all", "--classes", "open,hiv"], ["--all", "--classes", ","]],
    ids=["no area", "both areas", "unknown class", "no class"],
)
def test_export__wrong_usage__is_code_2(home: Path, store: Store, wrong: list[str]) -> None:
    assert run(home, "h", str(home / "h.csv"), *wrong).exit_code == 2
    assert list_downloads(store.engine, None) == []


def test_export__unknown_area__is_named(home: Path) -> None:
    result = run(home, "h", str(home / "h.csv"), "--areas", "412,99999")
    assert isinstance(result.exception, ConfigError)
    assert "99999" in str(result.exception)
    assert "412," not in str(result.exception)


def test_codebook__alone__needs_no_area(home: Path, store: Store) -> None:
    result = run(home, "h", str(home / "book.xlsx"), "--codebook", "--language", "en")
    assert result.exit_code == 0, result.output
    assert openpyxl.load_workbook(home / "book.xlsx").sheetnames == ["Codebook", "Choices"]
    assert list_downloads(store.engine, None)[0].profile == "codebook"


def test_export__stata_and_spss__by_ending_and_not_for_a_codebook(home: Path, store: Store) -> None:
    for kind in ("dta", "sav"):
        result = run(home, "h", str(home / f"h.{kind}"), "--all", "--profile", "codes")
        assert result.exit_code == 0, result.output
        assert "rows 4, columns 17, left out for lack of right 18" in result.output
        assert readstat(home / f"h.{kind}")[0]["sex"] == [2, 9, 1, 1]
    assert "note: 9 cột có tên khác trong tệp này: sys_form_version" in result.output
    refused = run(home, "h", str(home / "book.sav"), "--codebook")
    assert refused.exit_code == 2 and "Expected FILE to end in .xlsx, .csv, found '.sav'" in refused.output
    assert len(list_downloads(store.engine, None)) == 2
