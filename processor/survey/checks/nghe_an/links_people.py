"""Rules between C and C1: what both say of one person and her household (R-X06 to R-X15); pure."""

from __future__ import annotations

import numpy as np
import pandas as pd
from rapidfuzz.distance import Levenshtein

from processor.survey.checks.data import Data
from processor.survey.checks.hits import Hits
from processor.survey.checks.nghe_an.book import BOOK
from processor.survey.checks.nghe_an.links_pairs import READS, pairs
from processor.survey.checks.rulebook import Parameters

NAMES = f"{READS} b_name b_name_key b_other_name_key; c_members: m_name m_name_key"
BIRTHS = f"{READS} b_birth_year b_birth_month b_birth_day; c_members: m_birth_year m_birth_month m_birth_day"
_MIDDLE = {"thi", "van"}


@BOOK.shared("R-X06", "household", reads=NAMES)
def other_name(data: Data, p: Parameters) -> Hits:
    """R-X06: another name on C1 than on form C, and no other name that explains it."""
    return _named(data, data.made(_distances) > p["letters"])


@BOOK.shared("R-X07", "household", reads=NAMES)
def other_spelling(data: Data, p: Parameters) -> Hits:
    """R-X07: nearly the same name."""
    letters = data.made(_distances)
    return _named(data, (letters >= 1) & (letters <= p["letters"]))


def _named(data: Data, where: pd.Series) -> Hits:
    c = pairs(data).of_member(data.text("c_members", "m_name"))
    return data.hits("c1", "b_name", where, c1=data.text("c1", "b_name"), c=c)


def _distances(data: Data) -> pd.Series:
    """Letters between the names on C1 (either) and on form C; NaN where one has none."""
    c = pairs(data).of_member(data.text("c_members", "m_name_key")).tolist()
    name, other = (data.text("c1", column).tolist() for column in ("b_name_key", "b_other_name_key"))
    return pd.Series([_distance(*keys) for keys in zip(name, other, c, strict=True)], dtype=float)


def _distance(name: str | None, other: str | None, c: str | None) -> float:
    if name is None or c is None:
        return np.nan
    if name == c:
        return 0
    own = _core(c)
    return min(Levenshtein.distance(_core(known), own) for known in (name, other) if known is not None)


def _core(key: str) -> str:
    """A name key without the middle words that many leave out."""
    first, *middle, last = key.split(" ") if " " in key else (key, "")
    return " ".join(word for word in (first, *(m for m in middle if m not in _MIDDLE), last) if word)


@BOOK.shared("R-X08", "household", reads=f"{READS} b_poor; c: hh_class")
def other_class(data: Data, _: Parameters) -> Hits:
    """R-X08: another household class on C1."""
    return _differ(data, "b_poor", pairs(data).of_household(data.text("c", "hh_class")))


@BOOK.shared("R-X09", "household", reads=f"{READS} b_sex; c_members: m_sex")
def other_sex(data: Data, _: Parameters) -> Hits:
    """R-X09: another sex."""
    return _differ(data, "b_sex", pairs(data).of_member(data.text("c_members", "m_sex")))


@BOOK.shared("R-X12", "household", reads=f"{READS} b_id_no; c_members: m_id_no")
def other_number(data: Data, _: Parameters) -> Hits:
    """R-X12: another number of the identity paper."""
    return _differ(data, "b_id_no", pairs(data).of_member(data.text("c_members", "m_id_no")))


@BOOK.shared("R-X15", "household", reads=f"{READS} b_ethnic; c_members: m_ethnic")
def other_ethnic(data: Data, _: Parameters) -> Hits:
    """R-X15: another ethnic group."""
    return _differ(data, "b_ethnic", pairs(data).of_member(data.text("c_members", "m_ethnic")))


def _differ(data: Data, column: str, c: pd.Series) -> Hits:
    """C1 that say something else than form C, both filled."""
    c1 = data.text("c1", column)
    return data.hits("c1", column, c1.notna() & c.notna() & (c1 != c), c1=c1, c=c)


