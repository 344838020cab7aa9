"""What codes of findings mean: labels of the forms, names of units, money; the same words wherever findings are read."""

from __future__ import annotations

import dataclasses
import json
import string
from functools import partial

import pytest

from processor.config import load_config
from processor.forms.xlsform import read_package
from processor.reports.code_words import At, Meanings
from processor.reports.finding_words import finding_message
from processor.store.open import open_store
from processor.survey.checks.catalogue import KINDS
from processor.survey.checks.data import Data
from processor.survey.checks.derived_words import ENTRIES
from processor.survey.checks.nghe_an import BOOK
from processor.survey.checks.run import check_family, check_own
from tests.checks.codes_said import read_by, unsaid
from tests.checks.make import entries, plans, practice, reference
from tests.conftest import ROOT
from tests.store import forms
from tests.store.forms import new_store

LANGUAGES = ("vi", "en")
NOWHERE = At()


@pytest.fixture(scope="module")
def meanings(tmp_path_factory):
    """Of a store that has the real forms."""
    home = tmp_path_factory.mktemp("words")
    config = load_config(ROOT / "config" / "survey.toml")
    store = open_store(dataclasses.replace(config, data=home, store_url=f"sqlite:///{home / 'store.sqlite'}"))
    for workbook in ("c.xlsx", "c1.xlsx"):
        store.register(read_package(ROOT / "xlsforms" / workbook, ROOT / "xlsforms" / "media"))
    yield Meanings(store)
    store.engine.dispose()


def said(meanings, rule, values, language="vi", at=NOWHERE):
    return finding_message({**entries(), **ENTRIES}, rule, values, language, meanings, at)


def test_contradicting_status__labels_as_the_form_has_them(meanings):
    values = {"status": "1", "reason": None, "result": "6"}

    assert said(meanings, "R-B07", values).startswith(
        "Tình trạng hưởng “Đang hưởng”, lý do thôi hưởng –, kết quả phiếu “Đối tượng đã chết/thôi hưởng”"
    )
    assert said(meanings, "R-B07", values, "en").startswith(
        "Status “Receiving”, reason for stopping – and result “Beneficiary dead or stopped”"
    )


@pytest.mark.parametrize(
    ("kind", "value", "vi", "en"),
    [
        ("c.assets", "1 4", "“Tivi màu”, “Điện thoại di động”", "“Colour TV”, “Mobile phone”"),
        ("c1.o_father", "3+4", "“Đã chết”, “Mất tích theo quyết định của tòa án”", "“Dead”, “Declared missing by court”"),
        ("c.hh_class", "77", "77 (không có trong danh mục)", "77 (not on the list)"),
        ("c.assets", "1 77", "“Tivi màu”, 77 (không có trong danh mục)", "“Colour TV”, 77 (not on the list)"),
        ("c.hh_class", "không rõ", "không rõ (không có trong danh mục)", "không rõ (not on the list)"),
        ("c_members.m_pension", 0, "“Không”", "“No”"),
        ("c.no_such", "1", "1 (không có trong danh mục)", "1 (not on the list)"),
        ("_/c_members.m_sex/_", "182345678 / 2 / 1950", "182345678 / “Nữ” / 1950", "182345678 / “Female” / 1950"),
        ("_/_", "182345678 / 2016-04-08", "182345678 / 08/04/2016", "182345678 / 8 Apr 2016"),
        ("commune", "16663, 99999", "Phường Đông Vĩnh, 99999 (không có trong danh mục)", "Phường Đông Vĩnh, 99999 (not on the list)"),
        ("district", "412", "Thành phố Vinh", "Thành phố Vinh"),
        ("money", 567000, "567.000 đ", "567,000 đ"),
        ("money", "270", "270 đ", "270 đ"),
        ("money", "hai trăm", "hai trăm", "hai trăm"),
        ("decimals", "1.0, 1.5", "1; 1,5", "1; 1.5"),
        ("yes", 1, "có", "yes"),
        ("yes", 0, "không", "no"),
        ("rate", "BR05", "mức chuẩn từ 01/01/2016, BR05", "base since 1 Jan 2016, BR05"),
        ("rate", "BR99", "BR99", "BR99"),
        ("band", "CR001", "dưới 4 tuổi, CR001", "under 4, CR001"),
        ("band", "CR047+CR048", "dưới 4 tuổi, CR047; từ 4 đến dưới 16 tuổi, CR048", "under 4, CR047; aged 4 to under 16, CR048"),
        ("band", "CR044", "CR044", "CR044"),
        ("question", "C1.P05", "C1.P05 Số CMND/CCCD người nhận thay", "C1.P05 ID of the person who collects"),
        ("question", "no_such", "no_such", "no_such"),
        ("money", None, "–", "–"),
    ],
)  # fmt: skip
def test_value__by_its_kind__in_both_languages(meanings, kind, value, vi, en):
    assert meanings.say(At(), kind, value, "vi") == vi
    assert meanings.say(At(), kind, value, "en") == en


