"""Replays recorded exchanges against a fake and compares the answers.

Ids, stamps, tokens and hashes differ from run to run; each recorded one is bound to the one that the fake gave the first time and
must stay bound to it: so "the stamp did not move" and "the same row" are compared too. Everything else must be equal.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

RECORDED = Path(__file__).parent.parent / "recorded"
STAMP = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?")
_HEX = re.compile(r"[0-9a-f]{32,64}")
_TAG = re.compile(r'(W/)?"[^"]*"')
_SKIPTOKEN = re.compile(r"01(eyJ[A-Za-z0-9+/=%]*)")


@dataclass
class Exchange:
    """One recorded request with its answer."""

    file: str
    index: int
    note: str
    request: dict[str, Any]
    response: dict[str, Any]

    @property
    def name(self) -> str:
        """`03-form-deploy/4`."""
        return f"{self.file}/{self.index}"


def exchanges(server: str, file: str) -> list[Exchange]:
    """All exchanges of a recording."""
    raw = json.loads((RECORDED / server / f"{file}.json").read_text(encoding="utf-8"))
    listed = raw if isinstance(raw, list) else raw["exchanges"]
    return [Exchange(file, i, e.get("note") or "", e["request"], e["response"]) for i, e in enumerate(listed)]


@dataclass
class Replay:
    """The bindings of a run. `volatile(key, value)` says which values are bound instead of compared."""

    url: str
    volatile: Callable[[str, Any], bool]
    free: Callable[[str, Any], bool] = lambda key, value: False
    bound: dict[str, Any] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    """Placeholders of the recordings and what stands for them now."""
    small: dict[str, Any] = field(default_factory=dict)
    """Bindings of numbers and short texts: compared, never put into requests."""
    strict: bool = True
    """Are keys that were not recorded a difference?"""
    differences: list[str] = field(default_factory=list)

    def text(self, value: str) -> str:
        """A recorded text with the present ids, stamps and tokens in it."""
        value = _SKIPTOKEN.sub(self._token, value)
        for table in (self.aliases, self.bound):
            for old in sorted((k for k in table if k in value), key=len, reverse=True):
                value = value.replace(old, str(table[old]))
        return value

    def _token(self, match: re.Match[str]) -> str:
        try:
            inside = base64.b64decode(match[1].replace("%3D", "=")).decode()
        except (binascii.Error, UnicodeDecodeError):
            return match[0]
        token = "01" + base64.b64encode(self.text(inside).encode()).decode()
        return token.replace("=", "%3D") if "%" in match[1] else token

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send without following redirects."""
        return requests.request(method, self.url + path, allow_redirects=False, timeout=20, **options)

    def compare(self, recorded: Any, found: Any, path: str = "") -> None:
        """Note every difference below `path`."""
        key = path.rpartition("/")[2]
        if self.free(path, recorded):
            return
        if isinstance(recorded, dict) and isinstance(found, dict):
            self._compare_keys(recorded, found, path)
        elif isinstance(recorded, list) and isinstance(found, list):
            if len(recorded) != len(found):
                self.differ(path, f"{len(recorded)} items", f"{len(found)} items")
            for index, (old, new) in enumerate(zip(recorded, found, strict=False)):
                self.compare(old, new, f"{path}/{index}")
        elif type(recorded) is not type(found) and not _both_numbers(recorded, found):
            self.differ(path, recorded, found)
        elif recorded is not None and self.volatile(key, recorded):
            self.bind(path, recorded, found)
        elif self._plain(recorded) != self._plain(found):
            self.differ(path, recorded, found)

    def _compare_keys(self, recorded: dict[str, Any], found: dict[str, Any], path: str) -> None:
        for key in recorded:
            if key not in found:
                if not self.free(f"{path}/{key}", recorded[key]):
                    self.differ(f"{path}/{key}", "present", "absent")
            else:
                self.compare(recorded[key], found[key], f"{path}/{key}")
        for key in found if self.strict else ():
            if key not in recorded and not self.free(f"{path}/{key}", found[key]):
                self.differ(f"{path}/{key}", "absent", "present")

    def bind(self, path: str, recorded: Any, found: Any) -> None:
        """The recorded value stands for the found one from now on."""
        text = isinstance(recorded, str) and len(recorded) > 9
        if text and isinstance(found, str) and recorded.startswith("http"):
            for old, new in zip(recorded.split("/"), found.split("/"), strict=False):
                if old != new and len(old) > 9 and "?" not in old:
                    self.bound.setdefault(old, new)
        table, name = (
            (self.bound, recorded) if text else (self.small, f"{path.rpartition('/')[2]}={recorded}")
        )
        known = table.setdefault(name, found)
        if known != found:
            self.differ(path, f"{recorded} = {known}", found)

    def _plain(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return STAMP.sub("STAMP", _HEX.sub("HASH", self.text(value))).strip()

    def differ(self, path: str, recorded: Any, found: Any) -> None:
        """Note a difference."""
        self.differences.append(f"{path}: recorded {str(recorded)[:200]!r}, found {str(found)[:200]!r}")


def _both_numbers(one: Any, other: Any) -> bool:
    numbers = (int, float)
    return isinstance(one, numbers) and isinstance(other, numbers) and not isinstance(one, bool)


def binary(size: int) -> bytes:
    """Stands for recorded bytes."""
    return bytes(i % 251 for i in range(size))
