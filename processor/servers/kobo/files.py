"""Attachments, fetched once: an attachment's uid never gets other bytes.

Kobo tells no hash, so a file must be fetched to be known. And it must be fetched soon: a photo disappears from the
server at the next edit when its question was removed from the form in the meantime.
"""

from __future__ import annotations

import hashlib
import logging
import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from processor.servers.http import StatusError
from processor.servers.kobo.api import Api, asset_path
from processor.servers.protocol import Attachment

if TYPE_CHECKING:
    from processor.servers.kobo.rows import Row, RowFile

log = logging.getLogger(__name__)

AT_ONCE = 4
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PLAIN = re.compile(r"[0-9A-Za-z]{1,64}")


class Files:
    """The folder of one server's attachments: `<asset>/<uid>/<sha256>`."""

    def __init__(self, api: Api, folder: Path) -> None:
        self._api = api
        self._folder = folder

    def fetch_all(self, asset: str, rows: list[Row]) -> dict[tuple[int, str], Attachment]:
        """The attachments of some rows by (`_id`, name); one that the server cannot give has no hash."""
        wanted = [(row.number, file) for row in rows for file in row.files]
        if not wanted:
            return {}
        with ThreadPoolExecutor(AT_ONCE) as workers:
            found = list(workers.map(lambda w: self.fetch(asset, *w), wanted))
        return {
            (number, file.name): _attachment(file.name, path)
            for (number, file), path in zip(wanted, found, strict=True)
        }

    def kept(self, sha256: str) -> Path | None:
        """A file that was fetched with just these bytes, whatever submission it came with; nothing is asked."""
        if not _SHA256.fullmatch(sha256):
            return None
        found = self._folder.glob(f"*/*/{sha256}")
        return next((path for path in found if _is_whole(path, sha256)), None)

    def fetch(self, asset: str, number: int, file: RowFile) -> Path | None:
        """The local file, from the server when it is not here yet; None when the server has lost it.

        Two that fetch the same at once do not disturb each other.
        """
        place = self._folder / asset / _safe(file.uid)
        known = _stored(place)
        if known is not None:
            return known
        place.mkdir(parents=True, exist_ok=True)
        try:
            got = self._api.http.download(
                asset_path(asset, "data", str(number), "attachments", file.uid),
                place / f"new-{uuid.uuid4().hex}",
            )
        except StatusError as error:
            if error.status not in (404, 410):
                raise
            log.warning("KoboToolbox row %d lists an attachment that it cannot give", number)
            return None
        return got.path.replace(place / got.sha256)


def _is_whole(path: Path, sha256: str) -> bool:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256


def _attachment(name: str, path: Path | None) -> Attachment:
    return Attachment(name) if path is None else Attachment(name, path.stat().st_size, path.name)


def _stored(place: Path) -> Path | None:
    """The file that was fetched whole; a name that is no hash is the rest of a fetch that was cut off."""
    if not place.is_dir():
        return None
    return next((p for p in sorted(place.iterdir()) if _SHA256.fullmatch(p.name)), None)


def _safe(uid: str) -> str:
    """A name for a folder, whatever the server calls its attachment."""
    return uid if _PLAIN.fullmatch(uid) else hashlib.sha256(uid.encode()).hexdigest()
