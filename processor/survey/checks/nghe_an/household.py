"""Rules of the household as a whole: size of the roster against what was said; pure."""

from __future__ import annotations

from processor.survey.checks.data import Data
from processor.survey.checks.hits import Hits
from processor.survey.checks.nghe_an.book import BOOK
from processor.survey.checks.rulebook import Parameters


@BOOK.own("R-V12", reads="c: hh_size; c_members: row_no")
def size_differs(data: Data, _: Parameters) -> Hits:
    """R-V12: hh_size is the number of members."""
    said, counted = data.number("c", "hh_size"), data.count("c_members")
    return data.hits("c", "hh_size", said.notna() & (said != counted), said=said, counted=counted)
