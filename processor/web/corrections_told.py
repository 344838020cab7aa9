"""What a correction would do, in words of the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from processor.reports.code_words import At
from processor.store.corrections_check import Cell
from processor.store.corrections_preview import Effect, Preview
from processor.store.finding_rows import CLEAN, FORM, values_of
from processor.survey.checks.derived_words import ENTRIES
from processor.survey.columns import Column
from processor.survey.records import Finding
from processor.web.corrections_field import as_value
from processor.web.corrections_read import naming
from processor.web.formats import t
from processor.web.guard import my_scope
from processor.web.language import current
from processor.web.rules import message
from processor.web.service import service
from processor.web.values import Value, value_of

SHOWN = ("question", "derived", "part")
"""Flags of choices and system columns say nothing that these do not."""


@dataclass(frozen=True)
class Told:
    """The preview as it is shown."""

    value: Value | None
    others: tuple[tuple[str, Value | None, Value | None], ...]
    """(label, before, after) of what follows from the new answer."""
    come: tuple[tuple[Finding, str], ...]
    """Findings with their words."""
    go: tuple[tuple[Finding, str], ...]
    leaves: str
    """Where the submission would go, when that is outside the caller's area."""


def told_in_words(cell: Cell, new: str | None, told: Preview) -> Told:
    """Values with their labels; a cell that cleaning leaves as it was shows the new answer itself."""
    columns = {p.name: p.by_name for p in service().store.plans(cell.form_id)}
    mine = next((e for e in told.effects if _is_of(e, cell)), None)
    own = columns[cell.table_name][cell.column_name]
    others = (e for e in told.effects if not _is_of(e, cell))
    return Told(
        value=_value(own, mine.after) if mine else as_value(own, new, current()),
        others=tuple(
            _effect(columns, e) for e in others if columns[e.table_name][e.column_name].origin in SHOWN
        ),
        come=tuple((f, _said(columns, cell.form_id, f)) for f in told.come),
        go=tuple((f, _said(columns, cell.form_id, f)) for f in told.go),
        leaves="" if my_scope().area.allows(told.area) else _place(told.area),
    )


def _is_of(effect: Effect, cell: Cell) -> bool:
    place = (cell.table_name, cell.row_key, cell.column_name)
    return (effect.table_name, effect.row_key, effect.column_name) == place


def _effect(
    columns: Mapping[str, Mapping[str, Column]], effect: Effect
) -> tuple[str, Value | None, Value | None]:
    column = columns[effect.table_name][effect.column_name]
    return naming(column)[1], _value(column, effect.before), _value(column, effect.after)


def _value(column: Column, value: Any) -> Value | None:
    return value_of(column, {column.name: value}, current())


def _said(columns: Mapping[str, Mapping[str, Column]], form_id: str, finding: Finding) -> str:
    """`Xã: Mã không có trong danh sách`: the question, and what the rule says."""
    values = values_of(FORM if finding.rule in ENTRIES else CLEAN, finding.value)
    at = At(form_id, "", finding.table_name, finding.column_name)
    text = message(service().config.settings, finding.rule, current(), values, at)
    column = columns.get(finding.table_name, {}).get(finding.column_name)
    return f"{naming(column)[1]}: {text}" if column else text


def _place(area: str) -> str:
    return service().areas.name(area) or t("overview.nowhere")
