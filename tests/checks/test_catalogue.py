"""The catalogue and the functions go together, one to one; its file says what is wrong with it."""

from __future__ import annotations

import string
from pathlib import Path

import pytest

from processor.errors import ConfigError, Message
from processor.survey.checks.catalogue import HEADER, match, read_catalogue
from processor.survey.checks.nghe_an import BOOK
from processor.survey.checks.rulebook import Rulebook
from tests.checks.make import entries


def test_catalogue__all_rules__each_has_its_function_and_the_reverse() -> None:
    assert len(entries()) == 169
    assert match(entries(), BOOK) == []


def test_match__rule_without_function_and_the_reverse__both_named() -> None:
    book = Rulebook()
    book.own("X-1", reads="c: a")(lambda data, _: [])
    known = {"R-V12": entries()["R-V12"]}
    assert match(known, book) == ["R-V12: no function", "X-1: not in the catalogue"]


def test_catalogue__both_languages__name_the_same_values_and_say_what_to_do() -> None:
    for entry in entries().values():
        fields = [
            {(f, kind) for _, f, kind, _ in string.Formatter().parse(entry.messages[x]) if f}
            for x in ("vi", "en")
        ]
        assert fields[0] == fields[1], entry.id
        assert entry.actions["vi"] and entry.actions["en"], entry.id


def test_message__empty_value__shows_as_a_dash() -> None:
    assert "–" in entries()["R-V12"].message("vi", {"said": None, "counted": 1})


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("level", "X", "FIX, E, W, I"),
        ("on", "yes", "1 or 0"),
        ("message_vi", "", "a text"),
        ("message_vi", "{a:monney}", "kind one of band"),
        ("message_en", "{a:>5}", "table.column"),
        ("message_en", "{a", "{name:kind}"),
        ("parameters", "minutes 5", "name=value; name=value"),
    ],
)
def test_read_catalogue__wrong_cell__named_with_what_was_expected(
    tmp_path: Path, column: str, value: str, expected: str
) -> None:
    row = dict.fromkeys(HEADER, "x") | {"level": "E", "on": "1", "parameters": "a=1"} | {column: value}
    path = tmp_path / "rules.csv"
    path.write_text(
        ",".join(HEADER) + "\n" + ",".join(f'"{row[h]}"' for h in HEADER) + "\n", encoding="utf-8"
    )
    with pytest.raises(ConfigError) as caught:
        read_catalogue(path)
    assert caught.value.message is Message.RULES_VALUE
    assert expected in str(caught.value) and column in str(caught.value)


def test_read_catalogue__other_columns__refused(tmp_path: Path) -> None:
    path = tmp_path / "rules.csv"
    path.write_text("id,level\nX,E\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_catalogue(path)
    assert caught.value.message is Message.RULES_HEADER
