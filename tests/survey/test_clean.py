from __future__ import annotations

import unicodedata
from typing import Any

from processor.survey.clean.table import Cleaned, clean
from processor.survey.flatten import flatten
from processor.survey.prepare import Prepared, prepare
from processor.survey.records import TYPE, Change, Finding
from tests.survey.cleaning_form import FORM
from tests.survey.make import cells, document, documents, plans, rows


def cleaned(*answers: dict[str, Any]) -> Cleaned:
    """The root table of these answers after cleaning."""
    flat = flatten(plans(FORM), "commune", documents(*answers))
    return clean(plans(FORM)[0], flat.frames["t"], [f for f in flat.findings if f.rule == TYPE])


def prepared(*answers: dict[str, Any]) -> Prepared:
    return prepare(plans(FORM), "commune", documents(*answers))


def log(result: Cleaned | Prepared) -> list[tuple[str, str, str, str | None, str | None]]:
    return [(c.row_key, c.column_name, c.rule, c.before, c.after) for c in result.changes]


def found(result: Cleaned | Prepared) -> list[tuple[str, str, str, str, str | None]]:
    return [(f.row_key, f.column_name, f.rule, f.severity, f.value) for f in result.findings]


def test_clean__several_rules_on_one_cell__one_log_row_each_in_order() -> None:
    typed = unicodedata.normalize("NFD", "  Ông Lò  Bá ") + "\u00d0" + "\u2019Mai" + " "
    composed = unicodedata.normalize("NFC", typed)
    typed = typed.replace("\u00d0\u2019", "\u00d0a\u2019")
    composed = composed.replace("\u00d0\u2019", "\u00d0a\u2019")
    result = cleaned({"who": typed})
    assert log(result) == [
        ("uuid:1", "who", "R-C01", typed, composed),
        ("uuid:1", "who", "R-C03", composed, "Ông Lò Bá \u00d0a\u2019Mai"),
        ("uuid:1", "who", "R-C04", "Ông Lò Bá \u00d0a\u2019Mai", "Ông Lò Bá Đa\u2019Mai"),
        ("uuid:1", "who", "R-C05", "Ông Lò Bá Đa\u2019Mai", "Ông Lò Bá Đa'Mai"),
        ("uuid:1", "who", "R-C08", "Ông Lò Bá Đa'Mai", "Lò Bá Đa'Mai"),
    ]
    assert rows(result.frame, "who", "who_norm", "who_key") == [
        ("Lò Bá Đa'Mai", "Lò Bá Đa'Mai", "lo ba damai")
    ]


def test_clean__name_in_capitals__answer_kept_derived_columns_not_logged() -> None:
    result = cleaned({"who": "NGUYỄN THỊ HOÀ", "shop": "Chợ Vinh 2", "hamlet": "Xóm 5"})
    assert result.changes == ()
    assert rows(result.frame, "who", "who_norm", "who_key") == [
        ("NGUYỄN THỊ HOÀ", "Nguyễn Thị Hoà", "nguyen thi hoa")
    ]
    assert rows(result.frame, "shop_key", "hamlet", "hamlet_type", "hamlet_short", "hamlet_key") == [
        ("cho vinh 2", "Xóm 5", "Xóm", "5", "5")
    ]


def test_clean__text_rules__by_type_of_question_not_by_name() -> None:
    result = cleaned(
        {"line": " a\nb ", "story": " a\nb ", "commune": "16663", "colours": "red  01", "paper": "x "}
    )
    assert rows(result.frame, "line", "story", "colours", "paper") == [("a b", "a\nb", "red  01", "X")]
    assert [(c.column_name, c.rule) for c in result.changes] == [
        ("paper", "R-C03"),
        ("paper", "R-C19"),
        ("line", "R-C03"),
        ("story", "R-C03"),
    ]


def test_clean__text_of_spaces__no_answer_and_logged() -> None:
    result = cleaned({"line": " \u00a0 "})
    assert rows(result.frame, "line") == [(None,)]
    assert log(result) == [("uuid:1", "line", "R-C03", " \u00a0 ", None)]


def test_clean__legacy_font__found_and_left() -> None:
    result = cleaned({"line": "NguyÔn V¨n §øc"}, {"line": "Nguyễn Văn Đức"})
    assert result.changes == ()
    assert found(result) == [("uuid:1", "line", "R-C02", "W", "NguyÔn V¨n §øc")]


