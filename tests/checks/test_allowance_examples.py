"""What a benefit is worth: every example of the codes, and what is not known stays open."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from processor.survey.checks.ages import completed_months
from processor.survey.eligibility import Cases, Due, amount_due
from processor.survey.eligibility_law import Law, read_law
from tests.checks.make import reference

EXAMPLES = reference().rows("allowance_examples")
POOR = {"1", "2", "3"}


def law() -> Law:
    return reference().made(read_law)


def cases(rows: list[Mapping[str, str]]) -> Cases:
    """Rows in the columns of allowance_examples.csv, with `n_cared` and `cared_months` (`20,60`) beside."""

    def day(name: str) -> pd.Series:
        return pd.Series([row.get(name) or None for row in rows], dtype="datetime64[s]")

    def number(name: str) -> pd.Series:
        return pd.Series([float(row.get(name) or "nan") for row in rows])

    ages = [
        [float(a) for a in row["cared_months"].split(",")] if row.get("cared_months") else [] for row in rows
    ]
    return Cases(
        pd.Series([row["category_code"] for row in rows], dtype=object),
        day("at_date"),
        completed_months(day("birth_date"), day("at_date")),
        pd.Series([float(row["hh_class"] in POOR) if row.get("hh_class") else np.nan for row in rows]),
        number("n_children"),
        number("n_cared"),
        np.array([case for case, own in enumerate(ages) for _ in own], dtype=int),
        np.array([age for own in ages for age in own], dtype=float),
    )


def due(**row: str) -> Due:
    """One case of 2016 in a household of class 7."""
    return amount_due(law(), cases([{"at_date": "2016-03-10", "hh_class": "7", **row}]))


@pytest.mark.parametrize(
    "row", EXAMPLES, ids=lambda r: f"{r['category_code']}-{r['birth_date']}-{r['at_date']}"
)
def test_amount_due__example_of_the_codes__same_numbers_and_same_row(row: Mapping[str, str]) -> None:
    known = {**row, "n_cared": "1"} if row["category_code"] == "0801" else row
    found = amount_due(law(), cases([known]))
    assert cases([row]).months[0] == float(row["age_months"])
    assert found.base[0] == float(row["base_vnd"])
    assert found.rules[0] == row["coefficient_rule"]
    if row["coefficient"]:
        assert (found.coefficient[0], found.amount[0]) == (
            float(row["coefficient"]),
            float(row["amount_vnd"]),
        )
        assert found.reason[0] == ""
    else:
        assert np.isnan(found.amount[0]) and found.reason[0] == "age_outside"


def test_amount_due__all_examples_in_one_go_and_reversed__as_one_by_one() -> None:
    rows = [dict(row) for row in EXAMPLES]
    once, back = amount_due(law(), cases(rows)), amount_due(law(), cases(rows[::-1]))
    np.testing.assert_array_equal(once.amount, back.amount[::-1])
    np.testing.assert_array_equal(once.rules, back.rules[::-1])


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"category_code": "0503", "birth_date": "1930-01-01", "at_date": ""}, "date"),
        ({"category_code": "9999", "birth_date": "1930-01-01"}, "category"),
        ({"category_code": "2503", "birth_date": "1930-01-01"}, "category"),
        ({"category_code": "0503", "birth_date": "1930-01-01", "at_date": "2013-12-31"}, "category"),
        ({"category_code": "0503", "birth_date": "1930-01-01", "at_date": "2021-07-01"}, "category"),
        ({"category_code": "9901", "birth_date": "1930-01-01"}, "manual"),
        ({"category_code": "0503"}, "age"),
        ({"category_code": "0401", "birth_date": "1980-01-01"}, "children"),
        ({"category_code": "0401", "birth_date": "1980-01-01", "n_children": "0"}, "children"),
        ({"category_code": "0801", "birth_date": "1980-01-01"}, "cared"),
        ({"category_code": "0901", "n_cared": "2", "cared_months": "20"}, "cared"),
        ({"category_code": "0901", "n_cared": "2", "cared_months": "20,200"}, "cared"),
        (
            {"category_code": "0503", "birth_date": "1930-01-01", "at_date": "2015-06-01", "hh_class": ""},
            "class",
        ),
    ],
)
def test_amount_due__something_not_known__says_what_and_gives_no_amount(
    row: dict[str, str], reason: str
) -> None:
    found = due(**row)
    assert found.reason[0] == reason
    assert np.isnan(found.amount[0])


@pytest.mark.parametrize(
    ("category", "hh_class", "at", "rate"),
    [
        ("0503", "7", "2014-12-31", "BR02"),
        ("0503", "3", "2015-01-01", "BR03"),
        ("0503", "4", "2015-01-01", "BR04"),
        ("0102", "7", "2015-12-31", "BR03"),
        ("0201", "7", "2015-12-31", "BR03"),
        ("0102", "", "2015-06-01", "BR03"),
        ("0503", "7", "2016-01-01", "BR05"),
        ("0503", "", "2021-06-30", "BR05"),
    ],
)
def test_amount_due__base_of_the_day_and_group__row_of_the_table(
    category: str, hh_class: str, at: str, rate: str
) -> None:
    found = due(category_code=category, hh_class=hh_class, at_date=at, birth_date="1930-01-01")
    assert law().rates[found.rate[0]].id == rate


@pytest.mark.parametrize(
    ("row", "coefficient", "rules"),
    [
        ({"category_code": "0801", "n_cared": "2"}, 2.0, "CR044"),
        ({"category_code": "0902", "n_cared": "2"}, 3.0, "CR049"),
        ({"category_code": "0901", "n_cared": "1", "cared_months": "47"}, 2.5, "CR047"),
        ({"category_code": "0901", "n_cared": "2", "cared_months": "48,47"}, 4.0, "CR047+CR048"),
        ({"category_code": "0802", "n_cared": "1"}, 1.5, "CR045"),
        ({"category_code": "2401", "n_children": "3", "at_date": "2024-08-01"}, 3.0, "CR055"),
    ],
)
def test_amount_due__counted_persons__coefficient_of_each_is_added(
    row: dict[str, str], coefficient: float, rules: str
) -> None:
    found = due(**row)
    assert (found.coefficient[0], found.rules[0]) == (coefficient, rules)
    assert found.amount[0] == found.base[0] * coefficient


def test_amount_due__rows_from_memory__carry_the_mark() -> None:
    assert due(category_code="0503", birth_date="1930-01-01").verify[0]
    sourced = due(category_code="2601", birth_date="1980-01-01", at_date="2022-01-01")
    assert not sourced.verify[0]
