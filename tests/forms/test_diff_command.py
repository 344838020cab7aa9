"""`forms diff`, `forms status` and what `forms publish` refuses, with the built-in server and a store of data."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from processor.config import load_config
from processor.publish import prepare, publish, publish_all, send
from processor.servers.builtin.server import open_builtin
from processor.store.open import open_store
from tests.forms.pairs import choice, drop, put, remove, settings, words
from tests.forms.projects import Write, lines, refused, run

SECOND = """
[[forms]]
form_id = "phieu_d"
table = "d"
workbook = "xlsforms/d.xlsx"
area = "sec_a/commune_code"
"""


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


def test_status__list_changed_on_this_side__is_named(write: Write, tmp_path: Path) -> None:
    names = tmp_path / "xlsforms" / "media" / "xa.csv"
    names.write_text("name,label\n16663,Đông Vĩnh\n", encoding="utf-8")
    write("1", put("commune_code", type="select_one_from_file xa.csv"))
    assert run("publish").exit_code == 0
    assert run("status").exit_code == 0
    names.write_text("name,label\n16663,Đông Vĩnh\n16666,Hà Huy Tập\n", encoding="utf-8")
    done = run("status")
    assert done.exit_code == 3
    assert done.output.splitlines()[1].split() == ["!", "phieu_c", "1", "same", "current", "yes", "xa.csv"]
