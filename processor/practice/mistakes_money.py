"""Kinds of mistakes in coefficients, amounts and dates of benefits."""

from __future__ import annotations

from datetime import date

from processor.practice.mistakes import Draft, Mistake, in_benefit, in_c1, in_member, on_sheets
from processor.practice.sheets import Sheet


def _months_before(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def _first(sheet: Sheet) -> Sheet:
    row: Sheet = sheet["allowances"][0]
    return row


def _money(rule: str, draft: Draft, sheet: Sheet | None, coefficient: int) -> Mistake | None:
    """Another coefficient with the amount that goes with it."""
    if sheet is None:
        return None
    _first(sheet)["a_amount"] = 27_000 * coefficient
    return in_benefit(rule, sheet, "a_coef", str(coefficient))


@on_sheets("R-E21")
def _still_sixty(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1("0501", "0502", fits=lambda _s, p: draft.home.age(p) >= 81)
    return _money("R-E21", draft, sheet, 15)


@on_sheets("R-E22")
def _still_infant(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1("01", "0301", fits=lambda _s, p: draft.home.age(p) >= 5)
    return _money("R-E22", draft, sheet, 25)


@on_sheets("R-E24")
def _still_adult(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1("0602", fits=lambda _s, p: draft.home.age(p) >= 61)
    return _money("R-E24", draft, sheet, 15)


@on_sheets("R-E32")
def _no_such_coefficient(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1(fits=lambda s, _p: _first(s)["a_decision_date"] >= "2015-01-01")
    return _money("R-E32", draft, sheet, 40)


@on_sheets("R-E31")
def _old_base(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1() if draft.home.hh_class == "7" else None
    return in_benefit("R-E31", sheet, "a_amount", 18_000 * int(_first(sheet)["a_coef"])) if sheet else None


@on_sheets("R-E34")
def _underpaid(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1(fits=lambda s, _p: _first(s)["a_amount"] > 270_000)
    return in_benefit("R-E34", sheet, "a_amount", _first(sheet)["a_amount"] - 90_000) if sheet else None


@on_sheets("R-E35")
def _overpaid(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1()
    return in_benefit("R-E35", sheet, "a_amount", _first(sheet)["a_amount"] + 135_000) if sheet else None


@on_sheets("R-E37")
def _before_eighty(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1("0503", fits=lambda _s, p: p.birth.year + 80 >= 2003)
    if sheet is None:
        return None
    person = draft.person(sheet)
    early = _months_before(date(person.birth.year + 80, person.birth.month, 1), 15)
    _first(sheet)["a_decision_date"] = early.replace(day=12).isoformat()
    return in_benefit("R-E37", sheet, "a_start", early.isoformat())


@on_sheets("R-E33")
def _other_count(draft: Draft) -> Mistake | None:
    """Of a single parent: the coefficient of another number of children."""
    sheet = draft.pick_c1("0401")
    return _money("R-E33", draft, sheet, 20 if sheet and _first(sheet)["a_coef"] == "10" else 10)


@on_sheets("R-E30")
def _wrong_product(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1()
    return in_benefit("R-E30", sheet, "a_amount", _first(sheet)["a_amount"] + 27_000) if sheet else None


@on_sheets("R-B06")
def _same_twice(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1(fits=lambda s, _p: s["n_allowances"] == 1)
    if sheet is None:
        return None
    sheet["allowances"] = [_first(sheet), dict(_first(sheet))]
    return in_c1("R-B06", sheet, "n_allowances", 2)


@on_sheets("R-B07")
def _dead_and_receiving(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1()
    return in_c1("R-B07", sheet, "result", "6") if sheet else None


@on_sheets("R-E03")
def _able(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1("0302", fits=lambda s, _p: "v_unable_work" in s)
    return in_c1("R-E03", sheet, "v_unable_work", "0") if sheet else None


@on_sheets("R-E20")
def _pension_beside(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1("0302")
    return in_c1("R-E20", sheet, "b_pension", "1") if sheet else None


@on_sheets("R-E14")
def _not_so_severe(draft: Draft) -> Mistake | None:
    """The member who is cared for has another degree in form C."""
    sheet = draft.pick_c1("0801")
    found = draft.pick_member(lambda _row, p: p.degree == "1")
    if sheet is None or found is None:
        return None
    line, row = found
    return in_member("R-E14", line, row, "m_dis_degree", "2")
