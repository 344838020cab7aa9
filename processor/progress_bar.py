"""How far a pull is: a bar with counts and time left on a terminal, nothing anywhere else."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

STEP = 50
"""Redrawn after so many submissions at the earliest: pages are large anyway."""


@contextmanager
def watched(label: str, total: Callable[[], int | None]) -> Iterator[Callable[[int], None]]:
    """A function that is told how many have come so far.

    `total` is asked only when somebody watches; None: unknown, then only the count runs.
    """
    if not sys.stderr.isatty():
        yield _quiet
        return
    with _bar(label, total()) as bar:
        yield lambda seen: bar.update(max(0, seen - bar.pos))


def _quiet(_seen: int) -> None:
    """Nobody watches."""


def _bar(label: str, total: int | None) -> Any:
    options: dict[str, Any] = {"label": label, "file": sys.stderr, "show_pos": True}
    if not total:
        return click.progressbar(itertools.count(), show_eta=False, **options)
    return click.progressbar(length=total, update_min_steps=min(STEP, total), **options)
