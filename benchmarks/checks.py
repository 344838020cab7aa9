"""Speed and memory of cleaning and checks; writes CHECKS.md.

python -m benchmarks.checks [--households 100000] [--changed 1000]
"""

from __future__ import annotations

import multiprocessing
import os
import platform
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import click
import pandas as pd

from benchmarks.checks_data import prepare
from benchmarks.checks_steps import Outcome, check_all, check_changed, load

SHOWN = 60
"""Rules that are listed one by one; the others together."""
PEAK, SECONDS, CHANGED_SECONDS = 1_500, 30, 2
"""What is aimed at."""


def alone(step: Callable[..., Outcome], *args: Any) -> Outcome:
    """A step in a process of its own, so that its memory is its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(step, *args).result()


def report(number: int, changed: int, steps: dict[str, Outcome], busy: tuple[float, float]) -> str:
    """The page."""
    loaded, first, again, increment = (steps[name] for name in ("load", "first", "again", "increment"))
    clean, counts = loaded.times, loaded.counts
    lines = [
        "# Cleaning and checks, measured",
        "",
        (
            f"{os.cpu_count()} cores, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
            f"pandas {pd.__version__}. Written by `make benchmark-checks`."
        ),
        "",
        (
            f"{counts['c']:,} forms C with {counts['c_members']:,} members and {counts['c1']:,} forms C1 with "
            f"{counts['c1_allowances']:,} allowances: practice households, a twentieth of them with a mistake. A twentieth "
            "is drawn and filled in by the form; the others are copies with other codes, numbers and names "
            "(`checks_copies.py`). All rules are on; the payment roll and the list of villages are not given."
        ),
        "",
        (
            f"Load of the machine at the begin {busy[0]:.1f}, at the end {busy[1]:.1f}, for all its cores: where it is above "
            "the number of cores others worked as well, and seconds of the clock say little; seconds of CPU (user and "
            "system) grow with it too, since caches are shared."
        ),
        "",
        "| Step | CPU, s | Clock, s | Peak memory, MB |",
        "|:--|--:|--:|--:|",
        f"| clean, page by page as a pull does | {clean.cpu['clean']:.1f} | {clean.wall['clean']:.1f} | {loaded.peak:.0f} |",
        *(
            f"| {what} | {o.times.cpu['all']:.1f} | {o.times.wall['all']:.1f} | {o.peak:.0f} |"
            for what, o in (("check everything, the first time", first), ("check everything again", again))
        ),
        f"| {changed:,} changed submissions: clean | {increment.times.cpu['clean']:.2f} | {increment.times.wall['clean']:.2f} | |",
        (
            f"| {changed:,} changed submissions: check | {increment.times.cpu['all']:.1f} | {increment.times.wall['all']:.1f} "
            f"| {increment.peak:.0f} |"
        ),
        "",
        (
            f"Aim: cleaning and a check of everything within {SECONDS} s on 2 cores and {PEAK:,} MB, the increment within "
            f"{CHANGED_SECONDS} s. Checks are measured from the store to the store: reading the tables, the rules, writing "
            "findings and the keys of groups. The changed submissions lie in all communes, so nearly every officer and "
            "commune is looked at again."
        ),
        "",
        (
            f"Findings of checks: {first.counts['findings']:,}; of cleaning {counts['findings of cleaning']:,}, "
            f"{counts['changes']:,} cells changed."
        ),
        "",
        "## Share of every step",
        "",
        "| Step | First, CPU s | Again, CPU s | Increment, CPU s |",
        "|:--|--:|--:|--:|",
        *_steps(first, again, increment),
        "",
        "## Share of every rule",
        "",
        (
            "Of the check of everything. What several rules share (ages, pairs of C and C1, amounts due) counts for the "
            "first of them."
        ),
        "",
        "| Rule | CPU, s | Share of all rules |",
        "|:--|--:|--:|",
        *_rules(first),
    ]
    return "\n".join(lines) + "\n"


def _parts(outcome: Outcome) -> dict[str, float]:
    """Seconds by step; rules and keys each as one, and what is left of all."""
    found: dict[str, float] = {}
    for step, seconds in outcome.times.cpu.items():
        kind = (
            "rules" if step.startswith("rule ") else "keys of groups" if step.startswith("keys of") else step
        )
        if kind not in ("all", "clean", "flatten", "write tables"):
            found[kind] = found.get(kind, 0.0) + seconds
    return {**found, "other": outcome.times.cpu["all"] - sum(found.values())}


def _steps(*outcomes: Outcome) -> Iterator[str]:
    parts = [_parts(outcome) for outcome in outcomes]
    for step in sorted({step for of in parts for step in of}, key=lambda s: -parts[0].get(s, 0.0)):
        yield f"| {step} | {' | '.join(f'{of.get(step, 0.0):.2f}' for of in parts)} |"


def _rules(outcome: Outcome) -> Iterator[str]:
    rules = {s.removeprefix("rule "): t for s, t in outcome.times.cpu.items() if s.startswith("rule ")}
    total, ordered = sum(rules.values()), sorted(rules, key=lambda rule: -rules[rule])
    for rule in ordered[:SHOWN]:
        yield f"| {rule} | {rules[rule]:.2f} | {100 * rules[rule] / total:.1f} % |"
    rest = sum(rules[rule] for rule in ordered[SHOWN:])
    yield f"| {len(ordered[SHOWN:])} others | {rest:.2f} | {100 * rest / total:.1f} % |"


@click.command()
@click.option("--households", "number", default=100_000, show_default=True)
@click.option("--changed", default=1_000, show_default=True)
def main(number: int, changed: int) -> None:
    """Measure and write CHECKS.md."""
    files, begin = prepare(number), os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        home, steps = Path(folder), {}
        for name, step, args in (
            ("load", load, (files, number)),
            ("first", check_all, ()),
            ("again", check_all, ()),
            ("increment", check_changed, (files[0], changed)),
        ):
            click.echo(f"{name} …", err=True)
            steps[name] = alone(step, home, *args)
    text = report(number, changed, steps, (begin, os.getloadavg()[0]))
    Path(__file__).with_name("CHECKS.md").write_text(text, encoding="utf-8")
    click.echo(text)


if __name__ == "__main__":
    main()
