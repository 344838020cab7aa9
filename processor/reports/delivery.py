"""How every file appears: ledger, file, ledger. Without a closed row there is no file under the name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from processor.errors import ConfigError, Message
from processor.reports.part_file import flush, part_folder, seal
from processor.store.ledger import Entry, close_download, fail_download, open_download

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from processor.reports.job import Make, Written


class Delivered(NamedTuple):
    """A file that stands under its name."""

    written: Written
    download_id: int
    sha256: str
    size: int


def deliver(engine: Engine, entry: Entry, target: Path, make: Make) -> Delivered:
    """Write the ledger's row, the file and the row's end. ConfigError when the disk does not take the file."""
    download_id = open_download(engine, entry)
    named = closed = False
    try:
        with part_folder(target) as folder:
            part = folder / "part"
            written = make(part, download_id)
            sha256, size = seal(part)
            part.replace(target)
            named = True
        flush(target.parent)
        close_download(engine, download_id, written.rows, sha256)
        closed = True
    except OSError as error:
        detail = error.strerror or type(error).__name__
        raise ConfigError(Message.EXPORT_WRITE, detail=detail, download_id=download_id) from error
    finally:
        if not closed:
            if named:
                target.unlink(missing_ok=True)
            fail_download(engine, download_id)
    return Delivered(written, download_id, sha256, size)
