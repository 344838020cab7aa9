"""Kinds of mistakes between C and C1: keys, names, papers, sheets that are missing or sent twice."""

from __future__ import annotations

from datetime import date, timedelta

from processor.practice.mistakes import C1, Draft, Mistake, in_c1, in_member, on_sheets
from processor.practice.model import Person
from processor.practice.sheets import Sheet
from processor.practice.sheets_c1 import key_check


def _months_before(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def _first(sheet: Sheet) -> Sheet:
    row: Sheet = sheet["allowances"][0]
    return row


@on_sheets("R-X02")
def _c1_twice(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1()
    if sheet is None:
        return None
    draft.repeated.append((C1, {**sheet, "remarks": "Lập lại phiếu"}))
    return Mistake("R-X02", C1, f"@{sheet['member_no']}/c1_key", "", "")


@on_sheets("R-X03")
def _lost_household(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1(fits=lambda s, _p: "key_scan" not in s)
    if sheet is None:
        return None
    number = sheet["household_no"] % 9999 + 1
    key = f"{draft.home.key[:-4]}{number:04d}-{sheet['member_no']:02d}"
    sheet["key_check"] = key_check(key)
    return in_c1("R-X03", sheet, "household_no", number)


@on_sheets("R-X04")
def _no_c1(draft: Draft) -> Mistake | None:
    if not draft.c1:
        return None
    gone = draft.c1.pop()
    return Mistake("R-X04", C1, f"@{gone['member_no']}/", "1", "")


@on_sheets("R-X06")
def _other_name(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1(fits=lambda s, _p: "b_card" not in s)
    return in_c1("R-X06", sheet, "b_name", "TRỊNH QUỐC KHÁC") if sheet else None


@on_sheets("R-X07")
def _misspelt(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1(fits=lambda s, _p: "b_card" not in s)
    return in_c1("R-X07", sheet, "b_name", sheet["b_name"] + "H") if sheet else None


@on_sheets("R-X08")
def _other_class(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1()
    return in_c1("R-X08", sheet, "b_poor", "7" if sheet["b_poor"] != "7" else "3") if sheet else None


@on_sheets("R-X09")
def _other_sex(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1(fits=lambda s, _p: "b_card" not in s)
    return in_c1("R-X09", sheet, "b_sex", "1" if sheet["b_sex"] == "2" else "2") if sheet else None


@on_sheets("R-X10")
def _other_year(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1(fits=lambda s, p: "b_card" not in s and draft.home.age(p) >= 83)
    return in_c1("R-X10", sheet, "b_birth_year", sheet["b_birth_year"] - 2) if sheet else None


@on_sheets("R-X11")
def _other_day(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1(fits=lambda s, p: p.known == "D" and p.birth.day <= 25 and draft.home.age(p) >= 20)
    if sheet is None or "b_card" in sheet or draft.person(sheet).birth.month == draft.home.visit.month:
        return None
    return in_c1("R-X11", sheet, "b_birth_day", sheet["b_birth_day"] + 2)


@on_sheets("R-X12")
def _other_number(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1(fits=lambda s, _p: s.get("b_id_type") == "1")
    if sheet is None:
        return None
    number = sheet["b_id_no"]
    return in_c1("R-X12", sheet, "b_id_no", f"{number[:8]}{(int(number[8]) + 1) % 10}")


@on_sheets("R-X14")
def _other_disability(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1("06")
    if sheet is None:
        return None
    free = [code for code in "123456" if code not in sheet["d_type"].split()]
    return in_c1("R-X14", sheet, "d_type", free[0])


@on_sheets("R-X15")
def _other_ethnic(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1()
    return in_c1("R-X15", sheet, "b_ethnic", "01" if sheet["b_ethnic"] != "01" else "24") if sheet else None


@on_sheets("R-X16")
def _weeks_later(draft: Draft) -> Mistake | None:
    later = draft.home.visit + timedelta(days=21)
    sheet = draft.pick_c1(fits=lambda _s, p: p.known == "Y")
    if sheet is None or later > date(2016, 6, 30):  # still within the campaign
        return None
    return in_c1("R-X16", sheet, "interview_date", later.isoformat())


@on_sheets("R-X17")
def _other_officer(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1()
    return in_c1("R-X17", sheet, "officer_code", f"{draft.home.commune.code}-93") if sheet else None


@on_sheets("R-X01")
def _twice(draft: Draft) -> Mistake | None:
    again: Sheet = {**draft.c, "remarks": "Lập lại phiếu"}
    draft.repeated.append(("phieu_c", again))
    return Mistake("R-X01", "phieu_c", "hh_code", draft.home.key, draft.home.key)


@on_sheets("R-X05")
def _says_no(draft: Draft) -> Mistake | None:
    def simple(_sheet: Sheet, person: Person) -> bool:
        return not any(person in b.cared for p in draft.home.people for b in p.benefits)

    sheet = draft.pick_c1(fits=simple)
    if sheet is None:
        return None
    row = draft.row(sheet)
    row.pop("m_sa_category")
    draft.c["n_c1_forms"] -= 1
    return in_member("R-X05", sheet["member_no"], row, "m_sa", "0")


@on_sheets("R-X13")
def _category(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1("0601", "0602", "0503")
    if sheet is None:
        return None
    row = draft.row(sheet)
    other = {"0601": "0602", "0602": "0601"}.get(row["m_sa_category"], "0501")
    return in_member("R-X13", sheet["member_no"], row, "m_sa_category", other)
