"""The numbers of all submissions, and the keys of all families, as a check of everything finds and leaves them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
from sqlalchemy import Connection, select

from processor.store import bulk, check_blocks
from processor.store.check_blocks import NONE, NUMBER, Pairs, as_number, in_order
from processor.store.check_keys import COLUMNS, Place, next_number, pairs_of
from processor.store.fetch import batches
from processor.store.work_tables import check_keys, check_submissions
from processor.survey.checks.coded import Coded


class Numbers:
    """Of survey or of practice. Nothing is written before `finish`, and nothing at all when all is as it was."""

    def __init__(self, connection: Connection, ids: Mapping[str, Collection[str]], practice: bool) -> None:
        """`ids` are the submissions that there are, by form; new ones get a number."""
        self._practice = practice
        s = check_submissions.c
        query = select(s.form_id, s.submission_id, s.no, s.groups).where(s.practice.is_(practice))
        known = {(row[0], row[1]): row[2:] for rows in batches(connection.execute(query)) for row in rows}
        live = [(form_id, i) for form_id in ids for i in sorted(ids[form_id])]
        self._gone = [known[place][0] for place in known.keys() - set(live)]
        self._groups = {no: groups for no, groups in known.values() if groups}
        new = [place for place in live if place not in known]
        self._new = dict(enumerate(new, next_number(connection)))
        self._numbers: dict[Place, int] = {place: known[place][0] for place in live if place in known}
        self._kept = set(self._numbers.values())
        self._numbers |= {place: no for no, place in self._new.items()}
        self._families: dict[str, Pairs] = {}

    def of(self, form_id: str, ids: Coded) -> np.ndarray:
        """The number of every row's submission."""
        numbers = self._numbers
        found: np.ndarray = np.array([numbers[form_id, i] for i in ids.values.tolist()], dtype=NUMBER)[
            ids.codes
        ]
        return found

    def keep(self, family: str, pairs: Pairs) -> None:
        """What the keys of a family are now, `in_order`."""
        self._families[family] = pairs

    def finish(self, connection: Connection, families: Collection[str]) -> None:
        """Write what is not so already; a family of `families` that was not read keeps what it had."""
        for family in families:
            there = check_blocks.read_family(connection, self._practice, family)
            wanted = self._families.get(family) or self._as_before(family, there)
            if not wanted.same(there):
                check_blocks.write_family(connection, self._practice, family, wanted)
        check_blocks.drop_others(connection, self._practice, families)
        if self._groups:
            self._empty(connection)
        bulk.delete(connection, check_submissions.name, "no", self._gone)
        rows = ((no, *place, int(self._practice), "") for no, place in self._new.items())
        bulk.insert(connection, check_submissions.name, COLUMNS, rows)

    def _as_before(self, family: str, there: Pairs) -> Pairs:
        """What stands in blocks and with the submissions, of those that are still there."""
        known = np.fromiter(self._kept, dtype=np.int64)
        own = [
            (as_number(key), no)
            for no, groups in self._groups.items()
            if no in self._kept
            for name, key in pairs_of(groups)
            if name == family
        ]
        others = Pairs(*np.array(own, dtype=np.int64).T) if own else NONE
        return in_order([there.where(np.isin(there.numbers, known)), others])

    def _empty(self, connection: Connection) -> None:
        """What stood with the submissions stands in the blocks now."""
        s = check_submissions.c
        mine = select(s.no).where(s.practice.is_(self._practice), s.groups != "")
        connection.execute(check_keys.delete().where(check_keys.c.no.in_(mine)))
        of_mine = check_submissions.update().where(s.practice.is_(self._practice), s.groups != "")
        connection.execute(of_mine.values(groups=""))
