"""The pull behind another server, beside pyODK and the bare download: `python -m benchmarks.servers`.

A form server of tests/fakes in a process of its own delivers practice interviews of form C at a steady rate. Side by
side in one run: our pull into committed tables, pyODK's get_table + json_normalize + to_sql, and a client that only
makes our pull's requests again. Every step is a process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from benchmarks import corpus
from benchmarks.server_report import RESULTS, report

KINDS = ("central", "kobo")
ODATA = [f"/v1/projects/1/forms/phieu_c.svc/Submissions{table}" for table in ("", ".members")]
"""What pyODK asks for."""


@dataclass
class Behind:
    """One form server with its interviews, and the folder of one run."""

    kind: str
    folder: Path
    login: dict[str, str]
    process: subprocess.Popen[str]
    measured: dict[str, dict[str, Any]] = field(default_factory=dict)

    def hold(self, number: int) -> None:
        """Let the server hold so many interviews."""
        assert self.process.stdin is not None and self.process.stdout is not None
        print(number, file=self.process.stdin, flush=True)
        stored = json.loads(self.process.stdout.readline())["stored"]
        if stored != number:
            raise click.ClickException(f"{stored} of {number} interviews stored")

    def step(self, name: str, store: str = "store", **more: str) -> dict[str, Any]:
        """Run a step in a process and return what it measured."""
        command = [sys.executable, "-m", "benchmarks.server_steps", name]
        environment = {**os.environ, **self._environment(store), **more}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=corpus.ROOT)
        if done.returncode:
            raise click.ClickException(f"{self.kind} {name} failed:\n{done.stderr[-3000:]}")
        return dict(json.loads(done.stdout.splitlines()[-1]))

    def _environment(self, store: str) -> dict[str, str]:
        login = {"KOBO_TOKEN": self.login["token"]} if self.kind == "kobo" else {}
        if self.kind == "central":
            login = {"CENTRAL_EMAIL": self.login["email"], "CENTRAL_PASSWORD": self.login["password"]}
        return {
            "PROCESSOR_CONFIG": str(_settings(self.folder / "home", self.kind, self.login["url"])),
            "PROCESSOR_STORE_URL": f"sqlite:///{self.folder / store}.sqlite",
            "BENCHMARK_URL": self.login["url"],
            "BENCHMARK_FOLDER": str(self.folder),
            **login,
        }


def _settings(home: Path, kind: str, url: str) -> Path:
    """The project's settings with another server; the questionnaires are the project's own."""
    path = home / "config" / "survey.toml"
    if path.is_file():
        return path
    path.parent.mkdir(parents=True)
    text = (corpus.ROOT / "config" / "survey.toml").read_text(encoding="utf-8")
    lines = [
        f'kind = "{kind}"',
        f'url = "{url}"',
        "project = 1" if kind == "central" else f'openrosa_url = "{url}"',
    ]
    path.write_text(text.replace('kind = "builtin"', "\n".join(lines)), encoding="utf-8")
    (home / "xlsforms").symlink_to(corpus.ROOT / "xlsforms")
    for name in ("codes", "rules.csv"):
        (path.parent / name).symlink_to(corpus.ROOT / "config" / name)
    return path


@contextmanager
def behind(kind: str, rate: float, folder: Path) -> Iterator[Behind]:
    """The server as a process, ended when its standard input is closed."""
    command = [sys.executable, "-m", "benchmarks.form_server", kind, "--rate", str(rate)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=corpus.ROOT
    ) as process:
        assert process.stdout is not None and process.stdin is not None
        yield Behind(kind, folder, json.loads(process.stdout.readline()), process)
        process.stdin.close()


@click.command()
@click.option("--submissions", default=20_000, show_default=True)
@click.option("--small", default=5_000, show_default=True, help="Number at which memory is measured first.")
@click.option(
    "--rate", default=3_000.0, show_default=True, help="Submissions a second that the server delivers."
)
@click.option("--kind", "kinds", type=click.Choice(KINDS), multiple=True, default=KINDS)
@click.option("--write/--no-write", default=True, help="Keep the result in benchmarks/SERVERS.md.")
def main(submissions: int, small: int, rate: float, kinds: tuple[str, ...], write: bool) -> None:
    """Measure and print a table."""
    os.environ.pop("PROCESSOR_HOME", None)
    corpus.corpus(submissions)
    loads = os.getloadavg()
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for kind in kinds:
        with (
            tempfile.TemporaryDirectory(prefix="bench") as folder,
            behind(kind, rate, Path(folder)) as server,
        ):
            server.step("prepare")
            for number in (small, submissions):
                server.hold(number)
                found[kind, number] = _measure(server, number)
                click.echo(f"{kind} {number}: {found[kind, number]['pull']['said']}", err=True)
                text = report(found, rate, f"{loads[0]:.0f} to {os.getloadavg()[1]:.0f}")
                if write:  # what is measured so far: a run takes long
                    RESULTS.write_text(text, encoding="utf-8")
    click.echo(text)


def _measure(server: Behind, number: int) -> dict[str, Any]:
    """What each way took; before, the server has built its answers once."""
    ways: dict[str, dict[str, Any]] = {"warm": server.step("warm")}
    store = f"store{number}"
    server.step("prepare", store)
    ways["pull"] = server.step("pull", store)
    ways["fresh"] = server.step("fresh", store)
    ways["bare"] = _bare(server, ways["pull"]["asked"])
    if server.kind == "central":
        _bare(server, [{"method": "GET", "path": path, "headers": {}} for path in ODATA])
        ways["pyodk"] = server.step("pyodk", f"pyodk{number}")
    return ways


def _bare(server: Behind, asked: list[dict[str, Any]]) -> dict[str, Any]:
    path = server.folder / "asked.json"
    path.write_text(json.dumps(asked), encoding="utf-8")
    return server.step("bare", BENCHMARK_ASKED=str(path))


if __name__ == "__main__":
    main()
