"""A small questionnaire as rows, and the changes that an author makes to it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from io import BytesIO

from openpyxl import Workbook
from pyxform.xls2xform import convert

from processor.forms.definition import Form
from processor.forms.tree import from_tree

VI, EN = "label::Tiếng Việt (vi)", "label::English (en)"
Row = dict[str, str]
Sheets = dict[str, list[Row]]
Edit = Callable[[Sheets], None]


def row(kind: str, name: str, vi: str = "Mới", en: str = "New", /, **cells: str) -> Row:
    """A row of the survey sheet."""
    return {"type": kind, "name": name, VI: vi, EN: en, "data_class": "open", **cells}


BASE: Sheets = {
    "survey": [
        row("begin_group", "sec_a", "Phần A", "Part A"),
        row("select_one commune", "commune_code", "Xã", "Commune", required="yes", code="C.A01"),
        row("date", "day", "Ngày", "Day"),
        row("text", "head", "Chủ hộ", "Head", constraint="string-length(.) > 1", data_class="personal"),
        {"type": "end_group"},
        row("begin_group", "sec_b", "Phần B", "Part B"),
        row("integer", "rooms", "Số phòng", "Rooms", default="1"),
        row("integer", "pigs", "Lợn", "Pigs", relevant="${rooms} > 1"),
        row("select_one yn", "poor", "Nghèo", "Poor", data_class="sensitive"),
        row("select_one yn", "ill", "Ốm", "Ill", data_class="sensitive"),
        row("select_multiple need", "needs", "Nhu cầu", "Needs", data_class="sensitive"),
        {"type": "calculate", "name": "twice", "calculation": "${rooms} * 2", "data_class": "open"},
        {"type": "end_group"},
        row("note", "thanks", "Cảm ơn", "Thanks"),
        row("begin_repeat", "members", "Thành viên", "Members", repeat_count="${rooms}"),
        row("text", "m_name", "Tên", "Name", data_class="personal", clean_as="person_name"),
        row("integer", "m_age", "Tuổi", "Age"),
        {"type": "end_repeat"},
    ],
    "choices": [
        {"list_name": "yn", "name": "1", VI: "Có", EN: "Yes"},
        {"list_name": "yn", "name": "0", VI: "Không", EN: "No"},
        {"list_name": "yns", "name": "1", VI: "Có", EN: "Yes"},
        {"list_name": "yns", "name": "2", VI: "Không rõ", EN: "Not sure"},
        {"list_name": "need", "name": "01", VI: "Nhà", EN: "House"},
        {"list_name": "need", "name": "02", VI: "Việc", EN: "Work"},
        {"list_name": "commune", "name": "16663", VI: "Đông Vĩnh", EN: "Đông Vĩnh", "zone": "a"},
        {"list_name": "commune", "name": "16666", VI: "Hà Huy Tập", EN: "Hà Huy Tập", "zone": "b"},
    ],
    "settings": [{"form_id": "phieu_c", "version": "1", "form_title": "Phiếu", "default_language": "vi"}],
}
KEYS = ("sec_a/commune_code", "sec_a/day")


def sheets(version: str, *edits: Edit) -> Sheets:
    """The questionnaire with these changes."""
    book = copy.deepcopy(BASE)
    book["settings"][0]["version"] = version
    for edit in edits:
        edit(book)
    return book


def workbook(version: str, *edits: Edit) -> bytes:
    """The same as an Excel file."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, lines in sheets(version, *edits).items():
        heads = list(dict.fromkeys(head for line in lines for head in line))
        sheet = book.create_sheet(name)
        sheet.append(heads)
        for line in lines:
            sheet.append([line.get(head) for head in heads])
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def form(version: str, *edits: Edit) -> Form:
    """The same, read as the programs read it."""
    return from_tree(convert(workbook(version, *edits), file_type=".xlsx")._pyxform, "test", {})


def _at(book: Sheets, name: str, sheet: str = "survey") -> int:
    [found] = [n for n, line in enumerate(book[sheet]) if line.get("name") == name]
    return found


def put(name: str, /, **cells: str) -> Edit:
    """Cells of one question."""
    return lambda book: book["survey"][_at(book, name)].update(cells)


def words(name: str, en: str) -> Edit:
    """The English wording of one question or group."""
    return lambda book: book["survey"][_at(book, name)].update({EN: en})


def remove(name: str) -> Edit:
    """One question fewer."""

    def edit(book: Sheets) -> None:
        del book["survey"][_at(book, name)]

    return edit


def insert(after: str, *rows: Row) -> Edit:
    """New rows behind a question."""

    def edit(book: Sheets) -> None:
        place = _at(book, after) + 1
        book["survey"][place:place] = copy.deepcopy(list(rows))

    return edit


def move(name: str, after: str) -> Edit:
    """A question stands elsewhere."""

    def edit(book: Sheets) -> None:
        taken = book["survey"].pop(_at(book, name))
        insert(after, taken)(book)

    return edit


def wrap(name: str, kind: str, group: str) -> Edit:
    """A group or repeat of its own around a question."""

    def edit(book: Sheets) -> None:
        place = _at(book, name)
        inside = [row(f"begin_{kind}", group), book["survey"][place], {"type": f"end_{kind}"}]
        book["survey"][place : place + 1] = inside

    return edit


def choice(list_name: str, name: str, /, **cells: str) -> Edit:
    """Cells of a choice, which is made when the list has none of that name."""

    def edit(book: Sheets) -> None:
        given = {"en": EN, "vi": VI}
        found = [c for c in book["choices"] if (c["list_name"], c["name"]) == (list_name, name)]
        if not found:
            found = [{"list_name": list_name, "name": name, VI: "Mới", EN: "New"}]
            book["choices"] += found
        found[0].update({given.get(key, key): value for key, value in cells.items()})

    return edit


def drop(list_name: str, name: str) -> Edit:
    """One choice fewer."""

    def edit(book: Sheets) -> None:
        book["choices"] = [c for c in book["choices"] if (c["list_name"], c["name"]) != (list_name, name)]

    return edit


def settings(**cells: str) -> Edit:
    """Cells of the sheet settings."""
    return lambda book: book["settings"][0].update(cells)


def language(old: str, new: str) -> Edit:
    """All columns of a language become those of another, or go with an empty name."""

    def edit(book: Sheets) -> None:
        for line in (*book["survey"], *book["choices"]):
            for head in [h for h in line if h.endswith(f"({old})")]:
                text = line.pop(head)
                if new:
                    line[head.replace(f"({old})", f"({new})")] = text

    return edit
