"""Rules for ethnic groups, as codes or as names that imports write: R-C41, R-C42; pure."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from processor.survey.clean import facts
from processor.survey.clean.names import plain

WIDTH = 2
CODES = frozenset(code for code, *_ in facts.ETHNIC_GROUPS)
_NOT_LETTER = re.compile(r"[^a-z]")


@cache
def _names() -> dict[str, str]:
    """Code by name: as written before without marks, names before other names; what two groups share is none."""
    found: dict[str, str] = {}
    others: dict[str, set[str]] = {}
    for code, name, _, _ in facts.ETHNIC_GROUPS:
        found[_written(name)] = code
    for code, _, _, aliases in facts.ETHNIC_GROUPS:
        for alias in filter(None, aliases.split(";")):
            found.setdefault(_written(alias), code)
            others.setdefault(_folded(alias), set()).add(code)
    for code, _, ascii_name, _ in facts.ETHNIC_GROUPS:
        found.setdefault(_folded(ascii_name), code)
    for key, codes in others.items():
        if len(codes) == 1:
            found.setdefault(key, *codes)
    return found


def _written(name: str) -> str:
    return unicodedata.normalize("NFC", " ".join(name.split())).casefold()


def _folded(name: str) -> str:
    return _NOT_LETTER.sub("", plain(name))


def code_of(text: str) -> str | None:
    """R-C41: the code of a group's name: as written, else without marks, spaces and apostrophes."""
    names = _names()
    return names.get(_written(text)) or names.get(_folded(text))


def is_code(text: str) -> bool:
    """Whether the answer is a code, be it of a group or not: R-C41 leaves it alone."""
    return text.isascii() and text.isdigit()


def coded(text: str) -> str | None:
    """R-C41: names become codes; what names no group is none (R-C42 tells it)."""
    return text if is_code(text) else code_of(text)


def is_unknown(text: str) -> bool:
    """R-C42: neither the code nor the name of a group."""
    return text not in CODES if is_code(text) else code_of(text) is None
