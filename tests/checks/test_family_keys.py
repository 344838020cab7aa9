"""Keys of families as they leave the rules: hashed, the same everywhere; what a rule needs beside the forms."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest
from pytest import LogCaptureFixture

from processor.errors import ConfigError, ContractError, Message
from processor.survey.checks.catalogue import Entry
from processor.survey.checks.data import Data
from processor.survey.checks.hits import Hits, UnitHits
from processor.survey.checks.keyhash import all_hashed, hashed
from processor.survey.checks.reference import Reference
from processor.survey.checks.rulebook import Parameters, Rulebook
from processor.survey.checks.run import check_family, check_own, family_keys, reported

ENTRY = Entry("X1", "W", "", "", "", "", {"vi": "x", "en": "x"}, {"vi": "", "en": ""}, True, {}, "")


def frame(**columns: list[object]) -> pd.DataFrame:
    rows = len(next(iter(columns.values())))
    base = {
        "submission_id": [f"s{n}" for n in range(rows)],
        "_area": ["16663"] * rows,
        "_practice": [0] * rows,
    }
    return pd.DataFrame({**base, **columns}, dtype=object)


def book() -> Rulebook:
    made = Rulebook()

    @made.family("card", reads="people: card")
    def _(data: Data) -> Mapping[str, pd.Series]:
        return {"people": data.text("people", "card")}

    @made.shared("X1", "card", reads="people: card")
    def _(data: Data, _: Parameters) -> list[Hits | UnitHits]:
        everybody = data.text("people", "card").notna()
        return [data.hits("people", "card", everybody), UnitHits("card", ["a"], ["186123456"], ["16663"])]

    return made


def test_family_keys__id_numbers__hashed_and_none_stays_none() -> None:
    keys = family_keys(book(), Data({"people": frame(card=["186123456", None, "186123456"])}), "card")[
        "people"
    ]
    assert keys.tolist() == [hashed("card", "186123456"), None, hashed("card", "186123456")]
    assert len(keys[0]) == 16 and set(keys[0]) <= set("0123456789abcdef")


def test_hashed__same_key_in_another_family_or_store__another_hash() -> None:
    assert (
        len({hashed("card", "1"), hashed("phone", "1"), hashed("card", "1", "a"), hashed("card", "1", "b")})
        == 4
    )
    assert hashed("card", "1") == "b63d3b10a28255b8"


def test_all_hashed__column_with_empty_cells__as_one_by_one() -> None:
    assert all_hashed("card", ["1", None, "", "Đỗ"], "s").tolist() == [
        hashed("card", "1", "s"),
        None,
        None,
        hashed("card", "Đỗ", "s"),
    ]
    assert not len(all_hashed("card", []))


def test_secret__of_the_tables__goes_into_keys_and_findings() -> None:
    data = Data({"people": frame(card=["1"])}, secret="of this store")
    expected = hashed("card", "1", "of this store")
    assert family_keys(book(), data, "card")["people"].tolist() == [expected]
    assert check_family(book(), {"X1": ENTRY}, data, "card").found[0].group_key == expected


def test_findings__rows_and_units__carry_the_hash_and_never_the_key() -> None:
    found = check_family(book(), {"X1": ENTRY}, Data({"people": frame(card=["186123456"])}), "card").found
    assert [f.group_key for f in found] == [hashed("card", "186123456")] * 2
    assert "186123456" not in json.dumps([str(f) for f in found])


def test_only__hashed_keys__limits_to_these_groups() -> None:
    data = Data({"people": frame(card=["1", "2", "3"])})
    keys = family_keys(book(), data, "card")["people"]
    found = check_family(book(), {"X1": ENTRY}, data, "card", {keys[1]}).found
    assert [f.submission_id for f in found] == ["s1"]


def test_family__form_lacks_its_column__rule_not_checked_and_no_keys() -> None:
    data = Data({"people": frame(name=["a"])})
    assert family_keys(book(), data, "card") == {}
    assert check_family(book(), {"X1": ENTRY}, data, "card").not_checked == {"X1": "people.card"}


def test_family__rule_reads_less_than_its_key__still_not_checked_without_the_key() -> None:
    made = book()

    @made.shared("X2", "card", reads="people: name")
    def _(data: Data, _: Parameters) -> Hits:
        return data.hits("people", "name", data.text("people", "name").notna())

    checked = check_family(made, {"X2": ENTRY}, Data({"people": frame(name=["a"])}), "card")
    assert checked.not_checked == {"X2": "people.card"} and not checked.found


def test_down__a_root_without_a_value__stays_none_on_its_rows() -> None:
    roots = frame(code=["a", None])
    rows = frame(row_no=[1, 1]).assign(row_key=["s0/r[1]", "s1/r[1]"])
    tables = Data({"people": roots, "people_r": rows})
    assert tables.down("people_r", tables.text("people", "code")).tolist() == ["a", None]


def needing(needs: str) -> Rulebook:
    made = Rulebook()

    @made.own("X1", reads="people: name", needs=needs)
    def _(data: Data, _: Parameters) -> Hits:
        return data.hits("people", "name", data.text("people", "name").notna())

    return made


def test_needs__table_that_was_not_given__not_checked_and_named(tmp_path: Path) -> None:
    data = Data({"people": frame(name=["a"])}, Reference(tmp_path))
    assert check_own(needing("payment_roll"), {"X1": ENTRY}, data).not_checked == {"X1": "payment_roll.csv"}
    bare = Data({"people": frame(name=["a"])})
    assert check_own(needing("payment_roll"), {"X1": ENTRY}, bare).not_checked == {"X1": "payment_roll.csv"}


def test_needs__table_is_there__checked(tmp_path: Path) -> None:
    (tmp_path / "payment_roll.csv").write_text("commune_code\n16663\n", encoding="utf-8")
    data = Data({"people": frame(name=["a"])}, Reference(tmp_path))
    assert len(check_own(needing("payment_roll"), {"X1": ENTRY}, data).found) == 1


def test_needs__now__checked_only_when_given() -> None:
    tables = {"people": frame(name=["a"])}
    assert check_own(needing("now"), {"X1": ENTRY}, Data(tables)).not_checked == {"X1": "now"}
    late = Data(tables, now=datetime(2016, 4, 30, 18, 0, tzinfo=UTC))
    assert len(check_own(needing("now"), {"X1": ENTRY}, late).found) == 1
    assert late.today == date(2016, 5, 1)


def test_today__not_given__refused() -> None:
    with pytest.raises(ContractError, match="needs"):
        _ = Data({"people": frame(name=["a"])}).today


def raising(made: Rulebook, family: str = "") -> Rulebook:
    """A rule more, which stumbles over an answer."""

    def check(data: Data, _: Parameters) -> Hits:
        raise KeyError(data.text("people", "card")[0])

    made.shared("X0", family, reads="people: card")(check) if family else made.own("X0", "people: card")(
        check
    )
    return made


@pytest.mark.parametrize("family", ["", "card"])
def test_rule_that_raises__reported_by_class_and_the_others_go_on(
    family: str, caplog: LogCaptureFixture
) -> None:
    known = {"X0": ENTRY, "X1": ENTRY}
    data = Data({"people": frame(card=["186123456"], name=["a"])})
    made = raising(book() if family else needing(""), family)
    checked = check_family(made, known, data, family) if family else check_own(made, known, data)
    assert checked.broken == {"X0": "KeyError"}
    assert {f.rule for f in checked.found} == {"X1"} and not checked.not_checked
    assert "X0: KeyError (test_family_keys.py line" in caplog.text and "186123456" not in caplog.text


def test_keys_that_raise__all_rules_of_the_family_are_broken(caplog: LogCaptureFixture) -> None:
    made = book()
    made.families["card"] = replace(made.families["card"], keys=lambda data: {"people": data.text("x", "y")})
    data = Data({"people": frame(card=["186123456"])})
    assert check_family(made, {"X1": ENTRY}, data, "card").broken == {"X1": "ContractError"}
    assert "keys of card: ContractError" in caplog.text


def test_settings_that_are_wrong__the_log_says_what(caplog: LogCaptureFixture) -> None:
    error = ConfigError(Message.RULES_MISSING, path="config/rules.csv")
    assert "config/rules.csv" in reported("X1", raised(error))
    assert "config/rules.csv" in caplog.text


def raised(error: Exception) -> Exception:
    """The same with a place at which it was raised."""
    with pytest.raises(type(error)) as caught:
        raise error
    return caught.value
