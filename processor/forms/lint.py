"""House rules for a questionnaire that pyxform does not know; each finding says where and what to do."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from processor.errors import Message
from processor.forms.definition import CLEAN_AS, DATA_CLASSES, ORIGINS
from processor.forms.sheets import STRUCTURE, Row, Sheets

NAME_LIMIT = 32
PAGE_LIMIT = 6
"""Questions on one screen: more, and the keyboard hides them."""
SHOWN = ("note", *STRUCTURE)
"""Rows that hold no answer, so they have no class."""
WITHOUT_LABEL = {
    "start",
    "end",
    "today",
    "deviceid",
    "username",
    "audit",
    "calculate",
    "end_group",
    "end_repeat",
}
REQUIRED_SETTINGS = ("form_id", "version", "default_language", "instance_name")

_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_CHOICE = re.compile(r"[A-Za-z0-9_.-]+")
_CODE = re.compile(r"code:[1-9][0-9]?")


class Problem(NamedTuple):
    """One thing to correct before the form may be published."""

    rule: Message
    place: str
    text: str
    values: Mapping[str, object] = {}
    """What the text says beside the place, for words in another language."""


def problem(rule: Message, place: str, **values: object) -> Problem:
    """A finding with its text filled in."""
    return Problem(rule, place, rule.value.format(place=place, **values), values)


def lint(sheets: Sheets, media: Path) -> Iterator[Problem]:
    """Everything in the workbook that breaks a house rule, in the order of the sheets."""
    yield from _settings(sheets)
    for row in sheets.survey:
        yield from _names(row)
        yield from _own_columns(row)
        yield from _translations(row, sheets.languages)
        yield from _messages(row, sheets.languages)
        yield from _letters(row)
        yield from _media(row, media)
    yield from _former_names(sheets.survey)
    yield from _pages(sheets.survey)
    yield from _choices(sheets)


def _settings(sheets: Sheets) -> Iterator[Problem]:
    for key in REQUIRED_SETTINGS:
        if not sheets.settings[key]:
            yield problem(Message.CHECK_SETTING, "sheet settings", key=key)
    default = sheets.settings["default_language"]
    if default and default not in sheets.languages:
        expected = ", ".join(sheets.languages)
        yield problem(Message.CHECK_LANGUAGE, "sheet settings", found=default, expected=expected)


def _names(row: Row) -> Iterator[Problem]:
    name = row["name"]
    if name and len(name) > NAME_LIMIT:
        yield problem(Message.CHECK_NAME_LONG, row.place, name=name, found=len(name), limit=NAME_LIMIT)
    if name and not _NAME.fullmatch(name):
        yield problem(Message.CHECK_NAME, row.place, name=name)


def _own_columns(row: Row) -> Iterator[Problem]:
    if row.kind not in SHOWN and row["data_class"] not in DATA_CLASSES:
        expected = ", ".join(DATA_CLASSES)
        yield problem(Message.CHECK_CLASS, row.place, found=row["data_class"], expected=expected)
    clean = row["clean_as"]
    if clean and clean not in CLEAN_AS and not _CODE.fullmatch(clean):
        expected = ", ".join((*CLEAN_AS, "code:N"))
        yield problem(Message.CHECK_CLEAN_AS, row.place, found=clean, expected=expected)
    if not row.kind.startswith("end_") and row["origin"] not in (*ORIGINS, ""):
        yield problem(Message.CHECK_ORIGIN, row.place, found=row["origin"], expected=", ".join(ORIGINS))


def _translations(row: Row, languages: tuple[str, ...]) -> Iterator[Problem]:
    for column in ("label", "hint", "guidance_hint"):
        texts = row.in_languages(column, languages)
        needed = any(texts.values()) or (column == "label" and row.kind not in WITHOUT_LABEL)
        for language, text in texts.items():
            if needed and not text:
                yield problem(Message.CHECK_TRANSLATION, row.place, column=column, language=language)


def _messages(row: Row, languages: tuple[str, ...]) -> Iterator[Problem]:
    for column in ("constraint", "required"):
        for language, text in row.in_languages(f"{column}_message", languages).items():
            if row[column] and not text:
                yield problem(Message.CHECK_MESSAGE, row.place, column=column, language=language)


def _letters(row: Row) -> Iterator[Problem]:
    for header, text in row.cells.items():
        if text != unicodedata.normalize("NFC", text):
            yield problem(Message.CHECK_LETTERS, row.place, column=header)


def _media(row: Row, media: Path) -> Iterator[Problem]:
    if not row.kind.endswith("_from_file"):
        return
    name = row["type"].split()[1]
    if not (media / name).is_file():
        yield problem(Message.CHECK_MEDIA, row.place, file=name, folder=media.name)
    elif name.endswith(".csv"):
        yield from _list_head(row, media / name)


def _list_head(row: Row, path: Path) -> Iterator[Problem]:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        head = next(csv.reader(stream), [])
    for column in ("name", "label"):
        if column not in head:
            yield problem(Message.CHECK_LIST_HEAD, row.place, file=path.name, column=column)


def _former_names(survey: tuple[Row, ...]) -> Iterator[Problem]:
    """A former name is one that nobody has any more, and belongs to one question."""
    names = {row["name"].casefold(): row for row in survey if row["name"]}
    claimed: dict[str, Row] = {}
    for row in survey:
        for name in row["former_name"].split():
            if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]*", name):
                yield problem(Message.CHECK_FORMER_NAME, row.place, name=name)
                continue
            other = names.get(name.casefold()) or claimed.get(name.casefold())
            if other is not None:
                found = f"{other.place}" if other is not row else "the question itself"
                yield problem(Message.CHECK_FORMER, row.place, name=name, found=found)
            claimed.setdefault(name.casefold(), row)


def _pages(survey: tuple[Row, ...]) -> Iterator[Problem]:
    """A field-list is one screen: few questions, and no repeat inside."""
    open_groups: list[Row] = []
    questions = 0
    for row in survey:
        page = next((g for g in open_groups if "field-list" in g["appearance"].split()), None)
        if row.kind.startswith("begin_"):
            if page and row.kind == "begin_repeat":
                yield problem(Message.CHECK_PAGE_REPEAT, row.place, page=page["name"])
            open_groups.append(row)
        elif row.kind.startswith("end_") and open_groups:
            if open_groups.pop() is page:
                if questions > PAGE_LIMIT:
                    yield problem(Message.CHECK_PAGE_LONG, page.place, found=questions, limit=PAGE_LIMIT)
                questions = 0
        elif page and row.kind not in WITHOUT_LABEL and row.kind != "note":
            questions += 1


def _choices(sheets: Sheets) -> Iterator[Problem]:
    seen: set[tuple[str, str]] = set()
    for row in sheets.choices:
        name, key = row["name"], (row["list_name"], row["name"])
        if not _CHOICE.fullmatch(name) or len(name) > NAME_LIMIT:
            yield problem(Message.CHECK_CHOICE, row.place, found=name, limit=NAME_LIMIT)
        if key in seen:
            yield problem(Message.CHECK_CHOICE_TWICE, row.place, name=name, list_name=row["list_name"])
        seen.add(key)
        yield from _translations(row, sheets.languages)
        yield from _letters(row)
