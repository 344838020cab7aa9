"""The codebook: every column with its labels, codes, versions and origin."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from processor.reports.codebook import Codebook
from processor.reports.export import write_codebook
from processor.reports.layout import lay_out
from processor.store.ledger import list_downloads
from processor.store.open import Store
from tests.reports import example


def read(store: Store, folder: Path, language: str = "vi") -> dict[str, dict[str, str]]:
    target = folder / "book.csv"
    write_codebook(
        store, "h", example.EVERYTHING, example.Person(), target, file_format="csv", language=language
    )
    name = "Tên cột" if language == "vi" else "Name"
    return {row[name]: row for row in example.read_csv(target)}


def test_codebook__has_every_column_once(store: Store, tmp_path: Path) -> None:
    assert list(read(store, tmp_path)) == [c.name for c in store.plan("h").columns]


def test_question__tells_all_about_itself(store: Store, tmp_path: Path) -> None:
    row = read(store, tmp_path)["commune_code"]
    assert (row["Nhãn tiếng Việt"], row["Nhãn tiếng Anh"]) == ("Xã", "Commune")
    assert (row["Nhóm câu hỏi"], row["Số trên phiếu giấy"]) == ("A. Địa bàn", "H.A01")
    assert (row["Kiểu dữ liệu"], row["Nhóm bảo vệ"]) == ("chữ", "mở")
    assert row["Mã = nhãn"].split("\n")[0] == "16663 = Phường Đông Vĩnh"


def test_removed_question__names_the_versions_that_asked_it(store: Store, tmp_path: Path) -> None:
    book = read(store, tmp_path)
    assert book["spouse_name"]["Phiên bản có câu này"] == "2016010101"
    assert book["phone"]["Phiên bản có câu này"] == "2016010101, 2016010102"


def test_origin__is_told_for_every_kind(store: Store, tmp_path: Path) -> None:
    book = read(store, tmp_path, "en")
    origins = {name: row["Origin"] for name, row in book.items()}
    assert origins["submission_id"] == "key of the row"
    assert origins["phone"] == "question"
    assert origins["total"] == "calculated on the phone"
    assert book["total"]["Calculation"] == "1 + 1"
    assert origins["needs__02"].startswith("from needs: 1 if code 02 is chosen")
    assert origins["place_lat"] == "part of the position place"
    assert origins["head_name_norm"] == "computed from head_name by rule R-C06"
    assert origins["head_name_key"] == "computed from head_name by rule R-C07"
    assert origins["_received_at"] == "written by the system"
    assert book["remark"]["Asked when"] == "${phone} != ''"


def test_sheet__beside_the_data__maps_headings_to_names(store: Store) -> None:
    layout = lay_out(store.plan("h").columns, "both", "vi")
    rows = {row[1]: row for row in Codebook.of(layout, store.versions("phieu_h"), "vi").rows()}
    assert rows["sex"][0] == "sex; sex_label"
    labels = lay_out(store.plan("h").columns, "labels", "vi")
    rows = {row[1]: row for row in Codebook.of(labels, store.versions("phieu_h"), "vi").rows(in_cell=2)}
    assert rows["remark"][0] == "ghi chú (remark)"
    assert rows["commune_code"][-3] == "3 lựa chọn: xem trang Lựa chọn"
    assert rows["sex"][-3] == "1 = Nam\n2 = Nữ"


def test_choices__sheet__has_every_list_once(store: Store, tmp_path: Path) -> None:
    target = tmp_path / "book.xlsx"
    write_codebook(
        store, "h", example.EVERYTHING, example.Person(), target, file_format="xlsx", language="vi"
    )
    book = openpyxl.load_workbook(target)
    assert book.sheetnames == ["Sổ mã", "Lựa chọn"]
    rows = list(book["Lựa chọn"].iter_rows(values_only=True))
    assert ("needs", "01", "Xe lăn", "Wheelchair") in rows
    assert ("communes.csv", "16939", "Xã Thanh Sơn", "Xã Thanh Sơn") in rows
    assert len(rows) == len(set(rows)) == 1 + 3 + 2 + 3 + 2 + 5


def test_codebook__leaves_through_the_ledger_too(store: Store, tmp_path: Path) -> None:
    read(store, tmp_path)
    (row,) = list_downloads(store.engine, None)
    assert (row.profile, row.areas, row.state, row.purpose) == ("codebook", "", "done", "")
