"""XLSX files, opened again with openpyxl and with LibreOffice."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from processor.reports.export import Receipt, write_table
from processor.reports.layout import lay_out
from processor.reports.xlsx_file import Book, Look
from processor.store.open import Store
from processor.store.scope import Area, Scope
from processor.survey.columns import Column
from tests.reports import example, office

LOOK = Look("Phiếu H", "giam.sat", "vi", ZoneInfo("Asia/Ho_Chi_Minh"))


def export(
    store: Store,
    target: Path,
    profile: str = "codes",
    language: str = "vi",
    scope: Scope = example.EVERYTHING,
    communes: frozenset[str] | None = None,
) -> Receipt:
    return write_table(
        store,
        "h",
        scope,
        example.Person(),
        target,
        file_format="xlsx",
        profile=profile,
        language=language,
        purpose="Đối chiếu danh sách chi trả",
        communes=communes,
    )


def by_heading(sheet: Worksheet) -> list[dict[str, Cell]]:
    heading, *rows = sheet.iter_rows()
    return [{str(h.value): cell for h, cell in zip(heading, row, strict=True)} for row in rows]


def naive(*parts: int) -> datetime:
    """A time as a cell holds it: of no zone."""
    return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)  # type: ignore[arg-type, misc]


TYPED = {
    "submission_id": "uuid:1",
    "commune_code": "16663",
    "interview_date": naive(2016, 4, 14),
    "phone": "0912345678",
    "remark": "=1+1",
    "sex": "2",
    "needs": "01 10",
    "needs__01": 1,
    "needs__02": 0,
    "income": -1500000,
    "share": 0.1,
    "born": naive(1938, 3, 1),
    "met_at": naive(2016, 4, 14, 1, 30),
    "clock": time(0, 0),
    "place": "18.67 105.69 4.0 5.0",
    "place_lat": 18.67,
    "total": "2",
    "_received_at": naive(2016, 4, 14, 14, 5, 9),
    "_practice": 0,
    "spouse_name": None,
}


def check_typed(row: dict[str, Cell]) -> None:
    for name, expected in TYPED.items():
        assert row[name].value == expected, name
        assert type(row[name].value) is type(expected), name
    assert row["remark"].data_type == "s"
    assert row["born"].number_format == "dd/mm/yyyy"
    assert row["met_at"].number_format.replace("\\", "") == "dd/mm/yyyy hh:mm:ss"
    assert row["phone"].number_format == "@"


def test_codes__every_cell__has_its_type(any_store: Store, tmp_path: Path) -> None:
    receipt = export(any_store, tmp_path / "h.xlsx")
    book = openpyxl.load_workbook(tmp_path / "h.xlsx")
    assert book.sheetnames == ["Dữ liệu", "Sổ mã", "Lựa chọn", "Thông tin"]
    rows = by_heading(book["Dữ liệu"])
    assert list(rows[0]) == [c.name for c in any_store.plan("h").columns]
    assert len(rows) == receipt.rows == 4
    check_typed(rows[0])


def test_texts__odd_ones__come_back_as_they_are(store: Store, tmp_path: Path) -> None:
    export(store, tmp_path / "h.xlsx")
    rows = by_heading(openpyxl.load_workbook(tmp_path / "h.xlsx")["Dữ liệu"])
    for index, name in ((1, "head_name"), (1, "spouse_name"), (1, "phone"), (1, "remark"), (2, "phone")):
        assert rows[index][name].value == example.ROWS[index][name]
    assert rows[2]["head_name"].value == "007"
    assert rows[3]["head_name"].value == "  giữa  "


def test_values__beyond_a_cell__are_text_or_marked_and_told(store: Store, tmp_path: Path) -> None:
    receipt = export(store, tmp_path / "h.xlsx")
    book = openpyxl.load_workbook(tmp_path / "h.xlsx")
    rows = by_heading(book["Dữ liệu"])
    assert rows[1]["income"].value == "12345678901234567"
    assert rows[1]["born"].value == "0216-03-04"
    cut = rows[3]["remark"]
    mark = "… [đã cắt: đủ 40000 ký tự có trong tệp CSV]"
    assert len(cut.value) == 32767
    assert cut.value.endswith(mark)
    assert example.LONG.startswith(cut.value.removesuffix(mark))
    assert len(receipt.notes) == 3
    assert f"Dữ liệu!{cut.coordinate}" in receipt.notes[2]
    said = [row[1].value for row in book["Thông tin"].iter_rows() if row[0].value == "Ghi chú"]
    assert said == list(receipt.notes)


def test_text__of_surrogate_pairs__is_cut_between_letters(tmp_path: Path) -> None:
    book = Book(tmp_path / "book.xlsx", LOOK)
    book.add_sheet("S", [("a", 10)], [["\U00020000" * 16384], ["\U00020000" * 16383]])
    book.close()
    sheet = openpyxl.load_workbook(tmp_path / "book.xlsx")["S"]
    assert "[đã cắt: đủ 16384" in sheet["A2"].value
    assert "\ufffd" not in sheet["A2"].value
    assert sheet["A3"].value == "\U00020000" * 16383


def test_dates__around_the_first_of_excel__are_never_another_day(tmp_path: Path) -> None:
    columns = lay_out([Column("d", "date", "question"), Column("t", "datetime", "question")], "codes", "vi")
    rows = [
        (date(1900, 3, 1), datetime(1900, 2, 28, 18, tzinfo=UTC)),
        (date(1900, 2, 28), datetime(1900, 2, 28, 12, tzinfo=UTC)),
    ]
    book = Book(tmp_path / "book.xlsx", LOOK)
    book.add_rows("S", columns, rows)
    book.close()
    sheet = openpyxl.load_workbook(tmp_path / "book.xlsx")["S"]
    assert sheet["A2"].value == naive(1900, 3, 1)
    assert sheet["B2"].value.date() == date(1900, 3, 1)
    assert sheet["A3"].value == "1900-02-28"
    assert sheet["B3"].value.startswith("1900-02-28 19:")


def test_rows__more_than_a_sheet_holds__go_on_in_the_next(tmp_path: Path) -> None:
    columns = lay_out([Column("n", "integer", "question")], "codes", "vi")
    book = Book(tmp_path / "book.xlsx", LOOK)
    assert book.add_rows("Dữ liệu", columns, [(n,) for n in range(7)], max_rows=4) == 7
    book.close()
    found = openpyxl.load_workbook(tmp_path / "book.xlsx")
    cells = {sheet.title: [cell.value for cell in sheet["A"]] for sheet in found}
    assert cells == {"Dữ liệu": ["n", 0, 1, 2], "Dữ liệu 2": ["n", 3, 4, 5], "Dữ liệu 3": ["n", 6]}


def test_sheet__of_data__is_ready_to_work_with(store: Store, tmp_path: Path) -> None:
    export(store, tmp_path / "h.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "h.xlsx")["Dữ liệu"]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == f"A1:{sheet.cell(5, sheet.max_column).coordinate}"
    assert sheet["A1"].alignment.wrap_text
    assert sheet["A1"].font.bold
    assert sheet.print_title_rows == "$1:$1"


def test_info__says_what_whose_when_why(store: Store, tmp_path: Path) -> None:
    scope = Scope(Area.of(example.COMMUNES), frozenset({"open", "personal"}), "survey")
    receipt = export(
        store, tmp_path / "h.xlsx", "labels", scope=scope, communes=frozenset({"16663", "99999"})
    )
    rows = openpyxl.load_workbook(tmp_path / "h.xlsx")["Thông tin"].iter_rows(values_only=True)
    said = dict(rows)  # type: ignore[call-overload]
    assert said["Dữ liệu"] == "Phiếu H"
    assert said["Địa bàn"] == "16663 Phường Đông Vĩnh"
    assert said["Số dòng"] == "1"
    assert said["Số cột đã bỏ vì không có quyền"] == "6" == str(receipt.left_out)
    assert said["Nhóm cột"] == "mở, cá nhân"
    assert said["Người tải"] == "giam.sat"
    assert said["Mục đích"] == "Đối chiếu danh sách chi trả"
    assert said["Số trong sổ tải về"] == str(receipt.download_id)
    assert said["Phiên bản biểu mẫu"] == "2016010101, 2016010102"
    assert said["Tập huấn"] == "Không có dữ liệu tập huấn"
    assert said["Khớp máy chủ"] == "CHƯA ĐỐI CHIẾU: chưa lấy dữ liệu lần nào"


def test_practice__file__says_so_on_every_sheet(store: Store, tmp_path: Path) -> None:
    scope = Scope(Area.province(), example.ALL, "practice")
    receipt = export(store, tmp_path / "h.xlsx", "labels", scope=scope)
    book = openpyxl.load_workbook(tmp_path / "h.xlsx")
    assert receipt.rows == 1
    assert book.sheetnames[0] == "TẬP HUẤN"
    assert all("TẬP HUẤN" in sheet.oddHeader.left.text for sheet in book)
    assert "TẬP HUẤN" in book["Thông tin"]["B2"].value


def test_english__file__is_english_throughout(store: Store, tmp_path: Path) -> None:
    export(store, tmp_path / "h.xlsx", "labels", "en")
    book = openpyxl.load_workbook(tmp_path / "h.xlsx")
    assert book.sheetnames == ["Data", "Codebook", "Choices", "About"]
    assert by_heading(book["Data"])[0]["Sex of …"].value == "Female"
    assert book["Codebook"]["A1"].value == "Column in the file"


def test_close__without_its_folder__is_an_os_error(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    book = Book(folder / "book.xlsx", LOOK)
    book.add_sheet("S", [("a", 10)], [["b"]])
    for left in folder.iterdir():
        left.unlink()
    folder.rmdir()
    with pytest.raises(FileNotFoundError):
        book.close()


@pytest.fixture(scope="module")
def office_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """`labels.xlsx` and `codes.xlsx` as LibreOffice saves them, as XLSX and as CSV."""
    folder = tmp_path_factory.mktemp("office")
    store = example.make_store(folder, f"sqlite:///{folder / 'store.sqlite'}")
    export(store, folder / "codes.xlsx", "codes")
    export(store, folder / "labels.xlsx", "labels")
    store.engine.dispose()
    office.convert(folder / "codes.xlsx", folder / "xlsx", "xlsx")
    office.convert(folder / "labels.xlsx", folder / "csv", office.CSV_OF_ALL_SHEETS)
    yield folder


def test_libreoffice__cells__have_their_types(office_folder: Path) -> None:
    sheet = openpyxl.load_workbook(office_folder / "xlsx" / "codes.xlsx")["Dữ liệu"]
    check_typed(by_heading(sheet)[0])


def test_libreoffice__texts__are_the_same_for_every_cell(office_folder: Path) -> None:
    ours = openpyxl.load_workbook(office_folder / "codes.xlsx")
    theirs = openpyxl.load_workbook(office_folder / "xlsx" / "codes.xlsx")
    assert theirs.sheetnames == ours.sheetnames
    for sheet in ours:
        for row in sheet.iter_rows():
            for cell in row:
                found = theirs[sheet.title][cell.coordinate]
                if "_x000B_" not in str(cell.value):  # openpyxl does not read this notation
                    assert (found.value, found.data_type) == (cell.value, cell.data_type), cell.coordinate


def test_libreoffice__what_it_shows__is_vietnamese_with_zeros(office_folder: Path) -> None:
    with (office_folder / "csv" / "labels-Dữ liệu.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert rows[0]["Họ và tên chủ hộ"] == "Lô Thị Phượng"
    assert rows[0]["ghi chú (remark)"] == "=1+1"
    assert rows[0]["Giới tính của …"] == "Nữ"
    assert rows[0]["Điện thoại"] == "0912345678"
    assert rows[1]["Điện thoại"] == "+84912345678"
    assert rows[1]["Ghi chú (spouse_name)"] == example.ROWS[1]["spouse_name"]
    assert rows[2]["Họ và tên chủ hộ"] == "007"
    assert rows[2]["ghi chú (remark)"] == example.ROWS[2]["remark"]
