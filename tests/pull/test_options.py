"""`pull` on a terminal, in a loop, and its shown line; `reviews` by command; the settings of both."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from processor.cli import cli
from processor.config import load_config
from processor.database import writing
from processor.errors import ConfigError, Message
from processor.pull import pull
from processor.servers.builtin.officers import add_officer
from processor.servers.builtin.server import open_builtin
from processor.store.open import open_store
from processor.store.outbox import queue_review
from tests.conftest import ROOT
from tests.fakes.forms import instance_id
from tests.pull.server_history import History
from tests.pull.server_sides import Side
from tests.pull.server_tables import ENTRY, Stores
from tests.servers.phones import Phone, package, served, xml

WHOLE = (ROOT / "config" / "survey.toml").read_text(encoding="utf-8")
GOOD = (WHOLE.partition("[pull]")[0] + "[web]" + WHOLE.partition("[web]")[2]).replace("nghe_an", "")
"""The project's settings without the tables that these tests write themselves, and without a survey's rules."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch) -> Path:
    """Settings with writing back, two interviews in the inbox of the built-in server."""
    path = tmp_path / "config" / "survey.toml"
    path.parent.mkdir()
    path.write_text(GOOD + "\n[write_back]\nreviews = true\n", encoding="utf-8")
    monkeypatch.setenv("PROCESSOR_CONFIG", str(path))
    monkeypatch.setenv("PROCESSOR_HOME", str(tmp_path))
    config = load_config()
    server, store, form = open_builtin(config), open_store(config), package(tmp_path)
    server.deploy(form)
    store.register(form)
    with served(server) as address:
        phone = Phone(address, add_officer(server, "16663-01", "A", "16663"))
        for number in (1, 2):
            assert phone.post(xml(f"uuid:{number}")).status_code == 201
    return tmp_path


def test_pull__on_a_terminal__a_bar_with_counts_and_nothing_of_it_in_a_pipe(home: Path) -> None:
    near, far = pty.openpty()
    words = [sys.executable, "-m", "processor", "pull", "--form", "phieu_c"]
    done = subprocess.run(words, cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, stderr=far, text=True)
    os.close(far)
    shown = os.read(near, 65536).decode()
    os.close(near)
    assert re.search(r"phieu_c.*2/2", shown), shown
    assert done.stdout.count("\n") == 1
    assert "2 new" in done.stdout
    again = subprocess.run(words, cwd=ROOT, env=os.environ, capture_output=True, text=True)
    assert (again.stderr, again.stdout.count("\n")) == ("", 1)


def test_pull__watched__one_line_a_round_until_asked_to_end(home: Path) -> None:
    words = [sys.executable, "-m", "processor", "pull", "--form", "phieu_c", "--watch", "1s"]
    env = os.environ | {"PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(words, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(2)]
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 0
    assert ["2 new" in lines[0], "0 new" in lines[1]] == [True, True], lines


def run(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(cli, ["reviews", *words])
    assert result.exit_code == code, (result.output, result.exception)
    return result.output


def queue(instance: str, state: str) -> int:
    with writing(open_store(load_config()).engine) as connection:
        comment = "Xem lại tên"
        return queue_review(connection, "phieu_c", instance, state, comment, actor="lan", reason_key="x")


def test_reviews_command__a_whole_life__on_the_builtin_server(home: Path) -> None:
    config = load_config()
    server, store = open_builtin(config), open_store(config)
    form = config.form("phieu_c")
    pull(store, server, form)
    first, second = queue("uuid:1", "approved"), queue("uuid:2", "rejected")
    shown = run("list")
    assert f"{first}  " in shown
    assert "phieu_c uuid:1 -> approved  waiting" in shown
    assert "Xem lại" not in shown, "a comment may name somebody"
    run("cancel", str(second))
    assert "1 sent, 0 refused" in run("send")
    assert run("list") == "0 review(s).\n"
    assert "cancelled" in run("list", "--all")
    assert {s.instance_id: s.review_state for s in server.ids("phieu_c")} == {
        "uuid:1": "approved",
        "uuid:2": "received",
    }
    assert pull(store, server, form).updated == 1
    server.set_deleted("phieu_c", "uuid:2", True, actor="lan")
    third = queue("uuid:2", "rejected")
    assert "0 sent, 1 refused" in run("send")
    assert "refused: The form server has no submission uuid:2" in run("list")
    server.set_deleted("phieu_c", "uuid:2", False, actor="lan")
    run("retry", str(third))
    assert "1 sent" in run("send")
    assert pull(store, server, form).is_equal


def test_reviews_command__switched_off__send_is_refused(home: Path, monkeypatch) -> None:
    monkeypatch.setenv("PROCESSOR_CONFIG", str(ROOT / "config" / "survey.toml"))
    result = CliRunner().invoke(cli, ["reviews", "send"])
    assert isinstance(result.exception, ConfigError)
    assert result.exception.message is Message.OUTBOX_OFF


def test_pull__rows_without_a_submission_on_kobo__said_in_the_line(tmp_path: Path) -> None:
    side = Side("kobo", tmp_path)
    with Stores(tmp_path).new() as store:
        history = History(side, store)
        history.put(0, {"head": "H"}, (), False, False, False)
        assert "behind them" not in pull(store, side.server, ENTRY).sentence
        side.fake.kobo.add_ghost(side.key, instance_id(0))
        record = pull(store, side.server, ENTRY)
        assert record.is_equal
        assert "1 rows of the server's list have no submission behind them" in record.sentence
    side.close()


@pytest.mark.parametrize("kind", ["central", "kobo"])
def test_count__on_either_server__what_a_first_pull_brings(kind: str, tmp_path: Path) -> None:
    side = Side(kind, tmp_path)
    with Stores(tmp_path).new() as store:
        history = History(side, store)
        for number in range(3):
            history.put(number, {"head": "H"}, (), False, False, False)
        assert side.server.count("phieu_c") == pull(store, side.server, ENTRY).created == 3
    side.close()


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("[pull]\nfull_days = -1", Message.CONFIG_VALUE),
        ("[pull]\nfull_days = true", Message.CONFIG_VALUE),
        ("[pull]\ndays = 1", Message.CONFIG_KEY),
        ('[write_back]\nreviews = "yes"', Message.CONFIG_VALUE),
        ("[write_back]\nreview = true", Message.CONFIG_KEY),
    ],
)
def test_load_config__mistake_in_pull_or_write_back__is_named(
    tmp_path: Path, lines: str, message: Message
) -> None:
    path = tmp_path / "config" / "survey.toml"
    path.parent.mkdir()
    path.write_text(f"{GOOD}\n{lines}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load_config(path, {})
    assert refused.value.message is message


def test_load_config__shipped__full_pull_every_week_and_nothing_written_back() -> None:
    config = load_config(ROOT / "config" / "survey.toml", {})
    assert (config.pull.full_days, config.write_back.reviews) == (7, False)
