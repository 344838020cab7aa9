"""Members of form C who may be entitled and do not receive: R-E25 to R-E28, lists of possible exclusion; pure."""

from __future__ import annotations

import pandas as pd

from processor.survey.checks.data import Data
from processor.survey.checks.hits import Hits
from processor.survey.checks.nghe_an.book import BOOK
from processor.survey.checks.nghe_an.eligibility_home import POOR
from processor.survey.checks.nghe_an.eligibility_home_rules import ADOPTED, CHILD, HEAD, roster_ages
from processor.survey.checks.rulebook import Parameters

NO, YES = "0", "1"
AGE = "c: interview_date; c_members: m_dob_est m_dob_precision m_sa"


def _not_receiving(data: Data) -> pd.Series:
    return data.text("c_members", "m_sa") == NO


def _poor(data: Data) -> pd.Series:
    return data.down("c_members", data.text("c", "hh_class").isin(POOR))


@BOOK.own("R-E25", reads=f"{AGE}; c_members: m_pension m_merit")
def aged_without(data: Data, p: Parameters) -> Hits:
    """R-E25: old enough, without pension and merit allowance, and without allowance."""
    age = roster_ages(data)
    free = (data.text("c_members", "m_pension") == NO) & (data.text("c_members", "m_merit") == NO)
    missed = (age >= p["age"]) & free & _not_receiving(data)
    return data.hits("c_members", "m_sa", missed, age=age)


@BOOK.own("R-E26", reads="c_members: m_sa m_dis_degree m_dis_cert")
def disabled_without(data: Data, _: Parameters) -> Hits:
    """R-E26: a certified severe or extremely severe disability without allowance."""
    degree = data.text("c_members", "m_dis_degree")
    certified = data.text("c_members", "m_dis_cert") == YES
    missed = degree.isin(["1", "2"]) & certified & _not_receiving(data)
    return data.hits("c_members", "m_sa", missed, degree=degree)


@BOOK.own("R-E27", reads=f"{AGE}; c: hh_class; c_members: row_no")
def lone_without(data: Data, p: Parameters) -> Hits:
    """R-E27: an older person who lives alone in a poor household, without allowance."""
    age = roster_ages(data)
    alone = data.down("c_members", data.count("c_members") == 1)
    missed = _poor(data) & (age >= p["age"]) & alone & _not_receiving(data)
    return data.hits("c_members", "m_sa", missed, age=age)


@BOOK.own("R-E28", reads=f"{AGE}; c: hh_class; c_members: m_relation m_marital")
def single_parent_without(data: Data, p: Parameters) -> Hits:
    """R-E28: a head without spouse in a poor household with own children under age, without allowance."""
    age, relation = roster_ages(data), data.text("c_members", "m_relation")
    children = data.count("c_members", relation.isin([CHILD, ADOPTED]) & (age < p["age"]))
    single = data.text("c_members", "m_marital").isin(list(str(p["marital"]).split("+")))
    counted = data.down("c_members", children)
    missed = _poor(data) & (relation == HEAD) & single & (counted > 0) & _not_receiving(data)
    return data.hits("c_members", "m_sa", missed, children=counted, under=int(p["age"]))
