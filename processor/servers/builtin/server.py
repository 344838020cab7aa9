"""The built-in form server: one `FormServer` over an inbox of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from processor.database import migrate, open_engine
from processor.errors import ConfigError, Message
from processor.servers.builtin import moments, office, review
from processor.servers.builtin.feed import Feed
from processor.servers.builtin.files import FileStore
from processor.servers.builtin.inbox import Inbox
from processor.servers.builtin.officers import Officers
from processor.servers.builtin.publishing import Catalogue
from processor.servers.builtin.receiving import Arrival, receive

if TYPE_CHECKING:
    from processor.config import Config
    from processor.servers.abilities import Stand
    from processor.servers.protocol import AppUser, DeployedForm, FormPackage, Page, SubmissionState

MIGRATIONS = str(Path(__file__).parent / "migrations")
VERSION_TABLE = "inbox_migrations"
SWEEP_AGE = 24 * 3600.0


class BuiltinServer:
    """The form server in this process; the phones' side is `http.blueprint`."""

    name = "builtin"

    def __init__(self, inbox: Inbox, config: Config) -> None:
        self.config = config
        self.inbox = inbox
        self.catalogue = Catalogue(inbox)
        self.officers = Officers(inbox)
        self._feed = Feed(inbox, self.catalogue)
        self._callbacks: list[Callable[[str], object]] = []

    def deploy(self, package: FormPackage) -> DeployedForm:
        """Publish a version with its media. The same content again changes nothing."""
        return self.catalogue.deploy(package)

    def deployed(self) -> list[DeployedForm]:
        """All versions of all forms on the server."""
        return self.catalogue.deployed()

    def changed(self, form_id: str, checkpoint: str | None, page_size: int) -> Iterator[Page]:
        """Submissions created, edited, completed, deleted or reviewed since the checkpoint."""
        return self._feed.changed(form_id, checkpoint, page_size)

    def ids(self, form_id: str) -> Iterator[SubmissionState]:
        """Every submission the server has, deleted and removed ones included, each once."""
        return self._feed.ids(form_id)

    def attachment(self, form_id: str, instance_id: str, name: str) -> Path | None:
        """A local file with the attachment's bytes, or None when it has not arrived."""
        return self._feed.attachment(form_id, instance_id, name)

    def app_users(self) -> list[AppUser]:
        """The officers, revoked ones included."""
        return self.officers.all()

    def on_received(self, callback: Callable[[str], object]) -> None:
        """Call `callback` with the form id after a submission is committed; it must be quick."""
        self._callbacks.append(callback)

    def receive(self, arrival: Arrival) -> None:
        """Store a post durably, then wake whoever waits for it."""
        if receive(self.inbox, arrival):
            for callback in self._callbacks:
                callback(arrival.parsed.form_id)

    def set_deleted(self, form_id: str, instance_id: str, deleted: bool, *, actor: str) -> None:
        """Delete a submission softly, or restore it."""
        office.set_deleted(self.inbox, form_id, instance_id, deleted, actor)

    def set_review(self, form_id: str, instance_id: str, state: str, *, actor: str) -> None:
        """Set the review state of a submission."""
        office.set_review(self.inbox, form_id, instance_id, state, actor)

    def review_stand(self, form_id: str, instance_id: str) -> Stand:
        """How the submission stands before a review is written (`TakesReviews`)."""
        return review.stand(self.inbox, form_id, instance_id)

    def was_reviewed(self, form_id: str, instance_id: str, since: str, state: str, comment: str) -> bool:
        """Whether the state was set after the mark; the inbox keeps no comments."""
        return review.was_written(self.inbox, form_id, instance_id, since, state)

    def write_review(self, form_id: str, instance_id: str, state: str, comment: str, *, actor: str) -> bool:
        """As `set_review`; the comment stays where it was written."""
        return review.write(self.inbox, form_id, instance_id, state, actor)

    def checkpoint_at(self, form_id: str, at: datetime) -> str:
        """A checkpoint from which everything that moved at that time or later comes again."""
        return moments.checkpoint_at(self.inbox, form_id, at)

    def count(self, form_id: str) -> int:
        """How many submissions a reading from the beginning brings."""
        return moments.count(self.inbox, form_id)

    def remove_practice(self, *, actor: str = "practice") -> int:
        """Remove all practice submissions for good; how many there were."""
        return office.remove_practice(self.inbox, actor)

    def sweep(self, older_than: float = SWEEP_AGE) -> int:
        """Remove old files that no submission and no form names; how many."""
        return office.sweep(self.inbox, older_than)


def open_builtin(config: Config) -> BuiltinServer:
    """The built-in server of these settings, its inbox migrated. ConfigError when another one is set."""
    if config.server.kind != "builtin":
        raise ConfigError(Message.SERVER_BUILTIN, kind=config.server.kind)
    engine = open_engine(config.server.url, durable=True)
    migrate(engine, MIGRATIONS, VERSION_TABLE)
    return BuiltinServer(Inbox(engine, FileStore(config.server.files)), config)
