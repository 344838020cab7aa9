"""The table that is being cleaned: columns as lists, with the log of what happens to them; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from processor.survey.clean.context import Days, interview_column
from processor.survey.columns import TablePlan
from processor.survey.records import Change, Finding, as_text
from processor.survey.table import Table


class Sheet:
    """A copy of a table; only `change` alters an answer, and it writes the log row."""

    def __init__(self, plan: TablePlan, table: Table, days: Days | None = None) -> None:
        self.plan = plan
        self.size = table.size
        self._days = days
        self._table = table
        self._columns: dict[str, list[Any]] = {}
        self._distinct = {**table.distinct}
        self._submissions = table.cells("submission_id")
        self._rows = table.cells("row_key") if plan.path else self._submissions
        self._changes: list[tuple[int, Change]] = []
        self._findings: list[tuple[int, Finding]] = []

    def values(self, name: str) -> Sequence[Any]:
        """The cells of a column; not to be altered."""
        return self._columns[name] if name in self._columns else self._table.cells(name)

    def distinct(self, name: str) -> frozenset[Any]:
        """The different answers of a column, without the empty one."""
        found = self._distinct.get(name)
        if found is None:
            found = self._distinct[name] = frozenset(self.values(name)) - {None}
        return found

    def interview_days(self) -> Sequence[str | None]:
        """The day of the interview for each row: the root's own answer, for a repeat what was given."""
        name = interview_column(self.plan)
        if name is not None:
            return self.values(name)
        days = self._days or {}
        return [days.get(submission) for submission in self._submissions]

    def row_numbers(self) -> dict[str, int]:
        """Position by row key."""
        return {key: number for number, key in enumerate(self._rows)}

    def change(self, name: str, rule: str, after: Mapping[Any, Any]) -> None:
        """Replace the answers that `after` names, one log row a cell."""
        values = self.values(name)
        for row, value in enumerate(values):
            if value in after and value is not None:
                self._log(row, name, rule, as_text(value), as_text(after[value]))
        self._put(name, [after.get(v, v) for v in values])

    def change_cell(self, row: int, name: str, rule: str, after: Any) -> None:
        """Replace one answer, where the rule looked at the whole row."""
        self._log(row, name, rule, as_text(self.values(name)[row]), as_text(after))
        self._put_cell(row, name, after)

    def restore(self, row: int, name: str, rule: str, before: str, value: Any) -> None:
        """Fill a cell that flattening left empty because its text was not of the type."""
        self._log(row, name, rule, before, as_text(value))
        self._put_cell(row, name, value)

    def _put(self, name: str, values: list[Any]) -> None:
        self._columns[name] = values
        self._distinct.pop(name, None)

    def _put_cell(self, row: int, name: str, value: Any) -> None:
        if name not in self._columns:
            self._columns[name] = list(self._table.cells(name))
        self._columns[name][row] = value
        self._distinct.pop(name, None)

    def _log(self, row: int, name: str, rule: str, before: str | None, after: str | None) -> None:
        change = Change(self.plan.name, self._submissions[row], self._rows[row], name, rule, before, after)
        self._changes.append((row, change))

    def find(self, row: int, name: str, rule: str, severity: str, value: str | None) -> None:
        """Note a finding about one cell."""
        found = Finding(self.plan.name, self._submissions[row], self._rows[row], name, rule, severity, value)
        self._findings.append((row, found))

    def derive(self, name: str, values: list[Any]) -> None:
        """Write a column that cleaning owns; no answer, so no log."""
        self._put(name, values)

    def changes(self) -> tuple[Change, ...]:
        """The log by row, within a row by column, within a cell in order of application."""
        place = {column.name: position for position, column in enumerate(self.plan.columns)}
        ordered = sorted(self._changes, key=lambda c: (c[0], place[c[1].column_name]))
        return tuple(change for _, change in ordered)

    def findings(self) -> tuple[Finding, ...]:
        """The findings by row."""
        return tuple(finding for _, finding in sorted(self._findings, key=lambda f: f[0]))

    def frame(self) -> pd.DataFrame:
        """A new frame of the cells as they are now."""
        table = self._table
        return Table(table.names, {**table.columns, **self._columns}, table.size).frame()
