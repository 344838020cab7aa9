"""Passwords of accounts for cards that shall carry them: a file of the office, read once and kept nowhere."""

from __future__ import annotations

import csv
import os
import stat
from collections.abc import Sequence
from pathlib import Path

from processor.errors import ConfigError, Message

HEADER = ["code", "password"]


def read_passwords(path: Path, codes: Sequence[str]) -> dict[str, str]:
    """The password of each code. ConfigError unless the file is closed to others and names all of them."""
    try:
        found = path.stat()
        if found.st_uid != os.geteuid() or found.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise _wrong(path, f"it has mode {stat.S_IMODE(found.st_mode):o} or another owner")
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _wrong(path, type(error).__name__) from None
    if not rows or rows[0] != HEADER or any(len(row) != len(HEADER) for row in rows[1:]):
        raise _wrong(path, "its lines are otherwise")
    passwords = {code: password for code, password in rows[1:] if password}
    missing = [code for code in codes if code not in passwords]
    if missing:
        raise _wrong(path, f"{len(missing)} officers have none there, the first is {missing[0]}")
    return passwords


def _wrong(path: Path, detail: str) -> ConfigError:
    """Never says what stands in the file."""
    return ConfigError(Message.OFFICER_PASSWORDS, path=path.name, detail=detail)
