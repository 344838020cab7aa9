"""Files with the communes of 2025 beside those of 2016: cells, headings, codebook, words, rights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from processor.errors import AccessError, ContractError
from processor.reports.export import Receipt, write_table
from processor.reports.layout import FileColumn
from processor.reports.units import add_units
from processor.store.ledger import list_downloads
from processor.store.open import Store
from processor.store.scope import Area, Scope
from processor.survey.areas import read_areas
from processor.survey.columns import Column
from tests.reports import example
from tests.reports.test_commands import home, run

__all__ = ["home"]

PLACES: dict[str | None, tuple[str, str, str]] = {
    "16663": ("16681", "Phường Thành Vinh", "whole"),
    "16762": ("16738", "Xã Quế Phong", "via_successor:sourced"),
    "16918": ("16876", "Xã Tương Dương", "via_successor:name_combination"),
    "16684": ("", "", "unresolved"),
    "99999": ("", "", "unknown"),
    None: ("", "", ""),
}


@pytest.fixture
def placed(store: Store) -> Store:
    """The example with a row more in each kind of place."""
    rows: list[dict[str, Any]] = [
        {"submission_id": f"uuid:place-{n}", "_area": code, "_practice": 0} for n, code in enumerate(PLACES)
    ]
    example.insert(store, "h", rows)
    return store


def export(store: Store, target: Path, units: str, scope: Scope = example.EVERYTHING, **more: str) -> Receipt:
    options = {"file_format": "csv", "profile": "codes", "language": "vi", "purpose": "Thử tệp"} | more
    return write_table(store, "h", scope, example.Person(), target, units=units, **options)  # type: ignore[arg-type]


def test_units_2025__every_kind_of_place__code_name_and_mark_beside_the_code_of_2016(
    placed: Store, tmp_path: Path
) -> None:
    export(placed, tmp_path / "h.csv", "2025")
    rows = [r for r in example.read_csv(tmp_path / "h.csv") if r["submission_id"].startswith("uuid:place")]
    found = {r["_area"] or None: (r["area_2025"], r["area_2025_name"], r["area_2025_mark"]) for r in rows}
    assert found == PLACES


def test_units_2016__nothing_is_added_and_2025_adds_three_columns_only(placed: Store, tmp_path: Path) -> None:
    plain, wide = (export(placed, tmp_path / f"{year}.csv", year) for year in ("2016", "2025"))
    before, after = (example.read_csv(tmp_path / f"{year}.csv") for year in ("2016", "2025"))
    added = ["area_2025", "area_2025_name", "area_2025_mark"]
    assert list(after[0]) == [*before[0], *added] and wide.columns == plain.columns + 3
    assert [{k: v for k, v in row.items() if k not in added} for row in after] == before
    assert wide.left_out == plain.left_out


def test_units_2025__xlsx__headings_in_words_codebook_and_what_it_is_worth(
    placed: Store, tmp_path: Path
) -> None:
    export(placed, tmp_path / "h.xlsx", "2025", file_format="xlsx", profile="labels")
    book = openpyxl.load_workbook(tmp_path / "h.xlsx")
    heading = [cell.value for cell in book["Dữ liệu"][1]]
    assert heading[-3:] == ["Mã xã năm 2025", "Tên xã năm 2025", "Mức chắc chắn của mã 2025"]
    described = {row[1].value: row[8].value for row in book["Sổ mã"].iter_rows(min_row=2)}
    assert described["area_2025_mark"] == "từ mã xã năm 2016 (_area) theo bảng chuyển đổi"
    told = {row[0].value: str(row[1].value) for row in book["Thông tin"].iter_rows(min_row=2)}
    words = told["Đơn vị hành chính 2025"]
    for number in ("412", "7", "50", "11", "17011 / 16994", "17170 / 17152"):
        assert number in words


WORDS = {
    "vi": {
        "16663": "cả xã chuyển sang xã này",
        "16762": "qua xã kế tiếp, có nguồn",
        "16918": "đề xuất theo tên mới, chờ đối chiếu nghị quyết",
        "16684": "chưa xác định được",
        "99999": "mã không phải xã năm 2016",
    },
    "en": {
        "16663": "the whole commune went into this one",
        "16762": "through a successor that a source names",
        "16918": "proposal from the new name, to be checked against the resolution",
        "16684": "not resolved",
        "99999": "the code is no commune of 2016",
    },
}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_units_2025__file_with_labels__says_in_words_how_certain_the_unit_is(
    placed: Store, tmp_path: Path, language: str
) -> None:
    export(placed, tmp_path / "h.xlsx", "2025", file_format="xlsx", profile="labels", language=language)
    heading, *rows = openpyxl.load_workbook(tmp_path / "h.xlsx").worksheets[0].iter_rows(values_only=True)
    area, key = heading.index(text_of(language, "Mã địa bàn", "Area code")), 0
    found = {row[area]: row[-1] for row in rows if str(row[key]).startswith("uuid:place") and row[area]}
    assert found == WORDS[language]


def text_of(language: str, vi: str, en: str) -> str:
    return {"vi": vi, "en": en}[language]


def test_units_2025__codes_and_labels__the_words_stand_beside_the_mark(placed: Store, tmp_path: Path) -> None:
    export(placed, tmp_path / "h.csv", "2025", profile="both")
    rows = example.read_csv(tmp_path / "h.csv")
    assert list(rows[0])[-2:] == ["area_2025_mark", "area_2025_mark_label"]
    for row in rows:
        if row["submission_id"].startswith("uuid:place") and row["_area"]:
            assert row["area_2025_mark"] == PLACES[row["_area"]][2]
            assert row["area_2025_mark_label"] == WORDS["vi"][row["_area"]]


def test_units_2025__xlsx__codebook_lists_every_mark_of_the_crosswalk(placed: Store, tmp_path: Path) -> None:
    export(placed, tmp_path / "h.xlsx", "2025", file_format="xlsx")
    listed = openpyxl.load_workbook(tmp_path / "h.xlsx")["Lựa chọn"].iter_rows(min_row=2, values_only=True)
    known = {code for name, code, *_ in listed if name == "area_2025_mark"}
    assert set(read_areas(example.ROOT / "config" / "codes").marks()) | {"unknown"} == known


def test_units__ledger__says_which(placed: Store, tmp_path: Path) -> None:
    for year in ("2016", "2025"):
        export(placed, tmp_path / "h.csv", year)
    assert [d.units for d in list_downloads(placed.engine, None)] == ["2025", "2016"]


def test_units_2016__xlsx__says_nothing_of_2025(placed: Store, tmp_path: Path) -> None:
    export(placed, tmp_path / "h.xlsx", "2016", file_format="xlsx")
    about = openpyxl.load_workbook(tmp_path / "h.xlsx")["Thông tin"]
    assert "Đơn vị hành chính 2025" not in [row[0].value for row in about.iter_rows()]


def test_units_2025__names_that_the_form_has__stay_apart() -> None:
    columns = [Column("area_2025", "integer", "question"), Column("_area", "text", "system")]
    layout = [FileColumn(c.name, c, place) for place, c in enumerate(columns)]
    areas = read_areas(example.ROOT / "config" / "codes")
    wide = add_units(layout, columns, areas, "codes", "vi")
    headings = [c.heading for c in wide]
    assert headings == ["area_2025", "_area", "area_2025_", "area_2025_name", "area_2025_mark"]


def test_units_2025__commune_code_not_visible__refused(placed: Store, tmp_path: Path) -> None:
    with pytest.raises(AccessError):
        export(placed, tmp_path / "h.csv", "2025", Scope(Area.province(), frozenset({"personal"}), "survey"))
    assert not (tmp_path / "h.csv").exists()


def test_units__year_that_does_not_exist__refused(placed: Store, tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="2016, 2025"):
        export(placed, tmp_path / "h.csv", "2020")


def test_command__units_2025__in_the_file_and_not_with_a_codebook(home: Path, placed: Store) -> None:  # noqa: F811
    result = run(home, "h", str(home / "h.csv"), "--all", "--profile", "codes", "--units", "2025")
    assert result.exit_code == 0, result.output
    assert "area_2025_mark" in example.read_csv(home / "h.csv")[0]
    refused = run(home, "h", str(home / "book.csv"), "--all", "--codebook", "--units", "2025")
    assert refused.exit_code == 2 and "without --codebook" in refused.output
