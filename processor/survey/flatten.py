"""Submissions to typed tables, by the form's column plan; pure.

One frame per form path. Texts stay exactly as received; an empty answer is None, as an absent one.
A typed answer that is not of its type becomes None and a finding TYPE that carries the text, so
that cleaning may read it by a rule (`clean/untyped.py`). An answer that no plan knows becomes a
finding UNKNOWN with its path; the raw copy keeps it.

Work goes column by column over a page of rows: an absent cell costs one dictionary look-up.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from processor.forms.answers import Answers
from processor.survey.columns import SKIPPED_PATHS, Column, TablePlan
from processor.survey.records import ERROR, TYPE, UNKNOWN, WARNING, Document, Finding
from processor.survey.values import READERS, Reader, instant, read_geopoint


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


_Untyped = tuple[int, str, str]
"""Row number, column and text of an answer that is not of its type."""


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
        frames[plan.name] = _table(plan, rows[plan.path], page)
        _report_unknown(plan, rows[plan.path], children, page)
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


def _table(plan: TablePlan, rows: list[Row], page: _Page) -> pd.DataFrame:
    answers = [row.answers for row in rows]
    cells = _system_cells(plan, rows, page)
    found: list[_Untyped] = []
    for column in plan.questions:
        cells.update(_question_cells(plan, column, answers, found))
    found.sort(key=lambda f: f[0])
    for index, name, value in found:
        row = rows[index]
        submission = page.documents[row.root].submission_id
        page.findings.append(Finding(plan.name, submission, row.key, name, TYPE, ERROR, value))
    return build_frame([c.name for c in plan.columns], cells, len(rows))


def build_frame(names: Sequence[str], cells: Mapping[str, Sequence[Any]], size: int) -> pd.DataFrame:
    """A frame of objects in one block; columns without cells are None."""
    block = np.full((len(names), size), None, dtype=object)
    for index, name in enumerate(names):
        values = cells.get(name)
        if values is not None:
            block[index] = values
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


def _question_cells(
    plan: TablePlan, column: Column, answers: list[Answers], found: list[_Untyped]
) -> Iterator[tuple[str, Sequence[Any]]]:
    path = column.path
    values: list[Any] = [a.get(path) or None for a in answers]
    for former in column.former_paths:  # a version has the question in one place only
        values = [v or a.get(former) or None for v, a in zip(values, answers, strict=True)]
    if list in set(map(type, values)):
        values = _without_lists(column.name, values, found)
    reader = READERS.get(column.type)
    question = column.question
    if reader is not None:
        values = _read(column.name, values, reader, found)
    yield column.name, values
    if question is not None and question.value_type == "geopoint":
        yield from _parts(plan, path, _read(column.name, values, read_geopoint, found))
    elif question is not None and question.kind == "select_multiple":
        yield from _flags(plan, path, values)


def _without_lists(name: str, values: list[Any], found: list[_Untyped]) -> list[Any]:
    """Rows of a repeat where an answer belongs: another version of the form made it a repeat."""
    lists = [(i, v) for i, v in enumerate(values) if isinstance(v, list)]
    found.extend((i, name, json.dumps(v, ensure_ascii=False)) for i, v in lists)
    return [None if isinstance(v, list) else v for v in values]


def _read(name: str, values: list[Any], reader: Reader, found: list[_Untyped]) -> list[Any]:
    """Typed values; what is not of the type is None and noted in `found`."""
    known: dict[Any, Any] = {text: reader(text) for text in set(values) - {None}}
    if None in known.values():
        found.extend((i, name, v) for i, v in enumerate(values) if v is not None and known[v] is None)
    known[None] = None
    return [known[text] for text in values]


def _parts(plan: TablePlan, path: str, points: list[Any]) -> Iterator[tuple[str, Sequence[Any]]]:
    names = [c.name for c in plan.columns if c.origin == "part" and c.path == path]
    empty = (None,) * len(names)
    columns = zip(*(point or empty for point in points), strict=True)
    yield from zip(names, columns, strict=False)


def _flags(plan: TablePlan, path: str, values: list[Any]) -> Iterator[tuple[str, Sequence[Any]]]:
    """0/1 per choice of any version; None where the question was not answered."""
    choices = [c for c in plan.columns if c.origin == "choice" and c.path == path]
    codes = [c.choice for c in choices]
    known: dict[Any, tuple[int | None, ...]] = {None: (None,) * len(codes)}
    for text in set(values) - {None}:
        chosen = set(text.split())
        known[text] = tuple(int(code in chosen) for code in codes)
    columns = zip(*(known[text] for text in values), strict=True)
    yield from zip((c.name for c in choices), columns, strict=False)


def _report_unknown(plan: TablePlan, rows: list[Row], children: Sequence[str], page: _Page) -> None:
    """A finding for each answer that has no column; empty elements (notes, groups) are none."""
    questions = {path for c in plan.questions for path in (c.path, *c.former_paths)}
    expected = questions.union(children, () if plan.path else SKIPPED_PATHS)
    for row in rows:
        answers = row.answers
        strange = [p for p in children if isinstance(answers.get(p), str) and answers[p]]
        if not answers.keys() <= expected:
            strange += [p for p in answers.keys() - expected if answers[p]]
        for path in sorted(strange):
            submission = page.documents[row.root].submission_id
            page.findings.append(Finding(plan.name, submission, row.key, "", UNKNOWN, WARNING, path))
