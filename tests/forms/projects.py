"""A small project in a folder, and a copy of one with data in its tables."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from processor.config import load_config
from processor.errors import FormError, Message
from processor.forms.commands import forms_command
from processor.pull import pull
from processor.servers.builtin.officers import add_officer
from processor.servers.builtin.server import open_builtin
from processor.store.open import open_store
from tests.forms.pairs import Edit, put, settings, workbook
from tests.servers.phones import Phone, served

SETTINGS = """
[survey]
title_vi = "Phiếu"
title_en = "Forms"
timezone = "Asia/Ho_Chi_Minh"
[store]
url = "sqlite:///processor.sqlite"
[[forms]]
form_id = "phieu_c"
table = "c"
workbook = "xlsforms/c.xlsx"
area = "sec_a/commune_code"
date = "sec_a/day"
"""
MESSAGES = {
    "required_message::Tiếng Việt (vi)": "Cần",
    "required_message::English (en)": "Needed",
    "constraint_message::Tiếng Việt (vi)": "Ngắn",
    "constraint_message::English (en)": "Short",
}
FIT = (
    put("commune_code", **MESSAGES),
    put("head", **MESSAGES),
    settings(default_language="Tiếng Việt (vi)", instance_name="${head}"),
)
"""What the check of the house asks beside."""
Write = Callable[..., Path]


def open_project(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Settings of a project in this folder; what writes its workbooks."""
    monkeypatch.setenv("PROCESSOR_CONFIG", str(folder / "config" / "survey.toml"))
    monkeypatch.setenv("PROCESSOR_HOME", str(folder / "data"))
    monkeypatch.setenv("PATH", "")  # ODK Validate runs in test_check.py

    def write(version: str, *edits: Edit, name: str = "c.xlsx") -> Path:
        path = folder / "xlsforms" / name
        path.write_bytes(workbook(version, *FIT, *edits))
        return path

    return write


def new_project(folder: Path) -> None:
    (folder / "xlsforms" / "media").mkdir(parents=True)
    (folder / "config").mkdir()
    (folder / "config" / "survey.toml").write_text(SETTINGS, encoding="utf-8")


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """A project without a workbook; what writes one."""
    new_project(tmp_path)
    return open_project(tmp_path, monkeypatch)


def run(*words: str) -> Result:
    return CliRunner().invoke(forms_command, list(words))


def lines(result: Result, level: str) -> list[str]:
    return [line.strip() for line in result.output.splitlines() if line.strip().startswith(level)]


def refused(result: Result) -> str:
    assert isinstance(result.exception, FormError), result.output
    assert result.exception.message is Message.FORM_REFUSED
    return str(result.exception)


def answers(
    number: int, version: str = "1", *, pigs: str = "2", needs: str = "01 02", poor: str = "1"
) -> bytes:
    members = "".join(f"<members><m_name>M{n}</m_name><m_age>{n}</m_age></members>" for n in (1, 2))
    return (
        f'<data xmlns:orx="http://openrosa.org/xforms" id="phieu_c" version="{version}">'
        f"<sec_a><commune_code>16663</commune_code><day>2016-03-01</day><head>Lô Thị {number}</head></sec_a>"
        f"<sec_b><rooms>3</rooms><pigs>{pigs}</pigs><poor>{poor}</poor><ill>0</ill><needs>{needs}</needs></sec_b>"
        f"{members}<orx:meta><orx:instanceID>uuid:{number}</orx:instanceID></orx:meta></data>"
    ).encode()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Version 1 is published; three households and one of the training are in the tables."""
    folder = tmp_path_factory.mktemp("project")
    new_project(folder)
    with pytest.MonkeyPatch.context() as monkeypatch:
        open_project(folder, monkeypatch)("1")
        assert run("publish").exit_code == 0
        config = load_config()
    server, store = open_builtin(config), open_store(config)
    officer = add_officer(server, "16663-01", "Hoa", "16663")
    trainee = add_officer(server, "TAPHUAN-01", "Hoa", "16663", practice=True)
    with served(server) as address:
        for body in (answers(1), answers(2, pigs="", needs="02"), answers(3, needs="", poor="0")):
            assert Phone(address, officer).post(body).status_code == 201
        assert Phone(address, trainee).post(answers(4)).status_code == 201
    assert pull(store, server, config.form("phieu_c")).is_equal
    store.engine.dispose()
    server.inbox.engine.dispose()
    return folder


@pytest.fixture
def filled(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """A copy of that project; what writes its next workbook."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return open_project(tmp_path, monkeypatch)
