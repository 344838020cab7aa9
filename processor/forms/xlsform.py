"""Reads an XLSForm workbook: pyxform converts it, `definition` says what it is.

pyxform takes most of a second to import, so it is imported when the first form is read.
"""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

from processor.errors import FormError, Message
from processor.forms.definition import Choice, Field
from processor.forms.search_tail import without_tail
from processor.forms.tree import from_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from processor.servers.protocol import FormPackage, MediaFile


def read_package(workbook: Path, media: Path) -> FormPackage:
    """Convert `workbook` and gather the files it names from the folder `media`.

    FormError carries pyxform's own words when the workbook is not a valid XLSForm, and names the
    file when a list that the form uses is missing.
    """
    return read_with_warnings(workbook, media)[0]


def read_with_warnings(workbook: Path, media: Path) -> tuple[FormPackage, list[str]]:
    """As `read_package`, with what pyxform warns of: nothing for a form that is ready to deploy."""
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert

    from processor.servers.protocol import FormPackage

    warnings: list[str] = []
    try:
        content = workbook.read_bytes()
        result = convert(content, warnings=warnings, file_type=".xlsx")
    except (PyXFormError, OSError, ValueError, KeyError, BadZipFile) as error:
        raise FormError(Message.FORM_UNREADABLE, name=workbook.name, detail=error) from error
    tree = result._pyxform  # the only place where pyxform hands out its tree
    files = tuple(_media_files(tree, media, workbook.name))
    file_choices = {f.name: _file_choices(f.path, workbook.name) for f in files if f.name.endswith(".csv")}
    form = from_tree(tree, workbook.name, file_choices)
    return FormPackage(form, result.xform.encode(), content, files), warnings


def _media_files(tree: dict, media: Path, source: str) -> Iterator[MediaFile]:
    from processor.servers.protocol import MediaFile

    empty = from_tree(tree, source, {})
    names = {i.itemset_file for i in empty.items if isinstance(i, Field) and i.itemset_file}
    for name in sorted(names):
        path = media / name
        if not path.is_file():
            raise FormError(
                Message.FORM_UNREADABLE, name=source, detail=f"the list {name} is missing in {media.name}/"
            )
        yield MediaFile(name, path, hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest())


def _file_choices(path: Path, source: str) -> tuple[Choice, ...]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return tuple(
                Choice(row.pop("name"), {"": without_tail(row.pop("label"))}, row)
                for row in csv.DictReader(stream)
            )
    except (KeyError, UnicodeDecodeError, csv.Error) as error:
        detail = f"the list {path.name} is no UTF-8 CSV file with the columns name and label ({error})"
        raise FormError(Message.FORM_UNREADABLE, name=source, detail=detail) from error
