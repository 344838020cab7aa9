from __future__ import annotations

import pytest

from processor.errors import FormError, Message
from processor.survey.columns import MAX_COLUMNS, fit, plan_tables
from tests.survey.make import form, plans

TEXT = "| survey |\n| | type | name | label |\n| | text | a | A |\n"


def survey(*questions: str, choices: str = "", columns: str = "") -> str:
    """A form with one question a line (`type | name`)."""
    head = f"| survey |\n| | type | name | label |{columns}\n"
    body = "".join(f"| | {q} | L |\n" if q.count("|") == 1 else f"| | {q} |\n" for q in questions)
    listed = "".join(f"| | {c} |\n" for c in choices.split(";") if c)
    return head + body + (f"| choices |\n| | list_name | name | label |\n{listed}" if listed else "")


def names(*sheets: str, table: int = 0) -> list[str]:
    return [c.name for c in plans(*sheets)[table].columns if c.origin not in ("key", "system")]


def refused(*sheets: str) -> FormError:
    with pytest.raises(FormError) as caught:
        plans(*sheets)
    return caught.value


def test_plan__one_version__keys_answers_provenance_in_order() -> None:
    root = plans(survey("text | a", "begin_repeat | r", "text | b", "end_repeat | "))[0]
    assert [c.name for c in root.columns][:2] == ["submission_id", "a"]
    assert [c.name for c in root.columns][-2:] == ["_area", "_practice"]


def test_plan__repeat__own_table_with_keys() -> None:
    repeat = plans(survey("text | a", "begin_repeat | r", "text | b", "end_repeat | "))[1]
    assert repeat.name == "t_r"
    assert [c.name for c in repeat.columns] == [
        "submission_id",
        "row_key",
        "parent_key",
        "row_no",
        "b",
        "_area",
        "_practice",
    ]


def test_plan__question_removed_and_added__both_columns_newest_first() -> None:
    assert names(survey("text | a", "text | b"), survey("text | c", "text | b")) == ["c", "b", "a"]


def test_plan__question_renamed__old_column_stays() -> None:
    root = plans(survey("integer | old_name"), survey("integer | new_name"))[0]
    assert root.by_name["old_name"].versions == ("1",)
    assert root.by_name["new_name"].versions == ("2",)


def test_plan__repeat_removed__its_table_stays() -> None:
    with_repeat = survey("text | a", "begin_repeat | r", "text | b", "end_repeat | ")
    assert [p.name for p in plans(with_repeat, survey("text | a"))] == ["t", "t_r"]


def test_plan__question_moved_to_another_group__same_column() -> None:
    moved = survey("begin_group | g", "text | a", "end_group | ")
    column = plans(survey("text | a"), moved)[0].by_name["a"]
    assert (column.path, column.former_paths, column.versions) == ("g/a", ("a",), ("1", "2"))


def test_plan__question_in_three_places_and_back__each_path_once() -> None:
    first, second = survey("text | a"), survey("begin_group | g", "text | a", "end_group | ")
    third = survey("begin_group | h", "text | a", "end_group | ")
    assert plans(first, second, third)[0].by_name["a"].former_paths == ("g/a", "a")
    assert plans(first, second, first)[0].by_name["a"].former_paths == ("g/a",)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("integer | a", "text | a"),
        ("text | a", "date | a"),
        ("text | a", "geopoint | a"),
        ("geopoint | a", "text | a"),
        ("select_multiple l | a", "select_one l | a"),
        ("text | a", "select_multiple l | a"),
    ],
)
def test_plan__type_changed__refused_with_both_versions(old: str, new: str) -> None:
    error = refused(survey(old, choices="l | x | X"), survey(new, choices="l | x | X"))
    assert error.message is Message.FORM_TYPE_CLASH
    assert (error.values["old_version"], error.values["new_version"]) == ("1", "2")


@pytest.mark.parametrize(
    ("old", "new"),
    [("text | a", "select_one l | a"), ("select_one l | a", "text | a"), ("text | a", "barcode | a")],
)
def test_plan__kind_changed_within_text__allowed(old: str, new: str) -> None:
    assert names(survey(old, choices="l | x | X"), survey(new, choices="l | x | X")) == ["a"]


def test_plan__single_choice_becomes_multiple__flags_added() -> None:
    sheets = [survey(f"select_{k} l | a", choices="l | x | X") for k in ("one", "multiple")]
    assert names(*sheets) == ["a", "a__x"]


def test_plan__choices_of_all_versions__united_newest_first() -> None:
    old = survey("select_multiple l | a", choices="l | x | X;l | y | Y")
    new = survey("select_multiple l | a", choices="l | z | Z;l | y | Yes")
    root = plans(old, new)[0]
    assert names(old, new) == ["a", "a__z", "a__y", "a__x"]
    assert [c.name for c in root.by_name["a"].choices] == ["z", "y", "x"]
    assert root.by_name["a__y"].labels == {"": "L: Yes"}


def test_plan__choice_without_label_in_a_language__named_by_its_code() -> None:
    sheets = (
        "| survey |\n| | type | name | label::Việt (vi) | label::English (en) |\n"
        "| | select_multiple l | a | Tài sản | Assets |\n"
        "| choices |\n| | list_name | name | label::Việt (vi) |\n| | l | x | Xe |\n"
    )
    labels = plans(sheets)[0].by_name["a__x"].labels
    assert labels["vi"] == "Tài sản: Xe"
    assert labels["en"].startswith("Assets: ")


