"""Kinds of mistakes in names, phones, ID numbers and health cards of form C."""

from __future__ import annotations

import unicodedata

from processor.practice.mistakes import Draft, Mistake, in_c, in_member, on_sheets


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
