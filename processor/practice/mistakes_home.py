"""Kinds of mistakes in the answers of form C: members, belongings, scores, lists."""

from __future__ import annotations

from processor.practice.mistakes import Draft, Mistake, in_c, in_c1, in_member, on_sheets


@on_sheets("R-V03")
def _area(draft: Draft) -> Mistake | None:
    return in_c("R-V03", draft, "area_type", "1" if draft.c["area_type"] == "2" else "2")


@on_sheets("R-V06")
def _outside(draft: Draft) -> Mistake | None:
    return in_c("R-V06", draft, "gps", "20.981200 105.781300 12.0 9.0")


@on_sheets("R-V11")
def _head_differs(draft: Draft) -> Mistake | None:
    other = draft.c["members"][-1]["m_name"]
    fits = len(draft.home.people) > 1 and not draft.home.head.scanned
    return in_c("R-V11", draft, "head_name", other) if fits else None


@on_sheets("R-V22")
def _level(draft: Draft) -> Mistake | None:
    found = draft.pick_member(lambda row, p: row.get("m_school_level") in ("4", "7") and not p.benefits)
    return in_member("R-V22", *found, "m_school_level", "1") if found else None


@on_sheets("R-V23")
def _diploma(draft: Draft) -> Mistake | None:
    found = draft.pick_member(lambda _row, p: 7 <= draft.home.age(p) <= 12)
    return in_member("R-V23", *found, "m_education", "3") if found else None


@on_sheets("R-V24")
def _card_group(draft: Draft) -> Mistake | None:
    wrong = "CN" if draft.home.poor else "HN"
    found = draft.pick_member(lambda row, p: row["m_hi"] == "1" and draft.home.age(p) > 8 and not p.benefits)
    return in_member("R-V24", *found, "m_hi_type", wrong) if found else None


@on_sheets("R-V25")
def _uninsured(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1()
    if sheet is None:
        return None
    row = draft.row(sheet)
    for taken, names in ((row, ("m_hi_type", "m_hi_no")), (sheet, ("b_hi_no",))):
        for name in names:
            taken.pop(name, None)
    in_c1("R-V25", sheet, "b_hi", "0")
    return in_member("R-V25", sheet["member_no"], row, "m_hi", "0")


@on_sheets("R-V27")
def _no_infant(draft: Draft) -> Mistake | None:
    fits = all(draft.home.age(p) >= 3 for p in draft.home.people)
    found = draft.pick_member(lambda row, p: row.get("m_pregnancy") == "0" and not p.benefits)
    return in_member("R-V27", *found, "m_pregnancy", "2") if found and fits else None


@on_sheets("R-V28")
def _not_disabled(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1("06")
    if sheet is None:
        return None
    row = draft.row(sheet)
    for name in ("m_dis_type", "m_dis_degree", "m_dis_cert"):
        row.pop(name)
    return in_member("R-V28", sheet["member_no"], row, "m_disabled", "0")


@on_sheets("R-V29")
def _no_certificate(draft: Draft) -> Mistake | None:
    sheet = draft.pick_c1("06")
    return in_member("R-V29", sheet["member_no"], draft.row(sheet), "m_dis_cert", "0") if sheet else None


@on_sheets("R-V31")
def _tiny(draft: Draft) -> Mistake | None:
    size = draft.c["hh_size"]
    return in_c("R-V31", draft, "house_area", round(1.4 * size, 1)) if "house_area" in draft.c else None


@on_sheets("R-V32")
def _no_power_used(draft: Draft) -> Mistake | None:
    return in_c("R-V32", draft, "electricity_kwh", 0) if "electricity_kwh" in draft.c else None


@on_sheets("R-V33")
def _unused_phone(draft: Draft) -> Mistake | None:
    return in_c("R-V33", draft, "uses_phone", "0") if "4" in draft.c["assets"].split() else None


@on_sheets("R-V34")
def _no_income(draft: Draft) -> Mistake | None:
    return in_c("R-V34", draft, "income_month", 0) if draft.c1 else None


@on_sheets("R-V35")
def _low_income(draft: Draft) -> Mistake | None:
    total = sum(row["a_amount"] for sheet in draft.c1 for row in sheet["allowances"])
    return in_c("R-V35", draft, "income_month", total // 2000) if total else None


@on_sheets("R-V36")
def _score(draft: Draft) -> Mistake | None:
    return in_c("R-V36", draft, "b1_score", 210) if draft.home.poor else None


@on_sheets("R-V37")
def _no_book(draft: Draft) -> Mistake | None:
    return in_c("R-V37", draft, "poor_book_no", None) if "poor_book_no" in draft.c else None


@on_sheets("R-V38")
def _support(draft: Draft) -> Mistake | None:
    left = [code for code in draft.c["support_got"].split() if code != "12"]
    return in_c("R-V38", draft, "support_got", " ".join(left) or "0") if draft.c1 else None


@on_sheets("R-V40")
def _b2(draft: Draft) -> Mistake | None:
    if not draft.home.poor:
        return None
    score = draft.c["b2_score"]
    return in_c("R-V40", draft, "b2_score", score + 30 if score <= 50 else score - 30)


@on_sheets("R-V42")
def _stranger(draft: Draft) -> Mistake | None:
    return in_c("R-V42", draft, "respondent_name", "TRỊNH THỊ KHÁC") if "respondent_name" in draft.c else None


@on_sheets("R-V45")
def _lists(draft: Draft) -> Mistake | None:
    return in_c("R-V45", draft, "list_source", "4") if draft.c1 else None
