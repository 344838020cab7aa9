"""Rules of single members: age, marriage, school, health card, pregnancy, disability; pure."""

from __future__ import annotations

import pandas as pd

from processor.survey.checks.data import Data
from processor.survey.checks.hits import Hits
from processor.survey.checks.nghe_an.book import BOOK
from processor.survey.checks.nghe_an.limits import limit
from processor.survey.checks.nghe_an.roster import AGES, HEADS, ages, in_household, is_head, lines
from processor.survey.checks.reference import Reference
from processor.survey.checks.rulebook import Parameters

MARRIED = "2"
MALE, FEMALE = "1", "2"
PREGNANT, WITH_INFANT = ("1", "3"), ("2", "3")
SEVERE = ("1", "2")
DISABILITY_GROUPS = ("06", "07")
"""Groups of categories that only disabled people are in."""
POOR, NEAR_POOR = ("1", "2", "3"), ("4", "5", "6")


@BOOK.own("R-V18", reads=f"{AGES}; {HEADS}")
def children_alone(data: Data, p: Parameters) -> Hits:
    """R-V18: the head is no child, and there is somebody who is not; found at the head or line 1."""
    age = ages(data)
    young_head = is_head(data) & (age < p["head_years"])
    # One of unknown age may be grown up: only a roster of known children counts.
    others = in_household(data, ~(age < p["member_years"]))
    only_children = (lines(data) == 1) & (others == 0)
    oldest = age.groupby(data.parents("c_members")).transform("max")
    values = {"line": lines(data), "age": age, "oldest": oldest}
    return data.hits("c_members", "m_birth_year", young_head | only_children, **values)


@BOOK.own("R-V19", reads=AGES)
def very_old(data: Data, p: Parameters) -> Hits:
    """R-V19: hardly anybody is older than this."""
    age = ages(data)
    values = {"line": lines(data), "age": age, "most": limit(p["max_years"])}
    return data.hits("c_members", "m_birth_year", age > p["max_years"], **values)


@BOOK.own("R-V20", reads=f"{AGES} m_marital m_sex")
def married_too_young(data: Data, p: Parameters) -> Hits:
    """R-V20: married people have the age of the law of marriage."""
    age, sex = ages(data), data.text("c_members", "m_sex")
    least = sex.map({MALE: p["men"], FEMALE: p["women"]}).astype(float)
    wrong = (data.text("c_members", "m_marital") == MARRIED) & (age < least)
    return data.hits("c_members", "m_marital", wrong, line=lines(data), age=age, least=least)


@BOOK.own("R-V22", reads=f"{AGES} m_school_level")
def level_of_another_age(data: Data, p: Parameters) -> Hits:
    """R-V22: who attends a level of school has about its age."""
    age, level = ages(data), data.text("c_members", "m_school_level")
    least = _by_code(
        level, {"2": "primary_min", "3": "lower_min", "4": "upper_min", "8": "university_min"}, p
    )
    most = _by_code(level, {"1": "nursery_max", "2": "primary_max", "3": "lower_max", "4": "upper_max"}, p)
    values = {"line": lines(data), "age": age, "level": level, "least": least, "most": most}
    return data.hits("c_members", "m_school_level", (age < least) | (age > most), **values)


@BOOK.own("R-V23", reads=f"{AGES} m_education")
def diploma_too_early(data: Data, p: Parameters) -> Hits:
    """R-V23: nobody has a diploma before its age. The estimate is the earliest birth date: none fits if it does not."""
    age, diploma = ages(data), data.text("c_members", "m_education")
    least = _by_code(diploma, {"2": "lower", "3": "upper", "6": "college", "7": "college"}, p)
    values = {"line": lines(data), "age": age, "diploma": diploma, "least": least}
    return data.hits("c_members", "m_education", age < least, **values)


def _by_code(codes: pd.Series, names: dict[str, str], p: Parameters) -> pd.Series:
    """The parameter that belongs to every code; NaN for other codes."""
    return codes.map({code: p[name] for code, name in names.items()}).astype(float)


