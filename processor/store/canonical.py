"""Answers as canonical JSON: keys sorted, no spaces, nothing escaped that need not be; pure.

What comes out is to the byte the UTF-8 of what `json.dumps(…, ensure_ascii=False, sort_keys=True, separators=(",", ":"))`
says, half of a surrogate pair escaped: hashes of it are stored. Answers of one form come in few shapes (the same
questions in the same order), so what surrounds the texts is made once a shape, and all texts of a submission,
rows of its lists included, are escaped and encoded in one call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from json.encoder import encode_basestring
from operator import itemgetter
from typing import Any, NamedTuple

from processor.forms.answers import MAX_PATHS, Answers

MAX_SHAPES = 2_000
"""Remembered at a time; documents of strangers may have any number."""
_GAP = "\x7f"
"""Stands between texts while they are escaped together: JSON leaves it as it is, and hardly an answer holds it."""


class _Run(NamedTuple):
    """Texts that follow each other in the order of sorted keys, and the list of rows after them, if any."""

    texts: Callable[[Answers], tuple[Any, ...]]
    parts: list[bytes]
    """What stands before each text, with a place for the text after it."""
    after: bytes
    """What stands after the last of them."""
    key: str | None
    """Of the list."""


_Shape = tuple[_Run, ...]
"""How mappings with these keys in this order are written."""
_shapes: dict[tuple[str, ...], _Shape] = {}


class _OtherError(Exception):
    """The answers are not as their shape has them: a text for a list, a list for a text, a gap in a text."""


def written(answers: Answers) -> bytes:
    """The canonical JSON of answers."""
    try:
        return _at_once(answers)
    except _OtherError:
        return _encoded(_one_by_one(answers))


def _encoded(text: str) -> bytes:
    """Half of a surrogate pair, which JSON can say and UTF-8 cannot, stands escaped."""
    return text.encode("utf-8", "backslashreplace")


def _at_once(answers: Answers) -> bytes:
    texts: list[Any] = []
    parts: list[bytes] = []
    after = _take(answers, b"", texts, parts)
    if texts:
        parts[1::2] = _escaped(texts)
    parts.append(after)
    return b"".join(parts)


def _escaped(texts: Sequence[Any]) -> list[bytes]:
    try:
        joined = _GAP.join(texts)
    except TypeError as error:
        raise _OtherError from error
    several = _encoded(encode_basestring(joined)[1:-1]).split(_GAP.encode())
    if len(several) != len(texts):
        raise _OtherError
    return several


def _take(answers: Answers, opened: bytes, texts: list[Any], parts: list[bytes]) -> bytes:
    """Add the texts of a mapping, and its parts with a place for each text.

    `opened` stands before its first text; what stands after its last one is returned.
    """
    for get, own, after, key in _shape_of(answers):
        if own:
            texts += get(answers)
            first = len(parts)
            parts += own
            parts[first] = opened + own[0]
            opened = after
        else:
            opened += after
        if key is not None:
            opened = _take_rows(answers[key], opened, texts, parts)
    return opened


def _take_rows(rows: Any, opened: bytes, texts: list[Any], parts: list[bytes]) -> bytes:
    if not isinstance(rows, list):
        raise _OtherError
    between = b""
    for row in rows:
        opened = _take(row, opened + between, texts, parts)
        between = b","
    return opened


def _shape_of(answers: Answers) -> _Shape:
    keys = tuple(answers)
    try:
        return _shapes[keys]
    except KeyError:
        return _remember(keys, answers)


def _remember(keys: tuple[str, ...], answers: Answers) -> _Shape:
    if len(keys) > MAX_PATHS:
        raise _OtherError
    if len(_shapes) >= MAX_SHAPES:
        _shapes.clear()
    shape = _shapes[keys] = tuple(_runs(sorted(keys), answers))
    return shape


def _runs(keys: Sequence[str], answers: Answers) -> Iterator[_Run]:
    """Every list of rows ends a run, so does the end of the mapping."""
    own: list[str] = []
    parts: list[bytes] = []
    opened = "{"
    for key in keys:
        opened += f"{encode_basestring(key)}:"
        if isinstance(answers[key], list):
            yield _Run(_getter(own), parts, _encoded(f"{opened}["), key)
            own, parts, opened = [], [], "],"
        else:
            own.append(key)
            parts += [_encoded(f'{opened}"'), b""]
            opened = '",'
    yield _Run(_getter(own), parts, _encoded(f"{opened.removesuffix(',')}}}"), None)


def _getter(keys: Sequence[str]) -> Callable[[Answers], tuple[Any, ...]]:
    """The texts at these keys, also of a single one."""
    return itemgetter(*keys) if len(keys) > 1 else lambda answers: tuple(answers[key] for key in keys)


def _one_by_one(answers: Answers) -> str:
    parts = []
    for key in sorted(answers):
        value = answers[key]
        if isinstance(value, str):
            parts.append(f"{encode_basestring(key)}:{encode_basestring(value)}")
        else:
            parts.append(f"{encode_basestring(key)}:[{','.join(map(_one_by_one, value))}]")
    return f"{{{','.join(parts)}}}"
