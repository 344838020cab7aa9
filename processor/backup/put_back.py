"""Putting a backup back into an empty place: proved first, databases last."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from processor.backup.databases import SQLITE, engine_of, holds_data, restore_postgres, sqlite_path
from processor.backup.manifest import Entry, Manifest, compare, measure, read_manifest
from processor.backup.take import DUMP, INBOX, STORE, has_own_inbox
from processor.errors import ConfigError, Message

if TYPE_CHECKING:
    from processor.config import Config

LINES = 20


def restore(config: Config, folder: Path) -> Manifest:
    """Put everything where the settings say. An interruption is mended by repeating it: databases come last.

    ConfigError BACKUP_NONE, BACKUP_DAMAGED (nothing is written then), BACKUP_ENGINE, BACKUP_TAKEN (there is data).
    """
    manifest = read_manifest(folder)
    problems = compare(folder, manifest)
    if problems:
        lines = "\n".join(problems[:LINES])
        raise ConfigError(Message.BACKUP_DAMAGED, path=folder, count=len(problems), lines=lines)
    expected = engine_of(config.store_url)
    if manifest.engine != expected:
        raise ConfigError(Message.BACKUP_ENGINE, found=manifest.engine, expected=expected)
    _require_empty(config, folder)
    try:
        _files(config, folder, manifest)
        _databases(config, folder)
    except OSError as error:
        raise ConfigError(Message.BACKUP_WRITE, detail=error.strerror or str(error)) from None
    return manifest


def _require_empty(config: Config, folder: Path) -> None:
    """An inbox that is the backup's own is left by an interrupted run; anything else is somebody's data."""
    places = [(config.server.url, folder / INBOX)] if has_own_inbox(config) else []
    for url, source in [*places, (config.store_url, folder / STORE)]:
        if engine_of(url) != SQLITE:
            place, taken = "The database of store.url", holds_data(url)
        else:
            path = sqlite_path(url)
            place, taken = str(path), _is_taken(path, source)
        if taken:
            raise ConfigError(Message.BACKUP_TAKEN, place=place)


def _is_taken(path: Path, source: Path) -> bool:
    """SQLite would write a journal that was left behind into the new file, so it must be gone as well."""
    if any(path.with_name(path.name + end).exists() for end in ("-wal", "-shm", "-journal")):
        return True
    return path.exists() and measure(path) != measure(source)


def _files(config: Config, folder: Path, manifest: Manifest) -> None:
    for entry in manifest.entries:
        target = _place(config, entry)
        if target is not None:
            _copy(folder / entry.path, target)


def _place(config: Config, entry: Entry) -> Path | None:
    """Where a file belongs; None for databases and settings."""
    first, _, rest = entry.path.partition("/")
    roots = {"files": config.server.files, "data": config.data}
    return roots[first] / rest if first in roots else None


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.part")
    shutil.copyfile(source, partial)
    partial.chmod(0o600)
    partial.replace(target)


def _databases(config: Config, folder: Path) -> None:
    """The inbox before the copy: only a place that has both looks restored."""
    if has_own_inbox(config):
        _copy(folder / INBOX, sqlite_path(config.server.url))
    if engine_of(config.store_url) == SQLITE:
        _copy(folder / STORE, sqlite_path(config.store_url))
    else:
        restore_postgres(config.store_url, folder / DUMP)
