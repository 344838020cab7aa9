"""Coverage of the payment roll (R-O06), and the roll itself: `payment_roll.csv`, beneficiaries by commune; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from processor.errors import ConfigError, Message
from processor.survey.checks.data import Data
from processor.survey.checks.hits import UnitHits
from processor.survey.checks.nghe_an import operations_keys as families
from processor.survey.checks.nghe_an.book import BOOK
from processor.survey.checks.nghe_an.limits import limit
from processor.survey.checks.reference import Reference
from processor.survey.checks.rulebook import Parameters

ROLL = "payment_roll"
COLUMNS = ("commune_code", "beneficiaries")


@BOOK.shared("R-O06", "commune", reads="c1: commune_code c1_key", needs=f"now {ROLL}")
def coverage(data: Data, p: Parameters) -> UnitHits:
    """R-O06: from the closing day on, communes with fewer beneficiaries collected than are on the roll.

    A commune of the roll from which nothing came is found as well. Practice is not on the roll.
    """
    roll: Mapping[str, int] = data.reference.made(read_roll)
    if data.practice or data.today < _closing(p):
        return UnitHits("commune", (), (), ())
    codes = data.made(families.commune)["c1"]
    collected = data.text("c1", "person").groupby(codes).nunique().reindex(list(roll)).fillna(0)
    due = pd.Series(roll, dtype=float)
    low = sorted(due.index[100 * collected < p["percent"] * due])
    values: dict[str, Sequence[Any]] = {
        "collected": [int(collected[code]) for code in low],
        "roll": [roll[code] for code in low],
        "limit": [limit(p["percent"])] * len(low),
    }
    return UnitHits("commune", low, low, low, values)


def _closing(p: Parameters) -> date:
    text = str(p.get("closing", ""))
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        expected = "closing=2016-06-30, a date"
        raise ConfigError(
            Message.RULES_VALUE,
            path="rules",
            line="R-O06",
            column="parameters",
            expected=expected,
            found=text,
        ) from error


def read_roll(reference: Reference) -> dict[str, int]:
    """Beneficiaries on the payment roll by commune. ConfigError names line and column of what cannot be."""
    communes = {row["commune_code"] for row in reference.rows("admin_units_nghe_an_2016")}
    roll: dict[str, int] = {}
    for line, row in enumerate(reference.rows(ROLL), 2):
        code, number = ((row.get(name) or "").strip() for name in COLUMNS)
        if code not in communes:
            raise _bad(line, COLUMNS[0], "a commune code of 2016, five digits", code)
        if code in roll:
            raise _bad(line, COLUMNS[0], "a commune that stands on no other line", code)
        if not (number.isascii() and number.isdigit()):
            raise _bad(line, COLUMNS[1], "a whole number, digits only", number)
        roll[code] = int(number)
    return roll


def _bad(line: int, column: str, expected: str, found: str) -> ConfigError:
    return ConfigError(
        Message.RULES_VALUE, path=f"{ROLL}.csv", line=line, column=column, expected=expected, found=found
    )
