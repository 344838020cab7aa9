"""Workbooks for the exchanges with KoboToolbox, whose own were not recorded."""

from __future__ import annotations

import io
from typing import Any

from openpyxl import Workbook


def workbook(first: dict[str, Any], name: str) -> bytes:
    """The recordings lack the workbooks; these have the same faults."""
    one = {"type": "text", "name": "q1", "label": "Q1"}
    match name:
        case "broken.xlsx":
            return _sheets([one, one], [])
        case "broken2.xlsx":
            listed = [{"list_name": "other", "name": "a", "label": "A"}]
            return _sheets([{"type": "select_one missing_list", "name": "q1", "label": "Q1"}], listed)
        case "broken3.xlsx":
            return _sheets([{"name": "q1", "label": "Q1"}], [], title="No type col")
        case "broken4.xlsx":
            return _sheets([{**one, "name": "bad name!"}], [])
    return _survey(first, second="v2" in name)


def _survey(first: dict[str, Any], *, second: bool) -> bytes:
    survey = [_row(first, row) for row in first["survey"]]
    choices = [_row(first, row) for row in first["choices"]]
    if second:
        survey = [row for row in survey if row.get("name") != "visit_time"]
        phone = {"type": "select_one yn", "name": "has_phone", "label::English (en)": "Phone?"}
        survey.insert(12, {**phone, "label::Français (fr)": "Téléphone ?"})
        choices += [{"list_name": "yn", "name": n, "label::English (en)": n} for n in ("yes", "no")]
    return _sheets(survey, choices, title="Household survey", default_language="English (en)")


def _row(first: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    out = {k: v for k, v in row.items() if not k.startswith("$") and not isinstance(v, list)}
    for key in ("label", "hint", "media::image"):
        for language, text in zip(first["translations"], row.get(key, []), strict=False):
            out[f"{key}::{language}"] = text
    listed = out.pop("select_from_list_name", None) or out.pop("file", None)
    out["type"] = f"{row['type']} {listed}" if listed else row.get("type")
    out = {k: "true" if v is True else v for k, v in out.items() if v is not None}
    return {k: v for k, v in out.items() if not (k == "type" and "list_name" in row)}


def _sheets(
    survey: list[dict[str, Any]], choices: list[dict[str, Any]], *, title: str = "X", **settings: str
) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for name, rows in (
        ("survey", survey),
        ("choices", choices),
        ("settings", [{"form_title": title, **settings}]),
    ):
        sheet = book.create_sheet(name)
        head = list(dict.fromkeys(k for row in rows for k in row)) or ["list_name", "name", "label"]
        sheet.append(head)
        for row in rows:
            sheet.append([row.get(k) for k in head])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
