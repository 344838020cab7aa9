"""The same interviews behind ODK Central and behind KoboToolbox: by command and as a service, into the same tables."""

from __future__ import annotations

import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from processor.cli import cli
from processor.config import load_config
from processor.errors import ConfigError, Message
from processor.forms.definition import DATA_CLASSES
from processor.forms.xlsform import read_package
from processor.practice.interview import Printer
from processor.practice.people import households
from processor.store.open import open_store
from processor.store.query import iterate_rows
from processor.store.scope import Area, Scope
from processor.survey.xform import read_xform
from tests.conftest import ROOT
from tests.fakes import Clock, Fake
from tests.fakes.central import EMAIL, PASSWORD
from tests.main_job.running import Running, service, token
from tests.main_job.test_run import choose_password

AT = datetime(2026, 11, 24, 8, tzinfo=UTC)
EVERYTHING = Scope(Area.province(), frozenset(DATA_CLASSES), "both")
OF_THE_SERVER = {"_form_version", "_raw_sha256", "_received_at", "_updated_at", "_pulled_at", "_submitter"}
FORM = "phieu_c"
REFRESHES = 2_000


def settings(home: Path, server: str) -> Path:
    """The project's settings with another server; the questionnaires are the project's own."""
    text = (ROOT / "config" / "survey.toml").read_text(encoding="utf-8")
    path = home / "config" / "survey.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text.replace('kind = "builtin"', server), encoding="utf-8")
    (home / "xlsforms").symlink_to(ROOT / "xlsforms")
    for name in ("codes", "rules.csv"):
        (path.parent / name).symlink_to(ROOT / "config" / name)
    return path


def interviews() -> list[tuple[str, str]]:
    """Root ids and XML of a few practice interviews of form C."""
    package = read_package(ROOT / "xlsforms" / "c.xlsx", ROOT / "xlsforms" / "media")
    printer = Printer(read_xform(package.xform, ROOT / "xlsforms" / "media"))
    found = (h.interviews[0] for h in households(ROOT / "config" / "codes", number=6, seed=3))
    return [(i.phone.instance_id, printer.to_xml(i.answers, i.phone).decode()) for i in found]


def run(*words: str) -> Any:
    """A command, which must do its work."""
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.output


def tables(config_path: Path) -> dict[str, list[dict[str, Any]]]:
    """Every reporting table of form C, without what is the server's own."""
    store = open_store(load_config(config_path))
    found = {}
    for plan in store.plans(FORM):
        columns, rows = iterate_rows(store, plan.name, EVERYTHING)
        names = [c.name for c in columns]
        found[plan.name] = [
            {n: v for n, v in zip(names, row, strict=True) if n not in OF_THE_SERVER} for row in rows
        ]
    store.engine.dispose()
    return found


@pytest.fixture(params=["central", "kobo"])
def behind(request, tmp_path, monkeypatch):
    """A server of the kind, and settings that name it."""
    with Fake(request.param, Clock(AT)) as fake:
        if request.param == "central":
            monkeypatch.setenv("CENTRAL_EMAIL", EMAIL)
            monkeypatch.setenv("CENTRAL_PASSWORD", PASSWORD)
            server = f'kind = "central"\nurl = "{fake.url}"\nproject = 1'
        else:
            monkeypatch.setenv("KOBO_TOKEN", fake.kobo.owner.token)
            server = f'kind = "kobo"\nurl = "{fake.url}"\nopenrosa_url = "{fake.url}"'
        path = settings(tmp_path / "home", server)
        monkeypatch.setenv("PROCESSOR_CONFIG", str(path))
        monkeypatch.delenv("PROCESSOR_HOME", raising=False)
        yield fake, path


def send(fake: Fake, xml: str) -> None:
    asset = next(name for name in fake.forms() if fake.central or _is_c(fake, name))
    assert fake.submit(fake.fitted(xml, FORM if fake.central else asset)) == 201


def _is_c(fake: Fake, asset: str) -> bool:
    return "Phiếu C -" in str(fake.kobo.assets[asset].name)


