"""The survey's rulebook; the parts fill it when they are imported."""

from __future__ import annotations

from processor.survey.checks.rulebook import Rulebook
from processor.survey.clean import CARRIED_OUT

BY_STORE = "R-D09"
"""The same instance received again replaces the rows of the first time: how the store keeps submissions."""

BOOK = Rulebook(cleaning={*CARRIED_OUT, BY_STORE}, missing={"R-V44"})
