"""Problems of a workbook in Vietnamese and English, with the cell where each stands; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from processor.forms.lint import Problem

# fmt: off
VIETNAMESE: dict[str, str] = {
    "CHECK_FORMER": "former_name là {name}, tên mà nơi khác đang dùng hoặc cũng nhận ({found}). Chỉ ghi tên không còn ai dùng, mỗi tên một câu hỏi.",
    "CHECK_FORMER_NAME": "former_name có {name}. Cần tên đúng như từng viết ở cột name, cách nhau bằng dấu cách.",
    "CHECK_LIST_HEAD": "Danh sách {file} thiếu cột {column}. Cần tệp CSV (UTF-8) có dòng đầu gồm name và label; tạo lại bằng processor forms media hoặc sửa tệp.",
    "CHECK_SIZE": "Điện thoại phải tải {found}, quá {limit}: khoảng {minutes} phút qua mạng 2G. Rút ngắn danh sách hoặc bỏ tệp không cần.",
    "CHECK_STATA": "{count} cột có tên dài hơn {limit} ký tự, Stata sẽ cắt: {names}. Rút ngắn tên câu hỏi hoặc lựa chọn trước lần triển khai đầu.",
    "CHECK_SETTING": "Thiếu {key}. Thêm cột này và giá trị của nó.",
    "CHECK_LANGUAGE": "default_language là {found}, còn các cột viết: {expected}. Viết giống nhau ở mọi nơi.",
    "CHECK_NAME": "Tên {name} chỉ được có chữ thường không dấu, chữ số và _, bắt đầu bằng chữ. Đổi tên trước lần triển khai đầu; sau đó không đổi nữa.",
    "CHECK_NAME_LONG": "Tên {name} dài {found} ký tự, tối đa {limit}. Rút ngắn trước lần triển khai đầu.",
    "CHECK_CLASS": "data_class là {found}, cần một trong: {expected}. Ghi ai được xem câu trả lời.",
    "CHECK_CLEAN_AS": "clean_as là {found}, cần để trống hoặc một trong: {expected}.",
    "CHECK_ORIGIN": "origin là {found}, cần một trong: {expected}.",
    "CHECK_TRANSLATION": "{column} chưa có chữ bằng {language}. Điền đủ mọi ngôn ngữ.",
    "CHECK_MESSAGE": "{column} chưa có lời báo bằng {language}. Ghi điều cần trả lời vào {column}_message.",
    "CHECK_LETTERS": "{column} có chữ dựng sẵn rời dấu (thường do chép từ máy Mac). Gõ lại, hoặc chuyển sang Unicode dựng sẵn (NFC).",
    "CHECK_MEDIA": "Không có danh sách {file} trong thư mục {folder}. Tạo bằng processor forms media, hoặc chép vào đó.",
    "CHECK_PAGE_REPEAT": "Nhóm lặp nằm trong màn hình field-list {page}: điện thoại không hiện được. Đưa nó ra ngoài nhóm.",
    "CHECK_PAGE_LONG": "{found} câu hỏi trên một màn hình, tối đa {limit}. Chia nhóm ra.",
    "CHECK_CHOICE": "Mã lựa chọn {found} chỉ được có chữ không dấu, chữ số, _ . -, tối đa {limit} ký tự, không có dấu cách.",
    "CHECK_CHOICE_TWICE": "Lựa chọn {name} có hai lần trong danh sách {list_name}. Bỏ một.",
    "CHECK_WARNING": "pyxform cảnh báo: {detail}",
    "CHECK_VALIDATE": "ODK Validate không nhận biểu mẫu: {detail}",
}
OTHER = "Không dùng được tệp này: {detail}"
"""For what the reader and the tables say in their own words."""
# fmt: on

COLUMNS = {
    **dict.fromkeys(("CHECK_NAME", "CHECK_NAME_LONG", "CHECK_CHOICE", "CHECK_CHOICE_TWICE"), "name"),
    **dict.fromkeys(("CHECK_FORMER", "CHECK_FORMER_NAME"), "former_name"),
    **dict.fromkeys(("CHECK_MEDIA", "CHECK_LIST_HEAD"), "type"),
    "CHECK_CLASS": "data_class",
    "CHECK_CLEAN_AS": "clean_as",
    "CHECK_ORIGIN": "origin",
    "CHECK_LANGUAGE": "default_language",
    "CHECK_LETTERS": "{column}",
    "CHECK_TRANSLATION": "{column}::{language}",
    "CHECK_MESSAGE": "{column}_message::{language}",
}
"""The column in which each is corrected."""
_PLACE = re.compile(r"sheet (\w+)(?:, row (\d+)(?: \((.*)\))?)?")
_PYXFORM = re.compile(r"\[row : (\d+)\]")
FIRST_ROW = 2


@dataclass(frozen=True)
class Told:
    """A problem for a page: `cell` is `survey!F48`, or the sheet, or empty; `about` the row's name."""

    cell: str
    about: str
    vi: str
    en: str


def told(problem: Problem, heads: Mapping[str, Mapping[str, str]]) -> Told:
    """The problem in both languages; `heads`: sheet -> header -> letter of its column."""
    place = _PLACE.fullmatch(problem.place)
    sheet, row, name = place.groups() if place else ("", None, None)
    said = _PYXFORM.search(problem.text)
    if not sheet and said:
        sheet, row = "survey", said[1]
    row = row or (str(FIRST_ROW) if sheet == "settings" else "")
    column = heads.get(sheet, {}).get(_column(problem), "")
    cell = f"{sheet}!{column}{row}" if sheet and row else sheet
    english = problem.text.removeprefix(f"{problem.place}: ")
    return Told(cell, name or ("" if place else problem.place), _vietnamese(problem, english), english)


def _column(problem: Problem) -> str:
    return COLUMNS.get(problem.rule.name, "").format(**problem.values)


def _vietnamese(problem: Problem, english: str) -> str:
    known = VIETNAMESE.get(problem.rule.name)
    return known.format(**problem.values) if known else OTHER.format(detail=english)
