"""A small questionnaire for tests of the fakes and of whoever uses them."""

from __future__ import annotations

import io
from typing import Any

from openpyxl import Workbook

SURVEY: list[dict[str, Any]] = [
    {"type": "text", "name": "head", "label": "Head"},
    {"type": "integer", "name": "size", "label": "Size"},
    {"type": "begin group", "name": "home", "label": "Home"},
    {"type": "geopoint", "name": "place", "label": "Place"},
    {"type": "image", "name": "photo", "label": "Photo", "parameters": "max-pixels=1000"},
    {"type": "end group"},
    {"type": "begin repeat", "name": "member", "label": "Member"},
    {"type": "text", "name": "name", "label": "Name"},
    {"type": "select_multiple help", "name": "helps", "label": "Helps"},
    {"type": "end repeat"},
]
HELP = [{"list_name": "help", "name": name, "label": name} for name in ("cash", "food")]


def workbook(version: str = "1", survey: list[dict[str, Any]] | None = None, form_id: str = "house") -> bytes:
    """An XLSForm."""
    book = Workbook()
    book.remove(book.active)
    settings = [{"form_title": "House", "form_id": form_id, "version": version}]
    for name, rows in (("survey", survey or SURVEY), ("choices", HELP), ("settings", settings)):
        sheet = book.create_sheet(name)
        head = list(dict.fromkeys(key for row in rows for key in row))
        sheet.append(head)
        for row in rows:
            sheet.append([row.get(key) for key in head])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def house(number: int, *, body: str = "", version: str = "1", edit: int = 0) -> str:
    """A submission of `workbook`; `edit` n replaces edit n - 1."""
    ids = f"<instanceID>{instance_id(number, edit)}</instanceID>"
    if edit:
        ids += f"<deprecatedID>{instance_id(number, edit - 1)}</deprecatedID>"
    body = (
        body or f"<head>Nguyễn {number}</head><size>2</size><home><place/><photo>p{number}.jpg</photo></home>"
    )
    return f'<data id="house" version="{version}">{body}<meta>{ids}</meta></data>'


def instance_id(number: int, edit: int = 0) -> str:
    """The id of a version; edit 0 is the root id."""
    return f"uuid:{number:08d}-0000-4000-8000-{edit:012d}"
