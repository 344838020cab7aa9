"""A copy of one form, kept as the pull keeps it: increment, list of ids, chosen submissions."""

from __future__ import annotations

from processor.servers.kobo.server import KoboServer
from processor.servers.protocol import Page, Submission
from tests.fakes import Fake
from tests.fakes.truth import Expected

OWN = ("formhub/uuid", "__version__")


class Copy:
    def __init__(self, server: KoboServer, form_id: str = "house") -> None:
        self.server = server
        self.form_id = form_id
        self.held: dict[str, Submission] = {}
        self.checkpoint: str | None = None
        self.by_increment: set[str] = set()

    def increment(self, size: int = 1000) -> None:
        self.by_increment = set()
        for page in self.server.changed(self.form_id, self.checkpoint, size):
            self.by_increment |= {s.instance_id for s in page.submissions}
            self._take(page)
            self.checkpoint = page.checkpoint

    def sweep(self) -> None:
        differing = self.differing()
        for page in self.server.fetch(self.form_id, sorted(differing)):
            self._take(page)
            for root in page.gone:
                self.held.pop(root, None)

    def differing(self) -> set[str]:
        listed = {s.instance_id: s for s in self.server.ids(self.form_id)}
        wrong = set(listed) ^ set(self.held)
        for root in set(listed) & set(self.held):
            state, held = listed[root], self.held[root]
            present = sum(a.sha256 is not None for a in held.attachments)
            ours = (held.version_id, held.practice, held.review_state, present)
            theirs = (state.version_id, state.practice, state.review_state, state.attachments_present)
            if ours != theirs:
                wrong.add(root)
        return wrong

    def pull(self) -> None:
        self.increment()
        self.sweep()

    def _take(self, page: Page) -> None:
        for submission in page.submissions:
            assert submission.form_id == self.form_id
            self.held[submission.instance_id] = submission


def assert_equal(copy: Copy, fake: Fake, asset: str) -> None:
    """The copy holds what the server truly has, and its own list says so."""
    expected = fake.truth.expected(asset)
    assert set(copy.held) == set(expected)
    for root, truth in expected.items():
        _assert_same(copy.held[root], truth)
    assert copy.differing() == set()


def _assert_same(held: Submission, truth: Expected) -> None:
    answers = {k: v for k, v in truth.answers.items() if k not in OWN}
    assert dict(held.answers) == answers
    assert held.version_id == truth.version_id
    assert held.review_state == truth.review_state
    assert held.submitter == truth.submitter
    assert held.received_at == truth.received_at.replace(microsecond=0)
    arrived = {n: sha for n, sha in truth.attachments.items() if sha}
    assert {a.name: a.sha256 for a in held.attachments if a.sha256} == arrived
