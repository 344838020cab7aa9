"""Rows that cleaning leaves beside the data: what was changed and what was found; pure."""

from __future__ import annotations

from typing import Any, NamedTuple

ERROR, WARNING = "E", "W"
"""Severities of findings: an error keeps the record in review, a warning is confirmed or returned."""

TYPE, UNKNOWN, CHOICE = "TYPE", "UNKNOWN", "CHOICE"
"""Rules of the service itself: not of its type, no such question, no such code in the list."""


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
