"""The QR code of the citizen card fills answers, which stay correctable; typing works without it."""

from __future__ import annotations

from typing import Any

import pytest

from processor.servers.protocol import FormPackage
from tests.engine import VIETNAMESE, fill
from tests.forms.conftest import MEDIA
from tests.forms.interviews import CARD, beneficiary, head, household, member
from tests.forms.xml import answers

NAMES = ("m_name", "m_sex", "m_birth_year", "m_birth_month", "m_birth_day", "m_id_type", "m_id_no")
WIFE = "040165000001||TRẦN THỊ BÌNH|01121965|Nữ|Xóm 5, Nghi Phú|"


def scanned(card: str, row: dict[str, Any], **typed: Any) -> dict[str, Any]:
    """The row with a scan instead of what a scan fills."""
    return {k: v for k, v in row.items() if k not in NAMES} | {"m_card": card} | typed


def people(packages: dict[str, FormPackage], *rows: dict[str, Any]) -> list[dict[str, str]]:
    """Second members of households that were filled whole, one household each."""
    given = [household(members=[head(), row]) for row in rows]
    results = fill(packages["phieu_c"].xform, MEDIA, given)
    assert [r.problems for r in results if not r.ok] == []
    return [answers(r.xml, "members")[1] for r in results]


def test_card__of_a_member__fills_name_sex_birth_and_number(packages: dict[str, FormPackage]) -> None:
    [wife] = people(packages, scanned(WIFE, member()))
    assert [wife[name] for name in NAMES] == ["TRẦN THỊ BÌNH", "2", "1965", "12", "1", "2", "040165000001"]
    assert wife["m_card_text"] == "TRẦN THỊ BÌNH; 01121965; Nữ; 040165000001; Xóm 5, Nghi Phú"
    assert wife["m_age"] == "60"


@pytest.mark.parametrize("sex", ["Nữ", "NỮ", "N\u01b0\u0303", "Nu\u031b\u0303"])
def test_card__female__however_the_card_writes_it(sex: str, packages: dict[str, FormPackage]) -> None:
    [wife] = people(packages, scanned(WIFE.replace("Nữ", sex), member()))
    assert wife["m_sex"] == "2"


def test_card__partial_birth_dates__become_99(packages: dict[str, FormPackage]) -> None:
    year, no_day = people(
        packages,
        scanned(WIFE.replace("01121965", "1965"), member()),
        scanned(WIFE.replace("01121965", "00121965"), member()),
    )
    assert (year["m_birth_year"], year["m_birth_month"]) == ("1965", "99")
    assert "m_birth_day" not in year
    assert [no_day[f"m_birth_{part}"] for part in ("year", "month", "day")] == ["1965", "12", "99"]


def test_card__correction_after_the_scan__stays(packages: dict[str, FormPackage]) -> None:
    typed = {"m_name": "TRẦN THỊ BÍNH", "m_sex": "1", "m_birth_year": 1966, "m_id_type": "4"}
    [wife] = people(packages, scanned(WIFE, member(), **typed))
    assert {k: wife[k] for k in typed} == {k: str(v) for k, v in typed.items()}
    assert wife["m_birth_month"] == "12"  # not corrected: from the card


def test_card__never_scanned__typing_works_as_before(packages: dict[str, FormPackage]) -> None:
    [wife] = people(packages, member())
    assert (wife["m_card"], wife["m_card_text"], wife["m_name"]) == ("", "", "TRẦN THỊ BÌNH")


def test_card__malformed__is_refused_and_fills_nothing(packages: dict[str, FormPackage]) -> None:
    given = household(members=[head(), member(m_card="https://example.vn/thẻ")])
    [result] = fill(packages["phieu_c"].xform, MEDIA, [given], lang=VIETNAMESE)
    [message] = result.messages("constraint", "m_card")
    assert "số thẻ|số cũ|họ tên|ngày sinh|giới tính|địa chỉ|ngày cấp" in message
    assert result.valid
    assert answers(result.xml, "members")[1]["m_name"] == "TRẦN THỊ BÌNH"


def test_card__of_the_head__fills_head_and_line_1(packages: dict[str, FormPackage]) -> None:
    line_1 = {k: v for k, v in head().items() if k not in NAMES}
    given = household(head_card=CARD, members=[line_1, member()])
    given.pop("head_name")
    [result] = fill(packages["phieu_c"].xform, MEDIA, [given])
    assert result.ok, result.problems
    root, rows = answers(result.xml)[0], answers(result.xml, "members")
    assert root["head_name"] == "NGUYỄN VĂN AN"
    assert root["address_detail"] == "Xóm 5, Nghi Phú, Vinh, Nghệ An"
    assert [rows[0][n] for n in NAMES] == ["NGUYỄN VĂN AN", "1", "1960", "3", "5", "2", "040060012345"]
    assert rows[1]["m_card"] == ""


def test_card__of_the_head__never_overwrites_a_typed_line_1(packages: dict[str, FormPackage]) -> None:
    """The relation is asked first; when it is changed after the name was typed, nothing is filled."""
    xform = packages["phieu_c"].xform
    typed = {"m_name": "LÊ VĂN KHÁC", **{k: v for k, v in head().items() if k != "m_relation"}}
    given = household(head_card=CARD, members=[{**typed, "m_name": "LÊ VĂN KHÁC"}, member()])
    [first] = fill(xform, MEDIA, [given], force=True)
    assert answers(first.xml, "members")[0]["m_name"] == "LÊ VĂN KHÁC"


def test_card__relation_chosen_after_typing__keeps_what_was_typed(
    packages: dict[str, FormPackage], tmp_path: Any
) -> None:
    xform = packages["phieu_c"].xform
    typed = {**head(m_name="LÊ VĂN KHÁC")}
    typed.pop("m_relation")
    [first] = fill(xform, MEDIA, [household(head_card=CARD, members=[typed, member()])], force=True)
    saved = tmp_path / "saved.xml"
    assert first.xml
    saved.write_bytes(first.xml)
    [second] = fill(xform, MEDIA, [{"_edit": str(saved), "members": [{"m_relation": "01"}, {}]}])
    assert second.valid, second.problems
    row = answers(second.xml, "members")[0]
    assert (row["m_name"], row["m_card"]) == ("LÊ VĂN KHÁC", "")


def test_card__of_a_beneficiary__fills_the_issue_date_too(packages: dict[str, FormPackage]) -> None:
    names = ("b_name", "b_sex", "b_birth_year", "b_birth_month", "b_birth_day", "b_id_type", "b_id_no")
    given = {k: v for k, v in beneficiary().items() if k not in names} | {"b_card": CARD}
    [result] = fill(packages["phieu_c1"].xform, MEDIA, [given])
    assert result.ok, result.problems
    found = answers(result.xml)[0]
    assert [found[n] for n in names] == ["NGUYỄN VĂN AN", "1", "1960", "3", "5", "2", "040060012345"]
    assert found["b_id_date"] == "2021-04-25"


@pytest.mark.parametrize("form_id", ["phieu_c", "phieu_c1"])
def test_card__columns__are_personal(form_id: str, packages: dict[str, FormPackage]) -> None:
    classes = {f.name: f.data_class for f in packages[form_id].form.fields if "card" in f.name.split("_")}
    assert classes and set(classes.values()) == {"personal"}
