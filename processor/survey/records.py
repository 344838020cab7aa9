"""What goes into the pure part, and the rows that it leaves beside the data: changes, findings."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from processor.forms.answers import Answers

ERROR, WARNING = "E", "W"
"""Severities of findings: an error keeps the record in review, a warning is confirmed or returned."""

TYPE, UNKNOWN, CHOICE = "TYPE", "UNKNOWN", "CHOICE"
"""Rules of the service itself: not of its type, no such question, no such code in the list."""

CORRECTION = "CORRECTION"
"""In the log of changes: a person corrected the answer (`corrections.py`)."""


class Document(NamedTuple):
    """One current version of a submission with its provenance; times are aware."""

    submission_id: str
    form_version: str
    raw_sha256: str
    received_at: datetime
    updated_at: datetime
    pulled_at: datetime
    submitter: str
    review_state: str
    practice: bool
    answers: Answers


class Change(NamedTuple):
    """One cell that a rule changed. `before` and `after` are canonical texts, None is empty."""

    table_name: str
    submission_id: str
    row_key: str
    column_name: str
    rule: str
    before: str | None
    after: str | None


class Finding(NamedTuple):
    """One thing that a person must look at. In the root table `row_key` is the submission id."""

    table_name: str
    submission_id: str
    row_key: str
    column_name: str
    rule: str
    severity: str
    value: str | None


def as_text(value: Any) -> str | None:
    """Canonical text of a typed cell; reading it as the column's type gives the cell back."""
    return value if value is None or isinstance(value, str) else repr(value)
