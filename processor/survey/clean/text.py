"""Rules for all text: R-C01 to R-C05; pure functions of one value."""

from __future__ import annotations

import re
import unicodedata

_SPACE = " \u00a0\u200b\u200c\u200d\ufeff\t"
_SPACES = re.compile(rf"[{_SPACE}\r\n]+")
_SPACES_IN_LINE = re.compile(rf"[{_SPACE}]+")
_LOOKALIKES = {"\u00d0": "\u0110", "\u0189": "\u0110", "\u00f0": "\u0111"}
_D_LETTERS = str.maketrans(_LOOKALIKES)
_QUOTES = "\u2019\u2018\u02bc`\u00b4"
_LETTER = rf"[^\W\d_{_QUOTES}]"
_QUOTE_IN_WORD = re.compile(rf"(?<={_LETTER})[{_QUOTES}](?={_LETTER})")
_TCVN3 = re.compile("[µ¸¶·¹¨»¾¼½Æ©ÇË®§]")
_VIETNAMESE_BLOCK = re.compile("[\u1ea0-\u1ef9]")
# In VNI a vowel is followed by its mark; i is left out, because "giùm" and "giõng" are words.
_VNI = re.compile("[aeouyâêôöAEOUYÂÊÔÖ][øûïØÛÏ]|[aeoyâêôöAEOYÂÊÔÖ][ùõÙÕ]|[aeoAEO][âÂ]")
_LEGACY = re.compile(f"{_TCVN3.pattern}|{_VNI.pattern}")
_LOOSE_SPACES = (*"\u00a0\u200b\u200c\u200d\ufeff\t\r\n", "  ", " \0", "\0 ")


def compose(text: str) -> str:
    """R-C01: NFC, so that equal words are equal texts."""
    return unicodedata.normalize("NFC", text)


def is_composed(text: str) -> bool:
    """Whether R-C01 leaves the text alone."""
    return unicodedata.is_normalized("NFC", text)


def looks_legacy(text: str) -> bool:
    """R-C02: the letters are probably those of a TCVN3 or VNI font."""
    if _VIETNAMESE_BLOCK.search(text):
        return False
    return len(_TCVN3.findall(text)) >= 2 or _VNI.search(text) is not None


def collapse(text: str) -> str | None:
    """R-C03: one space between words, none at the ends; nothing left is no answer."""
    return _SPACES.sub(" ", text).strip(" ") or None


def collapse_lines(text: str) -> str | None:
    """R-C03 for remarks: lines stay lines."""
    return _SPACES_IN_LINE.sub(" ", text).strip(" ") or None


def vietnamese_d(text: str) -> str:
    """R-C04: Icelandic and African look-alikes of Đ and đ."""
    return text.translate(_D_LETTERS)


def straight_quotes(text: str) -> str:
    """R-C05: one apostrophe inside words (H'Mông)."""
    return _QUOTE_IN_WORD.sub("'", text)


# The following tell of many texts, joined by NUL, whether a rule must look at each of them.


def any_decomposed(joined: str) -> bool:
    """R-C01."""
    return not is_composed(joined)


def any_legacy(joined: str) -> bool:
    """R-C02."""
    return not joined.isascii() and _LEGACY.search(joined) is not None


def any_loose_space(joined: str) -> bool:
    """R-C03."""
    return joined[:1] == " " or joined[-1:] == " " or any(space in joined for space in _LOOSE_SPACES)


def any_lookalike_d(joined: str) -> bool:
    """R-C04."""
    return not joined.isascii() and any(letter in joined for letter in _LOOKALIKES)


def any_quote(joined: str) -> bool:
    """R-C05."""
    return any(quote in joined for quote in _QUOTES)
