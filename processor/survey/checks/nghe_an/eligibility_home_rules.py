"""Conditions of the law that need the household: R-E04, R-E06, R-E07, R-E09, R-E14; pure."""

from __future__ import annotations

import numpy as np
import pandas as pd

from processor.survey.checks.ages import births
from processor.survey.checks.data import Data
from processor.survey.checks.hits import Hits
from processor.survey.checks.nghe_an import families  # noqa: F401 - registers the families
from processor.survey.checks.nghe_an.book import BOOK
from processor.survey.checks.nghe_an.eligibility_cases import READS, TABLE, benefits
from processor.survey.checks.nghe_an.eligibility_home import CLASS_READS, POOR, homes
from processor.survey.checks.nghe_an.links_pairs import READS as PAIRS
from processor.survey.checks.rulebook import Parameters

YES = "1"
HEAD, SPOUSE, CHILD, ADOPTED = "01", "02", "03", "04"
CHILD_OF = {"01": "03", "02": "03", "07": "01", "08": "02"}
"""Relation of the beneficiary to the head -> relation of a child of hers; of other relatives it cannot be told."""
WORKING, ATTENDING = "1", "1"
EXTREME = "1"


@BOOK.shared("R-E04", "household", reads=f"{READS}; {CLASS_READS}")
def not_poor(data: Data, _: Parameters) -> Hits:
    """R-E04: a category for poor households; the class is that of form C."""
    case = benefits(data)
    needs = case.category.map({code: row.poor for code, row in case.law.by_code.items()}) == True  # noqa: E712
    household_class = data.down(TABLE, homes(data).household_class)
    outside = household_class.notna() & ~household_class.isin(POOR)
    wrong = needs & pd.Series(case.code >= 0) & outside
    return data.hits(TABLE, "a_category", wrong, household_class=household_class, **case.marks())


def roster_ages(data: Data) -> pd.Series:
    """Years of age of every member on the day of form C, by the estimate."""
    born = births(data, "c_members", "m_")
    return born.years(data.down("c_members", data.day("c", "interview_date")))


@BOOK.shared(
    "R-E06",
    "household",
    reads=f"{READS}; {PAIRS}; c: interview_date; c1: s_n_children; "
    "c_members: m_relation m_dob_est m_dob_precision m_school",
)
def children_differ(data: Data, p: Parameters) -> Hits:
    """R-E06: a head's children in form C are as many as C1 says; whose children others are, form C does not say."""
    case, home = benefits(data), homes(data)
    age, relation = roster_ages(data), data.text("c_members", "m_relation")
    learning = (data.text("c_members", "m_school") == ATTENDING) & (age < p["school_age"])
    counted = home.others(relation.isin([CHILD, ADOPTED]) & ((age < p["age"]) | learning))
    said, listed = case.number("s_n_children"), data.down(TABLE, counted)
    head = data.down(TABLE, home.member("m_relation") == HEAD)
    wrong = case.of("0401") & head & said.notna() & (said != listed)
    return data.hits(TABLE, "a_category", wrong, said=said, listed=listed, **case.marks())


@BOOK.shared("R-E07", "household", reads=f"{READS}; {PAIRS}; c1: b_pension; c_members: m_pension")
def has_pension(data: Data, _: Parameters) -> Hits:
    """R-E07: the allowance from 80 is for those without a pension, by C1 and by form C."""
    case = benefits(data)
    in_c1, in_c = case.text("b_pension"), data.down(TABLE, homes(data).member("m_pension"))
    wrong = case.of("0503") & ((in_c1 == YES) | (in_c == YES))
    return data.hits(TABLE, "a_category", wrong, in_c1=in_c1, in_c=in_c, **case.marks())


@BOOK.shared(
    "R-E09",
    "household",
    reads=f"{READS}; {PAIRS}; c: interview_date; c_members: m_relation m_dob_est m_dob_precision m_work",
)
def child_could_support(data: Data, p: Parameters) -> Hits:
    """R-E09: nobody is obliged to support, but a grown child who works lives in the household."""
    case, home = benefits(data), homes(data)
    age, relation = roster_ages(data), data.text("c_members", "m_relation")
    able = (age >= p["from_age"]) & (age <= p["to_age"]) & (data.text("c_members", "m_work") == WORKING)
    own = home.member("m_relation")
    found = pd.Series(np.zeros(data.size("c1")))
    for person, child in CHILD_OF.items():
        found = found.where(own != person, home.others(able & (relation == child)))
    children = data.down(TABLE, found)
    return data.hits(TABLE, "a_category", case.of("0501") & (children > 0), children=children, **case.marks())


@BOOK.shared("R-E14", "household", reads=f"{READS}; {PAIRS}; c_members: m_dis_degree")
def nobody_to_care_for(data: Data, _: Parameters) -> Hits:
    """R-E14: a household paid for caring has another member with an extremely severe disability."""
    case, home = benefits(data), homes(data)
    others = home.others(data.text("c_members", "m_dis_degree") == EXTREME)
    lacking = data.down(TABLE, home.known & (others <= 0))
    return data.hits(TABLE, "a_category", case.of("0801") & lacking, **case.marks())
