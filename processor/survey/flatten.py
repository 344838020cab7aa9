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
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

import pandas as pd

from processor.forms.answers import Answers
from processor.survey.answer_cells import Untyped, question_cells
from processor.survey.columns import SKIPPED_PATHS, TablePlan
from processor.survey.page import Page, Rows
from processor.survey.records import ERROR, TYPE, UNKNOWN, WARNING, Document, Finding
from processor.survey.table import Table
from processor.survey.values import instant


@dataclass(frozen=True)
class Flattened:
    """Tables by name, one for every plan, and what could not be placed in them."""

    tables: Mapping[str, Table]
    findings: tuple[Finding, ...]

    @cached_property
    def frames(self) -> Mapping[str, pd.DataFrame]:
        """The tables as frames."""
        return {name: table.frame() for name, table in self.tables.items()}


class _Work(NamedTuple):
    """What all tables of a call share."""

    page: Page
    areas: list[str | None]
    keys: dict[str, list[str]]
    """Row keys by path."""
    findings: list[Finding]

    def find(self, plan: TablePlan, row: int, column: str, rule: str, severity: str, value: str) -> None:
        """Note a finding about a row."""
        submission = self.page.documents[self.page.rows(plan.path).roots[row]].submission_id
        key = self.keys[plan.path][row]
        self.findings.append(Finding(plan.name, submission, key, column, rule, severity, value))


def flatten(plans: Sequence[TablePlan], area_path: str, documents: Iterable[Document]) -> Flattened:
    """All rows of `documents` as one table per plan, columns and order those of the plan.

    `plans` are all tables of one form, outer before inner. `_area` is the answer at `area_path`;
    without one it is None, which only a caller with the whole province sees.
    """
    return flatten_page(plans, area_path, page_of(plans, documents))


def page_of(plans: Sequence[TablePlan], documents: Iterable[Document]) -> Page:
    """The submissions as `flatten_page` takes them."""
    return Page([*documents], {p.path: parent_path(p.path, plans) for p in plans if p.path})


def flatten_page(plans: Sequence[TablePlan], area_path: str, page: Page) -> Flattened:
    """The same of a page, whose answers are then laid out for others too."""
    area_paths = question_paths(plans, area_path)
    areas = [next(filter(None, (_text(d.answers.get(p)) for p in area_paths)), None) for d in page.documents]
    work = _Work(page, areas, {"": [d.submission_id for d in page.documents]}, [])
    tables = {}
    for plan in plans:
        children = [path for path, around in page.around.items() if around == plan.path]
        taken = _take(plan, page, children)
        if plan.path:
            work.keys[plan.path] = _row_keys(plan.path, work)
        tables[plan.name] = _table(plan, taken, work)
        _report_unknown(plan, taken, children, work)
    return Flattened(tables, tuple(work.findings))


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


def _row_keys(path: str, work: _Work) -> list[str]:
    """`<key of the row around>/members[2]`."""
    name, rows, around = path.rpartition("/")[2], work.page.rows(path), work.keys[work.page.around[path]]
    return [
        f"{around[place]}/{name}[{number}]" for place, number in zip(rows.above, rows.numbers, strict=True)
    ]


Taken = Mapping[str, Sequence[Any]]
"""The answers of a table's rows by path."""


def _take(plan: TablePlan, page: Page, children: Sequence[str]) -> Taken:
    questions = [path for c in plan.questions for path in (c.path, *c.former_paths)]
    paths = [*dict.fromkeys((*questions, *children))]
    return dict(zip(paths, page.take(plan.path, paths), strict=True))


def _table(plan: TablePlan, taken: Taken, work: _Work) -> Table:
    rows = work.page.rows(plan.path)
    cells = _system_cells(plan, rows, work)
    found: list[Untyped] = []
    distinct: dict[str, frozenset[Any]] = {}
    for column in plan.questions:
        cells.update(question_cells(plan, column, taken, found, distinct))
    for row, name, value in sorted(found, key=lambda f: f[0]):
        work.find(plan, row, name, TYPE, ERROR, value)
    return Table(tuple([c.name for c in plan.columns]), cells, len(rows.answers), distinct)


_OF_DOCUMENT: Mapping[str, Callable[[Document], Any]] = {
    "submission_id": lambda d: d.submission_id,
    "_form_version": lambda d: d.form_version,
    "_raw_sha256": lambda d: d.raw_sha256,
    "_received_at": lambda d: d.received_at,
    "_updated_at": lambda d: d.updated_at,
    "_pulled_at": lambda d: d.pulled_at,
    "_submitter": lambda d: d.submitter,
    "_review_state": lambda d: d.review_state,
    "_practice": lambda d: int(d.practice),
}
_INSTANTS = {"_received_at", "_updated_at", "_pulled_at"}


def _system_cells(plan: TablePlan, rows: Rows, work: _Work) -> dict[str, Sequence[Any]]:
    documents = [work.page.documents[root] for root in rows.roots]
    wanted = {c.name for c in plan.columns if c.origin in ("key", "system")}
    cells: dict[str, Sequence[Any]] = {
        name: [get(document) for document in documents]
        for name, get in _OF_DOCUMENT.items()
        if name in wanted
    }
    known: dict[datetime, str] = {}  # many submissions are pulled at once, and never updated
    for name in wanted & _INSTANTS:
        known.update({time: instant(time) for time in {*cells[name]} - known.keys()})
        cells[name] = [known[time] for time in cells[name]]
    cells["_area"] = [work.areas[root] for root in rows.roots]
    if plan.path:
        around = work.keys[work.page.around[plan.path]]
        cells["row_key"] = work.keys[plan.path]
        cells["parent_key"] = [around[place] for place in rows.above]
        cells["row_no"] = rows.numbers
    return cells


def _report_unknown(plan: TablePlan, taken: Taken, children: Sequence[str], work: _Work) -> None:
    """A finding for each answer that has no column; empty elements (notes, groups) are none."""
    rows = work.page.rows(plan.path).answers
    strange = [
        (n, path)
        for path in children
        for n, value in enumerate(taken[path])
        if value and isinstance(value, str)
    ]
    for path in _unknown(rows, taken.keys() | (() if plan.path else SKIPPED_PATHS)):
        strange += [(n, path) for n, answers in enumerate(rows) if answers.get(path)]
    for number, path in sorted(strange):
        work.find(plan, number, "", UNKNOWN, WARNING, path)


def _unknown(rows: Iterable[Answers], known: Collection[str]) -> Iterator[str]:
    """Paths that are not known; most rows have the same ones, so a look at one row tells of the others."""
    seen = {*known}
    for answers in rows:
        if not seen.issuperset(answers):
            more = answers.keys() - seen
            seen |= more
            yield from more
