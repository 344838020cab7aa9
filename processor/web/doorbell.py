"""How often calls from outside may wake a pull, and how often a stranger may try addresses."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

PAUSE = 30.0
"""Seconds between two pulls of a form that were asked for from outside."""
TRIES, WINDOW = 20, 900.0
"""So many unknown addresses from one place in so many seconds."""
PLACES = 5_000
"""Places that are remembered; beyond them all are forgotten, so that a flood does not fill the memory."""
Clock = Callable[[], float]


class Doorbell:
    """Wakes at once, then at most once in a while; the last call of a burst is never lost."""

    def __init__(
        self, wake: Callable[[str], object], *, pause: float = PAUSE, clock: Clock = time.monotonic
    ) -> None:
        self._wake = wake
        self._pause = pause
        self._clock = clock
        self._lock = threading.Lock()
        self._last: dict[str, float] = {}
        self._waiting: set[str] = set()

    def ring(self, form_id: str) -> None:
        """Somebody says that something came for this form. Cheap, however often."""
        with self._lock:
            if form_id in self._waiting:
                return
            now = self._clock()
            due = self._last.get(form_id, now - self._pause) + self._pause
            if due > now:
                self._waiting.add(form_id)
                self._later(due - now, form_id)
                return
            self._last[form_id] = now
        self._wake(form_id)

    def _later(self, seconds: float, form_id: str) -> None:
        timer = threading.Timer(seconds, self._due, (form_id,))
        timer.daemon = True  # a service that ends does not wait: its next start pulls anyway
        timer.start()

    def _due(self, form_id: str) -> None:
        with self._lock:
            self._waiting.discard(form_id)
            self._last[form_id] = self._clock()
        self._wake(form_id)


class Strangers:
    """Counts unknown addresses by where they came from."""

    def __init__(self, *, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[str, tuple[float, int]] = {}

    def too_many(self, place: str) -> bool:
        """Count one more; whether it is beyond the limit."""
        now = self._clock()
        with self._lock:
            since, count = self._seen.get(place, (now, 0))
            if now - since > WINDOW:
                since, count = now, 0
            if len(self._seen) >= PLACES:
                self._seen.clear()
            self._seen[place] = (since, count + 1)
        return count + 1 > TRIES
