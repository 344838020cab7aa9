"""The answers to one question over many rows, as the cells of its columns: typed values, flags, parts; pure.

Every different text is read once a page.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from processor.survey.columns import Column, TablePlan
from processor.survey.values import READERS, Reader, read_geopoint

Untyped = tuple[int, str, str]
"""Row number, column and text of an answer that is not of its type."""


def question_cells(
    plan: TablePlan,
    column: Column,
    taken: Mapping[str, Sequence[Any]],
    found: list[Untyped],
    distinct: dict[str, frozenset[Any]],
) -> Iterator[tuple[str, Sequence[Any]]]:
    """The cells of a question's column and of those beside it, by name.

    What cannot be read is added to `found`, the different cells of the question, without None, to `distinct`.
    """
    path, question = column.path, column.question
    values, texts = _texts(column, taken, found)
    if question is not None and question.value_type == "geopoint":
        yield from _parts(plan, path, _read(column.name, values, texts, read_geopoint, found))
    elif question is not None and question.kind == "select_multiple":
        yield from _flags(plan, path, values, texts)
    reader = READERS.get(column.type)
    if reader is None:
        distinct[column.name] = frozenset(texts)
        yield column.name, values
    else:
        yield column.name, _read(column.name, values, texts, reader, found)


def _texts(
    column: Column, taken: Mapping[str, Sequence[Any]], found: list[Untyped]
) -> tuple[Sequence[Any], set[str]]:
    """The answers to a question, None for empty ones, and the different texts among them."""
    values = taken[column.path]
    for former in column.former_paths:  # a version has the question in one place only
        values = [value or before for value, before in zip(values, taken[former], strict=True)]
    try:
        texts = set(values)
    except TypeError:
        values = _without_lists(column.name, values, found)
        texts = set(values)
    if "" in texts:
        values = [value or None for value in values]
    texts -= {"", None}
    return values, texts


def _without_lists(name: str, values: Sequence[Any], found: list[Untyped]) -> list[Any]:
    """Rows of a repeat where an answer belongs: another version of the form made it a repeat."""
    lists = [(i, v) for i, v in enumerate(values) if v and isinstance(v, list)]
    found.extend((i, name, json.dumps(v, ensure_ascii=False)) for i, v in lists)
    return [None if isinstance(v, list) else v for v in values]


def _read(
    name: str, values: Sequence[Any], texts: set[str], reader: Reader, found: list[Untyped]
) -> list[Any]:
    """Typed values; what is not of the type is None and noted in `found`."""
    known: dict[Any, Any] = {text: reader(text) for text in texts}
    if None in known.values():
        found.extend((i, name, v) for i, v in enumerate(values) if v is not None and known[v] is None)
    known[None] = None
    return [known[text] for text in values]


def _parts(plan: TablePlan, path: str, points: list[Any]) -> Iterator[tuple[str, Sequence[Any]]]:
    names = [c.name for c in plan.columns if c.origin == "part" and c.path == path]
    empty = (None,) * len(names)
    columns = zip(*[point or empty for point in points], strict=True)
    yield from zip(names, columns, strict=False)


def _flags(
    plan: TablePlan, path: str, values: Sequence[Any], texts: set[str]
) -> Iterator[tuple[str, Sequence[Any]]]:
    """0/1 per choice of any version; None where the question was not answered."""
    choices = [c for c in plan.columns if c.origin == "choice" and c.path == path]
    codes = [c.choice for c in choices]
    known: dict[Any, tuple[int | None, ...]] = {None: (None,) * len(codes)}
    for text in texts:
        chosen = set(text.split())
        known[text] = tuple(int(code in chosen) for code in codes)
    columns = zip(*[known[text] for text in values], strict=True)
    yield from zip((c.name for c in choices), columns, strict=False)
