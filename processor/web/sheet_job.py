"""An import of a sheet in the background: it goes on whether a browser is open or not, one at a time.

How far it is stands in a file beside the sheet, so a service that starts again after a kill says that the import
stopped half-way. Importing again is the remedy: lines that were done are not done twice.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from processor.errors import Message, ProcessorError
from processor.store.sheet_import import import_sheet
from processor.web.background import begin, tasks
from processor.web.guard import me
from processor.web.service import service
from processor.web.sheet_progress import Progress

if TYPE_CHECKING:
    from processor.store.open import Store
    from processor.store.scope import Scope
    from processor.store.sheet_file import Sheet
    from processor.store.work import Actor
    from processor.web.sheet_keep import Kept

KEY = "sheet_jobs"
MOMENT = 1.0
"""Seconds that the click waits: a small sheet is done by then, and nobody need look at a bar."""
PROBLEMS = {
    Message.SHEET_BUSY: "sheets.bad.SHEET_BUSY",
    Message.SHEET_LEASE_LOST: "sheets.bad.SHEET_LEASE_LOST",
}
STOPPED, BROKEN = "sheets.bad.SHEET_LEASE_LOST", "sheets.bad.BROKEN"
log = logging.getLogger(__name__)


@dataclass
class Job:
    """One import that was started in this process."""

    store: Store
    user: Actor
    scope: Scope
    sheet: Sheet
    kept: Kept
    begun: threading.Event = field(default_factory=threading.Event)
    """It holds the right to import, or has ended."""

    def __post_init__(self) -> None:
        self._told = Progress(self.sheet.identity.sheet, len(self.sheet.fills))
        self._quick = sum(not {"new", "clear"} & set(fill.values) for fill in self.sheet.fills)
        self.thread = threading.Thread(target=self._run, name="sheet-import", daemon=True)

    @property
    def is_over(self) -> bool:
        """It has ended: the file beside the sheet says how."""
        return self.thread.ident is not None and not self.thread.is_alive()

    def _run(self) -> None:
        """Whatever goes wrong ends as words on the page and a line in the log, never as a dead thread."""
        try:
            rights = (self.store, self.user, self.scope)
            steps = import_sheet(*rights, self.sheet, wait=0, progress=self._note)
            self.kept.finish(self.sheet.identity, self.sheet.untouched, steps)
        except Exception as error:  # noqa: BLE001 - told on the page and in the log
            self.kept.note(replace(self._told, problem=_problem(error)))
        finally:
            self.begun.set()

    def _note(self, done: int) -> None:
        """Corrections come last and take nearly all of the time: the pace is theirs."""
        self._told = replace(self._told, done=done)
        if self.begun.is_set() and done >= self._quick and not self._told.since:
            self._told = replace(self._told, first=done, since=datetime.now(UTC).isoformat())
        self.kept.note(self._told)
        self.begun.set()


def _problem(error: Exception) -> str:
    """Key of the words; the log has the kind of error, never a value."""
    known = error.message if isinstance(error, ProcessorError) else None
    if known not in PROBLEMS:
        log.error("import of a sheet stopped: %s", known.name if known else type(error).__name__)
    return PROBLEMS.get(known, BROKEN) if known else BROKEN


def start(kept: Kept, scope: Scope, sheet: Sheet) -> None:
    """Import in the background, unless this sheet is being imported; waits a moment for a small one."""
    rights = (service().store, me())
    job = begin(KEY, kept.name, lambda: Job(*rights, scope, sheet, kept))
    job.begun.wait()
    job.thread.join(MOMENT)


def is_running(kept: Kept) -> bool:
    """Whether this process imports the sheet now."""
    job: Job | None = tasks(KEY).get(kept.name)
    return job is not None and job.thread.is_alive()
