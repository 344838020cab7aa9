"""Every kind of deliberate mistake of practice data is found by the rule meant for it, on the household that has it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pytest

from benchmarks.confusion import Fired, clean, found_by, kinds, report, wrong_together

EACH = 2


@cache
def measured() -> Mapping[str, list[Fired]]:
    """What fires on some households of every kind."""
    return wrong_together(EACH)


@pytest.mark.parametrize("kind", kinds())
def test_mistake__of_this_kind__found_by_its_rule_on_every_household(kind: str) -> None:
    fired = measured()[kind]
    assert len(fired) == EACH, f"only {len(fired)} of {EACH} households could have it"
    assert [f.rules for f in fired if not found_by(kind, f)] == []


def test_clean_households__no_error_anywhere() -> None:
    assert [f.rules for f in clean(150) if "E" in f.rules.values()] == []


def test_report__a_mistake_that_no_rule_found__counted_as_missed() -> None:
    page = report({"R-B09": [Fired({"R-B09": "W"}), Fired({"R-V03": "W"})]}, [Fired({"R-B03": "I"})])
    assert "1 of 2 mistakes of 1 kinds found" in page
    assert "| R-B09 | 2 | 1 | – | R-V03 1 | – |" in page
    assert "- E: none" in page and "- I: R-B03 1" in page
