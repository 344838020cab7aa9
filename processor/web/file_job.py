"""Large files are made in the background: it goes on whether a browser is open or not, two at a time.

How far they are is known to this process alone. One that is killed leaves the ledger's row `started` and no file;
the file is then asked for again.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from processor.reports.export import count_cells, write_table
from processor.store.rows import count_rows
from processor.web.background import begin, tasks
from processor.web.kept_files import keep_notes
from processor.web.sheet_progress import Progress

if TYPE_CHECKING:
    from processor.store.access import User
    from processor.store.open import Store
    from processor.store.scope import Scope

KEY = "file_jobs"
LARGE = 300_000
"""Cells: about four seconds of a processor as XLSX."""
ABREAST = 2
KEPT = timedelta(hours=1)
"""How long it is known what became of one."""
log = logging.getLogger(__name__)
_turns = threading.Semaphore(ABREAST)


@dataclass(frozen=True)
class Wanted:
    """A file that somebody may have, with all that it is made of."""

    store: Store
    user: User
    scope: Scope
    place: Path
    """Where it will wait."""
    table: str
    communes: frozenset[str] | None
    profile: str
    file_format: str
    language: str
    purpose: str
    units: str

    @property
    def rows(self) -> int:
        """How many it will have, as far as it is known now."""
        return count_rows(self.store, self.table, self.scope, communes=self.communes)

    @property
    def cells(self) -> int:
        """How large the table is."""
        return count_cells(self.store, self.table, self.scope, self.communes)

    def is_large(self) -> bool:
        """Whether it takes longer than somebody looks at a page that does not come."""
        return self.cells > LARGE

    def write(self, progress: Callable[[int], None] | None = None) -> int:
        """Make it; the number of its row in the ledger, under which it waits. Errors as `write_table`."""
        draft = self.place / f"{secrets.token_hex(8)}.{self.file_format}"
        receipt = write_table(
            self.store,
            self.table,
            self.scope,
            self.user,
            draft,
            file_format=self.file_format,
            profile=self.profile,
            language=self.language,
            purpose=self.purpose,
            communes=self.communes,
            units=self.units,
            progress=progress,
        )
        keep_notes(self.place, receipt.download_id, receipt.notes)
        draft.rename(self.place / f"{receipt.download_id}.{self.file_format}")
        return receipt.download_id


@dataclass
class FileJob:
    """One file that was begun in this process."""

    token: str
    wanted: Wanted
    told: Progress = field(init=False)
    made: int | None = None
    """The ledger's row, when the file waits."""
    error: Exception | None = None
    ended_at: datetime | None = None

    def __post_init__(self) -> None:
        self.told = Progress(0, self.wanted.rows)
        self.thread = threading.Thread(target=self._run, name="file", daemon=True)

    @property
    def is_over(self) -> bool:
        """Ended, and long ago."""
        return self.ended_at is not None and datetime.now(UTC) - self.ended_at > KEPT

    @property
    def is_lost(self) -> bool:
        """Ended without an outcome: what it ran in was stopped."""
        return self.ended_at is not None and self.made is None and self.error is None

    def _run(self) -> None:
        """Whatever goes wrong is raised where its person looks, and is a line in the log: never a dead thread."""
        try:
            with _turns:
                self.told = replace(self.told, since=datetime.now(UTC).isoformat())
                self.made = self.wanted.write(self._note)
        except Exception as error:  # noqa: BLE001 - raised on the page
            self.error = error
            log.error("a file stopped: %s", type(error).__name__)  # never a value of anybody
        finally:
            self.ended_at = datetime.now(UTC)

    def _note(self, done: int) -> None:
        self.told = replace(self.told, done=done)


def begin_file(wanted: Wanted) -> FileJob:
    """Make the file in the background; the one that is being made when the same person asks for the same again."""
    same = next((job for job in _of(wanted.user.id) if job.thread.is_alive() and job.wanted == wanted), None)
    token = same.token if same else secrets.token_hex(16)
    return begin(KEY, token, lambda: FileJob(token, wanted))


def find_file(token: str, user_id: int) -> FileJob | None:
    """The file of this token, if it is this person's and was begun by this process."""
    return next((job for job in _of(user_id) if job.token == token), None)


def running_file(user_id: int) -> FileJob | None:
    """One that is being made for this person."""
    return next((job for job in _of(user_id) if job.thread.is_alive()), None)


def forget_file(job: FileJob) -> None:
    """It has been told why it stopped."""
    tasks(KEY).pop(job.token, None)


def _of(user_id: int) -> list[FileJob]:
    jobs: list[FileJob] = list(tasks(KEY).values())
    return [job for job in jobs if job.wanted.user.id == user_id]
