"""Households of the benchmark once more as other households: other codes, numbers, names and places; pure.

Filling in 100,000 households by the form takes an hour, so 5,000 are filled in and stand twenty times. A copy
keeps answers, ages and mistakes of its household. What would make it the same household or person to a rule
about duplicates is another: submission, village and code of the household, numbers of papers, cards, books and
phones, given names, and some hundred metres of the place. Officers and days stay, there are twenty times more forms.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from processor.forms.answers import Answers
from processor.survey.records import Document

BLOCK, VILLAGES = 16, 992
"""Village numbers that the households of one copy may use, and how many there are."""
LAPS = 20
"""How often a household stands at most, so that no number comes twice."""
FREQUENT = 5
_DEGREES = 0.004
_NUMBERS = re.compile(
    r"\b(?:(?P<code>40[0-9]{8})(?P<village>[0-9]{3})(?=[0-9]{4}\b)"
    r"|18(?P<old>[0-9]{7})\b"
    r"|(?P<block>0[0-9]{5})(?P<new>[0-9]{6})\b"
    r"|(?P<card>[A-Z]{2}[0-9]409)(?P<serial>[0-9]{9})\b"
    r"|(?P<book>BTXH-[0-9]{5}-)(?P<number>[0-9]{7})\b"
    r"|(?P<prefix>0[0-9]{2,3})00(?=[0-9]{5}\b))"
)
_WORD = re.compile(r"\w+")
Words = Mapping[str, str]


def copied(page: Mapping[str, Sequence[Document]], lap: int) -> dict[str, list[Document]]:
    """The submissions of some households as those of the `lap`-th others; 0 gives them as they are."""
    if not lap:
        return {form_id: list(documents) for form_id, documents in page.items()}
    words = _other_words(page, lap)
    return {form_id: [_copied(d, lap, words) for d in documents] for form_id, documents in page.items()}


def _other_words(page: Mapping[str, Sequence[Document]], lap: int) -> Words:
    """Given names that are frequent, each with the one that stands `lap` places after it."""
    rows = [row for documents in page.values() for d in documents for row in d.answers.get("members", [])]
    names = (row.get("members/m_who/m_name") or "-" for row in rows)
    counts = Counter(name.split()[-1].lower() for name in names if name.strip())
    pool = sorted(word for word, number in counts.items() if number >= FREQUENT)
    return {word: pool[(place + lap) % len(pool)] for place, word in enumerate(pool)}


def _copied(document: Document, lap: int, words: Words) -> Document:
    first, rest = document.submission_id[5:9], document.submission_id[9:]
    identity = f"uuid:{(int(first, 16) + lap) % 0x10000:04x}{rest}"
    answers = _answers(document.answers, lap, words)
    return document._replace(submission_id=identity, answers=answers)


def _answers(answers: Answers, lap: int, words: Words) -> Answers:
    found: dict[str, Any] = {}
    for path, value in answers.items():
        if isinstance(value, list):
            found[path] = [_answers(row, lap, words) for row in value]
        else:
            found[path] = _value(path.rpartition("/")[2], value, lap, words) if value else value
    return found


def _value(name: str, value: str, lap: int, words: Words) -> str:
    if name == "village_code":
        return _village(value, lap)
    if name == "gps":
        latitude, rest = value.split(" ", 1)
        return f"{float(latitude) + _DEGREES * lap:.6f} {rest}"
    if len(value) > 8:
        value = _NUMBERS.sub(lambda match: _number(match, lap), value)
    if name.endswith("_name") or "|" in value:
        value = _WORD.sub(lambda match: _word(match[0], words), value)
    return value


def _village(digits: str, lap: int) -> str:
    return f"{(int(digits) - 1 + lap * BLOCK) % VILLAGES + 1:03d}"


def _number(match: re.Match[str], lap: int) -> str:
    part: Callable[..., str | Any] = match.group
    if part("code"):
        return f"{part('code')}{_village(part('village'), lap)}"
    if part("old"):
        return f"18{_shifted(part('old'), lap)}"
    if part("block"):
        return f"{part('block')}{_shifted(part('new'), lap)}"
    if part("card"):
        return f"{part('card')}{_shifted(part('serial'), lap)}"
    if part("book"):
        return f"{part('book')}{_shifted(part('number'), lap)}"
    return f"{part('prefix')}{lap:02d}"


def _shifted(digits: str, lap: int) -> str:
    size = 10 ** len(digits)
    return f"{(int(digits) + lap * (size // (LAPS + 1))) % size:0{len(digits)}d}"


def _word(word: str, words: Words) -> str:
    other = words.get(word.lower(), word)
    return other.upper() if word.isupper() else other.title() if word.istitle() else other
