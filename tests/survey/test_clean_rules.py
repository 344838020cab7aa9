"""Each cleaning rule with a text on which it fires and one on which it does not."""

from __future__ import annotations

import csv
import unicodedata
from typing import Any

import pytest

from processor.survey.clean import cells, names, text
from processor.survey.clean.derived import birth
from tests.conftest import ROOT


def test_r_c01__decomposed__composed() -> None:
    assert text.compose(unicodedata.normalize("NFD", "Lê Văn Đức")) == "Lê Văn Đức"


def test_r_c01__composed__untouched() -> None:
    assert not text.any_decomposed("Lê Văn Đức\0Hoà")


@pytest.mark.parametrize(
    "legacy",
    ["NguyÔn V¨n §øc", "X· H­ng §«ng ¨n", "Nguyeãn Vaên Ñöùc", "Hoaø Bình", "TRAÀN THÒ HOÀNG AÙNH", "thoâng"],
)
def test_r_c02__tcvn3_and_vni__suspected(legacy: str) -> None:
    assert text.looks_legacy(legacy)
    assert text.any_legacy(f"An\0{legacy}\0Bình")


@pytest.mark.parametrize(
    "ordinary", ["TRẦN THỊ ÊM", "LÊ QUÝ ĐÔN", "Ô Quý Hồ", "QUÝ ÂN", "giùm", "©2016", "An"]
)
def test_r_c02__ordinary_vietnamese__not_suspected(ordinary: str) -> None:
    assert not text.looks_legacy(ordinary)


def test_r_c02__every_name_of_the_code_lists__not_suspected() -> None:
    found = []
    for path in sorted((ROOT / "config" / "codes").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as stream:
            found += [cell for row in csv.reader(stream) for cell in row if text.looks_legacy(cell)]
    assert found == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("  Nguyễn \t Thị\u00a0Hoà ", "Nguyễn Thị Hoà"),
        ("a\u200bb", "a b"),
        ("\ufeffa\u200d", "a"),
        ("a\r\nb", "a b"),
        (" \u200b ", None),
    ],
)
def test_r_c03__loose_space__one_space(before: str, after: str | None) -> None:
    assert text.collapse(before) == after
    assert text.any_loose_space(f"x\0{before}\0y")


def test_r_c03__remarks__lines_stay() -> None:
    assert text.collapse_lines(" dòng  một\n\tdòng hai ") == "dòng một\n dòng hai"


def test_r_c03__single_spaces__untouched() -> None:
    assert not text.any_loose_space("Nguyễn Thị\0Hoà")


def test_r_c04__lookalikes__vietnamese_letters() -> None:
    assert text.vietnamese_d("\u00d0ặng \u0189ức an\u00f0") == "Đặng Đức anđ"
    assert text.any_lookalike_d("An\0\u00d0")


def test_r_c04__real_letters__untouched() -> None:
    assert not text.any_lookalike_d("Đặng đức")


@pytest.mark.parametrize("quote", ["\u2019", "\u2018", "\u02bc", "`", "\u00b4"])
def test_r_c05__quote_between_letters__apostrophe(quote: str) -> None:
    assert text.straight_quotes(f"H{quote}Mông Y-H{quote}Wing") == "H'Mông Y-H'Wing"
    assert text.any_quote(f"An\0H{quote}Mông")


@pytest.mark.parametrize("kept", ["\u2018An\u2019", "số \u00b45\u00b4", "a \u2019 b", "H'Mông"])
def test_r_c05__quote_elsewhere__untouched(kept: str) -> None:
    assert text.straight_quotes(kept) == kept


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("NGUYỄN THỊ HOÀ", "Nguyễn Thị Hoà"),
        ("lò thị h'mai", "Lò Thị H'Mai"),
        ("y-h'wing ÊBAN", "Y-H'Wing Êban"),
        ("đặng VĂN đức", "Đặng Văn Đức"),
    ],
)
def test_r_c06__any_case__title_case(name: str, expected: str) -> None:
    assert names.title_case(name) == expected


