"""Words of findings in sheets: the same days and numbers as on the pages."""

from __future__ import annotations

import pytest

from processor.reports.code_words import At, Meanings
from processor.reports.finding_words import finding_message
from processor.survey.checks.load import read_rules
from tests.conftest import ROOT
from tests.store.forms import new_store

VALUES = {"start": "2012-10-01", "value": "2012-10-01", "decision": "2012-03-06", "months": 7, "limit": 3}


@pytest.fixture
def meanings(tmp_path):
    store = new_store(f"sqlite:///{tmp_path / 'store.sqlite'}", tmp_path)
    yield Meanings(store)
    store.engine.dispose()


@pytest.mark.parametrize(("language", "day"), [("vi", "01/10/2012"), ("en", "1 Oct 2012")])
def test_message__day_in_a_value__is_written_as_on_the_pages(meanings, language, day):
    entries = read_rules(ROOT / "config")

    assert day in finding_message(entries, "R-B02", VALUES, language, meanings, At())


def test_message__rule_that_nobody_has_words_for__is_its_id(meanings):
    assert finding_message({}, "R-Z99", {}, "vi", meanings, At()) == "R-Z99"
