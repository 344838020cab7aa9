"""A process that makes a file and dies, or runs out of disk, at a given point.

    python -m tests.reports.child DATA FORMATS POINT FOLDER

The parts are the real ones; at the point the process kills itself, as `kill -9` does.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from processor.errors import ConfigError
from processor.reports import delivery, export, job
from processor.store.open import Store, open_store
from tests.reports import example

FILE_LIMIT = 400_000


def die(*_arguments: Any, **_more: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def rows_then_die(*arguments: Any, **more: Any) -> tuple[Any, Iterator[Any]]:
    columns, rows = real_rows(*arguments, **more)

    def some() -> Iterator[Any]:
        yield next(rows)
        yield next(rows)
        die()

    return columns, some()


def rows_for_ever(*arguments: Any, **more: Any) -> tuple[Any, Iterator[Any]]:
    """The database stays small, so that it is the file that meets the limit."""
    columns, rows = real_rows(*arguments, **more)
    known = list(rows)
    return columns, (row for _ in range(1000) for row in known)


real_rows = job.iterate_rows
real_seal = delivery.seal


def seal_then_die(part: Path) -> None:
    real_seal(part)
    die()


def main(data: str, formats: str, point: str, folder: str) -> None:
    store = open_store(example.config(Path(data), f"sqlite:///{data}/store.sqlite"))
    if point == "rows":
        job.iterate_rows = rows_then_die
    elif point == "sealed":
        delivery.seal = seal_then_die
    elif point == "named":
        delivery.close_download = die
    elif point == "full":
        job.iterate_rows = rows_for_ever
        resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_LIMIT, FILE_LIMIT))
    for file_format in formats.split(","):
        write(store, file_format, Path(folder) / f"h.{file_format}")


def write(store: Store, file_format: str, target: Path) -> None:
    try:
        export.write_table(
            store,
            "h",
            example.EVERYTHING,
            example.Person(),
            target,
            file_format=file_format,
            profile="labels",
            language="vi",
            purpose="Thử",
        )
    except ConfigError as error:
        print(error.message.name, error)


if __name__ == "__main__":
    main(*sys.argv[1:])
