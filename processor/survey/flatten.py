"""Submissions to typed tables, by the form's column plan; pure.

One frame per form path. Texts stay exactly as received; an empty answer is None, as an absent one.
A typed answer that is not of its type becomes None and a finding TYPE that carries the text, so
that cleaning may read it by a rule (`clean/untyped.py`). An answer that no plan knows becomes a
finding UNKNOWN with its path; the raw copy keeps it.

Work goes column by column over a page of rows: an absent cell costs one dictionary look-up.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from processor.forms.answers import Answers
from processor.survey.answer_cells import Untyped, question_cells
from processor.survey.columns import SKIPPED_PATHS, TablePlan
from processor.survey.records import ERROR, TYPE, UNKNOWN, WARNING, Document, Finding
from processor.survey.values import instant


@dataclass(frozen=True)
class Flattened:
    """Frames by table name, one for every plan, and what could not be placed in them."""

    frames: Mapping[str, pd.DataFrame]
    findings: tuple[Finding, ...]


class Row(NamedTuple):
    """One row to be: `root` is its submission, `answers` the mapping that holds its cells."""

    root: int
    key: str
    parent: str
    number: int
    answers: Answers


class _Page(NamedTuple):
    """What all tables of a call share."""

    documents: Sequence[Document]
    areas: list[str | None]
    findings: list[Finding]


def flatten(plans: Sequence[TablePlan], area_path: str, documents: Iterable[Document]) -> Flattened:
    """All rows of `documents` as one frame per plan, columns and order those of the plan.

    `plans` are all tables of one form, outer before inner. `_area` is the answer at `area_path`;
    without one it is None, which only a caller with the whole province sees.
    """
    documents = list(documents)
    area_paths = question_paths(plans, area_path)
    areas = [next(filter(None, (_text(d.answers.get(p)) for p in area_paths)), None) for d in documents]
    page = _Page(documents, areas, [])
    rows = {"": [Row(i, d.submission_id, "", 1, d.answers) for i, d in enumerate(documents)]}
    frames = {}
    for plan in plans:
        children = [p.path for p in plans if parent_path(p.path, plans) == plan.path and p.path]
        if plan.path:
            rows[plan.path] = list(_repeat_rows(plan.path, rows[parent_path(plan.path, plans)]))
        taken = _take(plan, rows[plan.path], children)
        frames[plan.name] = _table(plan, rows[plan.path], taken, page)
        _report_unknown(plan, rows[plan.path], taken, children, page)
    return Flattened(frames, tuple(page.findings))


def question_paths(plans: Sequence[TablePlan], path: str) -> tuple[str, ...]:
    """`path` and all other places where versions of the form have that question of the root."""
    for column in plans[0].questions:
        if path in (column.path, *column.former_paths):
            return (column.path, *column.former_paths)
    return (path,)


def parent_path(path: str, plans: Sequence[TablePlan]) -> str:
    """Path of the innermost repeat around the repeat `path`, `""` at the root."""
    around = (p.path for p in plans if p.path and path.startswith(p.path + "/"))
    return max(around, key=len, default="")


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _repeat_rows(path: str, parents: list[Row]) -> Iterator[Row]:
    name = path.rpartition("/")[2]
    for parent in parents:
        inner = parent.answers.get(path)
        if isinstance(inner, list):
            for number, answers in enumerate(inner, 1):
                key = f"{parent.key}/{name}[{number}]"
                yield Row(parent.root, key, parent.key, number, answers)


class _Taken(NamedTuple):
    """The answers of a table's rows by path, and the rows that have more than the plan knows."""

    cells: Mapping[str, Sequence[Any]]
    strange: Collection[int]


