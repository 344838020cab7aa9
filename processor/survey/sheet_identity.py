"""What makes a sheet of findings ours: which finding every line stands for, signed; pure.

The identity travels in a hidden sheet of the workbook. A person can sort, filter and move what is visible; no
line can be pointed at another cell, and no sheet can be made elsewhere, without the service's key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import unicodedata
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

KIND = "finding-sheet-1"
CHUNK = 30_000
"""Signs of one cell; Excel holds 32,767."""
SEEN = 500
"""Signs of an answer that are compared with what the sheet shows."""
_ESCAPED = re.compile(r"_x[0-9A-Fa-f]{4}_")


class Place(NamedTuple):
    """A finding as it stood when the sheet was made."""

    ref: str
    rule: str
    severity: str
    form_id: str
    submission_id: str
    table_name: str
    row_key: str
    column_name: str
    unit: str
    raw_sha256: str
    state: str
    acted_at: str
    """Time of the last act on it, empty when there was none."""
    answer: str
    """`digest` of the answer."""
    seen: str
    """`seen_digest` of the answer."""

    @property
    def row_mark(self) -> str:
        """`members[2]`, as the sheet names the row of a repeat; empty for the submission itself."""
        return (
            "" if self.row_key == self.submission_id else self.row_key.removeprefix(f"{self.submission_id}/")
        )


@dataclass(frozen=True)
class Identity:
    """What the hidden sheet says."""

    sheet: int
    """Number in the ledger of downloads."""
    made_at: datetime
    username: str
    language: str
    practice: bool
    scope: str
    """Hash of the rights it was made with, for whoever compares two sheets."""
    headings: Mapping[str, str]
    """Key of a column -> its heading; columns are found by these words, wherever they stand."""
    places: Mapping[str, Place]
    """By `ref`."""


def seal(identity: Identity, key: bytes) -> tuple[str, ...]:
    """Texts for the cells of the hidden sheet: kind, signature, content in parts."""
    values: dict[str, Any] = {**vars(identity), "made_at": identity.made_at.isoformat()}
    values["places"] = list(identity.places.values())
    packed = zlib.compress(json.dumps(values).encode())
    content = base64.b64encode(packed).decode()
    parts = [content[at : at + CHUNK] for at in range(0, len(content), CHUNK)]
    return (KIND, _sign(content, key), *parts)


def unseal(cells: Sequence[str], key: bytes) -> Identity | None:
    """The identity, or None when this service has not signed it so. Nothing unsigned is looked into."""
    if len(cells) < 3 or cells[0] != KIND:
        return None
    content = "".join(cells[2:])
    if not hmac.compare_digest(_sign(content, key).encode(), cells[1].encode()):
        return None
    try:
        values = json.loads(zlib.decompress(base64.b64decode(content, validate=True)))
    except (binascii.Error, ValueError, zlib.error):
        return None
    places = [Place(*place) for place in values["places"]]
    made_at = datetime.fromisoformat(values["made_at"])
    return Identity(**{**values, "made_at": made_at, "places": {place.ref: place for place in places}})


def _sign(content: str, key: bytes) -> str:
    return hmac.new(key, f"{KIND}\n{content}".encode(), hashlib.sha256).hexdigest()


def sheet_key(secret: str) -> bytes:
    """The key for sheets, made from the service's secret: a signature of one thing is none of another."""
    return hmac.new(secret.encode(), KIND.encode(), hashlib.sha256).digest()


def digest(text: str | None) -> str:
    """Tells one answer from another; nothing of the answer can be read from it that the sheet does not show."""
    return hashlib.sha256(json.dumps(text).encode()).hexdigest()[:24]


def seen_digest(text: str) -> str:
    """Tells answers apart as sheets show them: programs that save workbooks change blanks and odd signs, and a
    very long text is cut."""
    return digest(plain(text)[:SEEN])


def plain(text: str) -> str:
    """Letters, digits and signs of a text: what remains the same whichever program saved it."""
    composed = unicodedata.normalize("NFC", _ESCAPED.sub("", text))
    return "".join(c for c in composed if c.isprintable() and not c.isspace())
