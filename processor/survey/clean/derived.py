"""Columns that cleaning adds beside answers: R-C06, R-C07, R-C12, R-C18, R-C23, R-C24; pure.

They are computed from the answer after the cell rules, always anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from os.path import commonprefix
from typing import Any

from processor.survey.clean import cells, names, phones
from processor.survey.clean.sheet import Sheet
from processor.survey.columns import Column, TablePlan, derived_name, derives
from processor.survey.records import ERROR, WARNING

FIRST_YEAR = 1000
"""A smaller number is no year but part of one."""


def _map(sheet: Sheet, column: Column, suffix: str, function: Callable[[Any], Any]) -> None:
    assert column.question is not None
    known: dict[Any, Any] = {value: function(value) for value in sheet.distinct(column.name)}
    known[None] = None
    values = [known[value] for value in sheet.values(column.name)]
    sheet.derive(derived_name(column.question, suffix), values)


def _person(sheet: Sheet, column: Column) -> None:
    _map(sheet, column, "norm", names.title_case)
    _map(sheet, column, "key", names.person_key)


def _place(sheet: Sheet, column: Column) -> None:
    _map(sheet, column, "key", names.place_key)


def _village(sheet: Sheet, column: Column) -> None:
    _map(sheet, column, "type", lambda name: names.split_village(name)[0])
    _map(sheet, column, "short", lambda name: names.split_village(name)[1])
    _map(sheet, column, "key", lambda name: names.place_key(names.split_village(name)[1]))


Birth = tuple[str | None, str | None]


def birth(year: int | None, month: int | None, day: int | None) -> Birth | None:
    """R-C12: what is known (Y, M, D) and the first possible day; None when there is no such day."""
    if year is None:
        return None, None
    precision = "Y" if month is None else "M" if day is None else "D"
    first = day if precision == "D" and day is not None else 1
    date = cells.calendar_date(year, 1 if month is None else month, first)
    return (precision, date) if date and year >= FIRST_YEAR else None


def _birth(sheet: Sheet, column: Column) -> None:
    assert column.question is not None
    empty = [None] * len(sheet.values(column.name))
    parts = [birth_part(sheet.plan, column, role) for role in ("birth_month", "birth_day")]
    columns = [sheet.values(p.name) if p else empty for p in parts]
    triples = list(zip(sheet.values(column.name), *columns, strict=True))
    known = {triple: birth(*triple) for triple in set(triples)}
    for row, triple in enumerate(triples):
        if known[triple] is None:
            sheet.find(row, column.name, "R-C11", ERROR, _day_first(triple))
    for position, suffix in enumerate(("dob_precision", "dob_est")):
        values = [(known[triple] or (None, None))[position] for triple in triples]
        sheet.derive(derived_name(column.question, suffix), values)


def _day_first(triple: Sequence[int | None]) -> str:
    return "/".join("-" if part is None else str(part) for part in reversed(triple))


def birth_part(plan: TablePlan, year: Column, role: str) -> Column | None:
    """The month or day that belongs to a year: of several, the one named most like it."""
    parts = [c for c in plan.questions if c.type == "integer" and c.question and c.question.clean_as == role]
    return max(parts, key=lambda c: len(commonprefix((c.name, year.name))), default=None)


def _phone(sheet: Sheet, column: Column) -> None:
    assert column.question is not None
    pairs = list(zip(sheet.values(column.name), sheet.interview_days(), strict=True))
    known = {pair: phones.current(*pair) for pair in set(pairs) if pair[0] is not None}
    odd = {pair for pair, number in known.items() if not phones.has_structure(number)}
    if odd:
        for row, pair in enumerate(pairs):
            if pair in odd:
                sheet.find(row, column.name, "R-C26", WARNING, known[pair])
    sheet.derive(derived_name(column.question, "current"), [known.get(pair) for pair in pairs])


DERIVERS: Mapping[str, Callable[[Sheet, Column], None]] = {
    "person_name": _person,
    "other_name": _person,
    "place_name": _place,
    "village": _village,
    "birth_year": _birth,
    "phone": _phone,
}


def derive(sheet: Sheet) -> None:
    """Write all derived columns of the table."""
    for column in sheet.plan.questions:
        if column.question is not None and derives(column):
            DERIVERS[column.question.clean_as](sheet, column)
