"""The rules within form C on practice households: quiet on clean ones, and each mistake found by its rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pandas as pd

from processor.practice.people import households
from processor.survey.checks.data import Data
from processor.survey.checks.hits import Found
from processor.survey.checks.nghe_an import BOOK
from processor.survey.checks.run import check_family, check_own
from tests.checks.make import entries, practice, reference
from tests.conftest import ROOT

CLEAN, WRONG, SEED = 1000, 250, 11
RULES = {rule: entry for rule, entry in entries().items() if rule.startswith("R-V")}


def found(frames: Mapping[str, pd.DataFrame]) -> tuple[Found, ...]:
    """What these rules find."""
    data = Data(frames, reference())
    checked = check_own(BOOK, RULES, data), check_family(BOOK, RULES, data, "household")
    assert checked[0].not_checked == {"R-V02": "villages.csv"} and not checked[1].not_checked
    return checked[0].found + checked[1].found


def test_clean_households__no_rule_fires() -> None:
    assert Counter(f.rule for f in found(practice(CLEAN))) == {}


def test_households_with_mistakes__each_is_found_by_the_rule_meant_for_it() -> None:
    hits = {(f.submission_id, f.rule) for f in found(practice(WRONG, SEED, 1.0))}
    made = 0
    for household in households(ROOT / "config" / "codes", number=WRONG, seed=SEED, mistakes=1.0):
        ids = [interview.phone.instance_id for interview in household.interviews]
        for mistake in household.mistakes:
            if mistake.rule in RULES:
                made += 1
                assert any((one, mistake.rule) in hits for one in ids), mistake
    assert made > WRONG / 10
