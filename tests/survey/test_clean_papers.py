"""Phones, identity numbers, health cards and ethnic groups: what each rule does at its edges."""

from __future__ import annotations

import csv
from typing import Any

import pytest

from processor.survey.clean import cards, ethnic, facts, identity, names, phones
from processor.survey.clean.table import Cleaned, clean
from processor.survey.flatten import flatten
from processor.survey.prepare import prepare
from tests.conftest import ROOT
from tests.survey.cleaning_form import FORM
from tests.survey.make import documents, plans, rows


def table(name: str) -> list[dict[str, str]]:
    with (ROOT / "config" / "codes" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def cleaned(**answers: str) -> tuple[dict[str, Any], list[tuple[str, str | None]]]:
    """The clean row and what was found in it."""
    result = prepare(plans(FORM), "commune", documents(dict(answers)))
    return result.frames["t"].iloc[0].to_dict(), [(f.rule, f.value) for f in result.findings]


def test_facts__tables_of_the_project__equal() -> None:
    assert {r["cccd_province_code"] for r in table("cccd_province_codes")} == facts.CARD_PROVINCES
    assert {
        r["digit"]: (r["sex"], int(r["birth_year_from"]), int(r["birth_year_to"]))
        for r in table("cccd_century_sex")
    } == facts.CARD_DIGITS
    prefixes = {r["old_prefix_11_digit"]: r["new_prefix_10_digit"] for r in table("phone_prefix_2018")}
    assert prefixes == facts.PHONE_PREFIXES
    assert (
        tuple((r["code"], r["name_vi"], r["name_ascii"], r["aliases_vi"]) for r in table("ethnic_groups"))
        == facts.ETHNIC_GROUPS
    )


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("không có", None),
        ("+", None),
        ("(+84) 912.345.678", "+84912345678"),
        ("0912 345 678 / 0987654321", "09123456780987654321"),
        ("09+12", "0912"),
    ],
)
def test_digits_only__phone__plus_only_in_front(given: str, expected: str | None) -> None:
    assert phones.digits_only(given) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("+84912345678", "0912345678"),
        ("0084912345678", "0912345678"),
        ("+840912345678", "0912345678"),
        ("841688384123", "01688384123"),
        ("8491234567", "8491234567"),
        ("8416883841234", "8416883841234"),
        ("+8408412345678", "08412345678"),
    ],
)
def test_without_country__lengths_and_zero__begins_with_one_zero(given: str, expected: str) -> None:
    assert phones.without_country(given) == expected
    assert phones.without_country(expected) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("912345678", "0912345678"),
        ("123456789", "123456789"),
        ("91234567", "91234567"),
        ("999999999", "999999999"),
    ],
)
def test_with_zero__nine_digits_of_a_mobile__padded(given: str, expected: str) -> None:
    assert phones.with_zero(given) == expected


@pytest.mark.parametrize(
    ("number", "day", "expected"),
    [
        ("0383841234", "2017-02-10", "02383841234"),
        ("0383841234", "2017-02-11", "0383841234"),
        ("0383841234", None, "0383841234"),
        ("01688384123", "2016-03-10", "0388384123"),
        ("01618384123", "2016-03-10", "01618384123"),
        ("038384123", "2016-03-10", "038384123"),
    ],
)
def test_current__area_038_and_old_mobiles__by_the_day(number: str, day: str | None, expected: str) -> None:
    assert phones.current(number, day) == expected


@pytest.mark.parametrize(
    "number", ["0321234567", "0561234567", "0701234567", "0881234567", "0991234567", "02383841234"]
)
def test_has_structure__mobile_or_landline__holds(number: str) -> None:
    assert phones.has_structure(number)


@pytest.mark.parametrize(
    "number", ["0311234567", "0541234567", "0711234567", "0801234567", "0238384123", "12345", "+1555"]
)
def test_has_structure__others__fail(number: str) -> None:
    assert not phones.has_structure(number)


def test_phone__placeholder__empty_and_nothing_found() -> None:
    row, found = cleaned(call="999 999 999", asked="2016-03-10")
    assert (row["call"], row["call_current"], found) == (None, None, [])
    assert cleaned(call="0123456789")[0]["call"] is None


def test_phone__old_mobile__answer_stays_as_dialled_then() -> None:
    row, found = cleaned(call="0168 838 4123", asked="2016-03-10")
    assert (row["call"], row["call_current"], found) == ("01688384123", "0388384123", [])


def test_phone__in_a_repeat__by_the_interview_date_of_its_own_submission() -> None:
    people = [{"people/p_call": "0383841234"}]
    received = documents(
        {"asked": "2016-03-10", "people": people}, {"asked": "5/1/2019", "people": people}, {"people": people}
    )
    frame = prepare(plans(FORM), "commune", received).frames["t_people"]
    assert rows(frame, "p_call_current") == [("02383841234",), ("0383841234",), ("0383841234",)]


@pytest.mark.parametrize(
    ("sex", "year", "expected"),
    [
        ("1", "1954", "040054001234"),
        ("2", "1954", "40054001234"),
        ("1", "1955", "40054001234"),
        ("1", "", "40054001234"),
        ("", "1954", "40054001234"),
    ],
)
def test_identity__eleven_digits__zero_only_where_all_agrees(sex: str, year: str, expected: str) -> None:
    row, found = cleaned(birth_id="40054001234", birth_sex=sex, birth_year=year)
    assert row["birth_id"] == expected
    assert [rule for rule, _ in found] == ([] if len(expected) == 12 else ["R-C32"])


