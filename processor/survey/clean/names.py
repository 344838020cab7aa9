"""Rules for names of persons and places: R-C06, R-C07, R-C08, R-C18; pure functions of one value."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

WORDS = 20_000
"""Words kept in mind: names are made of few words, a page of names of the same ones."""

_PART = re.compile(r"[^'-]+")
_FOLD_D = str.maketrans("đĐ", "dd")
_NOT_IN_PERSON_KEY = re.compile(r"[^a-z]")
_NOT_IN_PLACE_KEY = re.compile(r"[^a-z0-9]")
_TITLES = {"ông", "bà", "cụ", "ông/bà"}
VILLAGE_TYPES = ("Tổ dân phố", "Khối phố", "Thôn", "Xóm", "Bản", "Khối", "Tổ", "Làng", "Đội")
"""Longer ones first, so that the longest fits."""
_VILLAGE = re.compile(rf"({'|'.join(VILLAGE_TYPES)}) +(.+)", re.IGNORECASE | re.DOTALL)
_AS_WRITTEN = {name.casefold(): name for name in VILLAGE_TYPES}


def title_case(name: str) -> str:
    """R-C06: `NGUYỄN THỊ HOÀ` -> `Nguyễn Thị Hoà`; a word starts after space, hyphen, apostrophe."""
    return " ".join(map(_title_word, name.split(" ")))


@lru_cache(maxsize=WORDS)
def _title_word(word: str) -> str:
    return _PART.sub(lambda part: part[0][0].upper() + part[0][1:].lower(), word)


def person_key(name: str) -> str | None:
    """R-C07: letters a-z without marks; where the tone stands (hoà, hòa) no longer matters."""
    return " ".join(filter(None, map(_person_word, name.split(" ")))) or None


def place_key(name: str) -> str | None:
    """R-C07 for places; digits stay, or `Xóm 5` and `Xóm 6` would be one."""
    return " ".join(filter(None, map(_place_word, name.split(" ")))) or None


@lru_cache(maxsize=WORDS)
def _person_word(word: str) -> str:
    return _NOT_IN_PERSON_KEY.sub("", plain(word))


@lru_cache(maxsize=WORDS)
def _place_word(word: str) -> str:
    return _NOT_IN_PLACE_KEY.sub("", plain(word))


def plain(word: str) -> str:
    """Small letters without marks."""
    # Đ has no decomposition; marks fall out with all that is not a-z.
    return unicodedata.normalize("NFD", word).translate(_FOLD_D).lower()


def any_title(joined: str) -> bool:
    """Whether R-C08 must look at one of the names, joined by NUL."""
    small = f"\0{joined.lower()}"
    return any(f"\0{title}" in small for title in _TITLES)


def drop_title(name: str) -> str:
    """R-C08: `Ông Vừ Bá Chò` -> `Vừ Bá Chò`, when two words or more follow."""
    words = name.split(" ")
    while len(words) > 2 and words[0].lower() in _TITLES:
        words = words[1:]
    return " ".join(words)


def has_digit(name: str) -> bool:
    """R-C09 for names of any length."""
    return not name.replace(" ", "").isalpha() and any(letter.isdigit() for letter in name)


def is_no_full_name(name: str) -> bool:
    """R-C09: fewer than two words, or a digit."""
    return len(name.split(" ")) < 2 or has_digit(name)


def split_village(name: str) -> tuple[str | None, str]:
    """R-C18: `XÓM Trung Tâm` -> (`Xóm`, `Trung Tâm`); without a kind the name is all."""
    match = _VILLAGE.fullmatch(name)
    if not match:
        return None, name
    return _AS_WRITTEN[match[1].casefold()], match[2]
