"""A file appears under its name complete or not at all.

It is made in a private folder beside its place, flushed to the disk, then renamed. The folder is
locked by the process that fills it: what a killed process left is swept away by the next one.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX, SUFFIX = ".making-", ".part"


@contextmanager
def part_folder(target: Path) -> Iterator[Path]:
    """A private empty folder on the disk of `target`, gone after the block with what is left in it."""
    sweep(target.parent)
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, suffix=SUFFIX, dir=target.parent))
        lock = os.open(folder, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.exists():  # another process may have swept it before it was locked
            break
        os.close(lock)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def sweep(parent: Path) -> None:
    """Remove the folders of processes that are no more; those in use are locked."""
    for folder in parent.glob(f"{PREFIX}*{SUFFIX}"):
        try:
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)


def seal(part: Path) -> tuple[str, int]:
    """Flush the finished part to the disk; gives its SHA-256 and size. Only its owner may read it."""
    part.chmod(0o600)
    with part.open("rb+") as stream:
        os.fsync(stream.fileno())
        return hashlib.file_digest(stream, "sha256").hexdigest(), os.fstat(stream.fileno()).st_size


def flush(folder: Path) -> None:
    """Make the names in the folder last through a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