def test_clean__unknown_birth_parts__emptied_and_estimated() -> None:
    result = cleaned(
        {"birth_year": "1936", "birth_month": "99"},
        {"birth_year": "1936", "birth_month": "3", "birth_day": "0"},
        {"birth_year": "1936", "birth_month": "3", "birth_day": "5"},
        {"birth_month": "3"},
    )
    assert log(result) == [
        ("uuid:1", "birth_month", "R-C12", "99", None),
        ("uuid:2", "birth_day", "R-C12", "0", None),
    ]
    assert rows(result.frame, "birth_month", "birth_day", "dob_precision", "dob_est") == [
        (None, None, "Y", "1936-01-01"),
        (3, None, "M", "1936-03-01"),
        (3, 5, "D", "1936-03-05"),
        (3, None, None, None),
    ]


def test_clean__birth_date_outside_the_calendar__error_and_no_estimate() -> None:
    result = cleaned({"birth_year": "1990", "birth_month": "2", "birth_day": "31"})
    assert rows(result.frame, "birth_day", "dob_precision", "dob_est") == [(31, None, None)]
    assert found(result) == [("uuid:1", "birth_year", "R-C11", "E", "31/2/1990")]


def test_clean__amount_in_thousands__multiplied_logged_and_found() -> None:
    result = cleaned({"paid": "405"}, {"paid": "405000"})
    assert rows(result.frame, "paid") == [(405000,), (405000,)]
    assert log(result) == [("uuid:1", "paid", "R-C15", "405", "405000")]
    assert found(result) == [("uuid:1", "paid", "R-C15", "W", "405")]


def test_clean__paper_texts_in_typed_columns__read_logged_and_no_longer_found() -> None:
    result = cleaned(
        {"paid": "405.000 đ", "seen": "5/3/2016", "since": "17-2-2015", "factor": "1,5", "birth_month": "-"}
    )
    assert rows(result.frame, "paid", "seen", "since", "factor", "birth_month") == [
        (405000, "2016-03-05", "2015-02-01", 1.5, None)
    ]
    assert sorted(log(result)) == sorted(
        [
            ("uuid:1", "birth_month", "R-C12", "-", None),
            ("uuid:1", "since", "R-C10", "17-2-2015", "2015-02-17"),
            ("uuid:1", "since", "R-C13", "2015-02-17", "2015-02-01"),
            ("uuid:1", "seen", "R-C10", "5/3/2016", "2016-03-05"),
            ("uuid:1", "paid", "R-C14", "405.000 đ", "405000"),
            ("uuid:1", "factor", "R-C16", "1,5", "1.5"),
        ]
    )
    assert [c.rule for c in result.changes if c.column_name == "since"] == ["R-C10", "R-C13"]
    assert result.findings == ()


def test_clean__paper_text_without_rule__stays_a_finding() -> None:
    result = cleaned({"paid": "bốn trăm", "seen": "31/02/2016", "birth_year": "-"})
    assert rows(result.frame, "paid", "seen", "birth_year") == [(None, None, None)]
    assert found(result) == [
        ("uuid:1", "birth_year", "TYPE", "E", "-"),
        ("uuid:1", "seen", "R-C11", "E", "31/02/2016"),
        ("uuid:1", "paid", "TYPE", "E", "bốn trăm"),
    ]
    assert result.changes == ()


def test_clean__amount_with_three_zeros_after_a_point__thousands_not_a_decimal() -> None:
    assert rows(cleaned({"paid": "12.000"}).frame, "paid") == [(12000,)]


def test_clean__code_that_lost_a_zero__padded_and_in_the_list() -> None:
    result = cleaned({"commune": "1231", "zone": "7"})
    assert rows(result.frame, "commune", "zone") == [("01231", "007")]
    assert log(result) == [
        ("uuid:1", "commune", "R-C17", "1231", "01231"),
        ("uuid:1", "zone", "R-C17", "7", "007"),
    ]
    assert result.findings == ()


def test_clean__short_code_that_is_in_the_list__kept() -> None:
    result = cleaned({"commune": "98"})
    assert rows(result.frame, "commune") == [("98",)]
    assert result.changes == result.findings == ()


def test_clean__codes_outside_the_list__kept_and_each_found() -> None:
    result = cleaned({"commune": "77777", "colours": "red 7 blue"}, {"commune": "16663", "colours": "01"})
    assert rows(result.frame, "commune", "colours", "colours__red") == [
        ("77777", "red 7 blue", 1),
        ("16663", "01", 0),
    ]
    assert found(result) == [
        ("uuid:1", "commune", "CHOICE", "W", "77777"),
        ("uuid:1", "colours", "CHOICE", "W", "7"),
        ("uuid:1", "colours", "CHOICE", "W", "blue"),
    ]


def test_clean__list_that_is_not_in_the_form__not_checked() -> None:
    sheets = (
        "| survey |\n| | type | name | label |\n| | begin repeat | r | R |\n| | text | n | N |\n"
        "| | end repeat | | |\n| | select_one ${n} | head | H |\n"
    )
    assert prepare(plans(sheets), "x", documents({"head": "An"})).findings == ()


