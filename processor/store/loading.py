"""From submissions to rows ready to load, and which submissions cannot be made into rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from processor.errors import FormError, Message, ProcessorError
from processor.servers.protocol import SEALED, Submission
from processor.store.raw import Content
from processor.store.sealed import is_lost
from processor.store.storable import limit_areas, make_storable
from processor.survey.records import Document

if TYPE_CHECKING:
    from processor.config import FormConfig
    from processor.store.open import Registered
    from processor.survey.corrections import Correction
    from processor.survey.prepare import Prepared

Corrections = Mapping[str, Sequence["Correction"]]
"""Those that were not undone, oldest first, by submission."""


class Arrived(NamedTuple):
    """A submission with its content and the time at which that content came."""

    submission: Submission
    content: Content
    pulled_at: datetime


@dataclass(frozen=True)
class Loaded:
    """Rows for the tables, commune by submission, and why others have no rows."""

    prepared: Prepared | None
    areas: Mapping[str, str]
    problems: Mapping[str, str]


def load(
    form: FormConfig, registered: Registered, arrived: Sequence[Arrived], corrections: Corrections
) -> Loaded:
    """Correct, flatten and clean live submissions; one that cannot be read never blocks the others."""
    versions = {known.version for known in registered.forms}
    problems = {
        a.submission.instance_id: _problem(form.form_id, a.submission)
        for a in arrived
        if a.submission.form_version not in versions or is_lost(a.submission)
    }
    readable = [a for a in arrived if a.submission.instance_id not in problems]
    documents = [_document(a) for a in readable]
    prepared = _prepare(form, registered, documents, problems, corrections) if documents else None
    if prepared is not None:
        limit_areas(prepared.frames)
        if any(a.content.may_be_unstorable for a in readable):
            prepared = make_storable(prepared, registered.plans)
    return Loaded(prepared, _areas(registered, prepared), problems)


def _problem(form_id: str, submission: Submission) -> str:
    """Why it has no rows: nobody could decrypt it, or its version is not published."""
    if is_lost(submission):
        return str(FormError(Message.SUBMISSION_SEALED, reason=submission.answers[SEALED]))
    return str(FormError(Message.FORM_VERSION_UNKNOWN, form_id=form_id, version=submission.form_version))


def _document(arrived: Arrived) -> Document:
    submission = arrived.submission
    return Document(
        submission_id=submission.instance_id,
        form_version=submission.form_version,
        raw_sha256=arrived.content.sha256,
        received_at=submission.received_at,
        updated_at=submission.updated_at,
        pulled_at=arrived.pulled_at,
        submitter=submission.submitter,
        review_state=submission.review_state,
        practice=submission.practice,
        answers=submission.answers,
    )


def _prepare(
    form: FormConfig,
    registered: Registered,
    documents: list[Document],
    problems: dict[str, str],
    corrections: Corrections,
) -> Prepared | None:
    from processor.survey.prepare import prepare  # pandas: only when there is something to load

    try:
        return prepare(registered.plans, form.area, documents, corrections, registered.checks.get)
    except ProcessorError:
        problems.update(_unreadable(form, registered, documents, corrections))
    rest = [d for d in documents if d.submission_id not in problems]
    if not rest:
        return None
    return prepare(registered.plans, form.area, rest, corrections, registered.checks.get)


def _unreadable(
    form: FormConfig, registered: Registered, documents: list[Document], corrections: Corrections
) -> dict[str, str]:
    """Which documents fail, by halves: few fail as a rule."""
    from processor.survey.prepare import prepare

    try:
        prepare(registered.plans, form.area, documents, corrections, registered.checks.get)
    except ProcessorError as error:
        if len(documents) == 1:
            return {documents[0].submission_id: str(error)}
        middle = len(documents) // 2
        first = _unreadable(form, registered, documents[:middle], corrections)
        return first | _unreadable(form, registered, documents[middle:], corrections)
    return {}


def _areas(registered: Registered, prepared: Prepared | None) -> dict[str, str]:
    if prepared is None:
        return {}
    root = prepared.frames[registered.plans[0].name]
    return {key: area or "" for key, area in zip(root["submission_id"], root["_area"], strict=True)}
