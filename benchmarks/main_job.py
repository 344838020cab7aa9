"""Speed and memory of the main job: `python -m benchmarks.main_job --submissions 20000`.

Posts practice interviews of form C to the real server, pulls them into the tables, and beside that
runs pandas' own pair, json_normalize and to_sql, on the same documents. Every step is a process.
"""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import pandas as pd

from benchmarks import corpus
from processor.practice.phone import PracticePhone

CLIENTS = 8
RESULTS = Path(__file__).parent / "RESULTS.md"


@dataclass
class Bench:
    """One run: its folder, its interviews, what was measured."""

    folder: Path
    texts: Path
    posted: dict[int, dict[str, Any]] = field(default_factory=dict)
    pulls: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    pandas: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)

    def environment(self, store: str) -> dict[str, str]:
        """Settings of a step: one inbox, a store of its own."""
        own = {
            "PROCESSOR_HOME": str(self.folder),
            "PROCESSOR_STORE_URL": store,
            "BENCHMARK_INBOX": self.sqlite("inbox"),
        }
        return {**os.environ, **own}

    def step(self, name: str, store: str) -> dict[str, Any]:
        """Run a step in a process and return what it measured."""
        command = [sys.executable, "-m", "benchmarks.work", name]
        done = subprocess.run(
            command, env=self.environment(store), capture_output=True, text=True, cwd=corpus.ROOT
        )
        if done.returncode:
            raise click.ClickException(f"{name} failed:\n{done.stderr[-3000:]}")
        return dict(json.loads(done.stdout.splitlines()[-1]))

    def sqlite(self, name: str) -> str:
        """A fresh SQLite store."""
        return f"sqlite:///{self.folder / name}.sqlite"


@click.command()
@click.option("--submissions", default=20_000, show_default=True)
@click.option("--small", default=5_000, show_default=True, help="Number at which memory is measured first.")
@click.option("--postgresql/--no-postgresql", default=True, show_default=True)
@click.option("--write/--no-write", default=True, help="Keep the result in benchmarks/RESULTS.md.")
def main(submissions: int, small: int, postgresql: bool, write: bool) -> None:
    """Measure and print a table."""
    os.environ.pop("PROCESSOR_CONFIG", None)
    texts = corpus.corpus(submissions)
    with tempfile.TemporaryDirectory(prefix="bench") as folder, _postgres(postgresql) as server:
        bench = Bench(Path(folder), texts)
        bench.step("prepare", bench.sqlite("prepare"))
        first = 0
        for number in (small, submissions):
            bench.posted[number] = _post(bench, first, number - first)
            first = number
            _measure(bench, "SQLite", number, bench.sqlite(f"pull{number}"), bench.sqlite(f"pandas{number}"))
            if server:
                urls = [_database(server, f"{kind}{number}") for kind in ("pull", "pandas")]
                _measure(bench, "PostgreSQL", number, *urls)
        text = _report(bench, submissions)
    click.echo(text)
    if write:
        RESULTS.write_text(text, encoding="utf-8")


@contextmanager
def _postgres(wanted: bool) -> Iterator[str]:
    if not wanted:
        yield ""
        return
    from tests import postgres

    with postgres.server() as url:
        yield url


