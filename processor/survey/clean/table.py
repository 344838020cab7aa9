"""Cleaning of one table: rules R-C01 to R-C42 of the catalogue; pure, and the same for every form.

What happens, in this order:
1. Texts that flattening could not read (findings TYPE) are read again: R-C10, R-C11, R-C14, R-C16.
2. Cell rules in numeric order change the answer, one `Change` a cell and rule: R-C01 R-C03 R-C04
   R-C05 (text), R-C08 (title before a name), R-C12 (month or day 0 or 99 becomes empty), R-C13,
   R-C15 (times 1000, with a finding), R-C16, R-C17, R-C19, R-C20 R-C21 R-C22 R-C25 (phones), R-C30
   (identity numbers), R-C39 (health cards), R-C41 (names of ethnic groups become codes; what is none
   becomes empty, with a finding R-C42). R-C02, R-C09 and R-C40 only find.
3. Derived columns stand beside the answer, which keeps its spelling, and are no changes: R-C06
   `x_norm`, R-C07 `x_key`, R-C12 `dob_precision` and `dob_est`, R-C18 `x_type` and `x_short`, R-C23
   and R-C24 `x_current` (which R-C26 looks at). A birth date that is no day gets R-C11 and no estimate.
4. Identity numbers against the sex, birth and interview date of their row: R-C33 (placeholder becomes
   empty, with a finding), R-C31 (the lost zero); R-C32, R-C34 to R-C38 only find.
5. Codes outside every list: finding CHOICE, after R-C17 has put leading zeros back.

Cleaning a clean table changes nothing; rows see of other rows only the interview date of their own
submission (`days` for the tables of repeats, `context.interview_days` of the clean root); the log replayed on the table
as flattened gives the clean answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from processor.survey.clean.codes import find_unlisted
from processor.survey.clean.context import Days
from processor.survey.clean.derived import derive
from processor.survey.clean.people import check_numbers
from processor.survey.clean.rules import CELL_RULES, Fix, Rule, Suspicion
from processor.survey.clean.sheet import Sheet
from processor.survey.clean.untyped import read_again
from processor.survey.columns import Column, TablePlan
from processor.survey.records import Change, Finding, as_text
from processor.survey.table import Table, table_of


@dataclass(frozen=True)
class Cleaned:
    """A clean frame, the log of its changes and what a person must look at, all by row."""

    frame: pd.DataFrame
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]


def clean(
    plan: TablePlan,
    table: Table | pd.DataFrame,
    untyped: Sequence[Finding] = (),
    days: Days | None = None,
) -> Cleaned:
    """Clean a table as flattened; `untyped` are its findings TYPE. `table` stays as it is.

    `days` are the interview dates of the submissions, for the table of a repeat.
    """
    sheet = Sheet(plan, table if isinstance(table, Table) else table_of(table), days)
    read_again(sheet, untyped)
    for column in plan.questions:
        _clean_column(sheet, column, [r for r in CELL_RULES if r.applies(column)])
    derive(sheet)
    check_numbers(sheet)
    find_unlisted(sheet)
    return Cleaned(sheet.frame(), sheet.changes(), sheet.findings())


def _clean_column(sheet: Sheet, column: Column, rules: Sequence[Rule]) -> None:
    answers = sheet.distinct(column.name) if rules else frozenset()
    joined = "\0".join(answers) if answers and column.type == "text" else ""
    for rule in rules:
        if rule.suspects is not None and not rule.suspects(joined):
            continue
        if isinstance(rule, Suspicion):
            _find(sheet, column, rule, answers)
        elif changed := _changed(rule, column, answers):
            sheet.change(column.name, rule.rule, changed)
            answers = sheet.distinct(column.name)
            joined = "\0".join(answers) if column.type == "text" else ""


def _changed(rule: Fix, column: Column, answers: frozenset[Any]) -> dict[Any, Any]:
    fix = rule.for_column(column)
    return {before: after for before in answers if (after := fix(before)) != before}


def _find(sheet: Sheet, column: Column, rule: Suspicion, answers: frozenset[Any]) -> None:
    holds = rule.for_column(column)
    suspicious = {answer for answer in answers if holds(answer)}
    if not suspicious:
        return
    for row, value in enumerate(sheet.values(column.name)):
        if value in suspicious:
            sheet.find(row, column.name, rule.rule, rule.severity, as_text(value))
