"""Small JSON files that only this service's account may read, changed by one process at a time.

A change is written beside the file, flushed and moved into its place: a crash leaves the old file or the new one.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from processor.errors import ConfigError, Message

MODE = 0o600


def write_private(path: Path, content: bytes) -> None:
    """Replace a file as a whole; nobody else may read it, not even for a moment."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, MODE), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


class PrivateJson:
    """One JSON object in a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> dict[str, Any]:
        """The object; empty while there is no file. ConfigError when it is damaged: it is never begun anew."""
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise ConfigError(Message.PRIVATE_FILE, path=self.path, detail=type(error).__name__) from None
        if not isinstance(found, dict):
            raise ConfigError(Message.PRIVATE_FILE, path=self.path, detail=type(found).__name__)
        return found

    @contextmanager
    def changing(self) -> Iterator[dict[str, Any]]:
        """The object to change; stored when the block ends without an exception. Others wait meanwhile."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(self.path.with_name(f"{self.path.name}.lock"), os.O_RDWR | os.O_CREAT, MODE)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            before = self.read()
            value = json.loads(json.dumps(before))
            yield value
            if value != before:
                text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)
                write_private(self.path, text.encode())
        finally:
            os.close(lock)
