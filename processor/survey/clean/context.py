"""What rules that look at several cells need: who a number belongs to, and the day of the interview; pure.

A question says what it is by `clean_as`; answers about one person begin with one word (`m_id_no`, `m_sex`).
"""

from __future__ import annotations

from collections.abc import Mapping
from os.path import commonprefix
from typing import Any

import pandas as pd

from processor.survey.plan import Column, TablePlan

Days = Mapping[str, str | None]
"""Day of the interview (ISO text) by submission."""

INTERVIEW_DATE = "interview_date"


def with_role(plan: TablePlan, role: str, kind: str) -> list[Column]:
    """The answers of the table with that `clean_as`, as far as they are of the type."""
    return [c for c in plan.questions if c.type == kind and c.question and c.question.clean_as == role]


def of_person(plan: TablePlan, number: Column, role: str, kind: str) -> Column | None:
    """The answer with that role about the same person; of several, the one named most like the number."""
    first_word = number.name.partition("_")[0] + "_"
    same = [c for c in with_role(plan, role, kind) if c.name.startswith(first_word)]
    return max(same, key=lambda c: len(commonprefix((c.name, number.name))), default=None)


def interview_column(plan: TablePlan) -> str | None:
    """The root's question of the day, the first if there are several."""
    found = with_role(plan, INTERVIEW_DATE, "date") if not plan.path else []
    return found[0].name if found else None


def interview_days(plan: TablePlan, frame: pd.DataFrame) -> Days:
    """The day of every submission of a clean root table, for the tables of its repeats."""
    name = interview_column(plan)
    days: list[Any] = frame[name].tolist() if name else [None] * len(frame)
    return dict(zip(frame["submission_id"].tolist(), days, strict=True))
