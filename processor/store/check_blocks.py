"""Pairs of key and number in blocks: what a check of everything leaves of the groups of all submissions.

A family's pairs are in order of key and number, `BLOCK` of them in a row of `check_blocks`. They are written by a
check of everything alone; what changes in between stands in `check_keys` under new numbers (`check_keys.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from sqlalchemy import ColumnElement, Connection, func, select

from processor.store import bulk
from processor.store.fetch import batches
from processor.store.work_tables import check_blocks

BLOCK = 4096
KEY, NUMBER = np.dtype("<i8"), np.dtype("<u4")
COLUMNS = ("practice", "family", "part", "first", "last", "most", "pairs")


class Pairs(NamedTuple):
    """Keys, and the number of the submission of each."""

    keys: np.ndarray
    numbers: np.ndarray

    def where(self, mask: np.ndarray) -> Pairs:
        """Some of them."""
        return Pairs(self.keys[mask], self.numbers[mask])

    def same(self, other: Pairs) -> bool:
        """Whether both are equal, pair for pair."""
        return np.array_equal(self.keys, other.keys) and np.array_equal(self.numbers, other.numbers)


NONE = Pairs(np.empty(0, KEY), np.empty(0, NUMBER))


def in_order(parts: Sequence[Pairs]) -> Pairs:
    """All pairs by key and number, each once."""
    keys = np.concatenate([NONE.keys, *(part.keys for part in parts)]).astype(KEY)
    numbers = np.concatenate([NONE.numbers, *(part.numbers for part in parts)]).astype(NUMBER)
    order = np.lexsort((numbers, keys))
    keys, numbers = keys[order], numbers[order]
    other = np.ones(len(keys), dtype=bool)
    other[1:] = (keys[1:] != keys[:-1]) | (numbers[1:] != numbers[:-1])
    return Pairs(keys[other], numbers[other])


def as_number(key: str) -> int:
    """A key of 16 hexadecimal digits as the number that stands in a block."""
    return int.from_bytes(bytes.fromhex(key), "big", signed=True)


def as_texts(keys: np.ndarray) -> list[str]:
    """Numbers as keys of 16 hexadecimal digits."""
    digits = keys.astype(">i8").tobytes().hex()
    return [digits[at : at + 16] for at in range(0, len(digits), 16)]


def read(connection: Connection, practice: bool, *where: ColumnElement[bool]) -> Iterator[tuple[str, Pairs]]:
    """Family and pairs of every block for which the conditions hold, in order."""
    b = check_blocks.c
    query = select(b.family, b.pairs).where(b.practice.is_(practice), *where).order_by(b.family, b.part)
    for rows in batches(connection.execute(query)):
        for family, blob in rows:
            yield family, _unpacked(bytes(blob))


def read_family(connection: Connection, practice: bool, family: str) -> Pairs:
    """All pairs of a family."""
    parts = [NONE, *(pairs for _, pairs in read(connection, practice, check_blocks.c.family == family))]
    return Pairs(*(np.concatenate(of) for of in zip(*parts, strict=True)))


def write_family(connection: Connection, practice: bool, family: str, pairs: Pairs) -> None:
    """Put a family's pairs (`in_order`) in the place of what is there."""
    b = check_blocks.c
    connection.execute(check_blocks.delete().where(b.practice.is_(practice), b.family == family))
    starts = range(0, len(pairs.keys), BLOCK)
    parts = [Pairs(pairs.keys[at : at + BLOCK], pairs.numbers[at : at + BLOCK]) for at in starts]
    rows = (
        (int(practice), family, number, int(p.keys[0]), int(p.keys[-1]), int(p.numbers.max()), _packed(p))
        for number, p in enumerate(parts)
    )
    bulk.insert(connection, check_blocks.name, COLUMNS, rows)


def drop_others(connection: Connection, practice: bool, families: Collection[str]) -> None:
    """Families that are no more."""
    b = check_blocks.c
    connection.execute(
        check_blocks.delete().where(b.practice.is_(practice), b.family.not_in(sorted(families)))
    )


def highest(connection: Connection) -> int:
    """The highest number in any block, also one that means nobody any more."""
    return int(connection.execute(select(func.coalesce(func.max(check_blocks.c.most), 0))).scalar_one())


def _packed(pairs: Pairs) -> bytes:
    return pairs.keys.astype(KEY).tobytes() + pairs.numbers.astype(NUMBER).tobytes()


def _unpacked(blob: bytes) -> Pairs:
    number = len(blob) // (KEY.itemsize + NUMBER.itemsize)
    return Pairs(np.frombuffer(blob, KEY, number), np.frombuffer(blob, NUMBER, number, number * KEY.itemsize))
