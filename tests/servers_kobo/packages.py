"""Packages of the small questionnaire, made as `read_package` makes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from processor.forms.xlsform import read_package
from processor.servers.protocol import FormPackage
from tests.fakes.forms import SURVEY, workbook

LIST = {"type": "select_one_from_file communes.csv", "name": "commune", "label": "Commune"}
WITH_LIST = [LIST, *SURVEY]


def package(
    folder: Path,
    version: str = "1",
    survey: list[dict[str, Any]] | None = None,
    *,
    communes: str = "01",
) -> FormPackage:
    folder.mkdir(exist_ok=True)
    (folder / "communes.csv").write_text(f"name,label\n{communes},Xã\n", encoding="utf-8")
    path = folder / "house.xlsx"
    path.write_bytes(workbook(version, WITH_LIST if survey is None else survey))
    return read_package(path, folder)
