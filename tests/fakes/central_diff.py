"""ODK Central: what changed between the versions of a submission."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from tests.fakes.truth import Record
from tests.fakes.xform import read_instance, texts


def diffs(record: Record, repeats: Collection[str]) -> dict[str, list[dict[str, Any]]]:
    """Changed texts by version, newest first."""
    found: dict[str, list[dict[str, Any]]] = {}
    flats = [_flat(version.xml, repeats) for version in record.versions]
    for before, after, version in zip(flats, flats[1:], record.versions[1:], strict=False):
        paths = dict.fromkeys([*before, *after])
        found[version.instance_id] = [
            {**_there("old", before, p), **_there("new", after, p), "path": list(p)}
            for p in paths
            if before.get(p) != after.get(p)
        ]
    return dict(reversed(found.items()))


def _there(name: str, values: dict[tuple[Any, ...], str], path: tuple[Any, ...]) -> dict[str, str]:
    return {name: values[path]} if path in values else {}


def _flat(xml: bytes, repeats: Collection[str]) -> dict[tuple[Any, ...], str]:
    instance = read_instance(xml)
    assert instance is not None
    found: dict[tuple[Any, ...], str] = {}
    _walk(texts(instance.root, repeats), (), found)
    return found


def _walk(values: dict[str, Any], prefix: tuple[Any, ...], found: dict[tuple[Any, ...], str]) -> None:
    for path, value in values.items():
        here = (*prefix, *path.split("/")[len([p for p in prefix if isinstance(p, str)]) :])
        if isinstance(value, list):
            for index, row in enumerate(value):
                _walk(row, (*here[:-1], here[-1], index), found)
        else:
            found[here] = value
