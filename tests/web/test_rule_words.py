"""What pages say of rules: values as people read them, rules that the catalogue lacks."""

from __future__ import annotations

import os

import pytest

from processor.reports.finding_words import said
from processor.web.rules import message, rule_text
from tests.web.checked_site import make_settings


@pytest.fixture
def folder(tmp_path, site):
    make_settings(tmp_path / "root")
    with site.app.test_request_context():
        yield tmp_path / "root" / "config"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2016-04-08", "08/04/2016"),
        ("2016-13-45", "2016-13-45"),
        ("2016", "2016"),
        (1950, 1950),
        (270000, "270.000"),
        (-270000, "-270.000"),
        (1.5, "1,5"),
        ("0912000111", "0912000111"),
        (None, None),
        (True, True),
    ],
)
def test_value__as_people_read_it(folder, value, shown):
    assert said(value, "vi") == shown


def test_message__value_that_the_finding_lacks__is_a_dash(folder):
    assert message(folder, "F-2", "vi", {"year": 1950}) == "Sinh năm 1950 thu nhập –"


def test_message__rule_that_nobody_has_words_for__is_empty(folder):
    assert message(folder, "F-99", "vi", {}) == rule_text(folder, "F-99", "en") == ""


def test_message__rule_of_the_service__has_its_own_words(folder):
    assert message(folder, "CHOICE", "en", {}) == "The code is not in the list of choices"


def test_message__rule_of_the_form_itself__has_words_in_both_languages(folder):
    values = {"value": "9", "reason_vi": "chọn trong danh sách", "reason_en": "choose from the list"}

    assert message(folder, "CONSTRAINT", "vi", values).endswith("“9”: chọn trong danh sách")
    assert message(folder, "CONSTRAINT", "en", values).endswith("“9”: choose from the list")


def test_message__catalogue_changed__is_read_again(folder):
    assert "Sinh năm" in message(folder, "F-2", "vi", {})
    path = folder / "rules.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Sinh năm", "Năm sinh"), encoding="utf-8")
    os.utime(path, ns=(1, path.stat().st_mtime_ns + 10_000_000))
    assert "Năm sinh" in message(folder, "F-2", "vi", {})
