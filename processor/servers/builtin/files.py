"""Files by their content: the name of a file is the SHA-256 of its bytes.

A file is complete and on disk before any row speaks of it. A crash leaves at most files that no row
names; they do no harm, and `sweep` removes them when they are old.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

CHUNK = 1 << 16


class StoredFile(NamedTuple):
    """A file that is on disk under its hash."""

    sha256: str
    size: int


class FileStore:
    """A folder of files named by content."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._arriving = root / "arriving"
        self._arriving.mkdir(mode=0o700, parents=True, exist_ok=True)

    def path(self, sha256: str) -> Path:
        """Where the file with this content is, or would be."""
        return self._root / sha256[:2] / sha256

    def put(self, stream: IO[bytes]) -> StoredFile:
        """Store what the stream holds; on return bytes and name are on disk.

        OSError when the disk is full; then nothing of it remains.
        """
        handle, name = tempfile.mkstemp(dir=self._arriving)
        arriving = Path(name)
        try:
            with os.fdopen(handle, "wb") as target:
                stored = _copy(stream, target)
                target.flush()
                os.fsync(target.fileno())
            self._publish(arriving, self.path(stored.sha256))
        except BaseException:
            arriving.unlink(missing_ok=True)
            raise
        return stored

    def _publish(self, arriving: Path, target: Path) -> None:
        if not target.parent.is_dir():
            target.parent.mkdir(mode=0o700, exist_ok=True)
            _sync_folder(self._root)
        arriving.replace(target)  # also when it is there: the same bytes, and young again for `sweep`
        _sync_folder(target.parent)

    def all(self) -> Iterator[str]:
        """The hashes of all files."""
        for folder in sorted(self._root.glob("[0-9a-f][0-9a-f]")):
            yield from sorted(path.name for path in folder.iterdir())

    def sweep(self, known: set[str], older_than: float) -> int:
        """Remove files whose hash is not in `known` and unfinished ones, if so many seconds old."""
        limit = time.time() - older_than
        unknown = [self.path(sha256) for sha256 in self.all() if sha256 not in known]
        old = [path for path in (*unknown, *self._arriving.iterdir()) if path.stat().st_mtime < limit]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)


def _copy(source: IO[bytes], target: IO[bytes]) -> StoredFile:
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(CHUNK):
        digest.update(chunk)
        target.write(chunk)
        size += len(chunk)
    return StoredFile(digest.hexdigest(), size)


def _sync_folder(folder: Path) -> None:
    """A new name is on disk only when its folder is."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
