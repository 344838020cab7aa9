"""KoboToolbox: a submission as the data API shows it: texts, absent keys, positions lost."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

from tests.fakes.kobo_core import Asset, Call
from tests.fakes.truth import Record
from tests.fakes.xform import Texts, local, read_instance

SIZES = ("large", "medium", "small")


def row(call: Call, asset: Asset, record: Record) -> dict[str, Any]:
    """One row. Empty answers are absent, blank-only text is empty, repeat items without any answer are dropped."""
    instance = read_instance(record.current.xml)
    assert instance is not None
    answers = _answers(instance.root, asset.true.repeats)
    return {
        "_id": record.number,
        **answers,
        **system(call, asset, record),
        "_geolocation": _geolocation(asset, answers),
    }


def system(call: Call, asset: Asset, record: Record) -> dict[str, Any]:
    """The part of a row that needs no look into the answers."""
    version = record.current
    return {
        "_id": record.number,
        "_xform_id_string": asset.uid,
        "_uuid": version.instance_id.removeprefix("uuid:"),
        "meta/rootUuid": record.root,
        "_attachments": _attachments(call, asset, record),
        "_status": "submitted_via_web",
        "_submission_time": record.created_at.strftime("%Y-%m-%dT%H:%M:%S"),
        "_validation_status": record.review or {},
        "_submitted_by": record.versions[0].actor.name,
    }


def _answers(root: Element, repeats: frozenset[str], path: str = "") -> Texts:
    found: Texts = {}
    for child in root:
        key = f"{path}/{local(child.tag)}" if path else local(child.tag)
        if key in repeats:
            item = _answers(child, repeats, key)
            if item:
                found.setdefault(key, []).append(item)
        elif len(child):
            found.update(_answers(child, repeats, key))
        elif child.text and child.text.strip():
            found[key] = child.text
    return found


def _attachments(call: Call, asset: Asset, record: Record) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = []
    if not any(record.current.files.values()):
        return shown
    paths = {name: path for path, name in _named(asset, record)}
    folder = f"{asset.owner.name}/attachments/{asset.deployment_uuid}/{record.current.instance_id.removeprefix('uuid:')}"
    for name, file in record.current.files.items():
        if file is None:
            continue
        base = f"{call.api.domain}/api/v2/assets/{asset.uid}/data/{record.number}/attachments/{file.uid}/"
        shown.append(
            {
                "download_url": base,
                "mimetype": file.type,
                "filename": f"{folder}/{name}",
                "media_file_basename": name,
                "uid": file.uid,
                "is_deleted": False,
                **{f"download_{size}_url": f"{base}{size}/" for size in SIZES},
                "question_xpath": paths.get(name, ""),
            }
        )
    return shown


def _named(asset: Asset, record: Record) -> list[tuple[str, str]]:
    """(path, file name) of every answer that names a file."""
    instance = read_instance(record.current.xml)
    assert instance is not None
    binaries = asset.true.versions[-1].description.binaries
    found: list[tuple[str, str]] = []

    def walk(element: Element, path: str) -> None:
        for child in element:
            key = f"{path}/{local(child.tag)}" if path else local(child.tag)
            if key in binaries and child.text:
                found.append((key, child.text))
            walk(child, key)

    walk(instance.root, "")
    return found


def _geolocation(asset: Asset, answers: Texts) -> list[float | None]:
    points = [f.path[1:] for f in asset.true.versions[-1].description.fields if f.type == "geopoint"]
    for point in points:
        parts = str(answers.get(point, "")).split()
        if len(parts) >= 2:
            return [float(parts[0]), float(parts[1])]
    return [None, None]
