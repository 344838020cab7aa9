"""Answers that no database text can hold: a zero byte, half of a surrogate pair.

XML cannot carry them, JSON of a foreign server can. PostgreSQL refuses them and would refuse the
page with them. So such a cell stays empty in the tables, with a finding TYPE that shows the text
with the sign written out (`\\x00`); the raw copy keeps the answer exactly, both engines alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from processor.store.raw import is_storable
from processor.survey.records import ERROR, TYPE, Change, Finding

if TYPE_CHECKING:
    import pandas as pd

    from processor.survey.columns import TablePlan
    from processor.survey.prepare import Prepared

AREA_LIMIT = 16
"""A longer text is no commune code; rows with it are shown to the whole province only."""


def make_storable(prepared: Prepared, plans: Sequence[TablePlan]) -> Prepared:
    """The same tables with every unstorable cell empty and found."""
    found: list[Finding] = []
    frames = {plan.name: _frame(plan, prepared.frames[plan.name], found) for plan in plans}
    changes = tuple(Change(*map(written_out, change)) for change in prepared.changes)
    findings = tuple(Finding(*map(written_out, finding)) for finding in prepared.findings)
    return replace(prepared, frames=frames, changes=changes, findings=(*findings, *found))


def limit_areas(frames: Mapping[str, pd.DataFrame]) -> None:
    """Empty the area of rows whose area is too long to be a code."""
    for frame in frames.values():
        long = {a for a in set(frame["_area"]) if isinstance(a, str) and len(a) > AREA_LIMIT}
        if long:
            frame["_area"] = _objects([None if area in long else area for area in frame["_area"]])


def _frame(plan: TablePlan, frame: pd.DataFrame, found: list[Finding]) -> pd.DataFrame:
    fixed = frame.copy()
    key = "row_key" if plan.path else "submission_id"
    for column in plan.columns:
        cells = list(frame[column.name])
        bad = [i for i, cell in enumerate(cells) if isinstance(cell, str) and not is_storable(cell)]
        for index in bad:
            if column.origin == "question":
                row = frame.iloc[index]
                place = (plan.name, row["submission_id"], row[key], column.name)
                found.append(Finding(*place, TYPE, ERROR, written_out(cells[index])))
            cells[index] = None
        if bad:
            fixed[column.name] = _objects(cells)
    return fixed


def _objects(cells: list[Any]) -> pd.Series:
    import pandas as pd

    return pd.Series(cells, dtype=object)


def written_out(value: Any) -> Any:
    """`a\\0b` as `a\\x00b`, and half a pair as `\\ud800`."""
    if not isinstance(value, str) or is_storable(value):
        return value
    return value.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode()
