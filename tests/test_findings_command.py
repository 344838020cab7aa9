"""`processor findings` and `processor corrections`, run as a person at the machine runs them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from processor.corrections_command import corrections_command
from processor.database import reading
from processor.errors import Message, ProcessorError
from processor.findings_command import findings_command
from processor.store.access import named_user, set_active
from processor.store.corrections import Cell, correct, drop, list_corrections
from processor.store.corrections_list import read_events
from processor.store.ledger import list_downloads
from processor.store.tables import submissions
from tests.conftest import ROOT
from tests.store.sheets import fill, rows_of
from tests.web import checked_site
from tests.web.checked_site import ALL
from tests.web.conftest import Site
from tests.web.example import HOUSEHOLDS, People

AN, THANG = HOUSEHOLDS[1], HOUSEHOLDS[3]
WHY = {"reason": "gọi lại cho hộ", "source": "sổ hộ nghèo"}
WHO = People()
Run = Callable[..., Result]


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("checked")
    with checked_site.rules():
        checked_site.fill_checked(folder)
        settings = (ROOT / "config" / "survey.toml").read_text(encoding="utf-8")
        changed = settings.replace('checks = "nghe_an"', f'checks = "{checked_site.NAME}"')
        assert changed != settings
        (folder / "root" / "config" / "survey.toml").write_text(changed, encoding="utf-8")
        yield folder


@pytest.fixture
def site(checked: Path, tmp_path: Path) -> Iterator[Site]:
    opened = checked_site.copied(checked, tmp_path / "data")
    yield opened
    opened.close()


@pytest.fixture
def run(site: Site, checked: Path) -> Run:
    env = {
        "PROCESSOR_CONFIG": str(checked / "root" / "config" / "survey.toml"),
        "PROCESSOR_HOME": str(site.home),
        "PROCESSOR_STORE_URL": "",
    }

    def call(*words: object, command: click.Command = findings_command) -> Result:
        return CliRunner().invoke(command, [str(word) for word in words], env=env)

    return call


def message(result: Result) -> Message | None:
    return result.exception.message if isinstance(result.exception, ProcessorError) else None


def test_list__names_places_and_never_an_answer(run):
    result = run("list", "--state", "all")
    assert result.exit_code == 0, result.output
    assert f"F-1  open  phieu_c {AN.instance_id} hh_class 16663 16663-01" in result.output
    assert "officer:16663-01" in result.output
    assert "nhiều" not in result.output and "HIVTEXT" not in result.output


@pytest.mark.parametrize(
    ("options", "rules"),
    [
        (["--rule", "F-1,F-4"], {"F-1", "F-4"}),
        (["--severity", "I"], {"F-3"}),
        (["--state", "returned"], set()),
        (["--officer", "17263-01"], {"TYPE", "F-2", "F-3"}),
        (["--areas", "422", "--severity", "E"], {"TYPE"}),
        (["--form", "phieu_c1"], set()),
    ],
)
def test_list__options__narrow(run, options, rules):
    lines = run("list", *options).output.splitlines()
    assert {line.split()[2] for line in lines[:-1]} == rules
    assert lines[-1] == f"{len(lines) - 1} finding(s)."


def test_list__form_or_area_that_is_none__refused(run):
    assert message(run("list", "--form", "phieu_x")) is Message.FORM_UNKNOWN
    assert message(run("list", "--areas", "99999")) is Message.AREA_UNKNOWN


@pytest.mark.parametrize(
    ("by", "key"), [("rule", "F-1  1  (E 1; open 1)"), ("commune", "17263  "), ("officer", "16663-01  ")]
)
def test_count__by_rule_commune_or_officer(run, by, key):
    result = run("count", "--by", by)
    assert any(line.startswith(key) for line in result.output.splitlines()), result.output
    listed = run("list").output.splitlines()[-1]
    assert result.output.splitlines()[-1] == listed


def test_practice__apart_from_the_survey(run):
    survey, practice = (
        run("list", "--state", "all").output,
        run("list", "--state", "all", "--practice").output,
    )
    assert len(practice.splitlines()) > 1
    assert set(survey.splitlines()[:-1]).isdisjoint(practice.splitlines()[:-1])


def test_export__classes_area_and_purpose_as_for_every_file(run, site, tmp_path):
    file = tmp_path / "s.xlsx"
    assert run("export", file).exit_code == 2
    assert (
        message(run("export", file, "--all", "--classes", "open,personal,secret")) is Message.EXPORT_PURPOSE
    )
    assert list_downloads(site.store.engine, None) == [] and not file.exists()
    result = run("export", file, "--all")
    assert result.exit_code == 0, result.output
    (entry,) = list_downloads(site.store.engine, None)
    assert (entry.username.startswith("cli:"), entry.state, entry.classes) == (True, "done", "open")
    assert message(run("export", file, "--all")) is Message.EXPORT_EXISTS
    assert run("export", tmp_path / "p", "--all", "--practice", "--overwrite").exit_code == 0
    assert (tmp_path / "TAP-HUAN_p.xlsx").is_file()


def test_import__dry_run_then_done_then_nothing(run, site, tmp_path):
    file = tmp_path / "s.xlsx"
    run("export", file, "--all")
    number = {(row["rule"], row["submission"]): row["_"] for row in rows_of(file)}
    rows = {
        number["F-1", AN.instance_id]: {"new": "1", **WHY},
        number["TYPE", THANG.instance_id]: {"new": "nhiều", **WHY},
    }
    fill(file, rows)

    result = run("import", file, "--as", WHO.province, "--dry-run")
    assert result.exit_code == 3, result.output
    assert f"ready correct {AN.instance_id} hh_class" in result.output
    assert "Expected: a whole number" in result.output
    assert list_corrections(site.store, ALL) == []

    result = run("import", file, "--as", WHO.province)
    assert result.exit_code == 3
    assert f"done correct {AN.instance_id} hh_class" in result.output
    (row,) = list_corrections(site.store, ALL)
    assert row.username == WHO.province

    fill(file, {number["TYPE", THANG.instance_id]: {"new": "3"}})
    result = run("import", file, "--as", WHO.province)
    assert result.exit_code == 0, result.output
    assert "1 already, 1 done" in result.output or "1 done, 1 already" in result.output

    result = run("list", command=corrections_command)
    assert result.exit_code == 0, result.output
    assert f"{WHO.province}  phieu_c {AN.instance_id} hh_class  applied" in result.output
    assert result.output.endswith("2 correction(s).\n")
    assert WHY["reason"] not in result.output
    assert run("list", "--state", "set_aside", command=corrections_command).output == "0 correction(s).\n"
    assert run("list", "--practice", command=corrections_command).output == "0 correction(s).\n"


def test_corrections_restore__dropped_ones__with_that_users_rights_and_name(run, site):
    boss = named_user(site.store.engine, WHO.province)
    with reading(site.store.engine) as connection:
        mine = submissions.c.instance_id == AN.instance_id
        sha256 = connection.execute(select(submissions.c.sha256).where(mine)).scalar_one()
    cell = Cell("phieu_c", AN.instance_id, "c", AN.instance_id, "hh_class", sha256)
    number = correct(site.store, boss, ALL, cell, "1", **WHY)
    checked_site.send_again(site, AN, 1, hh_class="2")
    (row,) = list_corrections(site.store, ALL)
    assert row.state == "set_aside"
    drop(site.store, boss, ALL, number, reason="thôi")

    words = ("restore", number, "--as", WHO.con_cuong, "--reason", "bỏ nhầm")
    refused = run(*words, command=corrections_command)
    assert refused.exit_code == 3 and f"{number}  refused: " in refused.output
    done = run(
        "restore", number, 99, "--as", WHO.province, "--reason", "bỏ nhầm", command=corrections_command
    )
    assert done.exit_code == 3 and f"{number}  set_aside" in done.output and "99  refused: " in done.output
    assert [e.username for e in read_events(site.store, ALL, number) if e.act == "restore"] == [WHO.province]
    assert run("list", "--state", "set_aside", command=corrections_command).output.endswith(
        "1 correction(s).\n"
    )


def test_import__as_a_user__with_that_users_rights_alone(run, site, tmp_path):
    file = tmp_path / "s.xlsx"
    run("export", file, "--all")
    (number,) = [row["_"] for row in rows_of(file) if row["rule"] == "F-1"]
    fill(file, {number: {"new": "1", **WHY}})
    result = run("import", file, "--as", WHO.con_cuong)
    assert result.exit_code == 3 and "outside your rights" in result.output
    assert AN.instance_id not in result.output
    assert message(run("import", file, "--as", "nobody")) is Message.USER_UNKNOWN
    set_active(site.store.engine, named_user(site.store.engine, WHO.province).id, False)
    assert message(run("import", file, "--as", WHO.province)) is Message.SHEET_USER
    assert list_corrections(site.store, ALL) == []


def test_import__no_sheet_of_ours__said(run, tmp_path):
    file = tmp_path / "x.xlsx"
    file.write_bytes(b"a,b\n")
    assert message(run("import", file, "--as", WHO.province)) is Message.SHEET_UNREADABLE