def test_commands__publish_send_pull_delete__tables_hold_what_the_server_has(behind):
    fake, path = behind
    assert "published" in run("forms", "publish", "--form", FORM)
    assert "unchanged" in run("forms", "publish", "--form", FORM)
    sent = interviews()
    for _root, xml in sent:
        send(fake, xml)

    assert "The copy equals the server: server 6, copy 6" in run("pull", "--form", FORM)
    before = tables(path)
    assert sorted(row["submission_id"] for row in before["c"]) == sorted(root for root, _xml in sent)

    asset = FORM if fake.central else next(a for a in fake.forms() if _is_c(fake, a))
    assert fake.delete(asset, sent[0][0]) in (200, 204)
    fake.clock.advance(hours=1)
    assert "The copy equals the server: server 5, copy 5" in run("pull", "--form", FORM)
    after = tables(path)
    assert [r for r in before["c"] if r["submission_id"] != sent[0][0]] == after["c"]
    assert {r["submission_id"] for r in after["c_members"]} == {root for root, _xml in sent[1:]}


def test_migration__first_one_server_then_the_other__same_tables(tmp_path, monkeypatch):
    found = {}
    for kind in ("kobo", "central"):
        with Fake(kind, Clock(AT)) as fake:
            monkeypatch.setenv("CENTRAL_EMAIL", EMAIL)
            monkeypatch.setenv("CENTRAL_PASSWORD", PASSWORD)
            server = f'kind = "central"\nurl = "{fake.url}"\nproject = 1'
            if kind == "kobo":
                monkeypatch.setenv("KOBO_TOKEN", fake.kobo.owner.token)
                server = f'kind = "kobo"\nurl = "{fake.url}"\nopenrosa_url = "{fake.url}"'
            path = settings(tmp_path / kind, server)
            monkeypatch.setenv("PROCESSOR_CONFIG", str(path))
            run("forms", "publish", "--form", FORM)
            for _root, xml in interviews():
                send(fake, xml)
            run("pull", "--form", FORM)
            found[kind] = tables(path)

    def in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return sorted(rows, key=lambda row: str(row.get("row_key", row["submission_id"])))

    assert {name: in_order(rows) for name, rows in found["kobo"].items()} == {
        name: in_order(rows) for name, rows in found["central"].items()
    }


def opened(running: Running, browser: Any, address: str, words: str) -> str:
    """The page, when it has these words: a pull is under way, and a person refreshes."""
    for _ in range(REFRESHES):
        page: str = browser.get(running.url + address).text
        if words in page:
            return page
    raise AssertionError(f"{address} never said {words!r}: {page[:3000]}")


def test_run__behind_another_server__publishes_pulls_and_shows(behind, tmp_path):
    fake, _path = behind
    with service(tmp_path / "data") as running:
        assert running.printed.count("published version") == 2
        assert "Practice:" not in running.printed
        for _root, xml in interviews():
            send(fake, xml)
        browser = choose_password(running)
        page = browser.get(f"{running.url}/")
        browser.post(f"{running.url}/pull", data={"csrf_token": token(page.text)})
        opened(running, browser, "/?data=survey", "<b>6</b>")
        assert "khớp máy chủ" in browser.get(f"{running.url}/?data=survey").text
        listed = browser.get(f"{running.url}/data/phieu_c/").text
        assert listed.count('scope="row"') >= 6
        assert browser.get(f"{running.url}/officers/").status_code == 200
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(30) == 0
    with service(tmp_path / "data") as again:
        assert "published" not in again.printed


def test_run__server_away_or_login_wrong__pages_open_with_the_last_copy(behind, tmp_path, monkeypatch):
    fake, _path = behind
    monkeypatch.setenv("PROCESSOR_HOME", str(tmp_path / "data"))
    run("forms", "publish", "--form", FORM)
    for _root, xml in interviews():
        send(fake, xml)
    run("pull", "--form", FORM)
    if fake.central:
        fake.faults.add("reset", times=10**6)
        words = "Không liên lạc được máy chủ biểu mẫu từ"
    else:
        monkeypatch.setenv("KOBO_TOKEN", "f" * 40)
        words = "Máy chủ biểu mẫu không nhận đăng nhập của dịch vụ từ"
    with service(tmp_path / "data") as running:
        assert "The forms were not published" in running.printed
        browser = choose_password(running)
        page = opened(running, browser, "/?data=survey", words)
        assert "<dd>6<small>" in page
        assert browser.get(f"{running.url}/data/phieu_c/").text.count('scope="row"') >= 6
        assert browser.get(f"{running.url}/officers/").status_code == 200
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(30) == 0


def test_practice__behind_another_server__says_where_practice_is_done_instead(behind):
    result = CliRunner().invoke(cli, ["practice", "--households", "1"])
    assert isinstance(result.exception, ConfigError)
    assert result.exception.message is Message.SERVER_BUILTIN
