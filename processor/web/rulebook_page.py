"""One rule for its page: the columns it reads, its parameters, the facts it rests on that are still to be verified."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from processor.store.open import Store
from processor.store.scope import Scope
from processor.survey.checks.catalogue import Entry
from processor.survey.checks.load import load_book
from processor.survey.checks.reference import Reference, Row, to_verify
from processor.survey.columns import Column, TablePlan
from processor.web.rulebook_read import reads_of

MARK = "source_mark"
"""Column of a code table that says where each row comes from."""
_TABLE = re.compile(r"\b([a-z][a-z0-9_]*)\.csv\b")
_OTHERS = {"vi": "_en", "en": "_vi"}
"""Columns of the other language are left out."""


@dataclass(frozen=True)
class Read:
    """A column that the rule looks at; `column` is None when no form has it."""

    name: str
    column: Column | None
    hidden: bool


@dataclass(frozen=True)
class Fact:
    """A row of a code table that is from memory: its id, what it says, its mark."""

    id: str
    cells: tuple[tuple[str, str], ...]
    mark: str


@dataclass(frozen=True)
class Facts:
    """Rows of a code table that are not yet held against the document."""

    table: str
    rows: tuple[Fact, ...]
    of: int
    """All rows of the table."""


def columns_read(store: Store, scope: Scope, rule_id: str) -> list[tuple[TablePlan | None, list[Read]]]:
    """What the rule looks at, table by table; a column that the scope hides is named as hidden."""
    plans = {plan.name: plan for form in store.config.forms for plan in store.plans(form.form_id)}
    found: dict[str, list[Read]] = {}
    for name in reads_of(load_book(store.config.checks), rule_id):
        table, _, column_name = name.partition(".")
        plan = plans.get(table)
        column = plan.by_name.get(column_name) if plan else None
        hidden = column is not None and not scope.shows(column.data_class)
        found.setdefault(table, []).append(Read(column_name, column, hidden))
    return [(plans.get(table), reads) for table, reads in found.items()]


def facts_to_verify(store: Store, entry: Entry, language: str) -> list[Facts]:
    """Of the code tables that the rule's source names, the rows that are marked to be verified."""
    reference = Reference(store.config.codes, store.config.settings)
    return [
        facts
        for name in tables_of(entry)
        if (facts := _facts(name, reference.optional(name) or (), language))
    ]


def tables_of(entry: Entry) -> list[str]:
    """Names of the code tables that the source names, each once."""
    return list(dict.fromkeys(_TABLE.findall(entry.source)))


def is_marked(entry: Entry) -> bool:
    """Whether the rule itself rests on a fact from memory."""
    return to_verify({MARK: entry.source})


def _facts(table: str, rows: Sequence[Row], language: str) -> Facts | None:
    marked = [row for row in rows if to_verify(row)]
    return Facts(table, tuple(_fact(row, language) for row in marked), len(rows)) if marked else None


def _fact(row: Row, language: str) -> Fact:
    (_, key), *cells = row.items()
    said = ((name, v) for name, v in cells if v and name != MARK and not name.endswith(_OTHERS[language]))
    return Fact(key, tuple(said), row[MARK].strip("[]"))
