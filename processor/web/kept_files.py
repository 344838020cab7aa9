"""Files that wait for a person: private, in folders of the service, swept when they are old."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from processor.private import write_private
from processor.web.service import service

KEPT = timedelta(days=1)
"""How long a file waits to be taken."""


def folder(name: str = "exports") -> Path:
    """A folder that only this service's account may open."""
    found = service().config.data / name
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def export_path(download_id: int, file_format: str) -> Path:
    """Where the file of a row of the ledger waits."""
    return folder() / f"{download_id}.{file_format}"


def keep_notes(place: Path, download_id: int, notes: Iterable[str]) -> None:
    """Keep beside a file of this folder what its receipt says of it: they have places in the data, so they go when it goes."""
    if lines := "\n".join(notes):
        write_private(place / f"{download_id}.notes", lines.encode())


def read_notes(download_id: int) -> list[str]:
    """The notes of a file, none where there are none."""
    path = export_path(download_id, "notes")
    return path.read_text(encoding="utf-8").split("\n") if path.is_file() else []


def sweep(place: Path, kept: timedelta = KEPT) -> None:
    """Remove files that have waited for longer."""
    limit = (datetime.now(UTC) - kept).timestamp()
    for path in place.iterdir():
        if path.is_file() and path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)
