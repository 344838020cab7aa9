"""Letting a whole list of enumerators send, in the background: other form servers take a second for each.

One at a time. Nothing is kept of it: the same list again goes on where a stop left it, and changes nothing that is done.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from processor.errors import ProcessorError
from processor.web.background import begin, tasks
from processor.web.service import service

if TYPE_CHECKING:
    from processor.servers.builtin.roster import Listed
    from processor.servers.officers import Desk
    from processor.web.behind import Behind

KEY, ONE = "officers_job", "list"
MOMENT = 1.0
"""Seconds that the click waits: the built-in server is done by then, and nobody need look at a bar."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Told:
    """What an enumerator's line came to and why, where there is something to say."""

    line: int
    code: str
    change: str
    reason: str


@dataclass
class Job:
    """One import of a list."""

    behind: Behind
    listed: Sequence[Listed]
    again: bool
    counts: Counter[str] = field(default_factory=Counter)
    told: list[Told] = field(default_factory=list)
    problem: str = ""
    """Why it stopped: our own words, nothing personal."""

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self._run, name="officers-import", daemon=True)

    @property
    def done(self) -> int:
        """Lines that are settled."""
        return self.counts.total()

    @property
    def is_running(self) -> bool:
        """Whether it still goes on."""
        return self.thread.is_alive()

    is_over = False
    """The last one stays to be looked at."""

    def _run(self) -> None:
        """Whatever goes wrong ends as words on the page and a line in the log, never as a dead thread."""
        try:
            self._ensure(self.behind.desk)
        except Exception as error:  # noqa: BLE001 - told on the page and in the log
            self.problem = str(error) if isinstance(error, ProcessorError) else type(error).__name__
            log.error(
                "import of officers stopped after %s of %s: %s", self.done, len(self.listed), self.problem
            )
        finally:
            self.behind.changed()

    def _ensure(self, desk: Desk) -> None:
        outcomes = desk.ensure([entry.user for entry in self.listed], again=self.again)
        for entry, outcome in zip(self.listed, outcomes, strict=True):
            if outcome.reason:
                self.told.append(Told(entry.line, outcome.code, outcome.change, outcome.reason))
            self.counts[outcome.change] += 1


def start(listed: Sequence[Listed], *, again: bool) -> bool:
    """Begin, and wait a moment; False while another list is being taken."""
    behind = service().server
    job = begin(KEY, ONE, lambda: Job(behind, listed, again))
    if job.listed is not listed:
        return False
    job.thread.join(MOMENT)
    return True


def newest() -> Job | None:
    """The import that runs, or the last one of this process."""
    return tasks(KEY).get(ONE)
