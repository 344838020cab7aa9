"""KoboToolbox: a workbook as asset content, and as the XForm that is deployed."""

from __future__ import annotations

import hashlib
import io
import json
import secrets
from typing import Any

from openpyxl import Workbook, load_workbook

from tests.fakes.convert import Converted, to_xform

_META = ("start", "end", "today", "deviceid", "audit", "phonenumber", "simserial")
_LISTED = ("select_one", "select_multiple", "rank")
_ENDS = ("end_group", "end_repeat")


class ImportError_(Exception):
    """The import task fails with this text and type."""

    def __init__(self, text: str, kind: str) -> None:
        self.text = text
        self.kind = kind
        super().__init__(text)


def read_content(workbook: bytes) -> dict[str, Any]:
    """The sheets as kpi keeps them: one row a question, labels as a list in the order of `translations`."""
    try:
        book = load_workbook(io.BytesIO(workbook), read_only=True)
    except Exception:  # noqa: BLE001  (whatever the reader of zips likes to raise)
        raise ImportError_("Unsupported format, or corrupt file", "XlsFormatException") from None
    sheets = {
        name: _rows(book[name]) for name in ("survey", "choices", "settings") if name in book.sheetnames
    }
    survey = [row for row in sheets.get("survey", []) if row.get("type")]
    _check_names(survey)
    settings = (sheets.get("settings") or [{}])[0]
    names = {key.partition("::")[2] for row in survey for key in row if key.startswith("label::")}
    translations = sorted(names, key=lambda n: n != settings.get("default_language"))
    translations = translations or [None]
    return {
        "schema": "1",
        "survey": _with_paths(survey, translations),
        "choices": [_translated(row, translations) for row in sheets.get("choices", [])],
        "settings": settings,
        "translated": ["label"],
        "translations": translations,
    }


def _rows(sheet: Any) -> list[dict[str, Any]]:
    values = list(sheet.iter_rows(values_only=True))
    head = [str(cell) if cell is not None else "" for cell in values[0]] if values else []
    rows = [{h: str(v) for h, v in zip(head, row, strict=False) if h and v is not None} for row in values[1:]]
    return [row for row in rows if row]


def _check_names(survey: list[dict[str, Any]]) -> None:
    seen: set[str] = set()
    for row in survey:
        name = row.get("name", "")
        if name and not name.replace("_", "a").replace("-", "a").replace(".", "a").isalnum():
            raise ImportError_(f"Invalid node name: {name}", "ValueError")
        if name and name in seen:
            raise ImportError_(f"Duplicate node name: {name}", "DuplicateNameException")
        seen.add(name)


def _translated(row: dict[str, Any], translations: list[Any]) -> dict[str, Any]:
    """Texts in several languages become lists; `required` a boolean; the list of a select a column of its own."""
    out: dict[str, Any] = {"$kuid": secrets.token_urlsafe(6)}
    for key, value in row.items():
        base, _, language = key.rpartition("::")
        if key in ("label", "hint"):
            base, language = key, None
        if base and language in translations:
            out.setdefault(base, [None] * len(translations))[translations.index(language)] = value
        elif key == "required":
            out[key] = value.lower() in ("true", "yes", "true()")
        elif key == "type" and " " in value and not value.startswith(("begin", "end")):
            kind, _, listed = value.partition(" ")
            out["type"] = kind
            out["select_from_list_name" if kind in _LISTED else "file"] = listed
        else:
            out[key] = value
    return out


def _with_paths(survey: list[dict[str, Any]], translations: list[Any]) -> list[dict[str, Any]]:
    out, groups = [], []
    for row in survey:
        shown = _translated(row, translations)
        kind = shown["type"] = shown["type"].replace(" ", "_", 1)
        if kind in _ENDS:
            groups.pop()
        else:
            shown["$xpath"] = "/".join([*groups, row["name"]])
            if kind.startswith("begin"):
                groups.append(row["name"])
        out.append(shown)
    return out


def summary(content: dict[str, Any]) -> dict[str, Any]:
    """What the server says of a content; an empty sheet has no `row_count`."""
    survey = content["survey"]
    languages = [name for name in content["translations"] if name]
    if not survey:
        return {"languages": languages}
    rows = [r for r in survey if r["type"] not in _ENDS and not r["type"].startswith("begin")]
    rows = [r for r in rows if r["type"] not in _META]
    labels = [r["label"][0] for r in rows if r.get("label")][:5]
    return {
        "geo": any(r["type"] in ("geopoint", "geotrace", "geoshape") for r in survey),
        "labels": labels,
        "columns": sorted({key for r in survey for key in r}),
        "lock_all": False,
        "lock_any": False,
        "languages": languages,
        "row_count": len(rows),
        "name_quality": {"ok": 0, "bad": 0, "good": len(rows), "total": len(rows), "firsts": {}},
        "default_translation": languages[0] if languages else None,
    }


def content_hash(content: dict[str, Any]) -> str:
    """The same for the same questions, whatever their `$kuid`."""
    plain = json.dumps(_without_ids(content), sort_keys=True, ensure_ascii=False)
    return hashlib.sha1(plain.encode()).hexdigest()


def _without_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_ids(v) for k, v in value.items() if k != "$kuid"}
    return [_without_ids(v) for v in value] if isinstance(value, list) else value


def to_workbook(content: dict[str, Any]) -> bytes:
    """A workbook of JSON content (assets made without an XLSForm)."""
    book = Workbook()
    book.remove(book.active)
    for name in ("survey", "choices", "settings"):
        rows = content.get(name) or []
        rows = [rows] if isinstance(rows, dict) else rows
        sheet = book.create_sheet(name)
        head = list(dict.fromkeys(k for r in rows for k in r if not k.startswith("$")))
        sheet.append(head)
        for row in rows:
            sheet.append([_cell(row, key) for key in head])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(row: dict[str, Any], key: str) -> Any:
    value = row.get(key)
    if key == "type":
        listed = row.get("select_from_list_name") or row.get("file")
        return f"{value} {listed}" if listed else value
    return value[0] if isinstance(value, list) else value


def deployed_xform(workbook: bytes, asset: str, version: str, uuid: str) -> Converted:
    """The XForm of the OpenRosa side: form id and root are the asset's uid, the version is kpi's own."""
    converted = to_xform(workbook)
    if converted.error:
        if not read_content(workbook)["survey"]:
            return Converted(_EMPTY.format(asset=asset, version=version).encode(), ())
        return converted
    xml = converted.xml.decode()
    start = xml.index("<instance>") + len("<instance>")
    opening = xml[start : xml.index(">", start) + 1]
    root = opening[1:].split()[0].rstrip("/>")
    body = xml.replace(opening, f'<{asset} id="{asset}" version="{version}"><formhub><uuid/></formhub>', 1)
    body = body.replace(f"</{root}></instance>", f"</{asset}></instance>", 1)
    body = body.replace("<meta>", "<__version__/><meta>", 1).replace(f"/{root}/", f"/{asset}/")
    binds = (
        f'<bind nodeset="/{asset}/formhub/uuid" type="string" calculate="\'{uuid}\'"/>'
        f'<bind nodeset="/{asset}/__version__" type="string" calculate="\'{version}\'"/></model>'
    )
    return Converted(body.replace("</model>", binds, 1).encode(), converted.warnings)


_EMPTY = (
    '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title/><model>'
    '<instance><{asset} id="{asset}" version="{version}"><meta><instanceID/></meta></{asset}></instance></model>'
    "</h:head><h:body/></h:html>"
)
