"""Small forms and submissions for the tests of flattening and cleaning."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pandas as pd
from pyxform.xls2xform import convert

from processor.forms.answers import Answers
from processor.forms.definition import Form
from processor.forms.tree import from_tree
from processor.survey.columns import plan_tables
from processor.survey.plan import TablePlan
from processor.survey.records import Document

RECEIVED = datetime(2016, 3, 10, 1, 0, tzinfo=UTC)
UPDATED = datetime(2016, 3, 11, 2, 0, 0, 500, tzinfo=UTC)
PULLED = datetime(2016, 3, 12, 3, 0, tzinfo=UTC)


@cache
def form(sheets: str, version: str = "1") -> Form:
    """The form of `sheets` (survey and choices as Markdown tables)."""
    settings = f"\n| settings |\n| | form_id | version |\n| | f | {version} |\n"
    return from_tree(convert(sheets + settings, warnings=[])._pyxform, "f", {})


def plans(*sheets: str) -> tuple[TablePlan, ...]:
    """Plans of table `t` over the versions `sheets`, oldest first."""
    return plan_tables("t", [form(s, str(n)) for n, s in enumerate(sheets, 1)])


def document(answers: Answers, submission_id: str = "uuid:1", **changed: Any) -> Document:
    """A submission with these answers."""
    base = Document(
        submission_id, "1", "ab" * 32, RECEIVED, UPDATED, PULLED, "16663-01", "received", False, answers
    )
    return base._replace(**changed)


def documents(*answers: Answers) -> list[Document]:
    """Submissions `uuid:1`, `uuid:2` and so on."""
    return [document(a, f"uuid:{n}") for n, a in enumerate(answers, 1)]


def rows(frame: pd.DataFrame, *names: str) -> list[tuple[Any, ...]]:
    """The cells of the columns `names`, row by row."""
    return list(frame[list(names)].itertuples(index=False, name=None))


def cells(frame: pd.DataFrame) -> list[list[Any]]:
    """All cells, with their types visible: 1, 1.0 and True differ."""
    return [[(type(v).__name__, v) for v in row] for row in frame.to_numpy().tolist()]


def concatenated(frames: Sequence[pd.DataFrame]) -> list[list[Any]]:
    """All cells of the frames, one under the other."""
    return [row for frame in frames for row in cells(frame)]
