"""The field of a new answer: what people type and what a form would write."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from processor.forms.definition import Choice, Field
from processor.survey.columns import Column
from processor.survey.corrections import fault
from processor.web.corrections_field import Writing, as_value, is_offered, prefilled, read, widget_of

VI, EN = (Writing(language, ZoneInfo("Asia/Ho_Chi_Minh")) for language in ("vi", "en"))


def column(kind, value_type="string", typed="text", choices=(), **more):
    question = Field("q", "q", kind, value_type, "", {"vi": "Câu"}, {}, **more)
    listed = tuple(Choice(code, {"vi": label, "en": label}, {}) for code, label in choices)
    return Column("q", typed, "question", path="q", choices=listed, question=question)


WHOLE = column("integer", "int", "integer")
DECIMAL = column("decimal", "decimal", "decimal")
DAY = column("date", "date", "date")
MONTH = column("date", "date", "date", clean_as="month")
CLOCK = column("time", "time", "time")
MOMENT = column("dateTime", "dateTime", "datetime")
POINT = column("geopoint", "geopoint")
FEW = column("select_one", choices=[("1", "Có"), ("0", "Không")])
MANY = column("select_multiple", choices=[("01", "Xe lăn"), ("02", "Học nghề"), ("10", "Khác")])
LONG = column(
    "select_one",
    choices=[*((f"{n:05}", f"Xã {n}") for n in range(100)), ("90001", "Xã Đôi"), ("90002", "Xã Đôi")],
)
TEXT = column("text")


@pytest.mark.parametrize(
    ("where", "typed", "written"),
    [
        (WHOLE, "4", "4"),
        (WHOLE, " -4 ", "-4"),
        (WHOLE, "1.234.567", "1234567"),
        (WHOLE, "1,234", "1234"),
        (WHOLE, "45.000", "45000"),
        (DECIMAL, "1,5", "1.5"),
        (DECIMAL, "1.5", "1.5"),
        (DECIMAL, "0.125", "0.125"),
        (DECIMAL, "1,234", "1.234"),
        (DECIMAL, "1200000", "1200000"),
        (DAY, "5/3/2016", "2016-03-05"),
        (DAY, "2016-03-05", "2016-03-05"),
        (MONTH, "03/2016", "2016-03-01"),
        (MONTH, "05/03/2016", "2016-03-05"),
        (CLOCK, "8:30", "08:30:00"),
        (MOMENT, "05/03/2016 08:30", "2016-03-05T08:30:00.000+07:00"),
        (POINT, "18.67 105.69", "18.67 105.69"),
        (FEW, "0", "0"),
        (LONG, "00007 xã 7", "00007"),
        (LONG, "00007", "00007"),
        (LONG, "Xã 7", "00007"),
        (TEXT, "  hai\r\ndòng ", "hai\ndòng"),
    ],
)
def test_read__what_people_type__becomes_what_a_form_writes(where, typed, written):
    assert (read(where, [typed], VI).text, read(where, [typed], VI).problem) == (written, "")
    assert fault(where, written) == ""


@pytest.mark.parametrize(
    ("where", "typed", "problem"),
    [
        (WHOLE, "bốn", "integer"),
        (WHOLE, "4,5", "integer"),
        (WHOLE, "12.34.567", "integer"),
        (DECIMAL, "1.234", "decimal"),
        (DECIMAL, "1.234.567", "decimal"),
        (DECIMAL, "một", "decimal"),
        (DAY, "31/02/2016", "date"),
        (DAY, "03/2016", "date"),
        (DAY, "5/3/16", "date"),
        (MONTH, "13/2016", "date"),
        (CLOCK, "25:00", "time"),
        (MOMENT, "05/03/2016", "datetime"),
        (POINT, "200 300", "geopoint"),
        (FEW, "2", "list"),
        (LONG, "Xã Đôi", "list"),
        (LONG, "Xã", "list"),
    ],
)
def test_read__what_could_mean_nothing_or_two_things__is_refused(where, typed, problem):
    found = read(where, [typed], VI)
    assert (found.text, found.problem) == (None, f"corrections.expect.{problem}")


def test_read__thousands_or_decimals__go_by_the_language_of_the_page():
    assert read(DECIMAL, ["1.234"], EN).text == "1.234"
    assert read(DECIMAL, ["1,234"], EN).problem


def test_read__several_choices__in_the_order_of_the_list_and_none_unknown():
    assert read(MANY, ["10", "01"], VI).text == "01 10"
    assert read(MANY, ["10", "77"], VI).problem == "corrections.expect.list"
    assert read(MANY, [], VI).text is None


def test_read__nothing__is_nothing_and_no_problem():
    assert read(WHOLE, ["", " "], VI) == read(MANY, [], VI)
    assert read(WHOLE, [""], VI).problem == ""


@pytest.mark.parametrize(
    ("where", "answer", "shown"),
    [
        (DAY, "2016-03-05", "05/03/2016"),
        (MOMENT, "2016-03-05T01:30:00.000+00:00", "05/03/2016 08:30"),
        (CLOCK, "08:30:00.000+07:00", "08:30"),
        (DECIMAL, "1.5", "1,5"),
        (DECIMAL, "1200000", "1200000"),
        (LONG, "00007", "00007 Xã 7"),
        (WHOLE, "ba phòng", "ba phòng"),
        (TEXT, None, ""),
    ],
)
def test_prefilled__can_be_sent_back_as_it_is(where, answer, shown):
    assert prefilled(where, answer, VI) == shown
    if answer and not fault(where, answer):
        again = read(where, [shown], VI).text
        assert as_value(where, again, "vi") == as_value(where, answer, "vi")


def test_widget__grows_with_the_list():
    middle = column("select_one", choices=[(str(n), str(n)) for n in range(20)])
    assert [widget_of(c) for c in (FEW, middle, LONG, MANY, TEXT, POINT, DAY)] == [
        "radio", "select", "search", "checks", "text", "geopoint", "date",
    ]  # fmt: skip


def test_offered__answers_of_people__not_files_nor_what_the_phone_records():
    assert all(is_offered(c) for c in (WHOLE, FEW, TEXT))
    photo, start = column("image", "binary"), column("start", "dateTime", "datetime")
    derived = Column("q_norm", "text", "derived", question=TEXT.question)
    assert not any(is_offered(c) for c in (photo, start, derived))


def test_as_value__answer_that_is_not_of_its_type__is_shown_as_it_is():
    assert as_value(WHOLE, "ba phòng", "vi").text == "ba phòng"
    assert as_value(FEW, "1", "vi").text == "Có"
    assert as_value(WHOLE, None, "vi") is None
