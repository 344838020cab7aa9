"""Correct, flatten and clean together: what the pull loads for a page of submissions; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from processor.survey.clean.context import interview_days
from processor.survey.clean.table import clean
from processor.survey.columns import TablePlan
from processor.survey.corrections import Correction, correct_documents
from processor.survey.flatten import flatten_page, page_of, question_paths
from processor.survey.page import Page
from processor.survey.records import TYPE, Change, Document, Finding

if TYPE_CHECKING:
    from processor.survey.checks.derived import FormChecks


@dataclass(frozen=True)
class Prepared:
    """Clean frames by table name, one for every plan, with the log and the findings of all."""

    frames: Mapping[str, pd.DataFrame]
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]
    corrections: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    """Submission and state of every correction."""


NO_CORRECTIONS: Mapping[str, Sequence[Correction]] = MappingProxyType({})
ChecksOf = Callable[[str], "FormChecks | None"]
"""The checks that follow from a form version, None where they cannot be made."""


def prepare(
    plans: Sequence[TablePlan],
    area_path: str,
    documents: Iterable[Document],
    corrections: Mapping[str, Sequence[Correction]] = NO_CORRECTIONS,
    checks: ChecksOf | None = None,
) -> Prepared:
    """Tables of `documents` ready to load; a page gives what it gives within a larger page.

    `corrections` are those by submission that were not undone, oldest first. With `checks` the findings that
    follow from the form itself are among the findings, of the answers as they are after the corrections.
    """
    corrected = correct_documents(plans, documents, corrections)
    page = page_of(plans, corrected.documents)
    flat = flatten_page(plans, area_path, page)
    frames: dict[str, pd.DataFrame] = {}
    changes: list[Change] = [*corrected.changes]
    findings = [f for f in flat.findings if f.rule != TYPE]
    days = None
    for plan in plans:
        untyped = [f for f in flat.findings if f.rule == TYPE and f.table_name == plan.name]
        cleaned = clean(plan, flat.tables[plan.name], untyped, days)
        days = days or interview_days(plan, cleaned.frame)  # the root comes first
        frames[plan.name] = cleaned.frame
        changes += cleaned.changes
        findings += cleaned.findings
    if checks is not None:
        findings += _derived(checks, page)
    _correct_areas(plans, area_path, frames, changes)
    return Prepared(frames, tuple(changes), tuple(findings), corrected.states)


def _derived(checks: ChecksOf, page: Page) -> list[Finding]:
    """Each submission is held against the version of the form that it was made with."""
    by_version: dict[str, list[Document]] = {}
    for document in page.documents:
        by_version.setdefault(document.form_version, []).append(document)
    known = ((checks(version), own) for version, own in by_version.items())
    shared = page if len(by_version) == 1 else None
    return [finding for form, own in known if form is not None for finding in form.check(own, shared)]


def _correct_areas(
    plans: Sequence[TablePlan], area_path: str, frames: Mapping[str, pd.DataFrame], changes: Sequence[Change]
) -> None:
    """Rights go by the clean code: `1231` in the area's answer is the commune `01231`."""
    root, paths = plans[0], question_paths(plans, area_path)
    names = {c.name for c in root.questions if c.path in paths}
    areas = {
        c.submission_id: c.after for c in changes if c.table_name == root.name and c.column_name in names
    }
    if areas:
        for frame in frames.values():
            known = zip(frame["submission_id"], frame["_area"], strict=True)
            frame["_area"] = pd.Series([areas.get(s, a) for s, a in known], dtype=object)