def _take(plan: TablePlan, rows: list[Row], children: Sequence[str]) -> _Taken:
    """Every row laid over an empty one: what it lacks is None, and if it has more, the result is longer."""
    questions = dict.fromkeys(path for c in plan.questions for path in (c.path, *c.former_paths))
    paths = tuple(questions | dict.fromkeys(children))
    empty = dict.fromkeys((*paths, *(() if plan.path else SKIPPED_PATHS)))
    get = _getter(paths)
    taken, strange, size = [], [], len(empty)
    for number, row in enumerate(rows):
        full = empty | row.answers
        taken.append(get(full))
        if len(full) > size:
            strange.append(number)
    columns = zip(*taken, strict=True) if taken else repeat(())
    return _Taken(dict(zip(paths, columns, strict=False)), strange)


def _getter(paths: tuple[str, ...]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    """The values of these keys, in their order."""
    if len(paths) > 1:
        return itemgetter(*paths)
    return lambda row: tuple(row[path] for path in paths)


def _table(plan: TablePlan, rows: list[Row], taken: _Taken, page: _Page) -> pd.DataFrame:
    cells = _system_cells(plan, rows, page)
    found: list[Untyped] = []
    for column in plan.questions:
        cells.update(question_cells(plan, column, taken.cells, found))
    found.sort(key=lambda f: f[0])
    for index, name, value in found:
        row = rows[index]
        submission = page.documents[row.root].submission_id
        page.findings.append(Finding(plan.name, submission, row.key, name, TYPE, ERROR, value))
    return build_frame([c.name for c in plan.columns], cells, len(rows))


def build_frame(names: Sequence[str], cells: Mapping[str, Sequence[Any]], size: int) -> pd.DataFrame:
    """A frame of objects in one block; columns without cells are None."""
    empty = (None,) * size
    columns = [cells.get(name, empty) for name in names]
    block = np.fromiter(chain.from_iterable(columns), dtype=object, count=len(names) * size)
    block = block.reshape(len(names), size)
    return pd.DataFrame(block.T, columns=pd.Index(names, dtype=object), dtype=object, copy=False)


_OF_DOCUMENT: Mapping[str, Callable[[Document], Any]] = {
    "submission_id": lambda d: d.submission_id,
    "_form_version": lambda d: d.form_version,
    "_raw_sha256": lambda d: d.raw_sha256,
    "_received_at": lambda d: instant(d.received_at),
    "_updated_at": lambda d: instant(d.updated_at),
    "_pulled_at": lambda d: instant(d.pulled_at),
    "_submitter": lambda d: d.submitter,
    "_review_state": lambda d: d.review_state,
    "_practice": lambda d: int(d.practice),
}


def _system_cells(plan: TablePlan, rows: list[Row], page: _Page) -> dict[str, Sequence[Any]]:
    documents = [page.documents[row.root] for row in rows]
    wanted = {c.name for c in plan.columns if c.origin in ("key", "system")}
    cells: dict[str, Sequence[Any]] = {
        name: [get(document) for document in documents]
        for name, get in _OF_DOCUMENT.items()
        if name in wanted
    }
    cells["_area"] = [page.areas[row.root] for row in rows]
    if plan.path:
        cells["row_key"] = [row.key for row in rows]
        cells["parent_key"] = [row.parent for row in rows]
        cells["row_no"] = [row.number for row in rows]
    return cells


def _report_unknown(
    plan: TablePlan, rows: list[Row], taken: _Taken, children: Sequence[str], page: _Page
) -> None:
    """A finding for each answer that has no column; empty elements (notes, groups) are none."""
    expected = taken.cells.keys() | (() if plan.path else SKIPPED_PATHS)
    texts = {
        n for p in children for n, value in enumerate(taken.cells[p]) if value and isinstance(value, str)
    }
    for number in sorted(texts.union(taken.strange)):
        row = rows[number]
        strange = [p for p in children if isinstance(row.answers.get(p), str) and row.answers[p]]
        strange += [p for p in row.answers.keys() - expected if row.answers[p]]
        for path in sorted(strange):
            submission = page.documents[row.root].submission_id
            page.findings.append(Finding(plan.name, submission, row.key, "", UNKNOWN, WARNING, path))
