"""Taking a backup while the service runs.

The order is what makes it right. The copy comes first, then the inbox of the built-in form server, then the files:
each later part knows at least what an earlier one speaks of. The other way round the copy could hold submissions
that the restored inbox never had, and the next pull would take them for deleted.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from processor.backup.databases import SQLITE, copy_sqlite, dump_postgres, engine_of, sqlite_path
from processor.backup.manifest import NAME, Entry, Manifest, measure, read_manifest
from processor.errors import ConfigError, Message

if TYPE_CHECKING:
    from processor.config import Config

PREFIX, MAKING = "processor-", ".making-"
STORE, DUMP, INBOX = "store.sqlite", "store.dump", "inbox.sqlite"
PASSING = {"exports", "sheets", "officers-import"}
"""Folders with files that wait for somebody for a day at most."""
PASSING_NAMES = (".lock", ".part", "-wal", "-shm", "-journal")
NAMED_BY_CONTENT = 64
"""Letters of a file's name that is its SHA-256."""
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Taken:
    """A complete backup. `damaged`: files whose content is not what their name says, already in the data folder."""

    folder: Path
    manifest: Manifest
    linked: int
    damaged: tuple[str, ...]


def take(config: Config, place: Path, *, progress: Progress = lambda _number: None) -> Taken:
    """A new folder in `place`, whole or not at all. ConfigError BACKUP_WRITE says what kept it from being written."""
    at = datetime.now(UTC)
    name = f"{PREFIX}{at:%Y%m%dT%H%M%S%fZ}"
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _made(place, name) as folder:
            _databases(config, folder)
            before = _newest(place)
            maker = Maker(folder, before, _known(before), progress)
            maker.add_written()
            maker.add_folder(config.server.files, "files")
            for path in _private(config, place.resolve()):
                maker.add(path, str(Path("data") / path.relative_to(config.data)))
            for path in _settings(config):
                maker.add(path, str(Path("settings") / path.relative_to(config.root)))
            kind = engine_of(config.store_url)
            manifest = Manifest(at.isoformat(), kind, config.server.kind, tuple(maker.entries))
            manifest.write(folder)
    except OSError as error:
        detail = error.strerror or str(error)
        raise ConfigError(Message.BACKUP_WRITE, detail=detail) from None
    return Taken(place / name, manifest, maker.linked, tuple(maker.damaged))


@contextmanager
def _made(place: Path, name: str) -> Iterator[Path]:
    """A private folder that gets its name when it is complete; what killed runs have left goes."""
    for left in place.glob(f"{MAKING}*"):
        shutil.rmtree(left)
    folder = place / f"{MAKING}{name}"
    folder.mkdir(mode=0o700)
    try:
        yield folder
        folder.replace(place / name)
    finally:
        if folder.exists():
            shutil.rmtree(folder)
    _sync(place)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _databases(config: Config, folder: Path) -> None:
    """The copy first; on PostgreSQL the inbox is in the same dump, of the same moment, unless it has its own address."""
    if engine_of(config.store_url) == SQLITE:
        copy_sqlite(sqlite_path(config.store_url), folder / STORE)
    else:
        dump_postgres(config.store_url, folder / DUMP)
    if has_own_inbox(config):
        copy_sqlite(sqlite_path(config.server.url), folder / INBOX)


def has_own_inbox(config: Config) -> bool:
    """Whether the inbox of the built-in server is a database file beside the store."""
    server = config.server
    return server.kind == "builtin" and server.url != config.store_url and engine_of(server.url) == SQLITE


class Maker:
    """Fills the folder, and knows what is in it."""

    def __init__(
        self, folder: Path, before: Path | None, known: dict[str, Entry], progress: Progress
    ) -> None:
        self.entries: list[Entry] = []
        self.damaged: list[str] = []
        self.linked = 0
        self._folder, self._before, self._known, self._progress = folder, before, known, progress

    def add_written(self) -> None:
        """What stands in the folder already."""
        for path in sorted(self._folder.iterdir()):
            self._note(path.name)

    def add_folder(self, source: Path, name: str) -> None:
        """All files named by their content."""
        for path in sorted(source.glob("[0-9a-f][0-9a-f]/*")):
            self.add(path, f"{name}/{path.relative_to(source)}")

    def add(self, source: Path, name: str) -> None:
        """Copy a file; one named by its content that the backup before has is the same file once more.

        One that went while we were on the way (a sweep, a job that ended) is left out.
        """
        target = self._folder / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (_is_content(source) and self._link(name, target)):
            try:
                shutil.copyfile(source, target)
            except FileNotFoundError:
                return
            target.chmod(0o600)
            self._note(name)
            if _is_content(source) and self.entries[-1].sha256 != source.name:
                self.damaged.append(name)
        self._progress(len(self.entries))

    def _link(self, name: str, target: Path) -> bool:
        """The file of the backup before; False where it has none or the disk knows no links."""
        known = self._known.get(name)
        if known is None or self._before is None:
            return False
        try:
            os.link(self._before / name, target)
        except OSError:
            return False
        self.linked += 1
        self.entries.append(known)
        return True

    def _note(self, name: str) -> None:
        size, sha256 = measure(self._folder / name)
        self.entries.append(Entry(name, size, sha256))


def _is_content(path: Path) -> bool:
    return len(path.name) == NAMED_BY_CONTENT and path.parent.name == path.name[:2]


def _newest(place: Path) -> Path | None:
    return max((path for path in backups(place)), default=None)


def _known(before: Path | None) -> dict[str, Entry]:
    return {entry.path: entry for entry in read_manifest(before).entries} if before else {}


def backups(place: Path) -> list[Path]:
    """The complete backups in a folder, oldest first."""
    return sorted(path for path in place.glob(f"{PREFIX}*") if (path / NAME).is_file())


def _private(config: Config, place: Path) -> Iterator[Path]:
    """What else the data folder holds that cannot be made again; backups that are kept inside it are none of it."""
    places = (config.store_url, config.server.url)
    databases = {sqlite_path(url) for url in places if url.startswith(f"{SQLITE}:")}
    for path in sorted(config.data.rglob("*")):
        parts = path.relative_to(config.data).parts
        inside = parts[0] in PASSING or any(map(path.is_relative_to, (config.server.files, place)))
        if path.is_file() and path not in databases and not inside and not path.name.endswith(PASSING_NAMES):
            yield path


def _settings(config: Config) -> Iterator[Path]:
    """Settings, lists and questionnaires as they stand: to look up, not put back by itself."""
    for pattern in ("config/*.toml", "config/*.csv", "config/codes/*.csv", "xlsforms/*.xlsx"):
        yield from sorted(config.root.glob(pattern))


def thin_out(place: Path, keep: int) -> list[Path]:
    """Remove complete backups until `keep` of the newest are left; which ones went."""
    old = backups(place)[:-keep] if keep else []
    for path in old:
        path.joinpath(NAME).unlink()  # a removal that is interrupted leaves no half backup that looks whole
        shutil.rmtree(path)
    return old
