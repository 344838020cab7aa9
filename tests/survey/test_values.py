from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.survey import values
from processor.survey.records import as_text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("45", 45),
        ("+45", 45),
        ("-45", -45),
        ("007", 7),
        ("45.0", 45),
        ("45.00", 45),
        ("45.0000", 45),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
    ],
)
def test_integer__as_forms_write_it__read(text: str, value: int) -> None:
    assert values.read_integer(text) == value


@pytest.mark.parametrize(
    "text",
    ["", " 45", "45 ", "4 5", "45.5", "45.", "1e3", "45,0", "٤٥", "４５", "0x1f", "4_5", "NaN", "1" * 41]
    + ["45.000", "9223372036854775808", "-9223372036854775809", "45\n", "405.000 đ", "--5", "+"],
)
def test_integer__anything_else__refused(text: str) -> None:
    assert values.read_integer(text) is None


@given(st.integers(-(2**63), 2**63 - 1))
def test_integer__every_64_bit_number__comes_back(number: int) -> None:
    assert values.read_integer(str(number)) == values.read_integer(f"{number}.0") == number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1200.0", 1200.0),
        ("-0.5", -0.5),
        (".5", 0.5),
        ("5.", 5.0),
        ("1.2E7", 1.2e7),
        ("5.6843418860808015E-14", 5.6843418860808015e-14),
        ("4.9E-324", 5e-324),
        ("0.30000000000000004", 0.1 + 0.2),
        ("0.1000000000000000000000000", 0.1),
        ("9007199254740992", 2.0**53),
    ],
)
def test_decimal__as_forms_write_it__read(text: str, value: float) -> None:
    assert values.read_decimal(text) == value


@pytest.mark.parametrize(
    "text",
    ["", "NaN", "Infinity", "-inf", "1e999", "1e-400", "9007199254740993", "12345678901234567.8", "1,5"]
    + ["0.12345678901234567890123", " 1.5", "1.5 ", "١.٥", "1_000", "1.2.3", "e5", "."],
)
def test_decimal__not_a_number_or_digits_lost__refused(text: str) -> None:
    assert values.read_decimal(text) is None


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_decimal__every_double__comes_back(number: float) -> None:
    assert values.read_decimal(repr(number)) == number
    assert values.read_decimal(format(number, ".16e")) == number


@pytest.mark.parametrize("text", ["2016-02-29", "0001-01-01", "9999-12-31"])
def test_date__calendar_day__kept(text: str) -> None:
    assert values.read_date(text) == text


@pytest.mark.parametrize(
    "text",
    ["2015-02-29", "20160305", "2016-W10-5", "2016-3-5", "05/03/2016", "0000-01-01", "2016-03-05T00:00"],
)
def test_date__no_calendar_day_or_other_writing__refused(text: str) -> None:
    assert values.read_date(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2016-03-05T08:01:00.000+07:00", "2016-03-05T01:01:00.000000+00:00"),
        ("2016-03-05T00:30:00.123+07", "2016-03-04T17:30:00.123000+00:00"),
        ("2016-03-05T08:01:00Z", "2016-03-05T08:01:00.000000+00:00"),
        ("2016-03-05T08:01+0700", "2016-03-05T01:01:00.000000+00:00"),
    ],
)
def test_datetime__with_offset__utc(text: str, value: str) -> None:
    assert values.read_datetime(text) == value


@pytest.mark.parametrize(
    "text",
    ["2016-03-05T08:01:00.000", "2016-03-05 08:01:00+07:00", "2016-03-05", "2016-13-05T08:01:00Z"]
    + ["0001-01-01T00:00:00+07:00", "2016-03-05T24:01:00Z", "2016-03-05T08:01:00.1234567Z"],
)
def test_datetime__no_instant__refused(text: str) -> None:
    assert values.read_datetime(text) is None


@given(st.datetimes().filter(lambda moment: 1 < moment.year < 9999), st.integers(-14 * 60, 14 * 60))
def test_datetime__any_offset__same_instant(moment: datetime, minutes: int) -> None:
    there = moment.replace(tzinfo=UTC).astimezone(timezone(timedelta(minutes=minutes)))
    read = values.read_datetime(there.isoformat())
    assert read is not None
    assert datetime.fromisoformat(read) == there


def test_datetime__texts__sort_by_time() -> None:
    whole, later = (
        values.read_datetime("2016-03-05T08:01:00Z"),
        values.read_datetime("2016-03-05T08:01:00.5Z"),
    )
    assert whole is not None
    assert later is not None
    assert whole < later


def test_instant__naive_time__refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        values.instant(datetime(2016, 3, 5))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "value"),
    [("08:01:00.000+07:00", "08:01:00"), ("08:01", "08:01:00"), ("23:59:59.5", "23:59:59.500000")],
)
def test_time__clock__kept_without_offset(text: str, value: str) -> None:
    assert values.read_time(text) == value


@pytest.mark.parametrize("text", ["8:01", "25:00:00", "08:61", "0801", "8 giờ"])
def test_time__other__refused(text: str) -> None:
    assert values.read_time(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("18.67 105.69 4.0 5.0", (18.67, 105.69, 4.0, 5.0)),
        ("-18.67 -105.69", (-18.67, -105.69, None, None)),
        ("18.67 105.69 4.0", (18.67, 105.69, 4.0, None)),
    ],
)
def test_geopoint__two_to_four_numbers__parts(text: str, value: tuple[float | None, ...]) -> None:
    assert values.read_geopoint(text) == value


@pytest.mark.parametrize(
    "text", ["18.67", "91 105", "18 181", "18 105 0 5 7", "18  105", "18 x", "18,6 105,6"]
)
def test_geopoint__no_place_on_earth__refused(text: str) -> None:
    assert values.read_geopoint(text) is None


@given(st.text(alphabet="0123456789+-.eETZ:/ Nanđ", max_size=30))
def test_readers__any_text__canonical_text_stands_still(text: str) -> None:
    for reader in values.READERS.values():
        value = reader(text)
        if value is not None:
            again = as_text(value)
            assert again is not None
            assert as_text(reader(again)) == again
