"""Findings of cleaning and of checks as rows of one table, with what names each of them for good.

Rows are replaced at every load and check, so their numbers mean nothing. `key` is a hash of rule and place,
`ref` of rule, place and value: what a person did with a finding is kept under both (`work.py`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from processor.store import bulk
from processor.store.fetch import batches
from processor.store.raw import stamp
from processor.store.tables import findings
from processor.survey.checks.derived_words import ENTRIES, REQUIRED
from processor.survey.checks.hits import Found
from processor.survey.records import Finding

CLEAN, CHECK, FORM = "clean", "check", "form"
"""Of flattening and cleaning, of the survey's rules, of what follows from the form itself."""

COLUMNS = (
    *Finding._fields, "form_id", "kind", "family", "group_key", "unit", "area", "key", "ref", "practice", "due_at",
)  # fmt: skip
_CONTENTS = tuple(name for name in COLUMNS if name not in ("key", "ref"))
"""What a finding of a check is made of: `key` and `ref` follow from it."""
_UNIT = _CONTENTS.index("unit")
_quoted = json.encoder.encode_basestring_ascii


def insert_clean(connection: Connection, form_id: str, found: Iterable[Finding]) -> None:
    """Findings that are made with the rows; area and practice are those of the submission."""
    bulk.insert(connection, findings.name, COLUMNS, (_clean(form_id, f) for f in found))


def replace_checked(
    connection: Connection,
    forms: Mapping[str, str],
    found: Iterable[Found],
    *among: ColumnElement[bool],
) -> None:
    """Put findings of checks in the place of those `among` which they belong; what is there already stays."""
    wanted = dict.fromkeys(_checked(forms, found))
    gone = []
    for number, row in _stored(connection, among):
        if row in wanted:
            del wanted[row]
        else:
            gone.append(number)
    bulk.delete(connection, findings.name, "id", gone)  # type: ignore[arg-type]
    _insert(connection, wanted)


def _stored(
    connection: Connection, among: Sequence[ColumnElement[bool]]
) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Number and contents (as `_checked` gives them) of findings of checks."""
    c = findings.c
    query = select(*(c[name] for name in _CONTENTS), c.id).where(c.kind == CHECK, *among)
    for rows in batches(connection.execute(query)):
        for *row, practice, due, number in rows:
            at = due if due is None or isinstance(due, str) else stamp(due)
            yield number, (*row, int(practice), at)


def untold(connection: Connection, found: Sequence[Found], missing: Collection[str]) -> Iterator[Found]:
    """Rules `missing` tell of answers that are missing: where the form itself has told of one (which it does
    when rows are made, before any check), it is told once."""
    asked = {f.submission_id for f in found if f.rule in missing}
    told = _told_by_form(connection, sorted(asked)) if asked else set()
    return (f for f in found if f.rule not in missing or _place(f) not in told)


def _told_by_form(connection: Connection, ids: list[str]) -> set[tuple[str, str, str]]:
    c = findings.c
    query = select(c.table_name, c.row_key, c.column_name).where(
        c.kind == FORM, c.rule == REQUIRED, bulk.one_of(connection, c.submission_id, ids)
    )
    return {(row.table_name, row.row_key, row.column_name) for row in connection.execute(query)}


def _place(f: Found) -> tuple[str, str, str]:
    return f.table_name, f.row_key, f.column_name


def _clean(form_id: str, f: Finding) -> tuple[Any, ...]:
    place = (f.rule, f.table_name, f.submission_id, f.row_key, f.column_name, "")
    kind = FORM if f.rule in ENTRIES else CLEAN
    return (*f, form_id, kind, "", "", "", "", *names(place, f.value), 0, None)


def _checked(forms: Mapping[str, str], found: Iterable[Found]) -> Iterator[tuple[Any, ...]]:
    for f in found:
        finding = (
            f.table_name, f.submission_id, f.row_key, f.column_name, f.rule, f.severity, f.values
        )  # fmt: skip
        due = None if f.due_at is None else stamp(f.due_at)
        group = (f.family, f.group_key, f.unit, f.area)
        yield (*finding, forms.get(f.table_name, ""), CHECK, *group, int(f.practice), due)


def _insert(connection: Connection, rows: Iterable[tuple[Any, ...]]) -> None:
    bulk.insert(connection, findings.name, (*_CONTENTS, "key", "ref"), map(_named, rows))


def _named(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Contents with `key` and `ref`."""
    table, submission, row_key, column, rule, _, value = row[:7]
    return (*row, *names((rule, table, submission, row_key, column, row[_UNIT]), value))


def names(place: tuple[str, ...], value: str | None) -> tuple[str, str]:
    """`key` and `ref` of a finding at (rule, table, submission, row, column, unit)."""
    key = _hash(place)
    return key, _hash((key, value))


def _hash(parts: tuple[str | None, ...]) -> str:
    """Of the JSON of the parts, which is written here: `json.dumps` would make an encoder each time."""
    text = ", ".join("null" if part is None else _quoted(part) for part in parts)
    return hashlib.sha256(f"[{text}]".encode()).hexdigest()[:32]


def values_of(kind: str, value: str | None) -> dict[str, Any]:
    """What the rule's message names: `value` for cleaning, the values of the check else."""
    if kind in (CHECK, FORM):
        found: dict[str, Any] = json.loads(value or "{}")
        return found
    return {"value": value}