@pytest.mark.parametrize(
    "questions",
    [
        ("text | a", "begin_group | g", "text | a", "end_group | "),
        ("text | Name", "begin_group | g", "text | name", "end_group | "),
        ("text | submission_id",),
        ("text | _area",),
        ("select_multiple l | a", "text | a__x"),
        ("geopoint | a", "text | a_LAT"),
    ],
)
def test_plan__two_columns_of_one_name__refused(questions: tuple[str, ...]) -> None:
    assert refused(survey(*questions, choices="l | x | X")).message is Message.FORM_COLUMN_CLASH


def test_plan__choice_codes_that_differ_by_case__refused() -> None:
    error = refused(survey("select_multiple l | a", choices="l | x | X;l | X | Y"))
    assert error.message is Message.FORM_COLUMN_CLASH


def test_plan__names_that_differ_by_case_over_versions__refused() -> None:
    assert refused(survey("text | Name"), survey("text | name")).message is Message.FORM_COLUMN_CLASH


def test_plan__repeats_of_one_name__refused() -> None:
    error = refused(
        survey(
            "begin_group | g",
            "begin_repeat | r",
            "text | a",
            "end_repeat | ",
            "end_group | ",
            "begin_repeat | R",
            "text | b",
            "end_repeat | ",
        )
    )
    assert error.message is Message.FORM_REPEAT_CLASH
    assert {error.values["first"], error.values["second"]} == {"g/r", "R"}


def test_plan__more_columns_than_a_database_holds__refused() -> None:
    choices = ";".join(f"l | c{n} | C" for n in range(MAX_COLUMNS))
    error = refused(survey("select_multiple l | a", choices=choices))
    assert error.message is Message.FORM_TOO_WIDE


def test_fit__short_name__itself() -> None:
    assert fit("a" * 63) == "a" * 63


def test_fit__long_names__63_bytes_and_told_apart() -> None:
    long = ["đ" * 40, "đ" * 41, "a" * 64, "a" * 65]
    fitted = [fit(name) for name in long]
    assert all(len(name.encode()) <= 63 for name in fitted)
    assert len(set(fitted)) == 4


def test_plan__long_question_and_code__columns_fit_both_databases() -> None:
    long = "q" * 60
    root = plans(survey(f"select_multiple l | {long}", choices="l | agriculture | A;l | agricultura | B"))[0]
    assert all(len(c.name.encode()) <= 63 for c in root.columns)
    assert [c.choice for c in root.columns if c.origin == "choice"] == ["agriculture", "agricultura"]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("text", "text"),
        ("integer", "integer"),
        ("decimal", "decimal"),
        ("range", "decimal"),
        ("date", "date"),
        ("time", "time"),
        ("dateTime", "datetime"),
        ("start", "datetime"),
        ("today", "date"),
        ("image", "text"),
        ("barcode", "text"),
        ("acknowledge", "text"),
        ("select_one l", "text"),
        ("rank l", "text"),
    ],
)
def test_plan__kind_of_question__type_of_column(kind: str, expected: str) -> None:
    assert plans(survey(f"{kind} | a", choices="l | x | X"))[0].by_name["a"].type == expected


def test_plan__calculation__text_unless_the_form_gives_a_type() -> None:
    sheets = (
        "| survey |\n| | type | name | label | calculation | bind::type |\n"
        "| | calculate | plain | | 1 + 1 | |\n| | calculate | typed | | 1 + 1 | int |\n"
    )
    columns = plans(sheets)[0].by_name
    assert (columns["plain"].type, columns["typed"].type) == ("text", "integer")


def test_plan__rows_that_hold_no_answer__no_column() -> None:
    assert names(survey("note | n", "csv-external | list", "text | a")) == ["a"]


@pytest.mark.parametrize(
    ("question", "clean_as", "expected"),
    [
        ("text | a", "person_name", ["a", "a_norm", "a_key"]),
        ("text | a", "place_name", ["a", "a_key"]),
        ("text | a", "village", ["a", "a_type", "a_short", "a_key"]),
        ("integer | m_birth_year", "birth_year", ["m_birth_year", "m_dob_precision", "m_dob_est"]),
        ("integer | birth_year", "birth_year", ["birth_year", "dob_precision", "dob_est"]),
        ("integer | a", "person_name", ["a"]),
        ("text | birth_year", "birth_year", ["birth_year"]),
    ],
)
def test_plan__clean_as__derived_columns_when_the_type_fits(
    question: str, clean_as: str, expected: list[str]
) -> None:
    assert names(survey(f"{question} | L | {clean_as}", columns=" clean_as |")) == expected


def test_plan__derived_columns__class_of_their_question() -> None:
    sheets = (
        "| survey |\n| | type | name | label | clean_as | data_class |\n"
        "| | text | a | A | person_name | sensitive |\n"
    )
    root = plans(sheets)[0]
    assert {root.by_name[n].data_class for n in ("a", "a_norm", "a_key")} == {"sensitive"}


def test_plan__question_without_class__personal() -> None:
    assert plans(TEXT)[0].by_name["a"].data_class == "personal"


def test_plan__same_versions__same_plan() -> None:
    versions = [form(TEXT, "1"), form(survey("text | b"), "2")]
    assert plan_tables("t", versions) == plan_tables("t", versions)