def test_kinds__all_of_the_catalogue__are_said(meanings):
    assert {kind for kind in KINDS if meanings.say(At(), kind, "16663", "vi")} == KINDS


def test_commune_of_a_name_that_is_there_twice__has_its_district(meanings):
    twice = [
        c["commune_code"]
        for c in reference().rows("admin_units_nghe_an_2016")
        if c["commune_vi"] == "Xã Tam Hợp"
    ]

    assert len({meanings.say(At(), "commune", code, "vi") for code in twice}) == len(twice) == 2
    assert "Xã Tam Hợp (Huyện " in meanings.say(At(), "commune", twice[0], "vi")


@pytest.mark.parametrize(
    ("rule", "values", "shown"),
    [
        ("FILTER", {"value": "2"}, "Mã “Nữ (2)” không nằm"),
        ("RELEVANT", {"value": "9"}, "Có câu trả lời “9” ở"),
        (
            "CALCULATE",
            {"value": "1", "expected": "2"},
            "là “Nam (1)”, tính lại từ các câu trả lời là “Nữ (2)”",
        ),
    ],
)
def test_rule_of_the_form_itself__code_of_its_own_question__has_its_label(meanings, rule, values, shown):
    at = At("phieu_c", "", "c_members", "m_sex")

    assert shown in said(meanings, rule, values, at=at)


def test_label__of_the_version_that_was_filled_in__else_of_the_newest(tmp_path, monkeypatch):
    old = forms.package("1")
    monkeypatch.setattr(forms, "SURVEY", forms.SURVEY.replace("| yn | 01 | Yes |", "| yn | 01 | Certainly |"))
    store = new_store(f"sqlite:///{tmp_path / 'store.sqlite'}", tmp_path, old)
    store.register(forms.package("2"))
    say = partial(Meanings(store).say, kind="c.hiv", value="01", language="en")

    assert say(At("phieu_c", "1", "c", "hiv")) == "“Yes”"
    assert say(At("phieu_c", "2", "c", "hiv")) == say(At("phieu_c", "", "c", "hiv")) == "“Certainly”"
    assert say(At("phieu_c1", "1", "c1", "")) == "“Certainly”"


def test_catalogue__every_list_that_a_message_names__is_there_and_is_what_the_rule_reads():
    for rule, entry in entries().items():
        for _, _, kinds, _ in string.Formatter().parse(entry.messages["vi"]):
            for table, name in (kind.split(".") for kind in (kinds or "").split("/") if "." in kind):
                column = plans()[table].by_name[name]
                assert column.choices, (rule, kinds)
                assert rule.startswith("R-C") or column in tuple(read_by(rule)), (rule, kinds)


def test_practice_findings__no_code_is_shown_as_a_code(meanings):
    data = Data(practice(250, 11, 1.0), reference())
    families = sorted({rule.family for rule in BOOK.rules.values() if rule.family})
    checked = [check_own(BOOK, entries(), data), *(check_family(BOOK, entries(), data, f) for f in families)]
    found = [hit for one in checked for hit in one.found]

    assert [code for hit in found for code in unsaid(hit)] == []
    assert len({hit.rule for hit in found}) > 40
    for hit in found:
        for language in LANGUAGES:
            words = said(meanings, hit.rule, json.loads(hit.values), language)
            assert "danh mục)" not in words and "not on the list)" not in words, (hit.rule, words)
