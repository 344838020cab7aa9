"""An edited workbook as it comes from a browser: looked at from outside before anything opens it."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from processor.errors import ContractError, FormError, Message
from processor.forms.sheets import Sheets, read_sheets
from processor.store.sheet_file import DAMAGED, MAX_BYTES, check_size

if TYPE_CHECKING:
    from processor.config import Config

MEGABYTES = MAX_BYTES >> 20
MAX_ROWS = 20_000
"""Row of the last filled cell; choices of all communes of a province are 500."""
MAX_LETTERS = 2
"""Columns up to ZZ."""
ID_LIMIT = 64
_CELL = re.compile(rb"<(?:\w+:)?c\s[^>]*?\br=[\"']([A-Z]+)(\d+)[\"']")


class BadUploadError(Exception):
    """The file is no questionnaire of this survey; `key` are the words."""

    def __init__(self, key: str, **values: object) -> None:
        self.key, self.values = key, values
        super().__init__(key)


@dataclass(frozen=True)
class Upload:
    """What the file says of itself."""

    form_id: str
    version: str
    content: bytes


def read_upload(path: Path, config: Config) -> Upload:
    """Form and version of the workbook. BadUploadError when it is none, too large, or of another survey."""
    _check_outside(path)
    sheets = _sheets(path)
    form_id, version = sheets.settings["form_id"].strip(), sheets.settings["version"].strip()
    known = [entry.form_id for entry in config.forms]
    if form_id not in known:
        found = form_id[:ID_LIMIT] or "–"
        raise BadUploadError("deploy.bad.UNKNOWN", found=found, known=", ".join(known))
    return Upload(form_id, version[:ID_LIMIT] or "–", path.read_bytes())


def _check_outside(path: Path) -> None:
    """Sizes as the file tells them, and how far its cells reach: nothing is unpacked beyond that."""
    try:
        check_size(path)
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.startswith("xl/worksheets/") and _reaches_far(archive.read(name)):
                    raise BadUploadError("deploy.bad.LARGE", limit=MEGABYTES)
    except ContractError as error:
        large = error.message is Message.SHEET_LARGE
        key = "deploy.bad.LARGE" if large else "deploy.bad.UNREADABLE"
        raise BadUploadError(key, limit=MEGABYTES) from error
    except DAMAGED as error:
        raise BadUploadError("deploy.bad.UNREADABLE", limit=MEGABYTES) from error


def _reaches_far(xml: bytes) -> bool:
    return any(len(c[1]) > MAX_LETTERS or int(c[2]) > MAX_ROWS for c in _CELL.finditer(xml))


def _sheets(path: Path) -> Sheets:
    try:
        return read_sheets(path)
    except (FormError, *DAMAGED) as error:
        raise BadUploadError("deploy.bad.SHEETS") from error
