"""Which values of findings are codes that a message would show as they are."""

from __future__ import annotations

import json
import string
from collections.abc import Iterator
from functools import cache

from processor.survey.checks.hits import Found
from processor.survey.checks.nghe_an import BOOK
from processor.survey.columns import Column
from tests.checks.make import entries, plans

NO_CODES = {("R-B12", "lines"), ("R-D11", "lines"), ("R-V02", "village")}
"""Lines of a roster and codes of villages: there is no list with labels."""


def unsaid(found: Found) -> list[tuple[str, str, str]]:
    """(rule, placeholder, code) of every code that the finding's message does not say what it is a code of."""
    values = json.loads(found.values)
    return [
        (found.rule, name, str(value))
        for name in plain(found.rule)
        if isinstance(value := values.get(name), str) and (found.rule, name) not in NO_CODES
        if any(set(value.split()) <= codes for codes in _codes(found.rule)) and value
    ]


@cache
def plain(rule: str) -> tuple[str, ...]:
    """Placeholders of the message that no kind is given for."""
    fields = string.Formatter().parse(entries()[rule].messages["vi"])
    return tuple(name for _, name, kind, _ in fields if name and not kind)


@cache
def _codes(rule: str) -> tuple[frozenset[str], ...]:
    """The lists of the columns that the rule looks at."""
    return tuple(
        frozenset(choice.name for choice in column.choices) for column in read_by(rule) if column.choices
    )


def read_by(rule: str) -> Iterator[Column]:
    """The columns that the rule and its family look at; none for a step of cleaning."""
    known = BOOK.rules.get(rule)
    family = BOOK.families[known.family].reads if known and known.family else ()
    for name in (*known.reads, *family) if known else ():
        table, _, column = name.partition(".")
        if column in plans()[table].by_name:
            yield plans()[table].by_name[column]
