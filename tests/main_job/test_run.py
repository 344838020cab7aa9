"""`make run` as a person meets it: first start, second start, after a kill, with the port taken."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.conftest import ROOT
from tests.main_job.running import Running, service, sign_in, token

HOUSEHOLDS = "12"
PASSWORD = "một mật khẩu dài"


def counts(text: str) -> dict[str, tuple[int, int]]:
    """Server's and copy's numbers by form, from the reconciliation sentences."""
    found = re.findall(r"(phieu_c1?): .*?equals the server: server ([\d,]+), copy ([\d,]+)", text)
    return {form: (int(server), int(copy)) for form, server, copy in found}


def choose_password(running: Running) -> requests.Session:
    """Sign in with the one-time password and choose an own one, as the page demands."""
    assert running.password
    browser = sign_in(running.url, "admin", running.password)
    page = browser.get(f"{running.url}/password")
    answer = browser.post(
        f"{running.url}/password",
        data={
            "csrf_token": token(page.text),
            "old": running.password,
            "new": PASSWORD,
            "again": PASSWORD,
        },
    )
    assert answer.status_code == 200, answer.text[:500][:500]
    return browser


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after a first start, a chosen password, and a kill −9 of the running service."""
    home = tmp_path_factory.mktemp("home") / "data"
    with service(home, "--practice", HOUSEHOLDS) as running:
        shown = counts(running.printed)
        assert set(shown) == {"phieu_c", "phieu_c1"}
        assert all(server == copy > 0 for server, copy in shown.values())
        page = choose_password(running).get(f"{running.url}/?data=practice").text
        assert "khớp máy chủ" in page and "TẬP HUẤN" in page.upper()
        os.kill(running.process.pid, signal.SIGKILL)
        running.process.wait()
    return home


def test_run__after_a_kill__keeps_everything_and_publishes_nothing_again(used):
    with service(used) as running:
        assert running.password is None
        assert "published" not in running.printed
        assert "Practice:" not in running.printed
        page = sign_in(running.url, "admin", PASSWORD).get(f"{running.url}/?data=practice").text
        assert "khớp máy chủ" in page


def test_run__data_folder__is_for_its_own_account_alone(used):
    assert used.stat().st_mode & 0o077 == 0
    assert [p.name for p in used.iterdir() if p.is_file() and p.stat().st_mode & 0o077] == []


def test_practice_remove__leaves_nothing_of_it_and_the_copy_equal(used):
    env = {**os.environ, "PROCESSOR_HOME": str(used)}
    command = [sys.executable, "-m", "processor"]
    removed = subprocess.run(
        [*command, "practice", "--remove"], env=env, cwd=ROOT, capture_output=True, text=True
    )

    assert removed.returncode == 0, removed.stderr
    pulled = subprocess.run([*command, "pull"], env=env, cwd=ROOT, capture_output=True, text=True)
    assert pulled.returncode == 0, pulled.stderr
    assert counts(pulled.stdout) == {"phieu_c": (0, 0), "phieu_c1": (0, 0)}
    with service(used) as running:
        assert "Practice:" not in running.printed, "removed practice data must not come back by themselves"


def test_run__port_taken__says_so_and_how_to_choose_another(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        env = {**os.environ, "PROCESSOR_HOME": str(tmp_path), "PROCESSOR_PORT": str(other.getsockname()[1])}
        done = subprocess.run(
            [sys.executable, "-m", "processor", "run"], env=env, cwd=ROOT, capture_output=True, text=True
        )
    assert done.returncode == 1
    assert "make run PORT=" in done.stderr
    assert "Traceback" not in done.stderr