def test_r_c06__title_case__stands_still() -> None:
    assert names.title_case("Nguyễn Thị Hoà") == "Nguyễn Thị Hoà"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Nguyễn Thị Hòa", "nguyen thi hoa"),
        ("Nguyễn Thị Hoà", "nguyen thi hoa"),
        ("ĐẶNG VĂN ĐỨC", "dang van duc"),
        ("Lò Thị H'Mai", "lo thi hmai"),
        ("An - Bình 2", "an binh"),
        ("???", None),
    ],
)
def test_r_c07__person__letters_only(name: str, key: str | None) -> None:
    assert names.person_key(name) == key


def test_r_c07__place__digits_tell_villages_apart() -> None:
    assert names.place_key("Xóm 5") == "xom 5"
    assert names.place_key("Khối 5-A") == "khoi 5a"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Ông Vừ Bá Chò", "Vừ Bá Chò"),
        ("CỤ NGUYỄN THỊ LAN", "NGUYỄN THỊ LAN"),
        ("Ông/Bà Lê An", "Lê An"),
        ("bà cụ Lê An", "Lê An"),
    ],
)
def test_r_c08__title_before_a_full_name__dropped(before: str, after: str) -> None:
    assert names.drop_title(before) == after
    assert names.any_title(f"Lê An\0{before}")


@pytest.mark.parametrize("kept", ["Ông An", "Bà", "Lê Bà An", "Bàng Văn An", "Cụt Văn An"])
def test_r_c08__no_title_or_too_few_words__kept(kept: str) -> None:
    assert names.drop_title(kept) == kept


@pytest.mark.parametrize(
    "written", ["05/03/1936", "5-3-1936", "5.3.1936", "1936-03-05", "1936/3/5", " 05/03/1936 "]
)
def test_r_c10__paper_date__day_first(written: str) -> None:
    assert cells.read_paper_date(written) == ("R-C10", "1936-03-05", "")


@pytest.mark.parametrize(
    "written", ["31/02/1990", "5-3-36", "1990-02-31", "00/03/1936", "12/13/1990", "1/1/0000"]
)
def test_r_c11__two_digit_year_or_no_day__error(written: str) -> None:
    assert cells.read_paper_date(written) == ("R-C11", None, "E")


@pytest.mark.parametrize("written", ["hôm qua", "1936", "5/3-1936", "5/3/193", "05/03/1936 08:00"])
def test_r_c10__no_date_at_all__unread(written: str) -> None:
    assert cells.read_paper_date(written) is None


@pytest.mark.parametrize(("value", "kept"), [(99, None), (0, None), (1, 1), (12, 12), (31, 31), (98, 98)])
def test_r_c12__unknown_part__empty(value: int, kept: int | None) -> None:
    assert cells.known_part(value) == kept


@pytest.mark.parametrize("written", ["-", "?", " Không rõ ", "KO"])
def test_r_c12__dash_for_a_part__unknown(written: str) -> None:
    assert cells.read_unknown_part(written) == ("R-C12", None, "")


def test_r_c12__other_text_for_a_part__unread() -> None:
    assert cells.read_unknown_part("tháng ba") is None


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((1936, None, None), ("Y", "1936-01-01")),
        ((1936, None, 5), ("Y", "1936-01-01")),
        ((1936, 3, None), ("M", "1936-03-01")),
        ((1936, 2, 29), ("D", "1936-02-29")),
        ((None, 3, 5), (None, None)),
        ((1935, 2, 29), None),
        ((1936, 13, None), None),
        ((36, 3, 5), None),
        ((99999, 3, 5), None),
    ],
)
def test_r_c12__parts_of_a_birth_date__precision_and_first_possible_day(parts: Any, expected: Any) -> None:
    assert birth(*parts) == expected


