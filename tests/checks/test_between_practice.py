"""Rules that see several submissions on practice households: quiet on clean ones, and each mistake found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime

import pandas as pd

from processor.practice.people import households
from processor.survey.checks.data import Data
from processor.survey.checks.hits import Found
from processor.survey.checks.nghe_an import BOOK
from processor.survey.checks.run import check_family
from tests.checks.make import entries, practice, reference
from tests.conftest import ROOT

CLEAN, WRONG, SEED = 1000, 250, 11
RULES = {rule: entry for rule, entry in entries().items() if rule.startswith(("R-X", "R-D", "R-O"))}
NOW = datetime(2016, 7, 1, 2, 0, tzinfo=UTC)


def found(frames: Mapping[str, pd.DataFrame]) -> list[Found]:
    """What these rules find."""
    data = Data(frames, reference(), now=NOW)
    checked = [check_family(BOOK, RULES, data, family) for family in BOOK.families]
    missing = {rule: what for one in checked for rule, what in one.not_checked.items()}
    assert missing == {"R-O06": "payment_roll.csv"}
    return [hit for one in checked for hit in one.found]


def test_clean_households__no_error_and_namesakes_at_most() -> None:
    hits = Counter((hit.rule, hit.severity) for hit in found(practice(CLEAN)))
    assert set(hits) <= {("R-D03", "W")} and hits.total() <= CLEAN // 100


def test_households_with_mistakes__each_is_found_by_the_rule_meant_for_it() -> None:
    hits = {(hit.submission_id, hit.rule) for hit in found(practice(WRONG, SEED, 1.0))}
    made = Counter[str]()
    for household in households(ROOT / "config" / "codes", number=WRONG, seed=SEED, mistakes=1.0):
        ids = [interview.phone.instance_id for interview in household.interviews]
        for mistake in household.mistakes:
            if mistake.rule in RULES:
                made[mistake.rule] += 1
                assert any((i, mistake.rule) in hits for i in ids), mistake
    assert made.total() > 20 and len(made) > 8
