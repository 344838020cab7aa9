"""Explains what one benefit is worth, step by step: articles, rows, numbers, marks; words in both languages; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from processor.survey.checks.ages import completed_months
from processor.survey.eligibility import Cases, Due, amount_due
from processor.survey.eligibility_law import Law


@dataclass(frozen=True)
class Beneficiary:
    """What is known of one person and one benefit; None for what is not."""

    category: str
    at: date
    """The day at whose law and age it is looked at."""
    born_first: date | None = None
    """The first possible birth date: the estimate, by which ages are taken."""
    born_last: date | None = None
    """The last possible one; the same when the whole date is known."""
    poor: bool | None = None
    children: int | None = None
    cared: Sequence[float] | None = None
    """Ages in months of the persons cared for; NaN for one not known."""


@dataclass(frozen=True)
class Step:
    """One step: `kind` names the sentence, `row` the row of a table, `verify` a fact from memory."""

    kind: str
    values: Mapping[str, Any]
    legal_ref: str = ""
    row: str = ""
    verify: bool = False


@dataclass(frozen=True)
class Explanation:
    """The steps in order, the amount in VND a month, or why there is none (`REASONS` of eligibility.py)."""

    steps: tuple[Step, ...]
    amount: int | None
    reason: str


def explain(law: Law, person: Beneficiary) -> Explanation:
    """The way from category and age to the amount; a proposal for people, nothing is decided by it."""
    due = amount_due(law, _cases(person, person.born_first))
    reason = str(due.reason[0])
    steps = [*_category(law, person, reason), *_age(person), *_class(law, person), *_base(law, due)]
    steps += _coefficient(law, due, person)
    if reason:
        return Explanation((*steps, Step(f"no_{reason}", {})), None, reason)
    amount = int(due.amount[0])
    product = {"base": int(due.base[0]), "coefficient": float(due.coefficient[0]), "amount": amount}
    steps.append(Step("amount", product, verify=bool(due.verify[0])))
    return Explanation((*steps, *_other_birth(law, person, due)), amount, "")


def _cases(person: Beneficiary, born: date | None) -> Cases:
    def number(value: float | None) -> pd.Series:
        return pd.Series([np.nan if value is None else float(value)])

    at, ages = _day(person.at), person.cared
    count = None if ages is None else len(ages)
    return Cases(
        pd.Series([person.category], dtype=object),
        at,
        completed_months(_day(born), at),
        number(person.poor),
        number(person.children),
        number(count),
        np.zeros(count or 0, dtype=int),
        np.array(ages or (), dtype=float),
    )


def _day(day: date | None) -> pd.Series:
    return pd.Series([np.datetime64(day or "NaT", "s")])


def _category(law: Law, person: Beneficiary, reason: str) -> list[Step]:
    row = law.by_code.get(person.category)
    if row is None:
        return []
    labels = {"code": row.code, "label_vi": row.labels["vi"], "label_en": row.labels["en"]}
    dates = {"first": str(row.first), "last": str(row.last), "at": person.at.isoformat()}
    kind = "category_not_in_force" if reason == "category" else "category"
    return [Step(kind, {**labels, **dates}, row.legal_ref, row.code, row.verify)]


def _age(person: Beneficiary) -> list[Step]:
    if person.born_first is None:
        return []
    months = completed_months(_day(person.born_first), _day(person.at)).iloc[0]
    return [Step("age", {"months": int(months), "years": int(months // 12), "at": person.at.isoformat()})]


def _class(law: Law, person: Beneficiary) -> list[Step]:
    row = law.by_code.get(person.category)
    if row is None or not row.poor or person.poor is None:
        return []
    return [Step("poor" if person.poor else "not_poor", {}, row.legal_ref, row.code, row.verify)]


def _base(law: Law, due: Due) -> list[Step]:
    if due.rate[0] < 0:
        return []
    rate = law.rates[due.rate[0]]
    return [Step("base", {"base": int(rate.base), "rate": rate.id}, rate.legal_ref, rate.id, rate.verify)]


def _coefficient(law: Law, due: Due, person: Beneficiary) -> list[Step]:
    if due.band[0] < 0 or np.isnan(due.coefficient[0]):
        return []
    band, ids = law.bands[due.band[0]], str(due.rules[0])
    values = {"unit": float(due.unit[0]), "coefficient": float(due.coefficient[0]), "rule": ids}
    counted = {"cared_person": len(person.cared or ()), "child": person.children}.get(band.unit)
    kind = "coefficient" if counted is None else "coefficient_counted"
    return [Step(kind, {**values, "count": counted}, band.legal_ref, ids, band.verify)]


def _other_birth(law: Law, person: Beneficiary, due: Due) -> list[Step]:
    """Where the birth date is known in part only and its last possible day gives another amount."""
    if person.born_last in (None, person.born_first):
        return []
    other = amount_due(law, _cases(person, person.born_last))
    if other.amount[0] == due.amount[0]:
        return []
    amount = None if np.isnan(other.amount[0]) else int(other.amount[0])
    return [Step("other_birth", {"amount": amount, "rule": str(other.rules[0])}, row=str(other.rules[0]))]


SENTENCES: Mapping[str, tuple[str, str]] = {
    "category": ("Nhóm {code}: {label_vi}.", "Category {code}: {label_en}."),
    "category_not_in_force": (
        "Nhóm {code} có hiệu lực từ {first} đến {last}, không áp dụng ngày {at}.",
        "Category {code} is in force from {first} to {last}, not on {at}.",
    ),
    "age": ("Ngày {at}: {years} tuổi ({months} tháng).", "On {at}: aged {years} ({months} months)."),
    "poor": ("Thuộc hộ nghèo, đúng điều kiện của nhóm.", "In a poor household, as the category needs."),
    "not_poor": (
        "Không thuộc hộ nghèo, trong khi nhóm này cần hộ nghèo: đề nghị xem xét.",
        "Not in a poor household, which the category needs: proposed for review.",
    ),
    "base": ("Mức chuẩn {base} đồng ({rate}).", "Base {base} VND ({rate})."),
    "coefficient": ("Hệ số {coefficient} ({rule}).", "Coefficient {coefficient} ({rule})."),
    "coefficient_counted": (
        "Hệ số {coefficient} cho {count} người ({rule}).",
        "Coefficient {coefficient} for {count} person(s) ({rule}).",
    ),
    "amount": (
        "Mức hưởng {base} × {coefficient} = {amount} đồng/tháng.",
        "Amount {base} × {coefficient} = {amount} VND a month.",
    ),
    "other_birth": (
        "Ngày sinh chỉ biết một phần: nếu sinh ngày muộn nhất có thể thì là {amount} đồng ({rule}).",
        "The birth date is known in part only: born on its last possible day it is {amount} VND ({rule}).",
    ),
    "no_date": ("Không rõ ngày.", "The day is not known."),
    "no_category": (
        "Không có nhóm này trong quy định của ngày đó: không kiểm tra.",
        "No such category in the law of that day: not checked.",
    ),
    "no_manual": (
        "Hệ số do quyết định riêng của tỉnh, không có trong bảng.",
        "The coefficient is by decision of the province, in no table.",
    ),
    "no_class": (
        "Mức chuẩn của ngày đó tùy loại hộ, mà loại hộ chưa rõ.",
        "The base of that day depends on the household class, which is not known.",
    ),
    "no_age": ("Chưa rõ tuổi.", "The age is not known."),
    "no_age_outside": (
        "Tuổi không thuộc độ tuổi nào của nhóm: đề nghị xem xét.",
        "The age is in no age band of the category: proposed for review.",
    ),
    "no_children": ("Chưa rõ số con hoặc không có con.", "The number of children is not known or none."),
    "no_cared": (
        "Chưa rõ người được chăm sóc, hoặc tuổi của họ không thuộc độ tuổi nào.",
        "The cared persons are not known, or their age is in no band.",
    ),
}
_VERIFY = (" (chưa đối chiếu văn bản: ghi theo trí nhớ)", " (not verified: from memory)")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


def sentence(step: Step, language: str) -> str:
    """The step in `vi` or `en`, with its article and the mark of what is still to be verified."""
    place = ("vi", "en").index(language)
    shown = {name: _shown(value, language) for name, value in step.values.items()}
    article = f" [{step.legal_ref}]" if step.legal_ref else ""
    return SENTENCES[step.kind][place].format(**shown) + article + (_VERIFY[place] if step.verify else "")


def _shown(value: Any, language: str) -> str:
    """`270.000`, `1,5`, `10/03/2016`; in English `270,000`, `1.5`, `2016-03-10`."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return _DAY.sub(r"\3/\2/\1", value) if language == "vi" and _DAY.fullmatch(value) else value
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.10g}"
    return text.translate(str.maketrans(",.", ".,")) if language == "vi" else text
