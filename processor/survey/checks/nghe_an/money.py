"""Coefficient and amount against the tables of the law: R-E30 to R-E37; pure. Proposals only, nothing is stopped."""

from __future__ import annotations

import numpy as np
import pandas as pd

from processor.survey.checks.data import Data
from processor.survey.checks.hits import Hits
from processor.survey.checks.nghe_an import families  # noqa: F401 - registers the families
from processor.survey.checks.nghe_an.book import BOOK
from processor.survey.checks.nghe_an.eligibility_cases import (
    AGE_READS,
    READS,
    TABLE,
    benefits,
    months_between,
)
from processor.survey.checks.nghe_an.money_due import DUE_READS, Money, cared_count, money
from processor.survey.checks.rulebook import Parameters

NOT_POOR = "7"


def _coefficients(m: Money) -> dict[str, pd.Series]:
    return {"said": m.said, "due": m.coefficient, **m.marks()}


def _amounts(m: Money) -> dict[str, pd.Series]:
    return {
        "amount": m.amount,
        "due": m.amount_due,
        "coefficient": m.coefficient,
        "base": m.base,
        **m.marks(),
    }


@BOOK.shared("R-E30", "household", reads=DUE_READS)
def not_base_times_coefficient(data: Data, _: Parameters) -> Hits:
    """R-E30: the amount is the base times the coefficient of the decision, for every person cared for."""
    m = money(data)
    product = (m.base * m.said_in_all).round()
    wrong = product.notna() & m.amount.notna() & (m.amount != product)
    shown = {"amount": m.amount, "said": m.said_in_all, "base": m.base, "product": product}
    return data.hits(TABLE, "a_amount", wrong, **shown, **_rate_marks(m))


def _rate_marks(m: Money) -> dict[str, pd.Series]:
    """The base alone: what this rule rests on."""
    law, rate = m.case.law, m.due.rate
    ids, articles = (np.array([getattr(r, n) for r in law.rates], dtype=object) for n in ("id", "legal_ref"))
    verify = np.where(rate >= 0, law.rate_verify[rate], False).astype(object)
    return {
        "rate": pd.Series(np.where(rate >= 0, ids[rate], None), dtype=object),
        "law": pd.Series(np.where(rate >= 0, articles[rate], None), dtype=object),
        "verify": pd.Series(verify, dtype=object),
    }


@BOOK.shared("R-E31", "household", reads=DUE_READS)
def old_base(data: Data, p: Parameters) -> Hits:
    """R-E31: paid by the base before 2016, with the coefficient of today or of the older decrees (`legacy`)."""
    m = money(data)
    base = next(rate.base for rate in m.case.law.rates if rate.id == p["rate"])
    old = m.amount == (base * m.coefficient).round()
    for code, legacy, low, high in _legacy(p["legacy"]):
        of_age = (m.case.months >= low) & (m.case.months < high)
        old |= m.case.of(code) & of_age & (m.amount == round(base * m.case.law.legacy[legacy]))
    days = (m.case.at >= pd.Timestamp(p["first"])) & (m.case.at <= pd.Timestamp(p["last"]))
    wrong = old & days & (m.household_class == NOT_POOR) & m.amount_due.notna() & (m.amount != m.amount_due)
    return data.hits(TABLE, "a_amount", wrong, old=int(base), **_amounts(m))


def _legacy(text: str) -> list[tuple[str, str, float, float]]:
    """`0501:L12:720-960` -> category, older row, ages in months from and below; an end may be left out."""
    found = []
    for part in text.split():
        code, row, *ages = part.split(":")
        low, _, high = (ages[0] if ages else "").partition("-")
        found.append((code, row, float(low or 0), float(high or "inf")))
    return found


