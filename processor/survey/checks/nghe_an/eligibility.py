"""Conditions of the law that form C1 alone answers: R-E01 to R-E05, R-E08, R-E10 to R-E20, R-E23; pure.

Findings are proposals for a review; nothing is stopped by them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from processor.survey.checks.data import Data
from processor.survey.checks.hits import Hits
from processor.survey.checks.nghe_an.book import BOOK
from processor.survey.checks.nghe_an.eligibility_cases import (
    AGE_READS,
    READS,
    STOPPED,
    TABLE,
    Benefits,
    benefits,
    span,
    years,
)
from processor.survey.checks.rulebook import Parameters

YES = "1"
ATTENDING = "1"
MARRIED, SEPARATED = "2", "5"
TOGETHER = "1"
MILD, UNASSESSED = "3", "9"
NONE_WRITTEN = "0"
MONTHLY = "1"


@BOOK.own("R-E01", reads=AGE_READS)
def age_outside(data: Data, _: Parameters) -> Hits:
    """R-E01: the age is one the category is for; W where only the year is known and a birth date of it fits."""
    case = benefits(data)
    low, high = case.limits
    wrong = (case.months < low) | (case.months >= high)
    fits = (case.months_least >= low) & (case.months_least < high)
    ages = span(low // 12, high // 12)
    hits = data.hits(TABLE, "a_category", wrong, age=years(case.months), ages=ages, **case.marks())
    return hits.warned_where(fits)


@BOOK.own("R-E02", reads=f"{AGE_READS}; c1: o_school")
def left_school(data: Data, _: Parameters) -> Hits:
    """R-E02: clause 2 is for those who still learn."""
    case, school = benefits(data), benefits(data).text("o_school")
    low, high = case.limits
    of_age = (case.months >= low) & (case.months < high)
    wrong = case.of("0201") & of_age & school.notna() & (school != ATTENDING)
    return data.hits(TABLE, "a_category", wrong, age=years(case.months), school=school, **case.marks())


@BOOK.own("R-E03", reads=f"{AGE_READS}; c1: v_unable_work")
def able_to_work(data: Data, _: Parameters) -> Hits:
    """R-E03: the category of adults needs the age and that the person cannot work any more."""
    case = benefits(data)
    unable = case.text("v_unable_work")
    wrong = (case.months < case.limits[0]) | (unable.notna() & (unable != YES))
    shown = {"age": years(case.months), "least": case.limits[0] // 12, "unable": unable}
    return data.hits(TABLE, "a_category", case.of("0302") & wrong, **shown, **case.marks())


@BOOK.own("R-E05", reads=f"{READS}; c1: s_marital s_n_children")
def not_single(data: Data, _: Parameters) -> Hits:
    """R-E05: a single parent lives without spouse and raises a child."""
    case = benefits(data)
    marital, children = case.text("s_marital"), case.number("s_n_children")
    wrong = marital.isin([MARRIED, SEPARATED]) | (children == 0)
    shown = {"marital": marital, "children": children}
    return data.hits(TABLE, "a_category", case.of("0401") & wrong, **shown, **case.marks())


@BOOK.own("R-E08", reads=f"{READS}; c1: e_supporter")
def supporter_differs(data: Data, p: Parameters) -> Hits:
    """R-E08: who is obliged to support the person fits the category (`supporter` of the catalogue)."""
    case, supporter = benefits(data), benefits(data).text("e_supporter")
    needed = case.category.map(dict(part.split(":") for part in p["supporter"].split())).astype(object)
    wrong = case.of("0501", "0502", "0504") & supporter.notna() & needed.notna() & (supporter != needed)
    return data.hits(TABLE, "a_category", wrong, supporter=supporter, needed=needed, **case.marks())


def _degrees(case: Benefits) -> pd.Series:
    """The degree that a category is for, `1;2` where both are."""
    return case.category.map({c: ";".join(row.degrees) for c, row in case.law.by_code.items()}).astype(object)


@BOOK.own("R-E10", reads=f"{READS}; c1: d_degree")
def degree_differs(data: Data, _: Parameters) -> Hits:
    """R-E10: the category of the degree on the certificate."""
    case, degree = benefits(data), benefits(data).text("d_degree")
    needed = _degrees(case)
    wrong = case.of("0601", "0602") & degree.notna() & (degree != needed)
    return data.hits(TABLE, "a_category", wrong, degree=degree, needed=needed, **case.marks())


@BOOK.own("R-E11", reads=f"{READS}; c1: d_degree")
def degree_not_granted(data: Data, _: Parameters) -> Hits:
    """R-E11: no monthly allowance for a mild or unassessed disability."""
    case, degree = benefits(data), benefits(data).text("d_degree")
    wrong = case.of("0601", "0602", "07") & degree.isin([MILD, UNASSESSED])
    return data.hits(TABLE, "a_category", wrong, degree=degree, **case.marks())


@BOOK.own("R-E12", reads=f"{READS}; c1: d_cert_no; c1_allowances: a_decision_date")
def no_certificate(data: Data, p: Parameters) -> Hits:
    """R-E12: since certificates are issued a decision rests on one."""
    case, number = benefits(data), benefits(data).text("d_cert_no")
    decided = data.day(TABLE, "a_decision_date")
    lacking = number.isna() | (number == NONE_WRITTEN)
    wrong = case.of("0601", "0602") & lacking & (decided >= pd.Timestamp(p["since"]))
    return data.hits(TABLE, "a_category", wrong, decision=decided, since=p["since"], **case.marks())


@BOOK.own("R-E13", reads=f"{READS}; c1: d_pregnancy d_n_infants")
def pregnancy_differs(data: Data, p: Parameters) -> Hits:
    """R-E13: `cases` of the catalogue: category:pregnancy, with :least-most infants where they count."""
    case = benefits(data)
    state, infants = case.text("d_pregnancy"), case.number("d_n_infants")
    fits, open_ = (pd.Series(np.zeros(len(state), dtype=bool)) for _ in range(2))
    for part in p["cases"].split():
        code, needed, *counts = part.split(":")
        same = (case.category == code) & (state == needed)
        fits |= same & (_between(infants, counts[0]) if counts else True)
        open_ |= same & (infants.isna() & bool(counts))
    wrong = case.of("07") & state.notna() & ~fits & ~open_
    return data.hits(TABLE, "a_category", wrong, pregnancy=state, infants=infants, **case.marks())


def _between(numbers: pd.Series, limits: str) -> pd.Series:
    low, high = map(float, limits.split("-"))
    return (numbers >= low) & (numbers <= high)


@BOOK.own("R-E15", reads=f"{READS}; c1: k_n_cared")
def cared_differs(data: Data, p: Parameters) -> Hits:
    """R-E15: `cared` of the catalogue: category:least-most persons cared for."""
    case, cared = benefits(data), benefits(data).number("k_n_cared")
    wrong = pd.Series(np.zeros(len(cared), dtype=bool))
    for part in p["cared"].split():
        code, limits = part.split(":")
        wrong |= case.of(code) & cared.notna() & ~_between(cared, limits)
    return data.hits(TABLE, "a_category", wrong, cared=cared, **case.marks())


@BOOK.own("R-E16", reads=f"{READS}; c1: o_father o_mother")
def parents_differ(data: Data, p: Parameters) -> Hits:
    """R-E16: the fate of the parents, in either order, is that of the sub-category (`parents`)."""
    case = benefits(data)
    father, mother = case.text("o_father"), case.text("o_mother")
    needed = case.category.map(dict(part.split(":") for part in p["parents"].split())).astype(object)
    both = father.notna() & mother.notna() & needed.notna()
    same = (father + "+" + mother == needed) | (mother + "+" + father == needed)
    shown = {"father": father, "mother": mother, "needed": needed}
    return data.hits(TABLE, "a_category", case.of("01") & both & ~same, **shown, **case.marks())


@BOOK.own("R-E17", reads=f"{READS}; c1: o_father o_mother")
def lives_with_parent(data: Data, _: Parameters) -> Hits:
    """R-E17: a child without support lives with neither parent."""
    case = benefits(data)
    father, mother = case.text("o_father"), case.text("o_mother")
    wrong = case.of("01") & ((father == TOGETHER) | (mother == TOGETHER))
    return data.hits(TABLE, "a_category", wrong, father=father, mother=mother, **case.marks())


@BOOK.own("R-E18", reads="c1: benefit_status; c1_allowances: row_no a_kind a_coef")
def two_allowances(data: Data, _: Parameters) -> Hits:
    """R-E18: one monthly allowance, that of the highest coefficient; every other one is found."""
    case = benefits(data)
    monthly = (data.text(TABLE, "a_kind") == MONTHLY) & (case.text("benefit_status") != STOPPED)
    order = pd.DataFrame(
        {
            "id": data.keys(TABLE),
            "coefficient": case.coefficient.fillna(0.0),
            "line": data.number(TABLE, "row_no"),
        }
    )[monthly]
    best = order.sort_values(["coefficient", "line"], ascending=[False, True]).drop_duplicates("id")
    kept = best.set_index("id")
    keys, count = data.keys(TABLE), data.down(TABLE, data.count(TABLE, monthly))
    other = monthly & ~pd.Series(monthly.index.isin(best.index))
    return data.hits(
        TABLE,
        "a_kind",
        other,
        count=count,
        coefficient=case.coefficient,
        highest=keys.map(kept["coefficient"]),
        line=keys.map(kept["line"]),
    )


@BOOK.own("R-E19", reads="c1: benefit_status b_merit; c1_allowances: a_kind a_no")
def merit_too(data: Data, _: Parameters) -> Hits:
    """R-E19: a merit allowance and a social allowance are looked at together."""
    case = benefits(data)
    receiving = case.text("benefit_status") != STOPPED
    wrong = receiving & (case.text("b_merit") == YES) & (data.text(TABLE, "a_kind") == MONTHLY)
    return data.hits(TABLE, "a_kind", wrong, line=data.number(TABLE, "a_no"))


@BOOK.own("R-E20", reads=f"{READS}; c1: b_pension")
def pension_too(data: Data, _: Parameters) -> Hits:
    """R-E20: the category of adults of clause 3 excludes other monthly benefits."""
    case = benefits(data)
    return data.hits(TABLE, "a_category", case.of("0302") & (case.text("b_pension") == YES), **case.marks())


@BOOK.own("R-E23", reads=AGE_READS)
def soon_grown(data: Data, p: Parameters) -> Hits:
    """R-E23: the age at which the category ends is reached within some months after the interview."""
    case = benefits(data)
    limit = case.limits[1]
    left = limit - case.months
    soon = case.of("01") & (left > 0) & (left <= p["months"])
    ends = _later(case.born, limit)
    return data.hits(TABLE, "a_category", soon, limit=limit // 12, on=ends, **case.marks())


def _later(day: pd.Series, months: pd.Series) -> pd.Series:
    """The day some months later, month by month; the 1st of the next month where that month is shorter."""
    known = day.notna() & np.isfinite(months)
    born = day.to_numpy().astype("datetime64[D]")
    begin = born.astype("datetime64[M]")
    target = begin + np.where(known, months.fillna(0), 0).astype("timedelta64[M]")
    moved = target.astype("datetime64[D]") + (born - begin.astype("datetime64[D]"))
    moved = np.where(moved.astype("datetime64[M]") > target, moved.astype("datetime64[M]"), moved)
    found = np.where(known.to_numpy(), moved.astype("datetime64[D]"), np.datetime64("NaT"))
    return pd.Series(found.astype("datetime64[s]"))
