"""The benefits of a C1 explained: from category, age and household to the amount due, beside the decision's; pure."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from processor.survey.checks.ages import Births, births
from processor.survey.checks.data import Data
from processor.survey.checks.explained import Explainer, Line, Proposal
from processor.survey.checks.nghe_an.eligibility_cases import STOPPED, TABLE
from processor.survey.checks.nghe_an.eligibility_home import POOR, homes
from processor.survey.checks.nghe_an.money_due import DUE_READS, Money, cared_ages, money
from processor.survey.checks.reference import by
from processor.survey.checks.rulebook import columns
from processor.survey.eligibility_explain import Beneficiary, explain, sentence

LANGUAGES = ("vi", "en")
TITLE = {"vi": "Chế độ số {line}", "en": "Benefit no. {line}"}
ENDED = {"vi": "Đã thôi hưởng: không tính mức hưởng.", "en": "Stopped: no amount is computed."}
NO_DAY = {
    "vi": "Phiếu không ghi ngày phỏng vấn: không tính được.",
    "en": "No interview date: nothing to go by.",
}
OF_C = {"vi": "Loại hộ theo phiếu C: {code}, {label}.", "en": "Household class by form C: {code}, {label}."}
OF_C1 = {
    "vi": "Loại hộ theo phiếu C1, vì chưa có phiếu C của hộ: {code}, {label}.",
    "en": "Household class by form C1, as the household's form C is not there: {code}, {label}.",
}


def explain_benefits(data: Data, submission_id: str) -> tuple[Proposal, ...]:
    """Every benefit of the C1 in the order of the form."""
    mine = np.flatnonzero((data.keys(TABLE) == submission_id).to_numpy())
    lines = data.number(TABLE, "row_no").to_numpy()
    return tuple(_proposal(data, int(row)) for row in mine[np.argsort(lines[mine], kind="stable")])


def _proposal(data: Data, row: int) -> Proposal:
    m = money(data)
    title = _texts(TITLE, line=int(data.number(TABLE, "row_no")[row]))
    said = _whole(m.amount[row])
    if m.case.text("benefit_status")[row] == STOPPED:
        return Proposal(title, (Line(ENDED),), None, said)
    at = _day(m.case.at[row])
    if at is None:
        return Proposal(title, (Line(NO_DAY),), None, said)
    found = explain(m.case.law, _beneficiary(data, m, row, at))
    steps = (Line({say: sentence(s, say) for say in LANGUAGES}, s.verify) for s in found.steps)
    return Proposal(title, (*_class(data, m, row), *steps), found.amount, said)


def _beneficiary(data: Data, m: Money, row: int, at: date) -> Beneficiary:
    born: Births = births(data, "c1", "b_")
    owner = int(data.parents(TABLE)[row])
    known = m.household_class[row]
    of, months = cared_ages(data)
    ages = months[of == row].tolist()
    return Beneficiary(
        m.case.category[row] or "",
        at,
        _day(born.first[owner]),
        _day(born.last[owner]),
        None if known is None else known in POOR,
        _whole(m.case.number("s_n_children")[row]),
        ages or None,
    )


def _class(data: Data, m: Money, row: int) -> list[Line]:
    """The household's class and which form says so: the base may depend on it."""
    code = m.household_class[row]
    if code is None:
        return []
    words = by(data.reference.rows("household_classes"), "code").get(code, {})
    told = OF_C if homes(data).known[int(data.parents(TABLE)[row])] else OF_C1
    return [
        Line({say: told[say].format(code=code, label=words.get(f"label_{say}", "–")) for say in LANGUAGES})
    ]


def _texts(templates: dict[str, str], **values: object) -> dict[str, str]:
    return {say: text.format(**values) for say, text in templates.items()}


def _day(moment: pd.Timestamp) -> date | None:
    return None if pd.isna(moment) else moment.date()


def _whole(number: float) -> int | None:
    return None if pd.isna(number) else int(number)


EXPLAINER = Explainer(
    table="c1",
    ties={"c": "hh_code", "c1": "hh_code"},
    reads=columns(f"{DUE_READS}; c1_allowances: row_no"),
    explain=explain_benefits,
)
