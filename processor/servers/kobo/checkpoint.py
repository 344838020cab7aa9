"""Where the next increment begins: an `_id` up to which rows were settled, and a moment of the server's clock.

Both lie behind what was seen: a row shows only when its files are stored, so rows can appear out of order.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import NamedTuple

from processor.servers.kobo.rows import Row

OVERLAP = timedelta(minutes=10)


class Checkpoint(NamedTuple):
    """`number`: every row up to this `_id` is settled. `at`: changes before this moment were asked for."""

    asset: str
    number: int
    at: datetime

    def write(self) -> str:
        """The text that is stored with the data."""
        return json.dumps({"v": 1, "asset": self.asset, "id": self.number, "at": self.at.isoformat()})


def read_checkpoint(text: str | None, asset: str) -> Checkpoint | None:
    """The checkpoint, or None (from the beginning) when there is none, or it is of another asset or server."""
    try:
        raw = json.loads(text or "null")
        found = Checkpoint(raw["asset"], int(raw["id"]), datetime.fromisoformat(raw["at"]))
    except (ValueError, TypeError, KeyError):
        return None
    return found if raw.get("v") == 1 and found.asset == asset and found.at.tzinfo else None


class Mark:
    """Moves the settled `_id` along the rows of a walk, and stops for good at the first fresh row."""

    def __init__(self, number: int, fresh_from: datetime) -> None:
        self.number = number
        self._fresh_from = fresh_from
        self._stopped = False

    def pass_by(self, rows: list[Row]) -> None:
        """Take note of the next rows."""
        for row in rows:
            self._stopped |= row.at >= self._fresh_from
            if self._stopped:
                return
            self.number = row.number
