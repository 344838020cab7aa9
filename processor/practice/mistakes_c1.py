"""Kinds of mistakes in form C1: payment, eligibility, the modules of each category."""

from __future__ import annotations

from datetime import date, timedelta

from processor.practice.mistakes import Draft, Mistake, in_benefit, in_c1, in_member, on_sheets
from processor.practice.model import Person
from processor.practice.sheets import Sheet


def _months_before(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def _first(sheet: Sheet) -> Sheet:
    row: Sheet = sheet["allowances"][0]
    return row


@on_sheets("R-B01")
def _paid_early(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1(fits=lambda s, p: not p.has("05") and _first(s)["a_start"] > "2012-06-01")
    if sheet is None:
        return None
    decided = date.fromisoformat(_first(sheet)["a_decision_date"])
    return in_benefit("R-B01", sheet, "a_start", _months_before(decided, 6).isoformat())


@on_sheets("R-B02")
def _paid_late(draft: Draft) -> Mistake | None:
    def old(sheet: Sheet, _person: Person) -> bool:
        return date.fromisoformat(_first(sheet)["a_decision_date"]) < _months_before(draft.home.visit, 9)

    sheet = draft.pick_c1(fits=old)
    if sheet is None:
        return None
    decided = date.fromisoformat(_first(sheet)["a_decision_date"])
    return in_benefit("R-B02", sheet, "a_start", _months_before(decided, -7).isoformat())


@on_sheets("R-B04")
def _no_decision(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1()
    if sheet is None:
        return None
    for name in ("a_decision_date", "a_decision_level"):
        _first(sheet).pop(name)
    return in_benefit("R-B04", sheet, "a_decision_no", "0")


@on_sheets("R-B08")
def _child_collects(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1(fits=lambda s, p: s["receiver"] == "2" and draft.home.age(p) < 16)
    if sheet is None:
        return None
    for name in ("receiver_name", "receiver_id"):
        sheet.pop(name, None)
    return in_c1("R-B08", sheet, "receiver", "1")


@on_sheets("R-B09")
def _no_paper(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1(fits=lambda s, _p: s["receiver"] == "3")
    return in_c1("R-B09", sheet, "receiver", "4") if sheet else None


@on_sheets("R-B10")
def _collects_from_self(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1(fits=lambda s, _p: s["receiver"] == "3" and "b_id_no" in s)
    return in_c1("R-B10", sheet, "receiver_id", sheet["b_id_no"]) if sheet else None


@on_sheets("R-B11")
def _unpaid(draft: Draft) -> Mistake | None:
    last = _months_before(draft.home.visit, 6).isoformat()
    sheet = draft.pick_c1(fits=lambda s, _p: _first(s)["a_start"] < last)
    return in_benefit("R-B11", sheet, "a_last_paid", last) if sheet else None


@on_sheets("R-B12")
def _wrong_line(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1("08", "09")
    return in_c1("R-B12", sheet, "k_cared_member_no", str(len(draft.home.people) + 3)) if sheet else None


@on_sheets("R-B14")
def _certificate_late(draft: Draft) -> Mistake | None:
    day = f"{draft.home.visit - timedelta(days=1)}"
    sheet = draft.pick_c1("06", fits=lambda s, _p: _first(s)["a_decision_date"] < day)
    return in_c1("R-B14", sheet, "d_cert_date", day) if sheet else None


@on_sheets("R-E01")
def _too_young(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1("0503", fits=lambda _s, p: draft.home.age(p) >= 80)
    if sheet is None:
        return None
    year = draft.home.visit.year - 77
    in_member("R-E01", sheet["member_no"], draft.row(sheet), "m_birth_year", year)
    return in_c1("R-E01", sheet, "b_birth_year", year)


@on_sheets("R-E02")
def _left_school(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1("0201")
    if sheet is None:
        return None
    row = draft.row(sheet)
    row["m_school"] = "2"
    row.pop("m_school_level", None)
    sheet.pop("o_school_level", None)
    return in_c1("R-E02", sheet, "o_school", "2")


def _answer(rule: str, draft: Draft, group: str, name: str, value: object) -> Mistake | None:
    """One answer of the first C1 of that group."""
    sheet = draft.pick_c1(group, fits=lambda s, _p: name in s and s[name] != value)
    return in_c1(rule, sheet, name, value) if sheet else None


@on_sheets("R-E05")
def _married(draft: Draft) -> Mistake | None:
    return _answer("R-E05", draft, "0401", "s_marital", "2")


@on_sheets("R-E06")
def _more_children(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1("0401")
    return in_c1("R-E06", sheet, "s_n_u16", sheet["s_n_u16"] + 1) if sheet else None


@on_sheets("R-E07")
def _pension(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1("0503")
    if sheet is None:
        return None
    in_member("R-E07", sheet["member_no"], draft.row(sheet), "m_pension", "1")
    return in_c1("R-E07", sheet, "b_pension", "1")


@on_sheets("R-E08")
def _supported(draft: Draft) -> Mistake | None:
    return _answer("R-E08", draft, "0501", "e_supporter", "3")


def _degree(rule: str, draft: Draft, group: str, degree: str) -> Mistake | None:
    sheet = draft.pick_c1(group)
    if sheet is None:
        return None
    in_member(rule, sheet["member_no"], draft.row(sheet), "m_dis_degree", degree)
    return in_c1(rule, sheet, "d_degree", degree)


@on_sheets("R-E10")
def _degree_differs(draft: Draft) -> Mistake | None:
    return _degree("R-E10", draft, "0601", "2")


@on_sheets("R-E11")
def _mild(draft: Draft) -> Mistake | None:
    return _degree("R-E11", draft, "0602", "3")


@on_sheets("R-E12")
def _no_certificate(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1("06", fits=lambda s, _p: _first(s)["a_decision_date"] >= "2013-01-01")
    if sheet is None:
        return None
    sheet.pop("d_cert_date")
    return in_c1("R-E12", sheet, "d_cert_no", "0")


@on_sheets("R-E13")
def _pregnancy(draft: Draft) -> Mistake | None:
    return _answer("R-E13", draft, "0701", "d_pregnancy", "3")


@on_sheets("R-E15")
def _cared(draft: Draft) -> Mistake | None:
    return _answer("R-E15", draft, "0802", "k_n_cared", 2)


@on_sheets("R-E16")
def _parents(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1("0102", "0103", "0105")
    return in_c1("R-E16", sheet, "o_mother", "5" if sheet["o_mother"] != "5" else "7") if sheet else None


@on_sheets("R-E17")
def _lives_with_parent(draft: Draft) -> Mistake | None:
    return _answer("R-E17", draft, "01", "o_father", "1")


@on_sheets("R-E18")
def _two_allowances(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1("0501", "0502", fits=lambda _s, p: draft.home.age(p) >= 80)
    if sheet is None:
        return None
    second = {**_first(sheet), "a_category": "0503", "a_coef": "10", "a_amount": 270_000}
    sheet["allowances"] = [_first(sheet), second]
    return in_c1("R-E18", sheet, "n_allowances", 2)


@on_sheets("R-E19")
def _merit(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1("05", fits=lambda _s, p: draft.home.age(p) >= 60)
    if sheet is None:
        return None
    in_member("R-E19", sheet["member_no"], draft.row(sheet), "m_merit", "1")
    draft.c["merit_household"] = "1"
    return in_c1("R-E19", sheet, "b_merit", "1")
