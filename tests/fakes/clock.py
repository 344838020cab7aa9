"""The server's own clock: real time with a skew, or a virtual one that only tests move."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

TICK = timedelta(milliseconds=1)


class Clock:
    """Gives stamps. With `at` it stands still but for one tick per stamp; without, it is real time + `skew`."""

    def __init__(
        self, at: datetime | None = None, *, skew: timedelta = timedelta(), tick: timedelta = TICK
    ) -> None:
        self._at = at
        self._tick = tick
        self._lock = threading.Lock()
        self.skew = skew

    def now(self) -> datetime:
        """The present moment, whole milliseconds, without moving a virtual clock."""
        with self._lock:
            moment = (self._at or datetime.now(UTC)) + self.skew
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def stamp(self) -> datetime:
        """A stamp for something that is stored; two stamps of a virtual clock differ by one tick."""
        with self._lock:
            if self._at is not None:
                self._at += self._tick
        return self.now()

    def advance(self, **delta: float) -> None:
        """Move the clock on by a `timedelta(**delta)`; a real clock gains a skew."""
        with self._lock:
            if self._at is None:
                self.skew += timedelta(**delta)
            else:
                self._at += timedelta(**delta)


def iso_ms(moment: datetime | None) -> str | None:
    """ODK Central's writing of a moment."""
    if moment is None:
        return None
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def iso_us(moment: datetime | None) -> str | None:
    """KoboToolbox's writing of a moment in its management API."""
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
