"""The section of the catalogue that cleaning carries out: one to one, and its findings on practice data."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from processor.survey.checks.nghe_an import BOOK
from processor.survey.clean import CARRIED_OUT
from processor.survey.prepare import Prepared, prepare
from processor.survey.records import Finding
from tests.checks.make import AREA, FORMS, entries, plans, practice_documents
from tests.survey.cleaning_form import FORM
from tests.survey.make import documents
from tests.survey.make import plans as small_plans

CLEAN = {rule: entry for rule, entry in entries().items() if rule.startswith("R-C")}


def test_catalogue__section_of_cleaning__one_to_one_with_what_is_carried_out() -> None:
    assert set(CLEAN) == CARRIED_OUT
    assert {*CARRIED_OUT, "R-D09"} == BOOK.cleaning


def prepared(number: int, mistakes: float) -> Iterable[Prepared]:
    for form_id, found in practice_documents(number, 2016, mistakes).items():
        own = [plan for plan in plans().values() if plan.form_id == form_id]
        yield prepare(own, AREA, found)


def told(findings: Iterable[Finding]) -> list[tuple[str, str, str | None]]:
    return [(f.rule, f.column_name, f.value) for f in findings if f.rule in CARRIED_OUT]


def test_practice__households_without_mistakes__cleaning_finds_nothing() -> None:
    assert set(FORMS) == set(practice_documents(1000, 2016, 0.0))
    assert [row for result in prepared(1000, 0.0) for row in told(result.findings)] == []


TRIALS = {
    "R-C02": {"line": "NguyÔn V¨n A µ¸"},
    "R-C09": {"who": "Nam"},
    "R-C11": {"seen": "31/02/1990"},
    "R-C15": {"paid": "405"},
    "R-C26": {"call": "12345"},
    "R-C32": {"birth_id": "18612345"},
    "R-C33": {"birth_id": "123456789"},
    "R-C34": {"birth_id": "003054001234"},
    "R-C35": {"birth_id": "040154001234", "birth_sex": "1"},
    "R-C36": {"birth_id": "040055001234", "birth_year": "1954"},
    "R-C37": {"birth_id": "201123456"},
    "R-C38": {"birth_id": "186123456", "birth_year": "2010", "asked": "2016-03-10"},
    "R-C40": {"hi_no": "BT2411234567890"},
    "R-C42": {"group": "Alien"},
}


def test_trials__all_rules_that_find() -> None:
    assert set(TRIALS) == {rule for rule, entry in CLEAN.items() if entry.level != "FIX"}


@pytest.mark.parametrize("rule", TRIALS)
def test_finding__of_cleaning__level_and_message_of_the_catalogue(rule: str) -> None:
    result = prepare(small_plans(FORM), "commune", documents(dict(TRIALS[rule]), {}))
    (found,) = [f for f in result.findings if f.rule == rule]
    assert found.submission_id == "uuid:1"
    assert found.severity == CLEAN[rule].level
    for language in ("vi", "en"):
        message = CLEAN[rule].message(language, {"value": found.value})
        assert str(found.value) in message
        assert "{" not in message
