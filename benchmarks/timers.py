"""Wall time of the rooms' own functions, measured where they are called."""

from __future__ import annotations

import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

STAGES = {
    # stage: functions (module, name) whose time belongs to it
    "parse XML": [("processor.servers.builtin.feed", "read_submission")],
    "canonical JSON, hash": [("processor.store.raw", "content")],
    "flatten": [("processor.survey.prepare", "page_of"), ("processor.survey.prepare", "flatten_page")],
    "clean": [("processor.survey.prepare", "clean")],
    "derived checks": [("processor.survey.prepare", "_derived")],
    "write raw": [("processor.store.raw", "append")],
    "write tables": [("processor.store.reporting", "replace")],
    "write current": [("processor.store.intake", "write_current")],
    "reconcile": [("processor.pull", "_compare"), ("processor.pull", "_judge")],
    "checks after the pull": [("processor.pull", "check_due")],
}


class Timers:
    """Adds up seconds by stage; stages do not overlap."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()

    def install(self) -> None:
        """Wrap the functions of all stages."""
        for stage, functions in STAGES.items():
            for module_name, name in functions:
                module = import_module(module_name)
                setattr(module, name, self._timed(stage, getattr(module, name)))

    def _timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **more: Any) -> Any:
            start = time.perf_counter()
            try:
                return function(*args, **more)
            finally:
                self.seconds[stage] += time.perf_counter() - start

        return timed

    def waiting_for(self, stage: str, items: Iterator[Any]) -> Iterator[Any]:
        """The items, with the time they took to come."""
        while True:
            start = time.perf_counter()
            try:
                item = next(items)
            except StopIteration:
                return
            finally:
                self.seconds[stage] += time.perf_counter() - start
            yield item


def peak_mb() -> float:
    """Highest memory of this process so far."""
    scale = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale
