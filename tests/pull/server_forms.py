"""A small questionnaire in three versions that change questions, and what phones with each of them send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.sax.saxutils import escape

from processor.forms.xlsform import read_package
from processor.servers.protocol import FormPackage
from tests.fakes.forms import instance_id, workbook

FORM = "phieu_c"
Texts = Mapping[str, str | None]
"""Answers by name; None leaves the element out, as a question that is not relevant."""

COMMUNE = {"type": "text", "name": "commune", "label": "Commune", "clean_as": "code:5"}
HEAD = {"type": "text", "name": "head", "label": "Head", "clean_as": "person_name"}
SIZE = {"type": "integer", "name": "size", "label": "Size"}
REMARK = {"type": "text", "name": "remark", "label": "Remark"}
AGE = {"type": "integer", "name": "age", "label": "Age"}
HOME = [
    {"type": "select_multiple help", "name": "needs", "label": "Needs"},
    {"type": "date", "name": "day", "label": "Day"},
    {"type": "begin group", "name": "home", "label": "Home"},
    {"type": "geopoint", "name": "place", "label": "Place"},
    {"type": "image", "name": "photo", "label": "Photo"},
    {"type": "end group"},
]
MEMBER = [
    {"type": "text", "name": "m_name", "label": "Name", "clean_as": "person_name"},
    {"type": "select_multiple help", "name": "helps", "label": "Helps"},
]


def _survey(*questions: dict[str, Any], member: Sequence[dict[str, Any]] = ()) -> list[dict[str, Any]]:
    begin, end = {"type": "begin repeat", "name": "member", "label": "Member"}, {"type": "end repeat"}
    return [COMMUNE, *questions, *HOME, begin, *MEMBER, *member, end]


SURVEYS = {
    "1": _survey(HEAD, SIZE),
    "2": _survey(HEAD, REMARK, member=[AGE]),  # one question removed, two added
    "3": _survey(SIZE, REMARK),  # the removed one is back, two others are gone
}
ROOT = ("commune", "head", "size", "remark", "needs", "day")
IN_MEMBER = ("m_name", "helps", "age")


@cache
def package(version: str) -> FormPackage:
    """A version as it is published."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "c.xlsx"
        path.write_bytes(workbook(version, SURVEYS[version], FORM))
        return read_package(path, Path(folder))


def interview(
    number: int, edit: int, version: str, root: Texts, members: Sequence[Texts], *, photo: bool
) -> str:
    """The XML as a phone with this version writes it; `edit` n replaces edit n - 1."""
    asked = {row.get("name") for row in SURVEYS[version]}
    picture = f"p{number}.jpg" if photo else ""
    home = f"<home><place>18.67 105.69 4 5</place><photo>{picture}</photo></home>"
    people = "".join(f"<member>{_elements(m, IN_MEMBER, asked)}</member>" for m in members)
    ids = f"<instanceID>{instance_id(number, edit)}</instanceID>"
    if edit:
        ids += f"<deprecatedID>{instance_id(number, edit - 1)}</deprecatedID>"
    body = f"{_elements(root, ROOT, asked)}{home}{people}<meta>{ids}</meta>"
    return f'<data id="{FORM}" version="{version}">{body}</data>'


def _elements(texts: Texts, names: Sequence[str], asked: set[str | None]) -> str:
    given = [(name, texts.get(name, "")) for name in names if name in asked]
    return "".join(f"<{name}>{escape(text)}</{name}>" for name, text in given if text is not None)
