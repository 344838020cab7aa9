"""The unaccented tail of a label, `Phường Đông Vĩnh (dong vinh)`; pure.

The search box of ODK Collect compares letters as they are: `dong vinh` does not find `Đông Vĩnh`.
The tail makes it found. It is for the phone alone: reports take the label without it.
"""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """Lower case without accents: `Đông Vĩnh` -> `dong vinh`."""
    parts = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in parts if not unicodedata.combining(c)).lower()


def with_tail(label: str, name: str) -> str:
    """The label in NFC, with the folded `name` behind it where it differs from the label's letters."""
    label, tail = unicodedata.normalize("NFC", label), fold(name)
    return label if tail in label.lower() else f"{label} ({tail})"


def without_tail(label: str) -> str:
    """The label as reports show it: the last bracket goes when it only repeats the words before it.

    Whoever edits the workbook may have given one to a name without accents (`Thành phố Vinh (vinh)`), which
    `with_tail` does not; a number in brackets is no tail.
    """
    head, _, tail = label.removesuffix(")").rpartition(" (")
    if not label.endswith(")") or not any(c.isalpha() for c in tail) or fold(tail) != tail:
        return label
    return head if f" {fold(head)}".endswith(f" {tail}") else label