@BOOK.shared("R-X10", "household", reads=BIRTHS)
def other_birth_year(data: Data, _: Parameters) -> Hits:
    """R-X10: another year of birth."""
    c1, c = _births(data, "year")
    return data.hits("c1", "b_birth_year", (c1 - c).abs() > 0, c1=c1, c=c)


@BOOK.shared("R-X11", "household", reads=BIRTHS)
def other_birth_day(data: Data, _: Parameters) -> Hits:
    """R-X11: the same year, and a month or day that both know differs."""
    years, months, days = (_births(data, part) for part in ("year", "month", "day"))
    apart = [(c1 - c).abs() > 0 for c1, c in (months, days)]
    where = (years[0] == years[1]) & (apart[0] | apart[1])
    c1, c = (_written(data, where, *parts) for parts in zip(days, months, years, strict=True))
    return data.hits("c1", "b_birth_day", where, c1=c1, c=c)


def _births(data: Data, part: str) -> tuple[pd.Series, pd.Series]:
    member = pairs(data).of_member(data.number("c_members", f"m_birth_{part}"))
    return data.number("c1", f"b_birth_{part}"), member


def _written(data: Data, where: pd.Series, *parts: pd.Series) -> pd.Series:
    """Birth dates as people write them, `?` for what is not known; only where asked for."""
    texts = pd.Series([None] * data.size("c1"), dtype=object)
    for row in np.flatnonzero(where.to_numpy()):
        texts.iat[row] = "/".join(
            "?" if np.isnan(part.iat[row]) else f"{part.iat[row]:02.0f}" for part in parts
        )
    return texts


@BOOK.shared("R-X13", "household", reads=f"{READS}; c_members: m_sa_category; c1_allowances: a_category")
def other_category(data: Data, _: Parameters) -> Hits:
    """R-X13: the category on form C is none of those on the C1 of that person."""
    pair, said = pairs(data), data.text("c_members", "m_sa_category")
    found = data.text("c1_allowances", "a_category")
    codes = pair.c1_codes[data.parents("c1_allowances")]
    codes = np.where(found.notna(), codes, -1)
    filled = said.notna() & (pair.member_codes >= 0) & np.isin(pair.member_codes, codes[codes >= 0])
    known = set(zip(codes.tolist(), found.tolist(), strict=True))
    mine = zip(pair.member_codes.tolist(), said.tolist(), strict=True)
    named = pd.Series([both in known for both in mine], dtype=bool)
    where = filled & ~named
    listed = _listed(where, pair.member_codes, codes, found)
    return data.hits("c_members", "m_sa_category", where, c=said, c1=listed)


def _listed(where: pd.Series, wanted: np.ndarray, codes: np.ndarray, found: pd.Series) -> pd.Series:
    """For the rows asked for: the categories on their C1, in order, joined."""
    asked = np.isin(codes, wanted[where.to_numpy(dtype=bool)]) & (codes >= 0)
    names: dict[int, set[str]] = {}
    for code, category in zip(codes[asked].tolist(), found[asked].tolist(), strict=True):
        names.setdefault(code, set()).add(category)
    texts = [", ".join(sorted(names[code])) if code in names else None for code in wanted.tolist()]
    return pd.Series(texts, dtype=object)


@BOOK.shared("R-X14", "household", reads=f"{READS} d_type d_degree; c_members: m_dis_type m_dis_degree")
def other_disability(data: Data, _: Parameters) -> Hits:
    """R-X14: another degree of disability, or no type that both name."""
    pair = pairs(data)
    degree, types = data.text("c1", "d_degree"), data.text("c1", "d_type")
    c_degree, c_types = (
        pair.of_member(data.text("c_members", name)) for name in ("m_dis_degree", "m_dis_type")
    )
    unequal = degree.notna() & c_degree.notna() & (degree != c_degree)
    both = zip(types.tolist(), c_types.tolist(), strict=True)
    apart = pd.Series([bool(a and b) and not set(a.split()) & set(b.split()) for a, b in both], dtype=bool)
    return data.hits(
        "c1", "d_degree", unequal | apart, degree=degree, c_degree=c_degree, types=types, c_types=c_types
    )
