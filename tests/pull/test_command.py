"""`processor pull` and `processor rebuild` with the built-in form server."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from processor.config import load_config
from processor.pull_command import pull_command, rebuild_command
from processor.store.open import open_store
from processor.store.progress import last_pulls
from tests.conftest import ROOT
from tests.pull.memory_server import MemoryServer, submission
from tests.pull.test_pull import ANSWERS
from tests.store.forms import package


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("PROCESSOR_HOME", str(tmp_path))
    monkeypatch.setenv("PROCESSOR_CONFIG", str(ROOT / "config" / "survey.toml"))
    return tmp_path


def run(command, *arguments):
    return CliRunner().invoke(command, arguments)


def test_pull_command__all_forms__one_line_each_and_exit_code_0(home):
    result = run(pull_command)
    assert result.exit_code == 0, result.output
    lines = result.output.strip().splitlines()
    assert [line.split(":")[0] for line in lines] == ["phieu_c", "phieu_c1"]
    assert all(line.endswith("The copy equals the server: server 0, copy 0.") for line in lines)


def test_pull_command__incomplete_or_different__exit_code_3(home, monkeypatch):
    server = MemoryServer()
    server.put(submission(1, ANSWERS, form_version="7"))
    monkeypatch.setattr("processor.servers.builtin.server.open_builtin", lambda _config: server)
    result = run(pull_command, "--form", "phieu_c")
    assert result.exit_code == 3, result.output
    assert "1 without reporting rows" in result.output


def test_pull_command__one_form_fails__tells_it_and_pulls_the_other(home, monkeypatch):
    from processor.errors import Message, ServerError

    class Half(MemoryServer):
        def ids(self, form_id):
            if form_id == "phieu_c":
                raise ServerError(Message.SUBMISSION_UNREADABLE, instance_id="-", form_id=form_id, detail="x")
            return super().ids(form_id)

    monkeypatch.setattr("processor.servers.builtin.server.open_builtin", lambda _config: Half())
    result = run(pull_command)
    assert result.exit_code == 1
    assert "phieu_c1: 0 new" in result.output
    store = open_store(load_config())
    assert {k: r.state for k, r in last_pulls(store).items()} == {"phieu_c": "failed", "phieu_c1": "equal"}


@pytest.mark.parametrize("given", ["5", "0m", "m", "5d", "1h30m"])
def test_pull_command__interval_that_is_none__is_wrong_usage(home, given):
    result = run(pull_command, "--watch", given)
    assert result.exit_code == 2
    assert "30s, 5m or 1h" in result.output


def test_rebuild_command__all_forms__says_so(home):
    store = open_store(load_config())
    store.register(package())
    result = run(rebuild_command)
    assert result.exit_code == 0, result.output
    assert result.output.count("made anew") == 2


def test_module__run_by_python__pulls(home):
    result = subprocess.run(
        [sys.executable, "-m", "processor.pull", "--form", "phieu_c"],
        cwd=ROOT,
        env=os.environ | {"PROCESSOR_HOME": str(home)},
        capture_output=True,
        text=True,
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert "equals the server" in result.stdout


def test_module__unknown_form__one_line_on_stderr(home):
    result = subprocess.run(
        [sys.executable, "-m", "processor.pull", "--form", "nothing"],
        cwd=ROOT,
        env=os.environ | {"PROCESSOR_HOME": str(home)},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 1
    assert result.stderr.startswith("Form 'nothing' is not in config/survey.toml")
    assert "Traceback" not in result.stderr
