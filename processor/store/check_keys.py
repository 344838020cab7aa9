"""Which submissions have rows in which groups of the rules' families.

`check_keys` has a narrow row for each of millions of pairs, in order of the key, and no index besides: what a
submission's own keys are stands with its number in `check_submissions`. All of this is written under the lease
of checks, so numbers are given here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import Connection, bindparam, func, select

from processor.store import bulk
from processor.store.fetch import batches
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


def known_keys(connection: Connection, ids: Sequence[str], practice: bool) -> dict[str, set[str]]:
    """The keys that these submissions had when they were last checked, by family."""
    s = check_submissions.c
    query = select(s.groups).where(bulk.one_of(connection, s.submission_id, ids), s.practice.is_(practice))
    found: dict[str, set[str]] = defaultdict(set)
    for text in connection.execute(query).scalars():
        for family, key in _pairs(text):
            found[family].add(key)
    return found


def _pairs(text: str) -> list[tuple[str, str]]:
    return [(family, key) for line in text.splitlines() for family, key in (line.split(" "),)]


def members(connection: Connection, family: str, keys: Collection[str], practice: bool) -> set[str]:
    """Submissions that had rows in these groups when they were last checked."""
    k, s = check_keys.c, check_submissions.c
    query = select(s.submission_id).join_from(check_keys, check_submissions, k.no == s.no)
    mine = (k.family == family, bulk.one_of(connection, k.group_key, sorted(keys)), s.practice.is_(practice))
    return set(connection.execute(query.where(*mine).distinct()).scalars())


def replace_keys(
    connection: Connection, ids: Sequence[str], new: Mapping[bool, Mapping[str, Keys]], left: Collection[str]
) -> None:
    """Put the keys of some submissions, by practice and family, in the place of theirs; families `left` keep what they had."""
    following = _following(connection)
    before = _take_out(connection, ids)
    numbers = {(row.form_id, row.submission_id): int(row.no) for row in before}
    kinds = {(row.form_id, row.submission_id): bool(row.practice) for row in before}
    old = [((row.form_id, row.submission_id), pair) for row in before for pair in _pairs(row.groups)]
    _delete(connection, [(*pair, numbers[place]) for place, pair in old if pair[0] not in left])
    lines: dict[Place, list[str]] = {}
    for place, pair in old:
        if pair[0] in left:
            lines.setdefault(place, []).append(" ".join(pair))
    added: list[Row] = []
    for place, practice, family, key in _listed(new):
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
                for i, key in zip(pairs["submission_id"], pairs["group_key"], strict=True):
                    yield (form_id, i), practice, family, key


def _take_out(connection: Connection, ids: Sequence[str]) -> Sequence[Any]:
    """What stands with these submissions; it is taken away."""
    mine = bulk.one_of(connection, check_submissions.c.submission_id, ids)
    found = connection.execute(select(check_submissions).where(mine)).all()
    bulk.delete(connection, check_submissions.name, "submission_id", ids)
    return found


def _delete(connection: Connection, rows: Sequence[Row]) -> None:
    k, names = check_keys.c, ("one", "two", "three")
    mine = (c == bindparam(name) for c, name in zip((k.family, k.group_key, k.no), names, strict=True))
    if rows:
        connection.execute(check_keys.delete().where(*mine), [dict(zip(names, r, strict=True)) for r in rows])


def _following(connection: Connection) -> int:
    """The first number that nobody has."""
    return (
        int(connection.execute(select(func.coalesce(func.max(check_submissions.c.no), 0))).scalar_one()) + 1
    )


# --- everything


class Numbers:
    """The numbers of all submissions of survey or of practice, and the keys of the families that were read."""

    def __init__(self, connection: Connection, ids: Mapping[str, Collection[str]], practice: bool) -> None:
        """Submissions that are no more go with their keys, new ones get a number."""
        self._practice = int(practice)
        s = check_submissions.c
        query = select(s.form_id, s.submission_id, s.no, s.groups).where(s.practice.is_(practice))
        known = {(row[0], row[1]): row[2:] for rows in batches(connection.execute(query)) for row in rows}
        live = [(form_id, i) for form_id in ids for i in sorted(ids[form_id])]
        gone = {place: known[place] for place in known.keys() - set(live)}
        _delete(connection, [(*pair, no) for no, text in gone.values() for pair in _pairs(text)])
        bulk.delete(connection, check_submissions.name, "no", [no for no, _ in gone.values()])
        self._written = {no: text for place, (no, text) in known.items() if place not in gone}
        self._numbers = {place: no for place, (no, _) in known.items() if place not in gone}
        new = [place for place in live if place not in self._numbers]
        self._numbers |= {place: no for no, place in enumerate(new, _following(connection))}
        rows = ((self._numbers[place], *place, self._practice, "") for place in new)
        bulk.insert(connection, check_submissions.name, COLUMNS, rows)
        self._families: dict[str, tuple[np.ndarray, np.ndarray]] = {}

    def replace_family(self, connection: Connection, family: str, keys: Keys) -> None:
        """Put the keys of a family in the place of what is there; where they are the same nothing is written."""
        wanted, there = self._numbered(keys), self._stored(connection, family)
        self._families[family] = wanted
        if all(np.array_equal(new, old) for new, old in zip(wanted, there, strict=True)):
            return
        k, s = check_keys.c, check_submissions.c
        mine = select(s.no).where(s.practice.is_(bool(self._practice)))
        connection.execute(check_keys.delete().where(k.family == family, k.no.in_(mine)))
        rows = zip(repeat(family), wanted[0].astype("U16").tolist(), wanted[1].tolist(), strict=False)
        bulk.insert(connection, check_keys.name, ROW, rows)

    def _numbered(self, keys: Keys) -> tuple[np.ndarray, np.ndarray]:
        found = [_sorted((), ())]
        for form_id, pairs in keys.items():
            numbers = [self._numbers[form_id, i] for i in pairs["submission_id"].tolist()]
            found.append(_sorted(pairs["group_key"].to_numpy().astype("S16"), numbers))
        return _joined(found)

    def _stored(self, connection: Connection, family: str) -> tuple[np.ndarray, np.ndarray]:
        k = check_keys.c
        result = connection.execute(select(k.group_key, k.no).where(k.family == family))
        found = [_sorted((), ()), *(_sorted(*zip(*rows, strict=True)) for rows in batches(result))]
        keys, numbers = _joined(found)
        mine = np.isin(numbers, np.fromiter(self._numbers.values(), dtype=np.int64))  # not the other kind's
        return keys[mine], numbers[mine]

    def finish(self, connection: Connection, families: Collection[str]) -> None:
        """Write with every submission what its keys are; a family of `families` that was not read keeps what it had."""
        lines: dict[int, list[str]] = {no: [] for no in self._numbers.values()}
        for no, text in self._written.items():
            lines[no] += [line for line in text.splitlines() if self._stays(line.partition(" ")[0], families)]
        for family, (keys, numbers) in self._families.items():
            for key, no in zip(keys.astype("U16").tolist(), numbers.tolist(), strict=True):
                lines[no].append(f"{family} {key}")
        texts = {no: "\n".join(sorted(own)) for no, own in lines.items()}
        changed = [no for no, text in texts.items() if self._written.get(no) != text]
        bulk.delete(connection, check_submissions.name, "no", changed)  # type: ignore[arg-type]
        places = {no: place for place, no in self._numbers.items()}
        rows = ((no, *places[no], self._practice, texts[no]) for no in changed)
        bulk.insert(connection, check_submissions.name, COLUMNS, rows)

    def _stays(self, family: str, families: Collection[str]) -> bool:
        return family in families and family not in self._families


def _sorted(keys: Any, numbers: Any) -> tuple[np.ndarray, np.ndarray]:
    one, other = np.asarray(keys, dtype="S16"), np.asarray(numbers, dtype=np.int64)
    order = np.lexsort((other, one))
    return one[order], other[order]


def _joined(parts: Sequence[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    return _sorted(*(np.concatenate(of) for of in zip(*parts, strict=True)))