def test_identity__another_person__own_sex_and_year_do_not_count() -> None:
    row, found = cleaned(other_id="040154001234", birth_sex="1", birth_year="1955")
    assert (row["other_id"], found) == ("040154001234", [])


@pytest.mark.parametrize("number", ["000000000", "1111", "123456789", "012345678901"])
def test_identity__placeholder__empty_and_found_as_it_was(number: str) -> None:
    row, found = cleaned(birth_id=number)
    assert (row["birth_id"], found) == (None, [("R-C33", number)])


@pytest.mark.parametrize(
    ("number", "level"),
    [("040054001234", ""), ("003054001234", "E"), ("100054001234", "W"), ("910054001234", "W")],
)
def test_province_level__in_the_list_or_a_country__level(number: str, level: str) -> None:
    assert identity.province_level(number) == level


@pytest.mark.parametrize(
    ("number", "sex", "year", "found"),
    [
        ("040399001234", "2", 1999, ["R-C35"]),
        ("040300001234", "2", 2000, []),
        ("040300001234", "1", 2000, ["R-C35"]),
        ("040300001234", "", 2000, []),
        ("040301001234", "2", 2000, ["R-C36"]),
        ("040199001234", "2", None, []),
    ],
)
def test_identity__century_sex_and_year__found(
    number: str, sex: str, year: int | None, found: list[str]
) -> None:
    result = cleaned(birth_id=number, birth_sex=sex, birth_year="" if year is None else str(year))
    assert [rule for rule, _ in result[1]] == found


def test_identity__contradiction__finding_names_what_disagrees() -> None:
    _, found = cleaned(birth_id="040154001234", birth_sex="1", birth_year="1955")
    assert found == [("R-C35", "040154001234 / 1 / 1955"), ("R-C36", "040154001234 / 1955")]


def test_identity__nine_digits_of_another_province__information() -> None:
    result = prepare(plans(FORM), "commune", documents({"birth_id": "187123456"}, {"birth_id": "201123456"}))
    assert [(f.submission_id, f.rule, f.severity) for f in result.findings] == [("uuid:2", "R-C37", "I")]


@pytest.mark.parametrize(
    ("birth", "day", "fires"),
    [
        (("2002", "3", "11"), "2016-03-10", True),
        (("2002", "3", "10"), "2016-03-10", False),
        (("2002", "99", "99"), "2016-03-10", False),
        (("2003", "99", "99"), "2016-03-10", True),
        (("2002", "3", "11"), "", False),
        (("", "", ""), "2016-03-10", False),
    ],
)
def test_identity__under_fourteen_with_nine_digits__warned(
    birth: tuple[str, str, str], day: str, fires: bool
) -> None:
    parts = dict(zip(("birth_year", "birth_month", "birth_day"), birth, strict=True))
    _, found = cleaned(birth_id="186123456", asked=day, **parts)
    assert [rule for rule, _ in found] == (["R-C38"] if fires else [])


@pytest.mark.parametrize(
    ("number", "unusual"),
    [
        ("BT2401234567890", False),
        ("BT6401234567890", True),
        ("BT2411234567890", True),
        ("B22401234567890", True),
        ("BT240123456789", True),
    ],
)
def test_health_card__structure_and_province(number: str, unusual: bool) -> None:
    assert cards.is_unusual(number) is unusual


def test_health_card__odd_one__found_after_it_was_made_plain() -> None:
    row, found = cleaned(hi_no="bt-2 41 1234567890")
    assert (row["hi_no"], found) == ("BT2411234567890", [("R-C40", "BT2411234567890")])


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Kinh", "01"),
        ("KHƠ MÚ", "29"),
        ("Táy", "03"),
        ("Tày", "02"),
        ("tay", "02"),
        ("Bru Van Kieu", "23"),
        ("", None),
    ],
)
def test_code_of__names_and_other_names__code(name: str, code: str | None) -> None:
    assert ethnic.code_of(name) == code


@pytest.mark.parametrize(
    ("given", "kept", "found"),
    [
        ("1", "01", []),
        ("29", "29", []),
        ("53", "53", []),
        ("99", "99", []),
        ("77", "77", [("R-C42", "77")]),
        ("Alien", None, [("R-C42", "Alien")]),
    ],
)
def test_ethnic__codes_names_and_nonsense(given: str, kept: str | None, found: list[Any]) -> None:
    row, told = cleaned(group=given)
    assert (row["group"], told) == (kept, found)


def test_person_name__one_word_or_digit__found_but_another_name_may_be_one_word() -> None:
    assert cleaned(who="Bà Nam", nick="Tý")[1] == []
    assert cleaned(who="Nam")[1] == [("R-C09", "Nam")]
    assert cleaned(nick="Tý 2")[1] == [("R-C09", "Tý 2")]
    assert names.is_no_full_name("Trần Thị ２")


def test_clean__table_of_a_repeat_alone__rules_that_need_the_day_are_skipped() -> None:
    flat = flatten(plans(FORM), "commune", documents({"people": [{"people/p_call": "0383841234"}]}))
    result: Cleaned = clean(plans(FORM)[1], flat.frames["t_people"])
    assert rows(result.frame, "p_call_current") == [("0383841234",)]
