"""Search in the list: names without regard to marks and case, codes by their beginning.

Only columns whose class the scope shows are looked at: a hit in a hidden column would tell what
stands there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Table, false, or_, select

from processor.store.tables import submissions
from processor.store.visible import visible_columns
from processor.survey.clean.names import person_key, place_key

if TYPE_CHECKING:
    from processor.store.open import Store
    from processor.store.scope import Scope
    from processor.survey.columns import Column, TablePlan

_CODED = ("calculate", "text", "barcode")
_NUMBERS = ("", "document_no", "id_number", "phone", "health_card")


def matching(store: Store, form_id: str, scope: Scope, wanted: str) -> ColumnElement[bool]:
    """Submissions with a visible name that contains `wanted`, or a visible code that begins so."""
    wanted = wanted.strip().replace("\0", "")
    hits = [submissions.c.instance_id == wanted]
    for plan in store.plans(form_id):
        table = store.table(plan)
        found = [hit for c in visible_columns(plan, scope) if (hit := _hit(table, c, wanted)) is not None]
        if found:
            hits.append(submissions.c.instance_id.in_(select(table.c.submission_id).where(or_(*found))))
    return or_(false(), *hits)


def searched(plan: TablePlan, scope: Scope) -> tuple[str, ...]:
    """Names of the columns that a search of this scope looks at."""
    return tuple(c.name for c in visible_columns(plan, scope) if _is_name(c) or _is_code(c))


def _hit(table: Table, column: Column, wanted: str) -> ColumnElement[bool] | None:
    if _is_name(column):
        folded = _fold(column, wanted)
        return table.c[column.name].contains(folded, autoescape=True) if folded else None
    if _is_code(column) and any(sign.isdigit() for sign in wanted):
        return table.c[column.name].istartswith(wanted, autoescape=True)
    return None


def _is_name(column: Column) -> bool:
    return column.origin == "derived" and column.name.endswith("_key")


def _is_code(column: Column) -> bool:
    """Keys and numbers of documents: short texts that are neither names nor free remarks."""
    question = column.question
    if column.origin != "question" or column.type != "text" or question is None:
        return False
    cleaned = question.clean_as
    return question.kind in _CODED and (cleaned in _NUMBERS or cleaned.startswith("code"))


def _fold(column: Column, wanted: str) -> str | None:
    """The query folded as the key was (R-C07)."""
    question = column.question
    is_person = question is not None and question.clean_as in ("person_name", "other_name")
    return person_key(wanted) if is_person else place_key(wanted)
