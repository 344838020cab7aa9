"""CSV files, opened again with the csv module and with pandas."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processor.forms.definition import Choice
from processor.reports.csv_file import guard
from processor.reports.export import Receipt, write_table
from processor.reports.layout import arrange, lay_out
from processor.store.open import Store
from processor.survey.columns import Column
from tests.reports import example
from tests.reports.example import question


def export(store: Store, target: Path, profile: str, language: str = "vi", table: str = "h") -> Receipt:
    return write_table(
        store,
        table,
        example.EVERYTHING,
        example.Person(),
        target,
        file_format="csv",
        profile=profile,
        language=language,
        purpose="Thử tệp",
    )


def test_codes__every_cell__is_what_the_store_holds(any_store: Store, tmp_path: Path) -> None:
    export(any_store, tmp_path / "h.csv", "codes")
    rows = example.read_csv(tmp_path / "h.csv")
    survey = [row for row in example.ROWS if not row["_practice"]]
    stamps = {"met_at": "2016-04-14T01:30:00+07:00"} | dict.fromkeys(
        ("_received_at", "_updated_at", "_pulled_at"), "2016-04-14T14:05:09+07:00"
    )
    assert list(rows[0]) == [c.name for c in any_store.plan("h").columns]
    assert len(rows) == len(survey)
    for found, stored in zip(rows, survey, strict=True):
        for name, cell in found.items():
            value = stored.get(name)
            expected = "" if value is None else stamps.get(name, str(value))
            assert cell == expected, name


def test_labels__coded_answers__are_labels_in_the_language(store: Store, tmp_path: Path) -> None:
    export(store, tmp_path / "vi.csv", "labels", "vi")
    export(store, tmp_path / "en.csv", "labels", "en")
    vi, en = (example.read_csv(tmp_path / f"{language}.csv") for language in ("vi", "en"))
    assert vi[0]["Giới tính của …"] == "Nữ"
    assert en[0]["Sex of …"] == "Female"
    assert vi[0]["Nhu cầu"] == "Xe lăn; Khác"
    assert en[0]["Needs"] == "Wheelchair; Other"
    assert vi[1]["Trạng thái duyệt"] == "có lỗi"
    assert en[0]["Commune"] == "Phường Đông Vĩnh"  # a list without languages
    assert vi[0]["Nhu cầu: Xe lăn"] == "1"


def test_labels__code_that_the_list_does_not_have__stays(store: Store, tmp_path: Path) -> None:
    export(store, tmp_path / "h.csv", "labels")
    assert example.read_csv(tmp_path / "h.csv")[1]["Giới tính của …"] == "9"


def test_columns__codes_unknown_and_names_taken__lose_nothing() -> None:
    options = (Choice("1", {"": "Một"}, {}),)
    several = question("a", "select_multiple", "A", "A", "open", list_name="l")
    columns = [
        Column("a", "text", "question", choices=options, question=several),
        Column("a_label", "text", "question"),
    ]
    layout = lay_out(columns, "both", "vi")
    assert [c.heading for c in layout] == ["a", "a_label_", "a_label"]
    assert list(arrange(layout, [("1 7", "x"), (None, None)])) == [["1 7", "Một; 7", "x"], [None, None, None]]


def test_labels__choices_of_equal_names__carry_their_codes(store: Store, tmp_path: Path) -> None:
    export(store, tmp_path / "h.csv", "labels")
    communes = [row["Xã"] for row in example.read_csv(tmp_path / "h.csv")]
    assert communes == ["Phường Đông Vĩnh", "Xã Thanh Sơn (16939)", "Xã Thanh Sơn (17329)", ""]


def test_labels__headings_alike__get_the_column_name(store: Store, tmp_path: Path) -> None:
    export(store, tmp_path / "h.csv", "labels")
    headings = list(example.read_csv(tmp_path / "h.csv")[0])
    assert "Ghi chú (spouse_name)" in headings
    assert "ghi chú (remark)" in headings
    assert "Họ và tên chủ hộ" in headings
    assert len({h.casefold() for h in headings}) == len(store.plan("h").columns)


def test_both__coded_answers__have_code_and_label(store: Store, tmp_path: Path) -> None:
    export(store, tmp_path / "h.csv", "both")
    first = example.read_csv(tmp_path / "h.csv")[0]
    assert (first["sex"], first["sex_label"]) == ("2", "Nữ")
    assert (first["needs"], first["needs_label"]) == ("01 10", "Xe lăn; Khác")
    assert "income_label" not in first


def test_pandas__codes__read_back_with_leading_zeros(store: Store, tmp_path: Path) -> None:
    export(store, tmp_path / "h.csv", "codes")
    frame = pd.read_csv(tmp_path / "h.csv", encoding="utf-8-sig", dtype=str, keep_default_na=False)
    assert frame["phone"].tolist()[:2] == ["0912345678", "+84912345678"]
    assert frame["head_name"][1] == example.ROWS[1]["head_name"]
    numbers = pd.read_csv(tmp_path / "h.csv", encoding="utf-8-sig", dtype={"income": "Int64"})
    assert numbers["income"].tolist()[:2] == [-1500000, 12345678901234567]


def test_repeat__rows__are_in_the_order_of_the_household(any_store: Store, tmp_path: Path) -> None:
    receipt = export(any_store, tmp_path / "m.csv", "codes", table="h_members")
    assert receipt.rows == 3
    assert [row["row_no"] for row in example.read_csv(tmp_path / "m.csv")] == ["1", "2", "10"]


def test_lines__end_as_in_rfc_4180(store: Store, tmp_path: Path) -> None:
    export(store, tmp_path / "h.csv", "codes")
    data = (tmp_path / "h.csv").read_bytes().removeprefix(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == 5
    assert b'"Vi V\xc4\x83n ""T\xc3\xa8o"", \xc3\xb4ng\nb\xc3\xa0"' in data


@pytest.mark.parametrize("profile", ["labels", "both"])
def test_formula__in_a_file_for_people__is_guarded_and_told(
    store: Store, tmp_path: Path, profile: str
) -> None:
    receipt = export(store, tmp_path / "h.csv", profile)
    heading = "ghi chú (remark)" if profile == "labels" else "remark"
    remarks = [row[heading] for row in example.read_csv(tmp_path / "h.csv")]
    assert remarks[:2] == ["'=1+1", "'- ho\n'=HYPERLINK(1)"]
    assert receipt.notes == (
        "2 ô chữ có dấu ' thêm vào để Excel không chạy như công thức: remark:2, remark:3",
    )


@pytest.mark.parametrize(
    "text", ["+84912345678", "-5", "- 5", "-", "0912", "Lô Thị Phượng", "A=1", "a-b", ""]
)
def test_guard__no_formula__stays(text: str) -> None:
    expected = "'- 5" if text == "- 5" else text
    assert guard(text) == expected


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n1", " =1", "＝1", "'=1", "-1-1"],
)
def test_guard__formula__begins_with_an_apostrophe(text: str) -> None:
    assert guard(text).startswith("'")
    assert unguard(guard(text)) == text


def test_guard__formula_behind_a_foreign_separator__is_guarded() -> None:
    assert guard("a;=1\tb\n@x") == "a;'=1\tb\n'@x"


def unguard(text: str) -> str:
    """What docs/files.md says about taking the apostrophes away."""
    signs = r"[=+\-@＝＋－＠]"
    return re.sub(rf"(?:\A|(?<=[;\t\r\n]))'(?=[ ']*{signs})|\A'(?='*[\t\r\n])", "", text)


@given(st.text(alphabet="=+-@'; \t\r\na1＝", max_size=12))
def test_guard__any_text__is_harmless_and_comes_back(text: str) -> None:
    guarded = guard(text)
    assert unguard(guarded) == text
    if not re.fullmatch(r"[+-]([0-9][0-9 .]*)?", text):
        for part in re.split(r"[;\t\r\n]", guarded):
            assert not re.match(r" *[=+\-@＝]", part)
