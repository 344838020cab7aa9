"""The whole service as a process of its own, as `make run` starts it."""

from __future__ import annotations

import os
import queue
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from tests.conftest import ROOT
from tests.postgres import free_port

READY = "Stop        Ctrl+C"
PATIENCE = 120


@dataclass
class Running:
    """A started service: its address, what it printed, its process."""

    url: str
    printed: str
    process: subprocess.Popen[str]

    @property
    def password(self) -> str | None:
        """The one-time password it printed, if it did."""
        found = re.search(r"one-time password: (\S+)", self.printed)
        return found.group(1) if found else None


@contextmanager
def service(home: Path, *arguments: str) -> Iterator[Running]:
    """`processor run` on a free port with the data folder `home`; ended by its process id."""
    port = free_port()
    env = {
        **os.environ,
        "PROCESSOR_HOME": str(home),
        "PROCESSOR_PORT": str(port),
        "PROCESSOR_HOST": "127.0.0.1",
    }
    command = [sys.executable, "-m", "processor", "run", *arguments]
    with subprocess.Popen(
        command, env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield Running(f"http://127.0.0.1:{port}", _until_ready(process), process)
        finally:
            process.kill()


def _until_ready(process: subprocess.Popen[str]) -> str:
    lines: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_read, args=(process, lines), daemon=True).start()
    text = ""
    while READY not in text:
        line = lines.get(timeout=PATIENCE)
        if not line:
            raise AssertionError(f"the service ended before it was ready:\n{text}")
        text += line
    return text


def _read(process: subprocess.Popen[str], lines: queue.Queue[str]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line)
    lines.put("")


def sign_in(url: str, username: str, password: str) -> requests.Session:
    """A signed-in browser; the page's own form is filled in."""
    browser = requests.Session()
    page = browser.get(f"{url}/sign-in")
    answer = browser.post(
        f"{url}/sign-in", data={"csrf_token": token(page.text), "username": username, "password": password}
    )
    assert answer.status_code == 200, answer.text[:500][:500]
    return browser


def token(page: str) -> str:
    """The CSRF token in a page's form."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, page[:2000]
    return found.group(1)
