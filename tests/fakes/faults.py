"""Misbehaviour on command: what goes wrong with which request, and how often.

`faults.add("status", status=429, headers={"Retry-After": "1"}, match="GET .*/data/", times=2)`.

kinds: `status` (answers that status without serving), `html` (a gateway's page with status 200 or another),
`cut` (the body ends before its announced length), `cut_chunks` (a streamed body ends without its last
chunk), `no_length` (a body that ends with the connection, as some proxies do), `cut_gzip` (a complete body whose gzip stream ends too early), `reset` (connection
reset before anything is served), `reset_after` (served, then reset: the answer is lost), `drip` (a few bytes at a
time), `redirect` (to another host), `expire` (every session ends before serving), `before` (runs `call()` before
serving: deletes between pages, commits...), `rows` (passes the listed rows through `change(rows)`: duplicated or
reordered pages).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

KINDS = [
    "status",
    "html",
    "cut",
    "cut_chunks",
    "cut_gzip",
    "no_length",
    "reset",
    "reset_after",
    "drip",
    "redirect",
    "expire",
    "before",
    "rows",
]


@dataclass
class Fault:
    """One entry. It acts on requests whose "METHOD /path?query" matches, after the first `skip`, `times` times."""

    kind: str
    match: str = ""
    times: int = 1
    skip: int = 0
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    keep: float = 0.5
    """`cut`: the share of the body that is still sent."""
    chunk: int = 64
    pause: float = 0.01
    """`drip`: bytes a step and seconds between steps."""
    to: str = "http://elsewhere.invalid/"
    call: Callable[[], Any] | None = None
    change: Callable[[list[Any]], list[Any]] | None = None


class Faults:
    """The faults that wait; safe for several request threads."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._lock = threading.Lock()
        self.served: list[str] = []
        """Kinds that have acted, in order."""

    def add(self, kind: str, **options: Any) -> Fault:
        """Let a fault wait for its request."""
        if kind not in KINDS:
            raise ValueError(f"expected one of {KINDS}, found {kind!r}")
        fault = Fault(kind, **options)
        with self._lock:
            self._waiting.append(fault)
        return fault

    def clear(self) -> None:
        """Behave from now on."""
        with self._lock:
            self._waiting.clear()

    def take(self, line: str) -> Fault | None:
        """The fault that acts on this request line, used up by one."""
        with self._lock:
            for fault in self._waiting:
                if not re.search(fault.match, line):
                    continue
                if fault.skip:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                if fault.times <= 0:
                    self._waiting.remove(fault)
                self.served.append(fault.kind)
                return fault
        return None
