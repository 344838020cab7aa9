"""Families of this survey: which submissions see each other in rules about several; pure."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from processor.survey.checks.data import Data
from processor.survey.checks.nghe_an.book import BOOK


@BOOK.family(
    "household", reads="c: hh_code; c_members: submission_id; c1: hh_code; c1_allowances: submission_id"
)
def household(data: Data) -> Mapping[str, pd.Series]:
    """A form C and the C1 of its people, by household code."""
    return {
        "c": data.text("c", "hh_code"),
        "c_members": data.down("c_members", data.text("c", "hh_code")),
        "c1": data.text("c1", "hh_code"),
        "c1_allowances": data.down("c1_allowances", data.text("c1", "hh_code")),
    }
