"""`forms diff`, `forms status` and what `forms publish` refuses, with the built-in server and a store of data."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from processor.config import load_config
from processor.errors import FormError, Message
from processor.forms.commands import forms_command
from processor.publish import prepare, publish, publish_all, send
from processor.pull import pull
from processor.servers.builtin.officers import add_officer
from processor.servers.builtin.server import open_builtin
from processor.store.open import open_store
from tests.forms.pairs import Edit, choice, drop, put, remove, settings, words, workbook
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
SECOND = """
[[forms]]
form_id = "phieu_d"
table = "d"
workbook = "xlsforms/d.xlsx"
area = "sec_a/commune_code"
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


def test_diff__before_the_first_publishing__says_so(write: Write) -> None:
    write("1")
    done = run("diff")
    assert done.exit_code == 3
    assert done.output == "phieu_c: version 1 against nothing: not published yet\n"


def test_diff__same_workbook__exit_code_0(filled: Write) -> None:
    done = run("diff")
    assert (done.exit_code, done.output) == (0, "phieu_c: version 1 against 1: 0 difference(s)\n")


def test_diff__counts_the_answers_that_each_change_touches(filled: Write) -> None:
    """Practice is left out; a question of a repeat counts its rows, a choice those who took it."""
    filled("2", remove("pigs"), remove("m_age"), drop("need", "02"), put("poor", type="select_one yns"))
    done = run("diff")
    assert done.exit_code == 3
    counted = {
        "Question sec_b/pigs removed": 2,
        "Question members/m_age removed": 6,
        "List need: choice 02 dropped": 2,
        "sec_b/poor uses the list yns instead of yn": 1,
    }
    found = lines(done, "CAREFUL")
    assert len(found) == len(counted)
    for text, count in counted.items():
        [line] = [line for line in found if text in line]
        assert f"Stored answers: {count}." in line


def test_diff__refused__exit_code_1_and_the_way_out_in_vietnamese(filled: Write) -> None:
    filled("2", put("pigs", type="text"))
    done = run("diff", "--language", "vi", "--form", "phieu_c")
    assert done.exit_code == 1
    [line] = lines(done, "TỪ CHỐI")
    assert "sec_b/pigs đổi kiểu từ integer thành text" in line
    assert "Câu trả lời đã lưu: 2." in line and "relevant là false()" in line


def test_diff__same_version_with_a_change_only_phones_see__is_refused(filled: Write) -> None:
    filled("1", put("day", **{"guidance_hint::English (en)": "x", "guidance_hint::Tiếng Việt (vi)": "x"}))
    done = run("diff")
    assert done.exit_code == 1
    assert "the version is still 1" in lines(done, "REFUSED")[0]
    assert "the version is still 1" in refused(run("publish"))


def test_publish__refused__nothing_is_sent_and_tables_stay(filled: Write) -> None:
    filled("2", put("pigs", type="text"), remove("ill"))
    text = refused(run("publish"))
    assert "1 change(s)" in text and "sec_b/pigs changed its type" in text and "sec_b/ill" not in text
    config = load_config()
    assert [d.version for d in open_builtin(config).deployed()] == ["1"]
    assert [form.version for form in open_store(config).versions("phieu_c")] == ["1"]


def test_publish__type_of_an_older_version__is_refused(filled: Write) -> None:
    filled("2", remove("pigs"))
    assert run("publish").exit_code == 0
    filled("3", put("pigs", type="text"))
    assert "Compared with version 1." in refused(run("publish"))


def test_publish__careful__is_published_and_said(filled: Write) -> None:
    filled("2", remove("pigs"), words("rooms", "All rooms"), choice("need", "03", en="Water", vi="Nước"))
    done = run("publish")
    assert done.exit_code == 0, done.output
    [line] = lines(done, "CAREFUL")
    assert "Question sec_b/pigs removed; its column stays. Stored answers: 2." in line
    assert done.output.splitlines()[-1] == "phieu_c: version 2 published"
    assert "All rooms" not in done.output, "what is fine is said by diff alone"
    assert run("diff").exit_code == 0