@pytest.mark.parametrize(("before", "after"), [("2015-02-17", "2015-02-01"), ("2015-02-01", "2015-02-01")])
def test_r_c13__month__first_day(before: str, after: str) -> None:
    assert cells.first_of_month(before) == after


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("405.000 đ", 405000),
        ("405,000", 405000),
        ("1.405.000", 1405000),
        ("405 000 VND", 405000),
        ("405000đồng", 405000),
        ("270000 VNĐ", 270000),
        ("405 đ", 405),
    ],
)
def test_r_c14__paper_amount__dong(written: str, amount: int) -> None:
    assert cells.read_paper_amount(written) == ("R-C14", amount, "")


@pytest.mark.parametrize("written", ["1,5", "405.00.000", "4.05", "hai trăm", "1.405,000", "đ", "1405.000"])
def test_r_c14__not_thousands__unread(written: str) -> None:
    assert cells.read_paper_amount(written) is None


@pytest.mark.parametrize(("before", "after"), [(100, 100000), (405, 405000), (5000, 5000000)])
def test_r_c15__looks_like_thousands__multiplied(before: int, after: int) -> None:
    assert cells.is_in_thousands(before)
    assert cells.from_thousands(before) == after


@pytest.mark.parametrize("amount", [0, 99, 5001, 270000, -405])
def test_r_c15__other_amounts__kept(amount: int) -> None:
    assert not cells.is_in_thousands(amount)
    assert cells.from_thousands(amount) == amount


@pytest.mark.parametrize(("written", "value"), [("1,5", 1.5), ("1.5", 1.5), (" 2 ", 2.0)])
def test_r_c16__paper_coefficient__number(written: str, value: float) -> None:
    assert cells.read_paper_coefficient(written) == ("R-C16", value, "")


def test_r_c16__words__unread() -> None:
    assert cells.read_paper_coefficient("một rưỡi") is None


@pytest.mark.parametrize(
    ("value", "after"), [(15.0, 1.5), (10.0, 1.0), (40.0, 4.0), (99.0, None), (1.5, 1.5), (2.0, 2.0)]
)
def test_r_c16__code__tenths(value: float, after: float | None) -> None:
    assert cells.coefficient(value) == after


@pytest.mark.parametrize(
    ("code", "width", "after"),
    [("1231", 5, "01231"), ("1", 2, "01"), ("412", 3, "412"), ("123456", 5, "123456"), ("x1", 5, "x1")],
)
def test_r_c17__numeric_code__padded(code: str, width: int, after: str) -> None:
    assert cells.pad_code(code, width) == after


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Xóm Trung Tâm", ("Xóm", "Trung Tâm")),
        ("TỔ DÂN PHỐ 5", ("Tổ dân phố", "5")),
        ("tổ 5", ("Tổ", "5")),
        ("Khối phố Tân Tiến", ("Khối phố", "Tân Tiến")),
        ("Khối Tân Tiến", ("Khối", "Tân Tiến")),
        ("Bản Huồi Giảng 1", ("Bản", "Huồi Giảng 1")),
        ("Trung Tâm", (None, "Trung Tâm")),
        ("Bản", (None, "Bản")),
        ("Bảng Lảng", (None, "Bảng Lảng")),
    ],
)
def test_r_c18__village__kind_and_rest(name: str, expected: tuple[str | None, str]) -> None:
    assert names.split_village(name) == expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("12 / qd-ubnd", "12/QĐ-UBND"),
        ("12/QĐ–UBND", "12/QĐ-UBND"),
        ("12QD-UBND", "12QĐ-UBND"),
        ("AQD1", "AQD1"),
        ("0", None),
        ("không", None),
        ("Ko", None),
        (" – ", None),
        ("HN 0012", "HN0012"),
        ("a\u02bc b", "A'B"),
        ("a \u0301", "\u00c1"),
    ],
)
def test_r_c19__document_number__normalised(before: str, after: str | None) -> None:
    assert cells.document_number(before) == after
