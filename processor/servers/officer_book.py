"""Who was ever let in, and who was revoked: what ODK Central and KoboToolbox do not keep.

One file for each server and project, in the data folder. Without it nobody could tell a new officer from one who was
revoked, and an import would let her in again. So whoever was revoked in one book is so in all: a server that gets another
address, or another server, must not let her in. It holds no token and no password.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from processor.errors import ConfigError, Message
from processor.private import PrivateJson
from processor.servers.protocol import AppUser

FOLDER = "officers"


@dataclass(frozen=True)
class Known:
    """An officer as the book has her. `revoked_at` is None while she may send."""

    name: str
    area: str
    practice: bool
    revoked_at: datetime | None = None

    def user(self, code: str) -> AppUser:
        """As an officer without a card."""
        return AppUser(code, self.name, self.area, self.practice, active=self.revoked_at is None)


class Book:
    """The officers of one server; `place` tells it from others (its address and project)."""

    def __init__(self, data: Path, kind: str, place: str) -> None:
        short = hashlib.sha256(place.encode()).hexdigest()[:12]
        self._file = PrivateJson(data / FOLDER / f"{kind}-{short}.json")
        self._place = place

    def read(self) -> dict[str, Known]:
        """Everybody by code, and who was revoked on other servers and is not in this book."""
        found: dict[str, Known] = {}
        for path in sorted(self._file.path.parent.glob("*.json")):
            if path != self._file.path:
                others = _officers(PrivateJson(path))
                found |= {code: known for code, known in others.items() if known.revoked_at is not None}
        return found | _officers(self._file)

    def note(self, officers: Mapping[str, Known]) -> None:
        """Write these down, each in place of what was known of her."""
        if not officers:
            return
        with self._file.changing() as value:
            value["server"] = self._place
            value.setdefault("officers", {}).update({code: _entry(known) for code, known in officers.items()})


def _officers(file: PrivateJson) -> dict[str, Known]:
    """What stands in one file."""
    officers = file.read().get("officers", {})
    try:
        return {code: _known(entry) for code, entry in officers.items()}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ConfigError(Message.PRIVATE_FILE, path=file.path, detail=type(error).__name__) from None


def _known(entry: Mapping[str, Any]) -> Known:
    at = entry["revoked_at"]
    revoked_at = None if at is None else datetime.fromisoformat(at).astimezone(UTC)
    return Known(str(entry["name"]), str(entry["area"]), bool(entry["practice"]), revoked_at)


def _entry(known: Known) -> dict[str, Any]:
    at = None if known.revoked_at is None else known.revoked_at.isoformat()
    return {"name": known.name, "area": known.area, "practice": known.practice, "revoked_at": at}
