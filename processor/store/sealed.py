"""Encrypted submissions that nobody could decrypt: they count, have no rows, and take nothing from what we hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processor.servers.protocol import SEALED

if TYPE_CHECKING:
    from processor.servers.protocol import Submission
    from processor.store.intake import Current


def is_lost(submission: Submission) -> bool:
    """Whether the reason why nobody could decrypt it stands where its answers would."""
    return SEALED in submission.answers


def tells_a_loss(submission: Submission, before: Current | None) -> bool:
    """Whether a living submission that nobody can decrypt is news: then it counts, with the reason for answers.

    Not when we hold this very version: what was read once is not taken for lost because it cannot be read again.
    """
    if submission.deleted or not is_lost(submission):
        return False
    held = before and (before.version_id, before.received_at)
    return held != (submission.version_id, submission.received_at)