@BOOK.own("R-V24", reads=f"{AGES} m_hi_type m_pension m_sa; c: hh_class")
def card_of_another_group(data: Data, p: Parameters) -> Hits:
    """R-V24: the group on the health card fits class, age, pension and allowance."""
    card, age = data.text("c_members", "m_hi_type"), ages(data)
    hh_class = data.down("c_members", data.text("c", "hh_class"))
    pension, receives = data.number("c_members", "m_pension"), data.number("c_members", "m_sa")
    wrong = (
        ((card == "HN") & hh_class.notna() & ~hh_class.isin(POOR))
        | ((card == "CN") & hh_class.notna() & ~hh_class.isin(NEAR_POOR))
        | ((card == "TE") & (age >= p["child_years"]))
        | ((card == "HT") & (pension == 0))
        | ((card == "BT") & (receives == 0))
    )
    values = {"card": card, "hh_class": hh_class, "age": age, "pension": pension, "receives": receives}
    return data.hits("c_members", "m_hi_type", wrong, line=lines(data), **values)


@BOOK.own("R-V25", reads="c_members: row_no m_hi m_sa")
def beneficiary_without_card(data: Data, _: Parameters) -> Hits:
    """R-V25: who gets a monthly allowance has a health card."""
    wrong = (data.number("c_members", "m_sa") == 1) & (data.number("c_members", "m_hi") == 0)
    return data.hits("c_members", "m_hi", wrong, line=lines(data))


@BOOK.own("R-V26", reads=f"{AGES} m_pregnancy")
def pregnant_at_unusual_age(data: Data, p: Parameters) -> Hits:
    """R-V26: pregnant women are of the usual age."""
    age = ages(data)
    unusual = (age < p["min_years"]) | (age > p["max_years"])
    wrong = data.text("c_members", "m_pregnancy").isin(PREGNANT) & unusual
    return data.hits("c_members", "m_pregnancy", wrong, line=lines(data), age=age)


@BOOK.own("R-V27", reads=f"{AGES} m_pregnancy")
def no_infant(data: Data, p: Parameters) -> Hits:
    """R-V27: who raises an infant has one in the roster; one of unknown age may be it."""
    age, said = ages(data), data.text("c_members", "m_pregnancy")
    infants = in_household(data, ~(age >= p["infant_years"]))
    youngest = age.groupby(data.parents("c_members")).transform("min")
    wrong = said.isin(WITH_INFANT) & (infants == 0)
    return data.hits("c_members", "m_pregnancy", wrong, line=lines(data), youngest=youngest)


def _disability_categories(reference: Reference) -> frozenset[str]:
    rows = reference.rows("beneficiary_categories")
    return frozenset(row["code"] for row in rows if row["group_code"] in DISABILITY_GROUPS)


@BOOK.own("R-V28", reads="c_members: row_no m_sa_category m_disabled")
def not_disabled(data: Data, _: Parameters) -> Hits:
    """R-V28: a category for disabled people is for a disabled member."""
    category, disabled = data.text("c_members", "m_sa_category"), data.number("c_members", "m_disabled")
    for_disabled = category.isin(data.reference.made(_disability_categories))
    wrong = for_disabled & disabled.notna() & (disabled != 1)
    return data.hits("c_members", "m_disabled", wrong, line=lines(data), category=category)


@BOOK.own("R-V29", reads="c_members: row_no m_dis_degree m_dis_cert m_sa")
def allowance_without_certificate(data: Data, _: Parameters) -> Hits:
    """R-V29: a severely disabled member with an allowance has the certificate."""
    degree = data.text("c_members", "m_dis_degree")
    no_paper, receives = data.number("c_members", "m_dis_cert") == 0, data.number("c_members", "m_sa") == 1
    wrong = degree.isin(SEVERE) & no_paper & receives
    return data.hits("c_members", "m_dis_cert", wrong, line=lines(data), degree=degree)
