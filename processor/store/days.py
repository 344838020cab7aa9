"""Calendar days of the survey's own time zone, as instants."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from processor.store.open import Store


def start_of_day(store: Store, day: date, *, later: int = 0) -> datetime:
    """The instant at which the local day begins, `later` days on."""
    zone = ZoneInfo(store.config.timezone)
    return datetime.combine(day + timedelta(days=later), time(), zone).astimezone(UTC)


def today(store: Store) -> date:
    """The local date now."""
    return datetime.now(ZoneInfo(store.config.timezone)).date()
