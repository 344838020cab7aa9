"""Rules of the household: each with a record that passes and one that fails."""

from __future__ import annotations

from tests.checks.make import data, entries, fired, run


def test_r_v12__roster_of_another_size__found_with_both_numbers() -> None:
    tables = data(c=[{"hh_size": 2}, {"hh_size": 1}], c_members=[{"of": 0}, {"of": 1}])
    assert fired("R-V12", tables) == ["c:0"]
    assert run("R-V12", tables)[0].values == '{"counted": 1, "said": 2}'


def test_r_v12__message__carries_the_values() -> None:
    message = entries()["R-V12"].message("vi", {"said": 2, "counted": 1})
    assert "2" in message and "1" in message
