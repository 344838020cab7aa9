"""Answers as canonical JSON: keys sorted, no spaces, nothing escaped that need not be; pure.

What comes out is to the byte what `json.dumps(…, ensure_ascii=False, sort_keys=True, separators=(",", ":"))` says:
hashes of it are stored. Answers of one form come in few shapes (the same questions in the same order), so what
surrounds the texts is made once a shape, and all texts of a row are escaped in one call.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from json.encoder import encode_basestring
from operator import itemgetter
from typing import Any, NamedTuple

from processor.forms.answers import MAX_PATHS, Answers

MAX_SHAPES = 2_000
"""Remembered at a time; documents of strangers may have any number."""
_GAP = "\x7f"
"""Stands between texts while they are escaped together: JSON leaves it as it is, and hardly an answer holds it."""


class _Shape(NamedTuple):
    """How mappings with these keys in this order are written."""

    texts: Callable[[Answers], tuple[Any, ...]]
    """The texts in the order of their sorted keys."""
    number: int
    lists: tuple[tuple[int, str], ...]
    """Position among all sorted keys, and key, of every list of rows."""
    parts: list[str]
    """What stands around the values, with a place between for each."""


_shapes: dict[tuple[str, ...], _Shape | None] = {}


def written(answers: Answers) -> str:
    """The canonical JSON of answers."""
    keys = tuple(answers)
    try:
        shape = _shapes[keys]
    except KeyError:
        shape = _remember(keys, answers)
    return (shape and _at_once(answers, shape)) or _one_by_one(answers)


def _at_once(answers: Answers, shape: _Shape) -> str | None:
    """None where the answers are not as the shape has them: a text for a list, a list for a text, a gap in a text."""
    texts: Sequence[Any] = shape.texts(answers)
    try:
        joined = _GAP.join(texts)
    except TypeError:
        return None
    escaped = encode_basestring(joined)
    if len(escaped) > len(joined) + len('""'):
        texts = escaped[1:-1].split(_GAP)
        if len(texts) != shape.number:
            return None
    return _put_together(answers, shape, texts)


def _put_together(answers: Answers, shape: _Shape, texts: Sequence[str]) -> str | None:
    values = [*texts]
    for place, key in shape.lists:
        rows = answers[key]
        if not isinstance(rows, list):
            return None
        values.insert(place, ",".join(map(written, rows)))
    parts = shape.parts.copy()
    parts[1::2] = values
    return "".join(parts)


def _remember(keys: tuple[str, ...], answers: Answers) -> _Shape | None:
    if len(_shapes) >= MAX_SHAPES:
        _shapes.clear()
    shape = _shapes[keys] = _shape(sorted(keys), answers)
    return shape


def _shape(keys: list[str], answers: Answers) -> _Shape | None:
    """None where there is too little to be worth it."""
    lists = tuple((place, key) for place, key in enumerate(keys) if isinstance(answers[key], list))
    texts = [key for key in keys if not isinstance(answers[key], list)]
    if len(texts) < 2 or len(keys) > MAX_PATHS:
        return None
    parts = _around(keys, {key for _, key in lists})
    return _Shape(itemgetter(*texts), len(texts), lists, parts)


def _around(keys: Sequence[str], lists: Collection[str]) -> list[str]:
    parts, left = [], "{"
    for key in keys:
        opened, closed = ("[", "]") if key in lists else ('"', '"')
        parts += [f"{left}{encode_basestring(key)}:{opened}", ""]
        left = f"{closed},"
    return [*parts, f"{left[:-1]}}}"]


def _one_by_one(answers: Answers) -> str:
    parts = []
    for key in sorted(answers):
        value = answers[key]
        if isinstance(value, str):
            parts.append(f"{encode_basestring(key)}:{encode_basestring(value)}")
        else:
            parts.append(f"{encode_basestring(key)}:[{','.join(map(written, value))}]")
    return f"{{{','.join(parts)}}}"
