"""The rules of the survey of 2016 in Nghệ An: one module a part of the catalogue, all in one rulebook."""

from __future__ import annotations

import importlib

from processor.survey.checks.nghe_an.book import BOOK
from processor.survey.checks.nghe_an.explain import EXPLAINER

PARTS = (
    "household",
    "members",
    "people",
    "living",
    "poverty",
    "closing",
    "beneficiary",
    "eligibility",
    "eligibility_home_rules",
    "eligibility_missed",
    "money",
    "links",
    "links_people",
    "duplicates_keys",
    "duplicates",
    "duplicates_homes",
    "operations",
    "operations_roll",
)
"""Modules that register rules; each may be a package."""

for _part in PARTS:
    importlib.import_module(f"{__name__}.{_part}")

__all__ = ["BOOK", "EXPLAINER"]
