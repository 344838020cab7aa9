"""Rules of poverty: class, scores B1 and B2, income, by the lines in force on the day; pure."""

from __future__ import annotations

import numpy as np
import pandas as pd

from processor.survey.checks.data import Data
from processor.survey.checks.hits import Hits
from processor.survey.checks.nghe_an.book import BOOK
from processor.survey.checks.nghe_an.limits import limit
from processor.survey.checks.reference import Reference
from processor.survey.checks.rulebook import Parameters

GROUPS = {**dict.fromkeys("123", "poor"), **dict.fromkeys("456", "near_poor"), "7": "none"}
"""Classes of the commune's list."""
FIGURES = ("policy_poor_line_vnd", "minimum_line_vnd", "b1_poor_max", "b1_minimum_max", "b2_deprivation_min")
LINES = "c: interview_date area_type"
"""What the poverty lines depend on."""
DEPRIVATIONS = tuple(f"b2_{number:02d}" for number in range(1, 11))
END = "9999-12-31"


def lines(data: Data) -> pd.DataFrame:
    """The figures of `poverty_lines.csv` for every household's area and day; NaN where there is none."""
    return data.made(_lines)


def _lines(data: Data) -> pd.DataFrame:
    day, area = data.day("c", "interview_date"), data.text("c", "area_type")
    found = pd.DataFrame(np.nan, index=day.index, columns=list(FIGURES))
    for row in data.reference.rows("poverty_lines"):
        first, last = (np.datetime64(v) for v in (row["valid_from"], row["valid_to"] or END))
        held = (area == row["area_type"]) & (day >= first) & (day <= last)
        found.loc[held, list(FIGURES)] = [float(row[name] or "nan") for name in FIGURES]
    return found


def listed_group(data: Data) -> pd.Series:
    """poor, near_poor or none by the commune's list; empty without a class."""
    return data.text("c", "hh_class").map(GROUPS).astype(object)


def _points(reference: Reference) -> dict[str, float]:
    rows = reference.rows("poverty_indicators")
    return {row["code"].lower(): float(row["points_b2"]) for row in rows}


def computed_score(data: Data) -> pd.Series:
    """B2 from the answers: the points of the table for each deprivation; NaN while one is unknown."""
    points = data.reference.made(_points)
    score = pd.Series(0.0, index=range(data.size("c")))
    for name in DEPRIVATIONS:
        deprived = data.number("c", name)
        score = score + ((deprived > 0) * points[name]).where(deprived.notna())
    return score


@BOOK.own("R-V36", reads=f"{LINES} hh_class b1_score b2_score")
def class_contradicts_scores(data: Data, _: Parameters) -> Hits:
    """R-V36: the class on the list is the one that the scores B1 and B2 give."""
    b1, b2, line = data.number("c", "b1_score"), data.number("c", "b2_score"), lines(data)
    poor_max, minimum_max = line["b1_poor_max"], line["b1_minimum_max"]
    between = (b1 > poor_max) & (b1 <= minimum_max)
    group = _group(b1 <= poor_max, between, b1 > minimum_max, b2, line["b2_deprivation_min"])
    listed = listed_group(data)
    wrong = group.notna() & listed.notna() & (group != listed)
    values = {"b1": b1, "b2": b2, "poor_max": poor_max, "minimum_max": minimum_max}
    values |= {"hh_class": data.text("c", "hh_class"), "b2_min": line["b2_deprivation_min"]}
    return data.hits("c", "hh_class", wrong, **values)


def _group(
    below: pd.Series, between: pd.Series, above: pd.Series, score: pd.Series, least: pd.Series
) -> pd.Series:
    """poor, near_poor or none; None where what decides is unknown (between the lines B2 decides)."""
    tests = [below, between & (score >= least), between & (score < least), above]
    names = ["poor", "poor", "near_poor", "none"]
    chosen = np.select([t.to_numpy(dtype=bool) for t in tests], names, default="")
    return pd.Series([name or None for name in chosen.tolist()], dtype=object)


@BOOK.own("R-V37", reads="c: hh_class poor_book_no")
def no_certificate_number(data: Data, _: Parameters) -> Hits:
    """R-V37: poor and near-poor households have a certificate number."""
    wrong = listed_group(data).isin(["poor", "near_poor"]) & data.text("c", "poor_book_no").isna()
    return data.hits("c", "poor_book_no", wrong, hh_class=data.text("c", "hh_class"))


@BOOK.own("R-V40", reads=f"c: b2_score {' '.join(DEPRIVATIONS)}")
def scores_differ(data: Data, p: Parameters) -> Hits:
    """R-V40: B2 as copied and as computed from the answers are about the same."""
    copied, computed = data.number("c", "b2_score"), computed_score(data)
    wrong = (copied - computed).abs() > p["max_difference"]
    values = {"copied": copied, "computed": computed, "most": limit(p["max_difference"])}
    return data.hits("c", "b2_score", wrong, **values)


@BOOK.own("R-V41", reads=f"{LINES} hh_class income_per_capita {' '.join(DEPRIVATIONS)}")
def computed_class_differs(data: Data, _: Parameters) -> Hits:
    """R-V41: the class on the list against income and deprivations by the lines in force."""
    income, score, line = data.number("c", "income_per_capita"), computed_score(data), lines(data)
    poor, minimum = line["policy_poor_line_vnd"], line["minimum_line_vnd"]
    # Without both lines (before 2016 deprivations did not count, since 2022 figures are not known) nothing is said.
    known = poor.notna() & minimum.notna() & line["b2_deprivation_min"].notna()
    between = known & (income > poor) & (income <= minimum)
    group = _group(
        known & (income <= poor), between, known & (income > minimum), score, line["b2_deprivation_min"]
    )
    listed = listed_group(data)
    wrong = group.notna() & listed.notna() & (group != listed)
    values = {"income": income, "score": score, "poor": poor, "minimum": minimum}
    return data.hits("c", "hh_class", wrong, hh_class=data.text("c", "hh_class"), **values)
