"""What Central tells of a submission beside its answers."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class Row(NamedTuple):
    """One submission at the moment of an answer; what that answer does not tell is None or empty."""

    instance_id: str
    received_at: datetime
    deleted: bool
    review_state: str
    submitter: str
    edited: bool
    version: tuple[str, datetime] | None = None
    """Id and arrival of the current version (the lists tell it)."""
    form_version: str = ""
    """The version that was first submitted, even after an edit (OData tells it)."""
    files: int | None = None
    """How many files it names (OData and the export tell it)."""
