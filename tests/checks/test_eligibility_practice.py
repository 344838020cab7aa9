"""Rules of C1, eligibility and money on practice households: quiet on clean ones, and read what they name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pandas as pd
import pytest

from processor.survey.checks.data import Data
from processor.survey.checks.hits import Found
from processor.survey.checks.nghe_an import BOOK
from processor.survey.checks.run import Checked, check_family, check_own
from tests.checks.make import entries, practice, reference

RULES = {rule: entry for rule, entry in entries().items() if rule.startswith(("R-B", "R-E"))}
KEYS = {"submission_id", "row_key", "parent_key", "_area", "_practice"}


def checked(rules: Mapping[str, object], frames: Mapping[str, pd.DataFrame]) -> tuple[Checked, Checked]:
    known, data = {rule: RULES[rule] for rule in rules}, Data(frames, reference())
    return check_own(BOOK, known, data), check_family(BOOK, known, data, "household")


def found(rules: Mapping[str, object], frames: Mapping[str, pd.DataFrame]) -> Counter[Found]:
    return Counter(f for part in checked(rules, frames) for f in part.found)


def narrowed(rule: str, frames: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Tables with what the rule and its family say they read."""
    family = BOOK.rules[rule].family
    reads = (*BOOK.rules[rule].reads, *(BOOK.families[family].reads if family else ()))
    wanted: dict[str, set[str]] = {}
    for name in reads:
        table, column = name.split(".")
        wanted.setdefault(table, set()).add(column)
        wanted.setdefault(table.split("_")[0], set())
    return {t: frames[t][[c for c in frames[t].columns if c in KEYS | own]] for t, own in wanted.items()}


def test_clean_households__no_error_and_no_warning() -> None:
    assert not [f for f in found(RULES, practice(1000)) if f.severity in ("E", "W")]


@pytest.mark.parametrize("rule", sorted(RULES))
def test_rule__only_the_columns_it_names__same_findings(rule: str) -> None:
    frames = practice(250, 11, 1.0)
    assert found({rule: 1}, narrowed(rule, frames)) == found({rule: 1}, frames)


@pytest.mark.parametrize("rule", sorted(RULES))
def test_rule__in_no_household_and_no_rows__finds_nothing(rule: str) -> None:
    empty = {name: frame.head(0) for name, frame in practice(20, 3, 1.0).items()}
    assert not found({rule: 1}, empty)