def _database(server: str, name: str) -> str:
    import psycopg

    with psycopg.connect(server + "postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    return server.replace("postgresql://", "postgresql+psycopg://") + name


def _measure(bench: Bench, engine: str, number: int, pull_store: str, pandas_store: str) -> None:
    bench.step("prepare", pull_store)
    bench.pulls[engine, number] = bench.step("pull", pull_store)
    bench.pandas[engine, number] = bench.step("pandas", pandas_store)
    click.echo(f"{engine} {number}: {bench.pulls[engine, number]['said']}", err=True)


def _post(bench: Bench, first: int, number: int) -> dict[str, Any]:
    """Post interviews with several clients against the server in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.work", "serve"]
    environment = bench.environment(bench.sqlite("prepare"))
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=corpus.ROOT
    ) as process:
        assert process.stdout is not None and process.stdin is not None
        addresses = json.loads(process.stdout.readline())["addresses"]
        phones = [PracticePhone(addresses[i % len(addresses)]) for i in range(CLIENTS)]
        texts = list(corpus.read(bench.texts, first, number))
        start = time.perf_counter()
        with ThreadPoolExecutor(CLIENTS) as pool:
            jobs = [pool.submit(_send_all, phone, texts[i::CLIENTS]) for i, phone in enumerate(phones)]
            accepted = sum(job.result() for job in jobs)
        seconds = time.perf_counter() - start
        process.stdin.close()
        peak = json.loads(process.stdout.readline())["peak_mb"]
        process.wait()
    if accepted != number:
        raise click.ClickException(f"{accepted} of {number} posts accepted")
    return {"number": number, "seconds": seconds, "peak_mb": peak}


def _send_all(phone: PracticePhone, texts: list[bytes]) -> int:
    return sum(phone.send(text, {}) for text in texts)


NOTE = """
The pull reads the inbox, parses XML, keeps the raw copy with its hash, flattens by the form, cleans with a
change log, makes 0/1 columns, holds each submission against the form's own conditions and calculations, loads
typed tables, proves equality and then checks everything by the survey's rules: all of it is in *pull*. The pair
starts from parsed documents and writes texts. Seconds are of the clock, *processor* is milliseconds an interview of the process
that pulls (PostgreSQL's own are not in it). *Like for like* are only the stages flatten, clean and write tables
against the pair; above 1 the pull is faster.
"""


def _report(bench: Bench, submissions: int) -> str:
    lines = [
        "# The main job, measured",
        "",
        f"{_machine()}. Form C, {submissions:,} practice interviews.",
        "",
    ]
    load = ", ".join(f"{average:.0f}" for average in os.getloadavg())
    lines += [
        f"`make benchmark` writes this file anew. Load of the machine at the end (1, 5, 15 minutes): {load}; above the",
        "number of cores each process waits for its turn.",
        "",
        *("## Posts", "", *_posts(bench), ""),
    ]
    lines += [
        "Each post is flushed to disk and committed before it is answered; clients run on the same cores.",
        "",
    ]
    lines += ["## Pull into tables, and pandas' pair on the same documents", "", *_rates(bench), NOTE]
    lines += ["## Share of every stage of the pull", "", *_stages(bench, submissions), ""]
    lines += ["## Share of the pair", "", *_pair_stages(bench, submissions)]
    return "\n".join(lines) + "\n"


def _posts(bench: Bench) -> list[str]:
    lines = [
        "| Interviews | Clients | Accepted per second | Peak memory of the server, MB |",
        "|--:|--:|--:|--:|",
    ]
    for posted in bench.posted.values():
        rate = posted["number"] / posted["seconds"]
        lines.append(f"| {posted['number']:,} | {CLIENTS} | {rate:,.0f} | {posted['peak_mb']:,.0f} |")
    return lines


def _rates(bench: Bench) -> list[str]:
    """Interviews per second; a ratio above 1 means that the pull is faster."""
    each = ("Processor, ms", "Peak, MB")
    head = ("Engine", "Interviews", "Pull, per second", *each, "Pair, per second", *each)
    head += ("Pull : pair", "Like for like")
    lines = [f"| {' | '.join(head)} |", "|:--|" + "--:|" * (len(head) - 1)]
    for (engine, number), pulled in bench.pulls.items():
        pair = bench.pandas[engine, number]
        alike = sum(pulled["stages"][stage] for stage in ("flatten", "clean", "write tables"))
        lines.append(
            f"| {engine} | {number:,} {_speed(pulled, number)} {_speed(pair, number)} "
            f"| {pair['seconds'] / pulled['seconds']:.2f} | {pair['seconds'] / alike:.2f} |"
        )
    return lines


def _speed(found: dict[str, Any], number: int) -> str:
    per_second, each = number / found["seconds"], 1000 * found["cpu"] / number
    return f"| {per_second:,.0f} | {each:.2f} | {found['peak_mb']:,.0f}"


def _stages(bench: Bench, submissions: int) -> list[str]:
    engines = [engine for engine, number in bench.pulls if number == submissions]
    names = list(bench.pulls[engines[0], submissions]["stages"])
    lines = [f"| Stage | {' | '.join(engines)} |", "|:--|" + "--:|" * len(engines)]
    for name in names:
        shares = []
        for engine in engines:
            found = bench.pulls[engine, submissions]
            shares.append(
                f"{100 * found['stages'][name] / found['seconds']:.0f} % ({found['stages'][name]:.1f} s)"
            )
        lines.append(f"| {name} | {' | '.join(shares)} |")
    return lines


def _pair_stages(bench: Bench, submissions: int) -> list[str]:
    lines = ["| Engine | read and parse (not counted) | json_normalize | to_sql |", "|:--|--:|--:|--:|"]
    for (engine, number), found in bench.pandas.items():
        if number == submissions:
            lines.append(f"| {engine} | " + " | ".join(f"{s:.1f} s" for s in found["stages"].values()) + " |")
    return lines


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GB, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, pandas {pd.__version__}"
    )


if __name__ == "__main__":
    main()
