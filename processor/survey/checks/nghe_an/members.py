"""Rules of the roster: its size, the head, and how the others are related to the head; pure."""

from __future__ import annotations

import pandas as pd

from processor.survey.checks.data import Data
from processor.survey.checks.hits import Hits
from processor.survey.checks.nghe_an.book import BOOK
from processor.survey.checks.nghe_an.limits import limit
from processor.survey.checks.nghe_an.roster import (
    HEAD,
    HEADS,
    SPOUSE,
    in_household,
    is_head,
    lines,
    lowest,
    of_head,
)
from processor.survey.checks.rulebook import Parameters

CHILD, GRANDCHILD, PARENT, GRANDPARENT = "03", "06", "07", "09"
MARRIED, SEPARATED = "2", "5"


@BOOK.own("R-V10", reads=HEADS)
def heads(data: Data, _: Parameters) -> Hits:
    """R-V10: line 1 is the head and no other line is; every line that is wrong is found."""
    said, first = data.text("c_members", "m_relation"), lines(data) == 1
    wrong = said.notna() & (first != (said == HEAD))
    values = {"line": lines(data), "relation": said, "heads": in_household(data, said == HEAD)}
    return data.hits("c_members", "m_relation", wrong, **values)


@BOOK.own("R-V11", reads="c: head_name head_name_key; c_members: m_name m_name_key row_no")
def head_of_another_name(data: Data, _: Parameters) -> Hits:
    """R-V11: the head's name is the name on line 1, apart from case and accents."""
    first = lines(data) == 1
    said, listed = (
        data.text("c", "head_name_key"),
        data.first("c_members", first, data.text("c_members", "m_name_key")),
    )
    wrong = said.notna() & listed.notna() & (said != listed)
    shown = data.first("c_members", first, data.text("c_members", "m_name"))
    return data.hits("c", "head_name", wrong, head=data.text("c", "head_name"), listed=shown)


@BOOK.own("R-V12", reads="c: hh_size; c_members: row_no")
def size_differs(data: Data, _: Parameters) -> Hits:
    """R-V12: hh_size is the number of members."""
    said, counted = data.number("c", "hh_size"), data.count("c_members")
    return data.hits("c", "hh_size", said.notna() & (said != counted), said=said, counted=counted)


@BOOK.own("R-V13", reads=HEADS)
def several_spouses(data: Data, _: Parameters) -> Hits:
    """R-V13: at most one spouse of the head; found at every further one."""
    spouse = data.text("c_members", "m_relation") == SPOUSE
    further = spouse & ~lowest(data, spouse)
    values = {"line": lines(data), "spouses": in_household(data, spouse)}
    return data.hits("c_members", "m_relation", further, **values)


@BOOK.own("R-V14", reads=f"{HEADS} m_sex")
def spouse_of_same_sex(data: Data, _: Parameters) -> Hits:
    """R-V14: head and spouse are of different sex."""
    sex = data.text("c_members", "m_sex")
    spouse = data.text("c_members", "m_relation") == SPOUSE
    wrong = spouse & sex.notna() & (sex == of_head(data, sex))
    return data.hits("c_members", "m_sex", wrong, line=lines(data), sex=sex)


@BOOK.own("R-V15", reads=f"{HEADS} m_birth_year")
def child_too_old(data: Data, p: Parameters) -> Hits:
    """R-V15: an own child is born years after the head."""
    return _gap(data, {CHILD: 1}, p["min_years"])


@BOOK.own("R-V16", reads=f"{HEADS} m_birth_year")
def parent_too_young(data: Data, p: Parameters) -> Hits:
    """R-V16: a parent is born years before the head."""
    return _gap(data, {PARENT: -1}, p["min_years"])


@BOOK.own("R-V17", reads=f"{HEADS} m_birth_year")
def two_generations_too_near(data: Data, p: Parameters) -> Hits:
    """R-V17: grandchildren and grandparents are two generations from the head."""
    return _gap(data, {GRANDCHILD: 1, GRANDPARENT: -1}, p["min_years"])


def _gap(data: Data, signs: dict[str, int], least: float) -> Hits:
    """Members born less than `least` years after (sign 1) or before (-1) the head."""
    year = data.number("c_members", "m_birth_year")
    head = of_head(data, year)
    sign = data.text("c_members", "m_relation").map(signs).astype(float)
    gap = (year - head) * sign
    values = {"line": lines(data), "year": year, "head_year": head, "gap": gap, "least": limit(least)}
    return data.hits("c_members", "m_birth_year", gap < least, **values)


@BOOK.own("R-V21", reads=f"{HEADS} m_marital")
def not_married(data: Data, _: Parameters) -> Hits:
    """R-V21: the head's spouse, and a head with a spouse in the roster, are married or separated."""
    relation, marital = data.text("c_members", "m_relation"), data.text("c_members", "m_marital")
    spouse: pd.Series = relation == SPOUSE
    concerned = spouse | (is_head(data) & (in_household(data, spouse) > 0))
    wrong = concerned & marital.notna() & ~marital.isin([MARRIED, SEPARATED])
    return data.hits("c_members", "m_marital", wrong, line=lines(data), relation=relation, marital=marital)
