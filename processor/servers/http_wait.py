"""How often and how long the HTTP layer tries again."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

TRANSIENT = frozenset({429, 500, 502, 503, 504})


@dataclass(frozen=True)
class Retries:
    """`attempts` in all; waits grow from `first` to `most` seconds, with jitter; Retry-After counts up to `longest`."""

    attempts: int = 6
    first: float = 0.5
    most: float = 30.0
    longest: float = 120.0

    def seconds(self, failed: int, retry_after: str | None = None) -> float:
        """The wait after the `failed`-th attempt (1, 2, ...): never shorter than the server asks, up to the cap."""
        planned = min(self.most, self.first * 2 ** (failed - 1))
        jittered = planned * random.uniform(0.5, 1.0)  # noqa: S311  (spreads clients, guards nothing)
        asked = retry_after_seconds(retry_after)
        return jittered if asked is None else max(jittered, min(asked, self.longest))


def retry_after_seconds(value: str | None) -> float | None:
    """Seconds of a Retry-After header (a number or a date); None when there is none or it cannot be read."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    moment = parse_date(text)
    return None if moment is None else max(0.0, (moment - datetime.now(UTC)).total_seconds())


def parse_date(value: str | None) -> datetime | None:
    """A date of an HTTP header as aware UTC; None when there is none or it cannot be read."""
    try:
        moment = parsedate_to_datetime(value or "")
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
