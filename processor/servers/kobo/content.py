"""What kpi keeps of a workbook (`content`), read for what the pull and the deployment need; pure.

Every deployed version of an asset has its content. It still holds the `version` and the form id that the
author wrote, which Kobo replaces in everything that reaches phones, so it is what maps Kobo's version to ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from processor.errors import ContractError, Message

_FILES = frozenset({"image", "audio", "video", "file", "background-audio"})


class Content(NamedTuple):
    """One version of an asset. `form_id` and `version` are what the author wrote, empty when nothing."""

    form_id: str
    version: str
    repeats: frozenset[str]
    binaries: frozenset[str]
    """Paths of questions whose answers name files."""
    paths: frozenset[str]
    """Paths of all questions, groups and repeats."""


def read_content(content: Any) -> Content:
    """Read the content of an asset or of a version; ContractError when it is none."""
    if not isinstance(content, Mapping) or not isinstance(content.get("survey", []), list):
        raise ContractError(Message.KOBO_SHAPE, what="content of a form", found=type(content).__name__)
    settings = content.get("settings") or {}
    rows = list(_walk(content.get("survey", [])))
    return Content(
        form_id=str(settings.get("id_string") or settings.get("form_id") or ""),
        version=str(settings.get("version") or ""),
        repeats=frozenset(path for path, kind in rows if kind == "begin_repeat"),
        binaries=frozenset(path for path, kind in rows if kind in _FILES or kind == "audit"),
        paths=frozenset(path for path, _ in rows),
    )


def _walk(survey: list[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """(path, type) of every row; an audit log lies in `meta` whatever the row says."""
    groups: list[str] = []
    for row in survey:
        kind = _kind(row)
        if kind.startswith("end_") and groups:
            groups.pop()
        name = str(row.get("name") or row.get("$autoname") or "")
        if not name or kind.startswith("end_"):
            continue
        yield ("meta/audit" if kind == "audit" else "/".join((*groups, name))), kind
        if kind.startswith("begin_"):
            groups.append(name)


def _kind(row: Mapping[str, Any]) -> str:
    """`begin_group` of `begin group`, `select_one` of `select_one villages`."""
    words = str(row.get("type", "")).split()
    if words and words[0] in ("begin", "end"):
        return "_".join(words[:2])
    return words[0] if words else ""


def same_content(one: Any, other: Any) -> bool:
    """Whether two contents say the same; what kpi draws anew at each import (`$kuid`) is left out."""
    return bool(_plain(one) == _plain(other))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items() if not k.startswith("$")}
    return [_plain(item) for item in value] if isinstance(value, list) else value
