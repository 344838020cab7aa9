"""The survey's rulebook, empty; the parts fill it when they are imported."""

from __future__ import annotations

from processor.survey.checks.rulebook import Rulebook

BOOK = Rulebook()
