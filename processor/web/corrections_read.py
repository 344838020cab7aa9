"""Corrections as pages show them: the question, the answers in words, what may be decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from processor.store.corrections_list import LedgerRow
from processor.store.corrections_preview import answers_now
from processor.store.heads import read_heads
from processor.survey.columns import Column, TablePlan
from processor.survey.corrections import SET_ASIDE, canonical, find_column
from processor.web.corrections_field import as_value
from processor.web.findings_rows import place_of
from processor.web.guard import my_scope
from processor.web.language import current
from processor.web.listing import title_column
from processor.web.service import service
from processor.web.values import Value, clean_label, label_of


@dataclass(frozen=True)
class Line:
    """A correction in words of the page. Values are None for an empty answer."""

    row: LedgerRow
    code: str
    label: str
    where: str
    """`Thành viên 2`; empty in the root table."""
    old: Value | None
    new: Value | None
    now: Value | None = None
    """What the form server has now; only where a decision is due."""
    seen: str = ""
    """The version of the submission with that answer."""
    hindrance: str = ""
    """Key of the words that say why it cannot be applied again."""


def lines_of(rows: Sequence[LedgerRow]) -> list[Line]:
    """The corrections in words; those set aside with the answer of the form server."""
    store = service().store
    waiting = answers_now(store, [row for row in rows if row.state == SET_ASIDE])
    plans = {form_id: store.plans(form_id) for form_id in {row.form_id for row in rows}}
    return [_line(plans[row.form_id], row, waiting.get(row.id)) for row in rows]


def _line(plans: Sequence[TablePlan], row: LedgerRow, now: tuple[bool, str | None, str] | None) -> Line:
    language = current()
    column = find_column(plans, row.table_name, row.column_name)
    assert column is not None  # the store shows only columns of the forms
    code, label = naming(column)
    old, new = (as_value(column, text, language) for text in (row.old, row.new))
    plan = next(p for p in plans if p.name == row.table_name)
    line = Line(row, code, label, place_of(plan, row.row_key), old, new)
    if now is None:
        return line
    there, text, seen = now
    return replace(
        line,
        now=as_value(column, text, language),
        seen=seen,
        hindrance=_hindrance(column, there, text, row.new),
    )


def _hindrance(column: Column, there: bool, now: str | None, new: str | None) -> str:
    if not there:
        return "corrections.row_gone"
    return "corrections.same_now" if canonical(column, now) == canonical(column, new) else ""


def naming(column: Column) -> tuple[str, str]:
    """Number on paper and label of a column, its name where the form has no words."""
    code = column.question.code if column.question else ""
    return code, clean_label(label_of(column.labels, current()), {}) or column.name


def names_of(rows: Sequence[LedgerRow]) -> dict[str, str]:
    """Whom the submissions are about, by id, for those who may see names."""
    found: dict[str, str] = {}
    for form_id in {row.form_id for row in rows}:
        column = title_column(service().store.plans(form_id)[0], my_scope())
        if column is not None:
            ids = {row.submission_id for row in rows if row.form_id == form_id}
            heads = read_heads(service().store, form_id, ids, my_scope(), [column.name])
            found |= {key: str(head[column.name] or "") for key, head in heads.items()}
    return found
