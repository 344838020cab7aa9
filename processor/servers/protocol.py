"""What every form server looks like to the pull: one protocol, one shape of submission.

KoboToolbox, ODK Central and the built-in server each implement `FormServer`; everything specific
to a server (addresses, pages, stamps, odd shapes) ends there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol, runtime_checkable

from processor.forms.answers import Answers
from processor.forms.definition import Form

REVIEW_STATES = ("received", "edited", "has_issues", "approved", "rejected")


STAYS = ""
"""`Attachment.sha256` of a file that has arrived, and that the server gives nobody as it was taken (encrypted)."""
SEALED = "@undecrypted"
"""Path of the reason in a living submission with `content_known=False`: it counts, and has no rows."""


@dataclass(frozen=True)
class Attachment:
    """A file named by a submission; `sha256` is None while it has not arrived."""

    name: str
    size: int | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class Submission:
    """One submission in its current version, as the server holds it."""

    form_id: str
    instance_id: str
    """Root id: the instanceID of the first version; never changes."""
    version_id: str
    """instanceID of the current version (differs after an edit)."""
    form_version: str
    answers: Answers
    received_at: datetime
    """First arrival at the server, aware UTC."""
    updated_at: datetime
    """Arrival of the current version, aware UTC."""
    submitter: str
    """Code of the officer (app user) who sent it."""
    practice: bool = False
    deleted: bool = False
    review_state: str = "received"
    attachments: tuple[Attachment, ...] = ()
    content_known: bool = True
    """False: the server tells the state but shows no answers (a deleted submission on ODK Central).

    `answers` and `attachments` are then empty and mean nothing; what the copy holds stays current. A living one
    (an encrypted one that cannot be decrypted) has the reason at the path SEALED: it is never held for answers.
    """


@dataclass(frozen=True)
class SubmissionState:
    """One line of the server's list of ids: enough to prove equality without answers."""

    instance_id: str
    version_id: str
    deleted: bool
    practice: bool
    review_state: str = "received"
    attachments_present: int | None = None
    """How many of its files have arrived, where the list tells; a late file may change nothing else."""


@dataclass(frozen=True)
class Page:
    """A part of the changes, in the order in which the server made them.

    `checkpoint` is where the next increment starts when this page has been stored.
    """

    submissions: tuple[Submission, ...]
    checkpoint: str
    """Empty when the page moves none (`Rereads.fetch`)."""
    gone: tuple[str, ...] = ()
    """Root ids that were asked for and that the server no longer has, not even as deleted."""


@dataclass(frozen=True)
class MediaFile:
    """A file that goes to the phone with the form; `md5` is the manifest's hash."""

    name: str
    path: Path
    md5: str


@dataclass(frozen=True)
class FormPackage:
    """What is deployed: the definition, the XForm that phones read, its media and its source."""

    form: Form
    xform: bytes
    workbook: bytes = field(repr=False)
    media: tuple[MediaFile, ...] = ()


@dataclass(frozen=True)
class DeployedForm:
    """One version of a form that the server serves or has served."""

    form_id: str
    version: str
    title: str
    xform_md5: str
    media: tuple[tuple[str, str], ...]
    """(file name, md5) in order of name."""
    deployed_at: datetime
    current: bool


@dataclass(frozen=True)
class AppUser:
    """An officer as the form server knows her; the token is part of the phone's address."""

    code: str
    name: str
    area: str
    practice: bool
    active: bool
    token: str = field(repr=False, default="")


class FormServer(Protocol):
    """The few things that the rest asks of a form server. Faults are raised as ServerError."""

    name: str

    def deploy(self, package: FormPackage) -> DeployedForm:
        """Publish a version with its media. The same content again changes nothing."""

    def deployed(self) -> list[DeployedForm]:
        """All versions of all forms on the server."""

    def changed(self, form_id: str, checkpoint: str | None, page_size: int) -> Iterator[Page]:
        """Submissions created, edited, deleted or reviewed since the checkpoint, page by page.

        A submission may come again; the later one is the newer. None means from the beginning.
        """

    def ids(self, form_id: str) -> Iterator[SubmissionState]:
        """Every submission the server has, deleted ones included, each once."""

    def attachment(self, form_id: str, instance_id: str, name: str) -> Path | None:
        """A local file with the attachment's bytes, or None when it has not arrived."""

    def app_users(self) -> list[AppUser]:
        """The officers, revoked ones included."""


@runtime_checkable
class Rereads(Protocol):
    """A server some of whose changes no increment shows: what a comparison finds is read again by id."""

    def fetch(self, form_id: str, instance_ids: Sequence[str]) -> Iterator[Page]:
        """The given submissions as they are now, with their attachments; `Page.gone` names the others."""
