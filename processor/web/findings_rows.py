"""Findings as pages show them: the message, the question, whom and where it is about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from processor.store.heads import read_heads
from processor.store.scope import Scope
from processor.store.work import SUPERVISORS, FindingRow
from processor.survey.columns import TablePlan
from processor.web import listing
from processor.web.formats import t
from processor.web.language import current
from processor.web.rulebook_page import is_marked
from processor.web.rules import entry_of, message
from processor.web.service import service
from processor.web.values import clean_label, label_of
from processor.words import WORDS

ROW = re.compile(r"\[(\d+)\]")
SYSTEM = {"_submitter": "officer", "_received_at": "data.received", "_review_state": "data.state"}
"""Columns that are no question, with the words for them."""


@dataclass(frozen=True)
class Line:
    """A finding of the list."""

    row: FindingRow
    message: str
    action: str
    """What the supervisor does, from the catalogue."""
    question: str
    code: str
    who: str
    """The name of whom the submission is about, for those who may see names."""
    place: str
    """Which row of a repeat."""
    about: str
    """The unit of the field work; empty for a finding of a submission."""
    unverified: bool
    """The rule, or a fact under this finding, is from memory."""


def lines(rows: Iterable[FindingRow], scope: Scope) -> list[Line]:
    """The rows with their words."""
    rows = tuple(rows)
    plans = {
        plan.name: plan for form in service().config.forms for plan in service().store.plans(form.form_id)
    }
    names = _names(rows, scope)
    return [_line(row, plans.get(row.table_name), names.get(row.submission_id, "")) for row in rows]


def _line(row: FindingRow, plan: TablePlan | None, who: str) -> Line:
    question, code = question_of(plan, row.column_name)
    return Line(
        row,
        text_of(row),
        action_of(row),
        question,
        code,
        who,
        place_of(plan, row.row_key),
        about_of(row.unit),
        is_unverified(row),
    )


def text_of(row: FindingRow) -> str:
    """What the rule says, with the values of this finding."""
    return message(service().config.settings, row.rule, current(), row.values, row)


def action_of(row: FindingRow) -> str:
    """What the supervisor does about it."""
    entry = entry_of(service().config.settings, row.rule)
    return entry.actions.get(current(), "") if entry else ""


def is_unverified(row: FindingRow) -> bool:
    """Whether the rule's source, or the fact of law in the values of the finding, is marked to be verified."""
    entry = entry_of(service().config.settings, row.rule)
    return bool(row.values.get("verify")) or (entry is not None and is_marked(entry))


def value_of(row: FindingRow) -> str | None:
    """What the form says, where the words of the rule do not carry it (rules of the service itself)."""
    return row.values.get("value") if f"rule.{row.rule}" in WORDS else None


def question_of(plan: TablePlan | None, name: str) -> tuple[str, str]:
    """(label, code on paper) of a column; its name where it has no label."""
    column = plan.by_name.get(name) if plan else None
    if name in SYSTEM:
        return t(SYSTEM[name]), ""
    if column is None:
        return name, ""
    label = clean_label(label_of(column.labels, current()), {})
    return label or name, column.question.code if column.question else ""


def place_of(plan: TablePlan | None, row_key: str) -> str:
    """`Thành viên 2` for a row of a repeat, empty for the root."""
    numbers = ROW.findall(row_key.rpartition("/")[2]) if plan and plan.path else []
    if not plan or not numbers:
        return ""
    label = clean_label(label_of(plan.labels, current()), {}).strip(" .:-") or plan.name
    return f"{label} {'.'.join(numbers)}"


def where_of(plan: TablePlan | None, row_key: str, name: str) -> str:
    """`Thành viên 2: Năm sinh`: row and question."""
    return ": ".join(part for part in (place_of(plan, row_key), question_of(plan, name)[0]) if part)


def about_of(unit: str) -> str:
    """Words for a unit of the field work."""
    kind, _, of = unit.partition(":")
    if kind == "commune":
        return service().areas.name(of)
    return t("findings.unit.officer", of=of) if kind.startswith("officer") else of


def _names(rows: tuple[FindingRow, ...], scope: Scope) -> dict[str, str]:
    """Whom the submissions are about, by id."""
    found: dict[str, str] = {}
    for form_id in {row.form_id for row in rows if row.submission_id}:
        plans = service().store.plans(form_id)
        column = listing.title_column(plans[0], scope) if plans else None
        if column is not None:
            ids = {row.submission_id for row in rows if row.form_id == form_id}
            heads = read_heads(service().store, form_id, ids, scope, [column.name])
            found |= {key: str(head[column.name] or "") for key, head in heads.items()}
    return found


@dataclass(frozen=True)
class Choice:
    """An act that a page offers."""

    state: str
    why_not: str = ""
    """Why the caller cannot do it; key of the words."""


def choices(row: FindingRow, role: str) -> list[Choice]:
    """What can be done with a finding, those first that lead on."""
    found: list[Choice] = []
    if row.state != "returned" and not row.unit:
        found.append(Choice("returned"))
    if row.state != "overridden":
        low = row.severity == "E" and role not in SUPERVISORS
        found.append(Choice("overridden", "findings.refused.role" if low else ""))
    if row.state != "expected" and row.severity != "E":
        found.append(Choice("expected"))
    return [*found, Choice("reopened")] if row.state != "open" else found


def unsettled(rows: Iterable[FindingRow], level: str) -> int:
    """How many of this level are open or with the officer."""
    return sum(row.severity == level and row.state in ("open", "returned") for row in rows)
