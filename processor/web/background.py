"""Work that goes on in a thread of this process while its person looks on or elsewhere; never twice at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, MutableMapping
from typing import Protocol, TypeVar

from flask import current_app

_starting = threading.Lock()


class Task(Protocol):
    """What is done; it is made with a thread that is not started yet."""

    @property
    def thread(self) -> threading.Thread:
        """The one that does it."""

    @property
    def is_over(self) -> bool:
        """Whether nobody need find it any more."""


T = TypeVar("T", bound=Task)


def begin(key: str, name: str, make: Callable[[], T]) -> T:
    """The task of this name as it runs, else the one that is made and started now."""
    with _starting:
        known: MutableMapping[str, T] = tasks(key)
        task = known.get(name)
        if task is None or not task.thread.is_alive():
            task = known[name] = make()
            task.thread.start()
    return task


def tasks(key: str) -> MutableMapping[str, T]:
    """By name, those of one kind that run or wait to be looked at."""
    known: dict[str, T] = current_app.extensions.setdefault(key, {})
    for name in [name for name, task in list(known.items()) if task.is_over]:
        known.pop(name, None)
    return known
