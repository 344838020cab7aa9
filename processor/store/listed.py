"""One submission as the list and the reading page show its head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row

from processor.store.visible import as_dict

if TYPE_CHECKING:
    from processor.survey.columns import Column


@dataclass(frozen=True)
class Listed:
    """A submission in the list: keys, state and the visible values of the listed columns."""

    instance_id: str
    area: str
    submitter: str
    practice: bool
    review_state: str
    form_version: str
    received_at: datetime
    updated_at: datetime
    attachments_expected: int
    attachments_present: int
    problem: str
    """Why it has no values yet (its form version is not published); empty as a rule."""
    values: Mapping[str, Any]


LISTED = (
    "instance_id",
    "area",
    "submitter",
    "practice",
    "review_state",
    "form_version",
    "received_at",
    "updated_at",
    "attachments_expected",
    "attachments_present",
    "problem",
)


def listed(row: Row[Any], columns: Sequence[Column]) -> Listed:
    """A selected row (`LISTED`, then the columns) as a `Listed`."""
    head, values = row[: len(LISTED)], row[len(LISTED) :]
    return Listed(**dict(zip(LISTED, head, strict=True)), values=as_dict(columns, values))
