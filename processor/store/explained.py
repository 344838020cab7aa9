"""Explanations of one submission by the survey's rules, for callers who may see everything that they look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from processor.database import reading
from processor.store.frames import read_frames
from processor.store.tables import submissions
from processor.store.visible import visible_columns, visible_rows, visible_submissions
from processor.survey.checks.data import Data
from processor.survey.checks.load import load_explainer
from processor.survey.checks.reference import Reference

if TYPE_CHECKING:
    from processor.store.open import Registered, Store
    from processor.store.scope import Scope
    from processor.survey.checks.explained import Explainer, Proposal


def read_proposals(
    store: Store, form_id: str, submission_id: str, scope: Scope
) -> tuple[Proposal, ...] | None:
    """What the survey says that the submission should say, row by row.

    None where nothing is explained: by this survey, of this form, to a caller whose scope hides the submission or
    one column that the explanation looks at. Rows of other submissions count only inside the scope.
    """
    explainer = load_explainer(store.config.checks)
    plans = store.plans(form_id)
    if explainer is None or not plans or plans[0].name != explainer.table:
        return None
    forms = [store.registered(form.form_id) for form in store.config.forms]
    if not set(explainer.reads) <= _shown(forms, scope):
        return None
    with reading(store.engine) as connection:
        own = _own(connection, store.registered(form_id), explainer, submission_id, scope)
        if own is None:
            return None
        ids = sorted({submission_id, *_tied(connection, forms, explainer, own, scope)})
        frames = read_frames(connection, forms, set(explainer.reads), bool(own.practice), ids)
    return explainer.explain(Data(frames, _reference(store)), submission_id)


def _shown(forms: Sequence[Registered], scope: Scope) -> set[str]:
    return {f"{plan.name}.{c.name}" for f in forms for plan in f.plans for c in visible_columns(plan, scope)}


def _own(
    connection: Connection, form: Registered, explainer: Explainer, submission_id: str, scope: Scope
) -> Any:
    """Area, practice mark and tie of the submission; None when the scope shows no such row."""
    table, form_id = form.tables[explainer.table], form.plans[0].form_id
    query = (
        select(table.c["_area"].label("area"), table.c["_practice"].label("practice"))
        .add_columns(table.c[explainer.ties[explainer.table]].label("tie"))
        .join(submissions, submissions.c.instance_id == table.c.submission_id)
        .where(visible_submissions(form_id, scope), visible_rows(table, scope))
    )
    return connection.execute(query.where(table.c.submission_id == submission_id)).one_or_none()


def _tied(
    connection: Connection, forms: Sequence[Registered], explainer: Explainer, own: Any, scope: Scope
) -> list[str]:
    """Submissions of the same commune that the scope shows and that the survey ties to this one."""
    if own.tie is None:
        return []
    found: list[str] = []
    tables = {name: table for form in forms for name, table in form.tables.items()}
    for name, column in explainer.ties.items():
        c = tables[name].c
        alike = (c[column] == own.tie, c["_area"] == own.area, c["_practice"] == own.practice)
        query = select(c.submission_id).where(*alike, visible_rows(tables[name], scope))
        found += connection.execute(query).scalars()
    return found


def _reference(store: Store) -> Reference:
    """The code tables as they stand now."""
    return Reference(store.config.codes, store.config.settings)