@BOOK.own("R-E32", reads=f"{READS}; c1: k_cared_member_no; c1_allowances: a_coef a_decision_date")
def coefficient_not_legal(data: Data, p: Parameters) -> Hits:
    """R-E32: decisions of today's decree have one of the category's coefficients."""
    case = benefits(data)
    cared = data.down(TABLE, cared_count(data))
    recent = data.day(TABLE, "a_decision_date") >= pd.Timestamp(p["since"])
    known = pd.Series((case.code >= 0) & (case.law.drivers[case.code] != ""))
    legal = case.is_legal(cared)
    listed = case.category.map(case.law.coefficients_of).astype(object)
    wrong = known & recent & case.coefficient.notna() & ~legal
    return data.hits(
        TABLE,
        "a_coef",
        wrong,
        category=case.category,
        said=case.coefficient,
        legal=listed,
        law=case.article,
        verify=case.verify,
    )


@BOOK.shared("R-E33", "household", reads=DUE_READS)
def coefficient_not_due(data: Data, _: Parameters) -> Hits:
    """R-E33: of the category's coefficients the one for the age or the number of children."""
    m = money(data)
    legal = m.case.is_legal(m.cared)
    wrong = legal & m.coefficient.notna() & m.said_in_all.notna() & (m.said_in_all != m.coefficient)
    return data.hits(TABLE, "a_coef", wrong, **_coefficients(m))


@BOOK.shared("R-E34", "household", reads=DUE_READS)
def underpaid(data: Data, _: Parameters) -> Hits:
    """R-E34: not less than is due."""
    m = money(data)
    return data.hits(TABLE, "a_amount", m.amount < m.amount_due, short=m.amount_due - m.amount, **_amounts(m))


@BOOK.shared("R-E35", "household", reads=DUE_READS)
def overpaid(data: Data, _: Parameters) -> Hits:
    """R-E35: not more than is due; rates of the province (`provincial_rates.csv`) count where they are higher."""
    m = money(data)
    return data.hits(TABLE, "a_amount", m.amount > m.amount_due, over=m.amount - m.amount_due, **_amounts(m))


@BOOK.shared("R-E36", "household", reads=f"{DUE_READS}; c1: total_amount")
def total_too_high(data: Data, p: Parameters) -> Hits:
    """R-E36: all benefits of a person together are not above some times the base."""
    m = money(data)
    total = data.total(TABLE, m.amount.where(m.case.code >= 0))
    base = m.base.groupby(data.parents(TABLE)).max().reindex(range(data.size("c1")))
    wrong = total > p["times"] * base
    return data.hits("c1", "total_amount", wrong, total=total, base=base, times=int(p["times"]))


def _stale(data: Data, groups: tuple[str, ...]) -> Hits:
    m = money(data)
    changed, since = m.stale
    return data.hits(TABLE, "a_coef", changed & m.case.of(*groups), months=since, **_coefficients(m))


@BOOK.shared("R-E21", "household", reads=DUE_READS)
def older_now(data: Data, p: Parameters) -> Hits:
    """R-E21: an older person who has come into the next age band still has the coefficient of the one before."""
    return _stale(data, tuple(p["categories"].split()))


@BOOK.shared("R-E22", "household", reads=DUE_READS)
def child_older_now(data: Data, p: Parameters) -> Hits:
    """R-E22: the same for a child of clauses 1 and 3."""
    return _stale(data, tuple(p["categories"].split()))


@BOOK.shared("R-E24", "household", reads=DUE_READS)
def disabled_older_now(data: Data, p: Parameters) -> Hits:
    """R-E24: the same for a disabled person who has grown up or grown old."""
    return _stale(data, tuple(p["categories"].split()))


@BOOK.own("R-E37", reads=f"{AGE_READS}; c1_allowances: a_start")
def paid_before_age(data: Data, p: Parameters) -> Hits:
    """R-E37: nothing was paid before the month in which the age of the category was reached."""
    case = benefits(data)
    start = data.day(TABLE, "a_start")
    needed = case.limits[0]
    age = months_between(case.born, start)
    wrong = case.of(*p["categories"].split()) & (age < needed)
    shown = {"start": start, "age": age // 12, "least": needed // 12, "category": case.category}
    return data.hits(TABLE, "a_start", wrong, **shown, law=case.article, verify=case.verify)
