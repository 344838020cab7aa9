"""What some form servers can do beside `FormServer`: asked for with `isinstance`, never taken for granted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, runtime_checkable

from processor.errors import Message, ServerError


@runtime_checkable
class Counts(Protocol):
    """A server that tells cheaply how many submissions a reading from the beginning will bring."""

    def count(self, form_id: str) -> int:
        """Submissions to come, roughly: for a progress bar, never for a proof."""


@runtime_checkable
class Dated(Protocol):
    """A server that can be asked for what changed since a moment, not only since a checkpoint."""

    def checkpoint_at(self, form_id: str, at: datetime) -> str:
        """A checkpoint from which `changed` brings everything that moved at `at` or later.

        ServerError PULL_SINCE_SERVER where the server tells no times of change.
        """


def checkpoint_at(server: object, form_id: str, at: datetime) -> str:
    """From where the server tells what changed since a moment; ServerError PULL_SINCE_SERVER where it cannot."""
    if not isinstance(server, Dated):
        raise ServerError(Message.PULL_SINCE_SERVER, form_id=form_id)
    return server.checkpoint_at(form_id, at)


@runtime_checkable
class Ghosts(Protocol):
    """A server that counts rows behind which there is no submission."""

    def ghosts(self, form_id: str) -> int:
        """How many the last list had."""


@runtime_checkable
class Seals(Protocol):
    """A server that may hold encrypted submissions, which are read with a passphrase."""

    @property
    def seals(self) -> bool:
        """Whether it does: then the files of submissions stay there."""

    @property
    def lacks_passphrase(self) -> bool:
        """Whether nothing new can be read, because nobody has given the passphrase."""

    def unlock(self, passphrase: str) -> None:
        """Use this passphrase as long as this process lives."""


@runtime_checkable
class Remembers(Protocol):
    """A server whose list of the last time is given again while it says that nothing has changed."""

    def forget(self, form_id: str) -> None:
        """Read the next list in full: the copy differs from this one, so perhaps it was not whole."""


@runtime_checkable
class Keeps(Protocol):
    """A server elsewhere whose files are kept here once they were fetched."""

    def kept(self, form_id: str, instance_id: str, name: str, sha256: str) -> Path | None:
        """The local file with just these bytes, None when it is not here; the server is not asked."""


@dataclass(frozen=True)
class Stand:
    """How a submission stands on the server before a review is written."""

    version_id: str
    review_state: str
    mark: str
    """Where its history of reviews stands; empty where the server keeps none."""


class ReviewRefusedError(ServerError):
    """The server will never take this review: trying again is no use."""


@runtime_checkable
class TakesReviews(Protocol):
    """A server to which review states can be written back."""

    def review_stand(self, form_id: str, instance_id: str) -> Stand:
        """ReviewRefusedError SUBMISSION_UNKNOWN when it is deleted or was never there."""

    def was_reviewed(self, form_id: str, instance_id: str, since: str, state: str, comment: str) -> bool:
        """Whether just this review was written after the mark `since`, whatever came after it."""

    def write_review(self, form_id: str, instance_id: str, state: str, comment: str, *, actor: str) -> bool:
        """Write state and comment; False when there was nothing to write.

        Never repeated by itself: after HTTP_UNSURE ask `was_reviewed` first.
        ReviewRefusedError when the server does not take it.
        """
