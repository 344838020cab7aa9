"""A form server in a process of its own, to be killed. Started once, it forks one server per line it
reads (`home url`), so that a round costs no imports; it answers `pid port`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import alembic.command  # noqa: F401 - before the forks, as the next two: a round then costs no imports
import psycopg  # noqa: F401
import sqlalchemy.dialects.sqlite  # noqa: F401
from flask import Flask
from waitress import create_server

from processor.servers.builtin.http import blueprint
from processor.servers.builtin.server import open_builtin
from tests.servers.phones import ROOT, make_config


class Child(NamedTuple):
    """A running server."""

    pid: int
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)


class Nursery:
    """Starts servers of one inbox."""

    def __init__(self, process: subprocess.Popen[str], home: Path, url: str) -> None:
        self._process = process
        self._line = f"{home} {url}\n"

    def start(self) -> Child:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(self._line)
        self._process.stdin.flush()
        pid, port = self._process.stdout.readline().split()
        return Child(int(pid), int(port))


@contextmanager
def nursery(home: Path, url: str) -> Iterator[Nursery]:
    command = [sys.executable, "-m", "tests.servers.child"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            yield Nursery(process, home, url)
        finally:
            process.kill()


def _serve(home: str, url: str) -> None:
    app = Flask("phones")
    app.register_blueprint(blueprint(open_builtin(make_config(Path(home), url))))
    listener = create_server(app, host="127.0.0.1", port=0, threads=4)
    print(os.getpid(), listener.effective_port, flush=True)
    listener.run()


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the killed are nobody's zombies
    for line in sys.stdin:
        if os.fork() == 0:
            _serve(*line.split())
