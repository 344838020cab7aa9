"""Codes that stand in no choice list of any version: kept as they are, with a finding; pure."""

from __future__ import annotations

from processor.survey.clean.sheet import Sheet
from processor.survey.columns import Column
from processor.survey.records import CHOICE, WARNING

OWN_RULE = ("ethnic",)
"""Roles with a rule of the catalogue for such codes."""


def find_unlisted(sheet: Sheet) -> None:
    """A finding for each answer with a code outside the list; runs after R-C17 has padded codes.

    A question whose list is not part of the form (members of a repeat, a map) is not checked.
    """
    for column in sheet.plan.questions:
        question = column.question
        if question is None or question.clean_as in OWN_RULE:
            continue
        if column.choices and question.is_select:
            _find(sheet, column, question.kind == "select_multiple")


def _find(sheet: Sheet, column: Column, several: bool) -> None:
    listed = {choice.name for choice in column.choices}
    strange = {
        value: codes
        for value in sheet.distinct(column.name)
        if (codes := [c for c in (value.split() if several else [value]) if c not in listed])
    }
    if not strange:
        return
    for row, value in enumerate(sheet.values(column.name)):
        for code in strange.get(value, ()):
            sheet.find(row, column.name, CHOICE, WARNING, code)
