"""Reads for pages and files. Every function takes the caller's `Scope`; none has a default.

A column outside the scope's classes is never selected, sorted by or searched in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


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
    values: Mapping[str, Any]


@dataclass(frozen=True)
class ListPage:
    """One page of the list; `after` and `before` are keys for the neighbours, None at an end."""

    rows: tuple[Listed, ...]
    total: int
    first_no: int
    after: str | None
    before: str | None


@dataclass(frozen=True)
class ListFilter:
    """What the list is narrowed by; the scope always applies on top."""

    communes: frozenset[str] | None = None
    submitter: str = ""
    review_state: str = ""
    received_from: date | None = None
    received_to: date | None = None
    search: str = ""
