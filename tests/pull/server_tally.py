"""What histories really did: steps that changed something, faults that acted, defences that were needed.

A defence was needed when without it the pull would have ended wrong: a counter of the situation, taken from the
server's own truth and from our copy, not from the code that defends.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from processor.database import reading
from processor.servers.central import head
from processor.servers.kobo import index
from processor.servers.protocol import Page, Submission
from processor.store.tables import submissions
from tests.fakes.forms import instance_id

if TYPE_CHECKING:
    from processor.survey.records import Document
    from tests.pull.server_history import History

STEPS = [
    "put",
    "put an edit",
    "put with an old form",
    "clear",
    "delete",
    "restore",
    "review",
    "late_file",
    "redeploy",
    "register",
    "hold",
    "time",
    "rebuild",
    "pull",
    "pull of everything",
    "pull_in_trouble",
    "pull_in_trouble ended",
    "pull_in_trouble gave up",
    "killed",
]
FAULTS = ["status", "html", "cut", "cut_chunks", "cut_gzip", "reset", "reset_after", "rows", "drip", "before"]
NEEDED = [
    "overlap",
    "sweep: late file",
    "set of repeats",
    "blank clears",
    "checkpoint after a kill",
    "rows of a version published later",
]
OF_KIND = {
    "central": {
        "step": ["purge"],
        "fault": ["expire"],
        "needed": ["sweep: restored", "sweep: purged"],
    },
    "kobo": {
        "step": ["ghost"],
        "fault": [],
        "needed": ["count check", "sweep: deleted", "sweep: sent again", "ghost row"],
    },
}
"""On Central chance hardly ever purges just the row of the cursor: `server_kept.py` has that."""
ENDINGS = ("everything again", "rebuild", "new copy")


class Tally(Counter[str]):
    """How often each thing happened over many histories."""

    def missing(self, kind: str) -> list[str]:
        """What should have happened with this server and never did."""
        own = OF_KIND[kind]
        wanted = [f"step: {name}" for name in [*STEPS, *own["step"]]]
        wanted += [f"fault: {name}" for name in [*FAULTS, *own["fault"]]]
        wanted += [f"needed: {name}" for name in [*NEEDED, *own["needed"]]]
        wanted += [f"ending: {name}" for name in ENDINGS]
        return [name for name in wanted if not self[name]]

    def report(self) -> str:
        """Everything with its count, a line each."""
        return "\n".join(f"{number:7} {name}" for name, number in sorted(self.items()))


class Watch:
    """Looks on while one history happens, and counts."""

    def __init__(self, history: History, tally: Tally) -> None:
        self.history, self.tally = history, tally
        self.waiting: set[str] = set()
        """Stamped on the server and not visible yet."""
        self.passed: set[str] = set()
        """The same while a pull ended: only the overlap brings them with an increment."""
        self.highest = 0
        self.before: dict[str, Document] = {}

    def step(self, name: str) -> None:
        self.tally[f"step: {name}"] += 1

    def needed(self, name: str) -> None:
        self.tally[f"needed: {name}"] += 1

    def sent(self, number: int) -> None:
        """A new submission: it waits when the server has not committed it."""
        key = instance_id(number)
        if key not in self._records():
            self.waiting.add(key)

    def watch(self, server: Any) -> None:
        """Count what this client brings."""
        server.changed = self._changed(server.changed)
        server.fetch = self._fetched(server.fetch)

    def counting(self, patch: pytest.MonkeyPatch) -> None:
        """Count pages of the server's that lack or repeat rows."""
        walk, fault = head._walk, index._fault

        def walked(*values: Any) -> tuple[head.Head, int]:
            found, expected = walk(*values)
            if len(found.rows) < expected:
                self.needed("count check")
            return found, expected

        def looked_at(*values: Any) -> str:
            detail = fault(*values)
            if detail:
                self.needed("count check")
            return detail

        patch.setattr(head, "_walk", walked)
        patch.setattr(index, "_fault", looked_at)

    def pulled(self) -> None:
        """A pull has ended and kept its checkpoint."""
        self.waiting -= set(self._records())
        self.passed |= self.waiting
        self.highest = max([r.number for r in self._records().values()], default=0)

    def proved(self, documents: Sequence[Document]) -> None:
        """The tables are equal to these: what did the pull have to take away for that?"""
        now = {d.submission_id: d for d in documents}
        for key in now.keys() & self.before.keys():
            old, new = self.before[key].answers, now[key].answers
            if len(old.get("member") or ()) > len(new.get("member") or ()):
                self.needed("set of repeats")
            if any(isinstance(v, str) and v and not new.get(name) for name, v in old.items()):
                self.needed("blank clears")
        self.before = now

    def _records(self) -> Any:
        return self.history.fake.truth.form(self.history.side.key).records

    def _changed(self, changed: Callable[..., Iterator[Page]]) -> Callable[..., Iterator[Page]]:
        def pages(*values: Any) -> Iterator[Page]:
            for page in changed(*values):
                for submission in page.submissions:
                    self._came(submission)
                yield page

        return pages

    def _came(self, submission: Submission) -> None:
        key = submission.instance_id
        record = self._records().get(key)
        if key in self.passed and record:
            self.passed.discard(key)
            if self.history.fake.central or record.number < self.highest:
                self.needed("overlap")

    def _fetched(self, fetch: Callable[..., Iterator[Page]]) -> Callable[..., Iterator[Page]]:
        def pages(form_id: str, ids: Sequence[str]) -> Iterator[Page]:
            held = self._held(ids)
            for page in fetch(form_id, ids):
                for submission in page.submissions:
                    self._swept(held.get(submission.instance_id), submission)
                for key in page.gone:
                    if key in held and not held[key].deleted:
                        self.needed("sweep: purged" if self.history.fake.central else "sweep: deleted")
                yield page

        return pages

    def _swept(self, held: Any, submission: Submission) -> None:
        if submission.deleted:
            return
        if held is None or held.deleted:
            self.needed("sweep: restored" if self.history.fake.central else "sweep: sent again")
        elif sum(a.sha256 is not None for a in submission.attachments) > held.attachments_present:
            self.needed("sweep: late file")

    def _held(self, ids: Sequence[str]) -> dict[str, Any]:
        """What the copy has of these before they are read again."""
        c = submissions.c
        query = select(c.instance_id, c.deleted, c.attachments_present).where(c.instance_id.in_(ids))
        with reading(self.history.store.engine) as connection:
            return {row.instance_id: row for row in connection.execute(query)}
