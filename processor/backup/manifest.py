"""What a backup holds: each file with its size and SHA-256, written last; without it a folder is no backup."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from processor.errors import ConfigError, Message

NAME = "MANIFEST.json"
FORMAT = 1
CHUNK = 1 << 20


@dataclass(frozen=True)
class Entry:
    """A file of the backup: its path inside the folder."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """A whole backup. `engine`: sqlite or postgresql."""

    at: str
    engine: str
    server: str
    entries: tuple[Entry, ...]

    def write(self, folder: Path) -> None:
        """Put it into the folder, flushed to the disk."""
        text = json.dumps({"format": FORMAT, **asdict(self)}, indent=1)
        with (folder / NAME).open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a folder. ConfigError BACKUP_NONE where there is none that can be read."""
    try:
        found = json.loads((folder / NAME).read_text(encoding="utf-8"))
        entries = tuple(Entry(**entry) for entry in found["entries"])
        if found["format"] != FORMAT:
            raise ValueError(found["format"])
        return Manifest(found["at"], found["engine"], found["server"], entries)
    except (OSError, ValueError, KeyError, TypeError):
        raise ConfigError(Message.BACKUP_NONE, path=folder, expected=NAME) from None


def measure(path: Path) -> tuple[int, str]:
    """Size and SHA-256 of a file."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return size, digest.hexdigest()


def compare(folder: Path, manifest: Manifest) -> list[str]:
    """What is not as it was backed up, a line each; empty when everything is."""
    problems = []
    for entry in manifest.entries:
        try:
            found = measure(folder / entry.path)
        except OSError as error:
            problems.append(f"{entry.path}: {error.strerror or type(error).__name__}")
            continue
        if found != (entry.size, entry.sha256):
            problems.append(f"{entry.path}: expected {entry.size} bytes as backed up, found other content")
    return problems
