"""Rules that look at several cells of a row: identity numbers R-C31 to R-C38; pure.

They run when all answers and derived columns of the table are clean.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from processor.survey.clean import identity
from processor.survey.clean.context import of_person, with_role
from processor.survey.clean.sheet import Sheet
from processor.survey.columns import Column, derived_name
from processor.survey.records import ERROR, WARNING

INFORMATION = "I"


class Holder(NamedTuple):
    """What the row says of the person with the number."""

    sex: str | None
    year: int | None
    born: str | None
    day: str | None


def check_numbers(sheet: Sheet) -> None:
    """Every identity number of the table against its row."""
    for column in with_role(sheet.plan, "id_number", "text"):
        holders = _holders(sheet, column)
        _drop_placeholders(sheet, column)
        _pad(sheet, column, holders)
        for row, number in enumerate(sheet.values(column.name)):
            if number is not None:
                _check(sheet, column.name, row, number, holders[row])


def _holders(sheet: Sheet, column: Column) -> list[Holder]:
    sex = of_person(sheet.plan, column, "sex", "text")
    year = of_person(sheet.plan, column, "birth_year", "integer")
    born = derived_name(year.question, "dob_est") if year and year.question else None
    names = (sex and sex.name, year and year.name, born)
    empty: list[Any] = [None] * sheet.size
    columns = [sheet.values(name) if name else empty for name in names]
    return [Holder._make(cells) for cells in zip(*columns, sheet.interview_days(), strict=True)]


def _drop_placeholders(sheet: Sheet, column: Column) -> None:
    false = {n for n in sheet.distinct(column.name) if identity.is_placeholder(n)}
    if not false:
        return
    for row, number in enumerate(sheet.values(column.name)):
        if number in false:
            sheet.find(row, column.name, "R-C33", ERROR, number)
    sheet.change(column.name, "R-C33", dict.fromkeys(false))


def _pad(sheet: Sheet, column: Column, holders: list[Holder]) -> None:
    for row, number in enumerate(sheet.values(column.name)):
        if number is not None and len(number) == identity.NEW - 1:
            padded = identity.with_zero(number, holders[row].sex, holders[row].year)
            if padded != number:
                sheet.change_cell(row, column.name, "R-C31", padded)


def _check(sheet: Sheet, name: str, row: int, number: str, who: Holder) -> None:
    def find(rule: str, severity: str, *more: object) -> None:
        sheet.find(row, name, rule, severity, " / ".join(map(_shown, (number, *more))))

    if not identity.has_length(number):
        find("R-C32", ERROR)
    elif len(number) == identity.NEW:
        _check_new(number, who, find)
    else:
        _check_old(number, who, find)


Find = Callable[..., None]


def _check_new(number: str, who: Holder, find: Find) -> None:
    if level := identity.province_level(number):
        find("R-C34", level)
    if not identity.fits_sex_and_century(number, who.sex, who.year):
        find("R-C35", ERROR, who.sex, who.year)
    if who.year is not None and not identity.fits_year(number, who.year):
        find("R-C36", ERROR, who.year)


def _check_old(number: str, who: Holder, find: Find) -> None:
    if identity.is_from_elsewhere(number):
        find("R-C37", INFORMATION)
    if who.born is not None and who.day is not None and identity.is_too_young(who.born, who.day):
        find("R-C38", WARNING, who.born, who.day)


def _shown(value: object) -> str:
    return "–" if value is None else str(value)
