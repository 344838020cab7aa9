"""The look of the workbooks: renewed after an edit, contents never touched, the same bytes twice."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.styles import Font
from openpyxl.workbook import Workbook

from processor.errors import FormError
from processor.forms.style import CLASS_FILLS, ROW_FILLS, restyle, styled
from tests.forms.conftest import WORKBOOKS

SHEETS = ["survey", "choices", "settings", "notes"]


def contents(content: bytes) -> dict[str, list[tuple[object, ...]]]:
    book = load_workbook(io.BytesIO(content))
    return {sheet.title: [tuple(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}


def saved(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.fixture(scope="module", params=list(WORKBOOKS))
def original(request: pytest.FixtureRequest) -> bytes:
    return WORKBOOKS[request.param].read_bytes()


def test_committed_workbooks__are_the_output_of_the_command(original: bytes) -> None:
    assert styled(original, "x.xlsx") == original


def test_style__an_edited_workbook__has_its_look_back_and_its_edit(original: bytes) -> None:
    book = load_workbook(io.BytesIO(original))
    survey = book["survey"]
    survey["C5"] = "Nhãn mới = thử"
    survey.append(["text", "new_question", "Câu mới", "New question", "=1+1"])
    survey["B3"].font = Font(name="Times", size=30)
    survey.freeze_panes = None
    survey.auto_filter.ref = None
    survey.column_dimensions["C"].width = 3
    edited = saved(book)
    renewed = styled(edited, "x.xlsx")
    assert contents(renewed) == contents(edited)
    assert styled(renewed, "x.xlsx") == renewed
    look = load_workbook(io.BytesIO(renewed))["survey"]
    assert (look.freeze_panes, look["B3"].font.size, look.column_dimensions["C"].width) == ("C2", 10, 44)
    assert look.auto_filter.ref == look.dimensions


def test_committed_workbooks__what_an_admin_sees(original: bytes) -> None:
    book = load_workbook(io.BytesIO(original))
    assert book.sheetnames == SHEETS
    for sheet in book:
        assert sheet.freeze_panes and sheet.auto_filter.ref
        assert all(cell.alignment.wrap_text for cell in sheet[1])
    survey = book["survey"]
    heads = {str(cell.value): cell.column - 1 for cell in survey[1]}
    for row in survey.iter_rows(min_row=2):
        kind, data_class = row[0].value, row[heads["data_class"]]
        if kind in ROW_FILLS:
            assert row[0].fill.fgColor.rgb.endswith(ROW_FILLS[kind])
        if data_class.value:
            assert data_class.fill.fgColor.rgb.endswith(CLASS_FILLS[data_class.value])
        assert row[2].alignment.wrap_text


def test_committed_workbooks__every_cell_is_text(original: bytes) -> None:
    """Excel would turn 001 into 1 and a date into a number."""
    for sheet, rows in contents(original).items():
        assert all(value is None or isinstance(value, str) for row in rows for value in row), sheet


def test_notes__both_languages__nothing_empty(original: bytes) -> None:
    notes = contents(original)["notes"]
    assert notes[0] == ("topic", "Tiếng Việt", "English")
    assert len(notes) >= 12 and all(all(row) for row in notes)


def test_restyle__a_file__says_whether_it_changed(tmp_path: Path, original: bytes) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(original)
    assert restyle(path) is False
    book = load_workbook(path)
    book["survey"].freeze_panes = None
    book.save(path)
    assert restyle(path) is True
    assert path.read_bytes() == original


def test_style__not_a_workbook__says_so() -> None:
    with pytest.raises(FormError, match=r"x\.xlsx"):
        styled(b"type,name", "x.xlsx")