def test_clean__many_rows__log_and_findings_by_row() -> None:
    answers = [{"who": " Lò Xy", "line": " b", "paid": "405", "commune": "x"}] * 2
    result = cleaned(*answers)
    assert [c.row_key for c in result.changes] == ["uuid:1"] * 3 + ["uuid:2"] * 3
    assert [f.row_key for f in result.findings] == ["uuid:1", "uuid:1", "uuid:2", "uuid:2"]


def test_clean__repeat__rows_named_by_their_key() -> None:
    result = prepared(
        {"people": [{}, {"people/p_who": " Lò An", "people/p_commune": "x", "people/p_paid": "?"}]}
    )
    key = "uuid:1/people[2]"
    assert result.changes == (Change("t_people", "uuid:1", key, "p_who", "R-C03", " Lò An", "Lò An"),)
    assert result.findings == (
        Finding("t_people", "uuid:1", key, "p_paid", "TYPE", "E", "?"),
        Finding("t_people", "uuid:1", key, "p_commune", "CHOICE", "W", "x"),
    )


def test_clean__birth_parts_of_two_persons__each_with_its_own_year() -> None:
    sheets = "| survey |\n| | type | name | label | clean_as |\n" + "".join(
        f"| | integer | {who}_birth_{part} | L | birth_{part} |\n"
        for who in ("head", "wife")
        for part in ("day", "month", "year")
    )
    answers = {f"{w}_birth_{p}": v for w, y in (("head", "1"), ("wife", "2")) for p, v in
               (("day", y), ("month", y), ("year", f"195{y}"))}  # fmt: skip
    result = prepare(plans(sheets), "x", documents(answers))
    assert rows(result.frames["t"], "head_dob_est", "wife_dob_est") == [("1951-01-01", "1952-02-02")]


def test_clean__unclean_table__left_as_it_was() -> None:
    flat = flatten(plans(FORM), "commune", documents({"who": " An", "seen": "5/3/2016", "paid": "405"}))
    before = cells(flat.frames["t"])
    untyped = [f for f in flat.findings if f.rule == TYPE]
    assert clean(plans(FORM)[0], flat.frames["t"], untyped).changes
    assert cells(flat.frames["t"]) == before


def test_clean__no_rows__an_empty_table() -> None:
    result = cleaned()
    assert list(result.frame.columns) == [c.name for c in plans(FORM)[0].columns]
    assert len(result.frame) == 0


def test_prepare__area_code_that_lost_a_zero__rights_by_the_clean_code_in_every_table() -> None:
    result = prepared(
        {"commune": "1231", "people": [{}]}, {"commune": "16663", "people": [{}]}, {"people": [{}]}
    )
    for name in ("t", "t_people"):
        assert rows(result.frames[name], "_area") == [("01231",), ("16663",), (None,)]


def test_prepare__unknown_answers__reported_beside_the_others() -> None:
    result = prepared({"odd": "1", "commune": "x"})
    assert [(f.rule, f.value) for f in result.findings] == [("UNKNOWN", "odd"), ("CHOICE", "x")]


def test_prepare__practice_and_provenance__as_flattened() -> None:
    documents_ = [document({"who": " An"}, practice=True)]
    flat = flatten(plans(FORM), "commune", documents_)
    system = [c.name for c in plans(FORM)[0].columns if c.origin in ("key", "system")]
    result = prepare(plans(FORM), "commune", documents_)
    assert rows(result.frames["t"], *system) == rows(flat.frames["t"], *system)


def test_clean__lists_of_codes__no_rule_for_text_or_single_codes() -> None:
    sheets = (
        "| survey |\n| | type | name | label | clean_as |\n| | rank l | order | O | |\n"
        "| | select_multiple l | several | S | code:2 |\n"
        "| choices |\n| | list_name | name | label |\n| | l | 01 | A |\n| | l | 02 | B |\n"
    )
    result = prepare(plans(sheets), "x", documents({"order": "01  02", "several": "1"}))
    assert rows(result.frames["t"], "order", "several") == [("01  02", "1")]
    assert result.changes == ()


def test_clean__birth_month_asked_as_text__not_used_for_the_estimate() -> None:
    sheets = (
        "| survey |\n| | type | name | label | clean_as |\n"
        "| | integer | birth_year | Y | birth_year |\n| | text | birth_month | M | birth_month |\n"
    )
    result = prepare(plans(sheets), "x", documents({"birth_year": "1936", "birth_month": "ba"}))
    assert rows(result.frames["t"], "dob_precision", "dob_est") == [("Y", "1936-01-01")]
