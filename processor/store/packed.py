"""Rows of SQLite as one text each, taken apart a whole column at once.

Making an object of every cell takes most of the time of reading a table. Here SQLite writes a row as one text,
numpy finds the cells in it, and an object is made of each different value only.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from processor.survey.checks.coded import Coded

BETWEEN, END = "\x1f", "\x1e"
"""Cleaned answers have no control characters; where one has, `unpack` says so."""
MOST = 100
"""Columns of a text: SQLite's functions take no more than 127 arguments."""
WORD = 8
_MASKS = np.array([(1 << (8 * size)) - 1 for size in range(WORD + 1)], dtype=np.uint64)


def row_texts(columns: Sequence[str]) -> list[str]:
    """SQL that gives some columns (quoted) of a row as texts, `MOST` in each; empty for NULL."""
    return [
        f"CAST(printf('{BETWEEN.join(['%s'] * len(some))}{END}', {', '.join(some)}) AS BLOB)"
        for some in (columns[at : at + MOST] for at in range(0, len(columns), MOST))
    ]


def unpack(texts: Sequence[bytes]) -> list[Coded] | None:
    """The columns of such texts (at least one), empty cells None; None when there is a separator in a cell."""
    raw, columns = b"".join(texts), texts[0].count(BETWEEN.encode()) + 1
    buffer = np.frombuffer(raw, dtype=np.uint8)
    ends = np.flatnonzero((buffer == ord(BETWEEN)) | (buffer == ord(END)))
    if len(ends) != len(texts) * columns:
        return None
    is_end = (buffer[ends] == ord(END)).reshape(-1, columns)
    if not is_end[:, -1].all() or is_end[:, :-1].any():
        return None
    starts = np.concatenate([[0], ends[:-1] + 1])
    sizes = (ends - starts).reshape(-1, columns).T.astype(np.int32)
    starts = starts.reshape(-1, columns).T.astype(np.int64)
    words = _words(raw)
    return [_column(raw, words, *place) for place in zip(starts, sizes, strict=True)]


def _words(raw: bytes) -> np.ndarray:
    """The eight bytes from every place on, as a number; nothing is copied but the text itself."""
    padded = np.frombuffer(raw + bytes(2 * WORD), dtype=np.uint8)
    first = padded[:WORD].view("<u8")
    return np.lib.stride_tricks.as_strided(first, (len(raw) + WORD,), (1,), writeable=False)


def _column(raw: bytes, words: np.ndarray, starts: np.ndarray, sizes: np.ndarray) -> Coded:
    most = int(sizes.max())
    if not most:
        return Coded(np.zeros(len(sizes), dtype=np.int32), np.array([None], dtype=object))
    if most > 2 * WORD:
        return _long(raw, starts, sizes)
    codes, different = pd.factorize(words[starts] & _MASKS[np.minimum(sizes, WORD)])
    if most <= WORD:
        return _short(codes, different.reshape(-1, 1))
    rest = words[starts + WORD] & _MASKS[np.maximum(sizes - WORD, 0)]
    others, other = pd.factorize(rest)
    pairs, both = pd.factorize(codes * np.int64(len(other)) + others)
    return _short(pairs, np.stack([different[both // len(other)], other[both % len(other)]], axis=1))


def _short(codes: np.ndarray, words: np.ndarray) -> Coded:
    width = WORD * words.shape[1]
    texts = np.ascontiguousarray(words, dtype="<u8").view(f"S{width}")[:, 0].tolist()
    return _decoded(codes, texts)


def _long(raw: bytes, starts: np.ndarray, sizes: np.ndarray) -> Coded:
    cells = np.empty(len(starts), dtype=object)
    cells[:] = [raw[a:b] for a, b in zip(starts.tolist(), (starts + sizes).tolist(), strict=True)]
    codes, different = pd.factorize(cells)
    return _decoded(codes, different.tolist())


def _decoded(codes: np.ndarray, texts: Sequence[bytes]) -> Coded:
    values = np.empty(len(texts), dtype=object)
    values[:] = [text.decode() or None for text in texts]
    return Coded(codes.astype(np.int32), values)
