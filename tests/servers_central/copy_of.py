"""A copy as a pull keeps it: increment, comparison of ids, re-reading of what differs or waits for files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from processor.servers.central.document import told
from processor.servers.central.server import CentralServer
from processor.servers.protocol import Page, Submission
from tests.fakes import Fake

State = tuple[str, bool, bool, str]


class Copy:
    """Current submissions by root id, and the checkpoint stored with them."""

    def __init__(self, form_id: str) -> None:
        self.form_id = form_id
        self.checkpoint: str | None = None
        self.held: dict[str, Submission] = {}
        self.contents = 0
        """How many contents were new, as the raw copy would count versions."""

    def take(self, pages: Iterable[Page]) -> None:
        """Store pages."""
        for page in pages:
            for submission in page.submissions:
                self._take(submission)
            for root in page.gone:
                if root in self.held:
                    self.held[root] = replace(self.held[root], deleted=True)
            self.checkpoint = page.checkpoint or self.checkpoint

    def _take(self, submission: Submission) -> None:
        before = self.held.get(submission.instance_id)
        if before is not None and not submission.content_known:
            state = {"deleted": submission.deleted, "review_state": submission.review_state}
            submission = replace(before, **state, version_id=submission.version_id)
        elif before is None or _content(before) != _content(submission):
            self.contents += 1
        self.held[submission.instance_id] = submission

    def increment(self, server: CentralServer, page_size: int = 1000) -> None:
        """Only what the increment shows."""
        self.take(server.changed(self.form_id, self.checkpoint, page_size))

    def pull(self, server: CentralServer, page_size: int = 1000) -> list[str]:
        """Increment, then everything that the increment cannot show; the ids that still differ."""
        self.increment(server, page_size)
        wanted = self.differing(server) + self.waiting()
        self.take(server.fetch(self.form_id, wanted))
        return self.differing(server)

    def differing(self, server: CentralServer) -> list[str]:
        """Ids whose state is not the server's."""
        theirs = {
            s.instance_id: (s.version_id, s.deleted, s.practice, s.review_state)
            for s in server.ids(self.form_id)
        }
        ours = {root: (s.version_id, s.deleted, s.practice, s.review_state) for root, s in self.held.items()}
        missing = [root for root, s in self.held.items() if root not in theirs and not s.deleted]
        return [root for root, state in theirs.items() if ours.get(root) != state] + missing

    def waiting(self) -> list[str]:
        """Live submissions that name files which have not arrived."""
        return [
            root
            for root, s in self.held.items()
            if not s.deleted and any(a.sha256 is None for a in s.attachments)
        ]


def _content(submission: Submission) -> Submission:
    return replace(submission, deleted=False, review_state="received", content_known=True)


def shown(submission: Submission) -> dict[str, Any]:
    """What is compared of a live submission."""
    return {
        "version": submission.version_id,
        "form_version": submission.form_version,
        "answers": submission.answers,
        "review": submission.review_state,
        "files": {a.name: a.sha256 for a in submission.attachments},
        "submitter": submission.submitter,
        "received": submission.received_at,
    }


def truth(fake: Fake, form_id: str) -> dict[str, dict[str, Any]]:
    """The same of every live submission, as it is on the server."""
    return {
        root: {
            "version": e.version_id,
            "form_version": e.form_version,
            "answers": told(e.answers),
            "review": e.review_state,
            "files": e.attachments,
            "submitter": e.submitter.split(" ")[0],
            "received": e.received_at,
        }
        for root, e in fake.truth.expected(form_id).items()
        if not e.deleted
    }


def live(copy: Copy) -> dict[str, dict[str, Any]]:
    """What the copy holds of every live submission."""
    return {root: shown(s) for root, s in copy.held.items() if not s.deleted}
