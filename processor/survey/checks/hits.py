"""What a rule found: rows of a table, or units of the field work, with the values of the message; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import pandas as pd


class Found(NamedTuple):
    """One finding of a check. `submission_id` and `row_key` are empty when it is about a unit, not a row."""

    rule: str
    family: str
    """Empty for a rule that looks at one submission; else which rows see each other."""
    group_key: str
    table_name: str
    submission_id: str
    row_key: str
    column_name: str
    unit: str
    """`officer:16663-01`, `commune:16663`; empty for a row."""
    severity: str
    values: str
    """The values that the messages name, as JSON with sorted keys: what makes it the same finding."""
    area: str
    practice: bool
    due_at: datetime | None
    """Until then it waits and is shown to nobody (a C1 waits for its C)."""


@dataclass(frozen=True)
class Hits:
    """Rows of `table` for which a rule fired; all arrays have one entry a hit."""

    table: str
    column: str
    rows: np.ndarray
    """Positions in the table's frame."""
    values: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    severity: Sequence[str] | None = None
    """Where it differs from the catalogue's level (an age that is only possibly wrong is W)."""
    due_at: Sequence[datetime | None] | None = None

    def warned_where(self, only_possible: pd.Series) -> Hits:
        """W instead of E where `only_possible` (a mask over the table's rows) is true."""
        marks = only_possible.to_numpy(dtype=bool)[self.rows]
        return replace(self, severity=["W" if mark else "E" for mark in marks])


@dataclass(frozen=True)
class UnitHits:
    """Units (an officer, a commune, an officer's day) for which a rule fired; one entry a hit."""

    kind: str
    units: Sequence[str]
    keys: Sequence[str]
    """The family's key of each: under which key it is found again."""
    areas: Sequence[str]
    values: Mapping[str, Sequence[Any]] = field(default_factory=dict)


Result = Hits | UnitHits | Sequence[Hits]
"""A rule may fire on several tables or columns."""
