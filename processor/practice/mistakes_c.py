"""Kinds of mistakes in form C: how names, papers, scores and belongings go wrong."""

from __future__ import annotations

import unicodedata

from processor.practice.mistakes import Draft, Mistake, in_c, in_c1, in_member, on_sheets
from processor.practice.model import Person
from processor.practice.sheets import Sheet


@on_sheets("R-C01")
def _decomposed(draft: Draft) -> Mistake | None:
    name = draft.c["village_name"]
    spoilt = unicodedata.normalize("NFD", name)
    return in_c("R-C01", draft, "village_name", spoilt) if spoilt != name else None


@on_sheets("R-C03")
def _spaces(draft: Draft) -> Mistake | None:
    return in_c("R-C03", draft, "officer_name", draft.c["officer_name"].replace(" ", "\u00a0 ", 1))


@on_sheets("R-C04")
def _look_alike(draft: Draft) -> Mistake | None:
    found = draft.pick_member(lambda row, p: "Đ" in row["m_name"] and p.line > 1 and not p.benefits)
    if found is None:
        return None
    line, row = found
    return in_member("R-C04", line, row, "m_name", row["m_name"].replace("Đ", "Ð"))


@on_sheets("R-C08")
def _titled(draft: Draft) -> Mistake | None:
    if draft.home.head.scanned:
        return None
    title = "ÔNG" if draft.home.head.sex == "1" else "BÀ"
    return in_c("R-C08", draft, "head_name", f"{title} {draft.c['head_name']}")


@on_sheets("R-C09")
def _one_word(draft: Draft) -> Mistake | None:
    found = draft.pick_member(lambda row, p: p.line > 1 and not p.benefits and not p.scanned)
    if found is None:
        return None
    line, row = found
    return in_member("R-C09", line, row, "m_name", row["m_name"].split()[-1].ljust(2, "H"))


def _phone(rule: str, draft: Draft, number: str) -> Mistake | None:
    return in_c(rule, draft, "head_phone", number) if "head_phone" in draft.c else None


@on_sheets("R-C21")
def _country_code(draft: Draft) -> Mistake | None:
    number = draft.c.get("head_phone", "")
    return _phone("R-C21", draft, "+84" + number[1:]) if len(number) <= 11 else None


@on_sheets("R-C25")
def _placeholder_phone(draft: Draft) -> Mistake | None:
    return _phone("R-C25", draft, "0000000000")


@on_sheets("R-C26")
def _bad_phone(draft: Draft) -> Mistake | None:
    return _phone("R-C26", draft, "0411200345")


def _number(rule: str, draft: Draft, number: str, kind: str, fits: bool = True) -> Mistake | None:
    """Another ID number for a member, the same in the C1 when there is one."""
    found = draft.pick_member(
        lambda _row, p: p.id_type == kind and not p.scanned and p.age(draft.home.visit) >= 18
    )
    if found is None or not fits:
        return None
    line, row = found
    for sheet in draft.c1:
        if sheet["member_no"] == line:
            sheet["b_id_no"] = number
    return in_member(rule, line, row, "m_id_no", number)


@on_sheets("R-C33")
def _placeholder_id(draft: Draft) -> Mistake | None:
    return _number("R-C33", draft, "111111111", "1")


def _citizen(rule: str, draft: Draft, start: int, new: str) -> Mistake | None:
    person = next((p for p in draft.home.people if p.id_type == "2"), None)
    if person is None:
        return None
    number = person.id_no[:start] + new + person.id_no[start + len(new) :]
    return _number(rule, draft, number, "2", fits=number != person.id_no)


@on_sheets("R-C34")
def _no_province(draft: Draft) -> Mistake | None:
    return _citizen("R-C34", draft, 0, "005")


@on_sheets("R-C35")
def _other_sex(draft: Draft) -> Mistake | None:
    person = next((p for p in draft.home.people if p.id_type == "2"), None)
    return _citizen("R-C35", draft, 3, str(int(person.id_no[3]) ^ 1)) if person else None


@on_sheets("R-C36")
def _other_year(draft: Draft) -> Mistake | None:
    person = next((p for p in draft.home.people if p.id_type == "2"), None)
    return _citizen("R-C36", draft, 4, f"{(person.birth.year + 1) % 100:02d}") if person else None


@on_sheets("R-C38")
def _child_with_card(draft: Draft) -> Mistake | None:
    found = draft.pick_member(lambda _row, p: draft.home.age(p) < 14 and not p.benefits)
    if found is None:
        return None
    line, row = found
    row["m_id_type"] = "1"
    return in_member(
        "R-C38", line, row, "m_id_no", f"189{draft.home.people[line - 1].serial % 1_000_000:06d}"
    )


@on_sheets("R-C40")
def _card_of_elsewhere(draft: Draft) -> Mistake | None:
    found = draft.pick_member(lambda row, p: "m_hi_no" in row and not p.benefits)
    if found is None:
        return None
    line, row = found
    return in_member("R-C40", line, row, "m_hi_no", row["m_hi_no"][:3] + "99" + row["m_hi_no"][5:])


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
