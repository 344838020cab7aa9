"""Which submissions have rows in which groups of the rules' families.

A check of everything leaves the pairs of all submissions in blocks (`check_blocks.py`). A submission that is checked
later gets a new number, and rows of its own in `check_keys`; its old number means nobody. All of this is written
under the lease of checks, so numbers are given here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, or_, select

from processor.store import bulk, check_blocks
from processor.store.check_blocks import as_number, as_texts
from processor.store.work_tables import check_blocks as blocks
from processor.store.work_tables import check_keys, check_submissions

if TYPE_CHECKING:
    import pandas as pd

Keys = Mapping[str, "pd.DataFrame"]
"""The keys of a family by form: frames with every pair `submission_id`, `group_key` once."""
Place = tuple[str, str]
"""Form and submission."""
Row = tuple[str, str, int]
"""Of `check_keys`: family, key, number of the submission."""
ROW = ("family", "group_key", "no")
COLUMNS = ("no", "form_id", "submission_id", "practice", "groups")
FEW = 50
"""So many keys are looked up one by one; for more, all blocks between the lowest and the highest are read."""


def known_keys(connection: Connection, ids: Sequence[str], practice: bool) -> dict[str, set[str]]:
    """The keys that these submissions had when they were last checked, by family."""
    s = check_submissions.c
    query = select(s.no, s.practice, s.groups).where(
        bulk.one_of(connection, s.submission_id, ids), s.practice.is_(practice)
    )
    found: dict[str, set[str]] = defaultdict(set)
    for family, key, _ in _rows_of(connection, connection.execute(query).all()):
        found[family].add(key)
    return found


def _rows_of(connection: Connection, known: Sequence[Any]) -> Iterator[Row]:
    """The pairs of submissions, from what stands with them or from the blocks."""
    for row in known:
        for family, key in pairs_of(row.groups):
            yield family, key, row.no
    for practice in (False, True):
        in_blocks = [row.no for row in known if not row.groups and bool(row.practice) is practice]
        if in_blocks:
            yield from _from_blocks(connection, np.array(in_blocks, dtype=np.int64), practice)


def _from_blocks(connection: Connection, numbers: np.ndarray, practice: bool) -> Iterator[Row]:
    wanted = np.zeros(check_blocks.highest(connection) + 1, dtype=bool)
    wanted[numbers[numbers < len(wanted)]] = True
    for family, pairs in check_blocks.read(connection, practice):
        mine = pairs.where(wanted[pairs.numbers])
        for key, no in zip(as_texts(mine.keys), mine.numbers.tolist(), strict=True):
            yield family, key, no


def pairs_of(text: str) -> list[tuple[str, str]]:
    """Families and keys of the column `groups`."""
    return [(family, key) for line in text.splitlines() for family, key in (line.split(" "),)]


def members(connection: Connection, family: str, keys: Collection[str], practice: bool) -> set[str]:
    """Submissions that had rows in these groups when they were last checked."""
    k, s = check_keys.c, check_submissions.c
    query = select(s.submission_id).join_from(check_keys, check_submissions, k.no == s.no)
    mine = (k.family == family, bulk.one_of(connection, k.group_key, sorted(keys)), s.practice.is_(practice))
    found = set(connection.execute(query.where(*mine).distinct()).scalars())
    return found | _named(connection, _in_blocks(connection, family, keys, practice), practice)


def _in_blocks(connection: Connection, family: str, keys: Collection[str], practice: bool) -> np.ndarray:
    """The numbers that stand with these keys in blocks."""
    wanted = np.sort(np.array([as_number(key) for key in keys], dtype=np.int64))
    if not len(wanted):
        return wanted
    mine = (blocks.c.family == family, _between(wanted))
    found = [wanted[:0]]
    for _, pairs in check_blocks.read(connection, practice, *mine):
        place = np.searchsorted(wanted, pairs.keys).clip(max=len(wanted) - 1)
        found.append(pairs.numbers[wanted[place] == pairs.keys].astype(np.int64))
    return np.unique(np.concatenate(found))


def _between(keys: np.ndarray) -> ColumnElement[bool]:
    """Blocks in which one of the keys may stand."""
    b, ends = blocks.c, [(int(key), int(key)) for key in keys]
    if len(keys) > FEW:
        ends = [(int(keys[0]), int(keys[-1]))]
    return or_(*(and_(b.last >= low, b.first <= high) for low, high in ends))


def _named(connection: Connection, numbers: np.ndarray, practice: bool) -> set[str]:
    """The submissions of these numbers; those that mean nobody any more have none."""
    s = check_submissions.c
    one_of = bulk.one_of(connection, s.no, numbers.tolist())
    return set(connection.execute(select(s.submission_id).where(one_of, s.practice.is_(practice))).scalars())


def replace_keys(
    connection: Connection, ids: Sequence[str], new: Mapping[bool, Mapping[str, Keys]], left: Collection[str]
) -> None:
    """Put the keys of some submissions, by practice and family, in the place of theirs; families `left` keep what they had."""
    following = next_number(connection)
    before = _take_out(connection, ids)
    places = {row.no: (row.form_id, row.submission_id) for row in before}
    kinds = {(row.form_id, row.submission_id): bool(row.practice) for row in before}
    stay = _rows_of(connection, before) if left else ()
    kept = [(places[no], kinds[places[no]], family, key) for family, key, no in stay if family in left]
    numbers: dict[Place, int] = {}
    lines: dict[Place, list[str]] = {}
    added: list[Row] = []
    for place, practice, family, key in [*kept, *_listed(new)]:
        no = numbers.setdefault(place, following + len(numbers))
        kinds[place] = practice
        lines.setdefault(place, []).append(f"{family} {key}")
        added.append((family, key, no))
    rows = ((numbers[place], *place, int(kinds[place]), "\n".join(own)) for place, own in lines.items())
    bulk.insert(connection, check_submissions.name, COLUMNS, rows)
    bulk.insert(connection, check_keys.name, ROW, sorted(added))


def _listed(new: Mapping[bool, Mapping[str, Keys]]) -> Iterator[tuple[Place, bool, str, str]]:
    for practice, by_family in new.items():
        for family, keys in by_family.items():
            for form_id, pairs in keys.items():
                for i, key in zip(*(pairs[n].tolist() for n in ("submission_id", "group_key")), strict=True):
                    yield (form_id, i), practice, family, key


def _take_out(connection: Connection, ids: Sequence[str]) -> Sequence[Any]:
    """What stands with these submissions; it is taken away, with their rows of `check_keys`."""
    mine = bulk.one_of(connection, check_submissions.c.submission_id, ids)
    found = connection.execute(select(check_submissions).where(mine)).all()
    bulk.delete(connection, check_submissions.name, "submission_id", ids)
    _delete(connection, [(*pair, row.no) for row in found for pair in pairs_of(row.groups)])
    return found


def _delete(connection: Connection, rows: Sequence[Row]) -> None:
    k, names = check_keys.c, ("one", "two", "three")
    mine = (c == bindparam(name) for c, name in zip((k.family, k.group_key, k.no), names, strict=True))
    if rows:
        connection.execute(check_keys.delete().where(*mine), [dict(zip(names, r, strict=True)) for r in rows])


def next_number(connection: Connection) -> int:
    """The first number that nobody has or had."""
    highest = func.coalesce(func.max(check_submissions.c.no), 0)
    return max(int(connection.execute(select(highest)).scalar_one()), check_blocks.highest(connection)) + 1
