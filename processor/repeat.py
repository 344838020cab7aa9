"""Repeats a command until the process is asked to end."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Callable
from typing import Any

import click


def repeat(once: Callable[[], object], seconds: float) -> None:
    """Call `once` again and again until the process is asked to end."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stop.set())
    while not stop.is_set():
        once()
        stop.wait(seconds)


class Interval(click.ParamType):
    """`30s`, `5m` or `1h`."""

    name = "interval"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Seconds."""
        match = re.fullmatch(r"([1-9][0-9]{0,3})([smh])", value)
        if not match:
            self.fail(f"expected a time like 30s, 5m or 1h, found {value!r}", param, ctx)
        return float(match[1]) * {"s": 1, "m": 60, "h": 3600}[match[2]]