def test_publish__one_of_two_forms_refused__neither_is_sent(filled: Write, tmp_path: Path) -> None:
    with (tmp_path / "config" / "survey.toml").open("a", encoding="utf-8") as stream:
        stream.write(SECOND)
    filled("1", settings(form_id="phieu_d"), name="d.xlsx")
    assert run("publish").exit_code == 0
    filled("2", remove("ill"))
    filled("2", settings(form_id="phieu_d"), put("pigs", type="text"), name="d.xlsx")
    refused(run("publish"))
    assert {d.version for d in open_builtin(load_config()).deployed()} == {"1"}
    assert run("diff").exit_code == 1, "the worst of all forms"
    assert run("diff", "--form", "phieu_c").exit_code == 3


def test_publish_all__refused_at_a_start__the_old_version_stays_in_use(filled: Write) -> None:
    filled("2", put("pigs", type="text"))
    config = load_config()
    [done] = publish_all(config, open_builtin(config), open_store(config))
    assert (done.version, done.changed) == ("1", False)
    assert "sec_b/pigs changed its type" in done.problem


def test_publish__interrupted_before_the_tables__again_ends_the_same(filled: Write) -> None:
    filled("2", remove("ill"))
    config = load_config()
    server, store, entry = open_builtin(config), open_store(config), load_config().form("phieu_c")
    ready = prepare(config, server, store, entry)
    assert ready.package is not None
    server.deploy(ready.package)
    assert run("status").exit_code == 3
    done = publish(config, server, store, entry)
    assert (done.version, done.changed) == ("2", False)
    assert send(server, store, prepare(config, server, store, entry)).version == "2"
    assert run("status").exit_code == 0


def test_status__all_the_same__exit_code_0(filled: Write) -> None:
    done = run("status")
    assert done.exit_code == 0
    assert [line.split() for line in done.output.splitlines()] == [
        ["form", "version", "workbook", "server", "store", "media"],
        ["phieu_c", "1", "same", "current", "yes", "same"],
    ]


def test_status__workbook_with_a_new_version__drifts(filled: Write) -> None:
    filled("2", remove("ill"))
    done = run("status", "--form", "phieu_c")
    assert done.exit_code == 3
    assert [line.split() for line in done.output.splitlines()][1:] == [
        ["phieu_c", "1", "-", "current", "yes", "-"],
        ["!", "phieu_c", "2", "new", "-", "-", "-"],
    ]


def test_status__after_two_publishings__older_versions_are_no_drift(filled: Write) -> None:
    filled("2", remove("ill"))
    run("publish")
    done = run("status")
    assert done.exit_code == 0
    assert [line.split()[1:4] for line in done.output.splitlines()][1:] == [
        ["1", "-", "older"],
        ["2", "same", "current"],
    ]


def test_status__workbook_changed_under_its_version__drifts(filled: Write) -> None:
    filled("1", remove("ill"))
    done = run("status")
    assert done.exit_code == 3
    assert done.output.splitlines()[1].split() == ["!", "phieu_c", "1", "changed", "current", "yes", "same"]


def test_status__version_of_the_server_without_tables__drifts(filled: Write, tmp_path: Path) -> None:
    """Its submissions would wait for ever."""
    filled("2", remove("ill"))
    run("publish")
    with sqlite3.connect(tmp_path / "data" / "processor.sqlite") as database:
        database.execute("DELETE FROM form_versions WHERE version = '1'")
    done = run("status")
    assert done.exit_code == 3
    assert done.output.splitlines()[1:][-1].split() == ["!", "phieu_c", "1", "-", "older", "-", "-"]


def test_status__list_changed_on_this_side__is_named(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = tmp_path / "xlsforms" / "media" / "xa.csv"
    names.write_text("name,label\n16663,Đông Vĩnh\n", encoding="utf-8")
    write("1", put("commune_code", type="select_one_from_file xa.csv"))
    assert run("publish").exit_code == 0
    assert run("status").exit_code == 0
    names.write_text("name,label\n16663,Đông Vĩnh\n16666,Hà Huy Tập\n", encoding="utf-8")
    done = run("status")
    assert done.exit_code == 3
    assert done.output.splitlines()[1].split() == ["!", "phieu_c", "1", "same", "current", "yes", "xa.csv"]
