"""Proof that the copy equals the form server: ids, versions and states compared in the database.

While phones send, the server's list is always a little newer than our last page. So a difference
is looked at again after the next increment: an id is equal when we held exactly what the list
says before or after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    and_,
    exists,
    false,
    func,
    not_,
    null,
    or_,
    select,
)
from sqlalchemy.schema import CreateIndex, CreateTable, Index

from processor.store import bulk
from processor.store.raw import TEXT_LIMIT, is_storable
from processor.store.tables import submissions

if TYPE_CHECKING:
    from processor.servers.protocol import SubmissionState
    from processor.store.open import Store

CHUNK = 5000

_listed = Table(
    "server_list",
    MetaData(),
    Column("instance_id", Text, nullable=False),
    Column("version_id", Text, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("practice", Boolean, nullable=False),
    Column("review_state", Text, nullable=False),
    Column("files", Integer),
    Column("ours", Boolean, nullable=False),
    Column("equal", Boolean, nullable=False),
    prefixes=["TEMPORARY"],
)
_index = Index("ix_server_list", _listed.c.instance_id)
"""`files`: how many have arrived, NULL where the list does not tell. `ours`: not in the server's list,
live in the copy when we first looked."""


@dataclass(frozen=True)
class Comparison:
    """The outcome: counts of live submissions, and ids that differ."""

    server_count: int
    copy_count: int
    only_server: int
    only_copy: int
    differ: int

    @property
    def is_equal(self) -> bool:
        """Whether nothing differs."""
        return not (self.only_server or self.only_copy or self.differ)


class ServerList:
    """The server's list of one moment, held in a temporary table of one connection."""

    def __init__(self, connection: Connection, form_id: str, hides_deleted: bool) -> None:
        self._connection = connection
        self._form_id = form_id
        self._hides_deleted = hides_deleted
        self._nameless = 0

    def fill(self, states: Iterable[SubmissionState]) -> None:
        """Take the list, and note what is live in the copy without being in the list."""
        names = [column.name for column in _listed.columns]
        iterator = iter(states)
        with self._connection.begin():
            self._connection.execute(CreateTable(_listed))
            while chunk := list(islice(iterator, CHUNK)):
                usable = [s for s in chunk if _is_usable(s)]
                self._nameless += len(chunk) - len(usable)
                bulk.insert(self._connection, _listed.name, names, map(_row, usable))
            self._connection.execute(CreateIndex(_index))
            if self._connection.dialect.name == "postgresql":  # its planner takes a fresh table for empty
                self._connection.exec_driver_sql(f"ANALYZE {_listed.name}")
            self._mark()
            self._add_ours()

    def look(self) -> Comparison:
        """Compare what differed so far with the copy as it is now."""
        with self._connection.begin():
            self._mark()
            return self._result()

    def to_read_again(self) -> list[str]:
        """Ids that differed at the last look, and those of whose missing files the list says nothing."""
        c, s = _listed.c, submissions.c
        silent = and_(c.files.is_(None), not_(s.deleted), s.attachments_present < s.attachments_expected)
        query = select(c.instance_id).select_from(_listed.outerjoin(submissions, self._same_id()))
        with self._connection.begin():
            return list(self._connection.execute(query.where(or_(not_(c.equal), silent))).scalars())

    def drop(self) -> None:
        """Forget the list."""
        with self._connection.begin():
            self._connection.exec_driver_sql(f"DROP TABLE IF EXISTS {_listed.name}")

    def _mark(self) -> None:
        """Note what is equal now.

        Removed practice may be gone from the copy (`practice.py`). A server that hides the answers of
        deleted submissions may list some, or versions of some, that were deleted before we saw them.
        """
        c = _listed.c
        ours_gone = and_(c.ours, not_(exists().where(self._same_id(), not_(submissions.c.deleted))))
        removed = and_(c.deleted, not_(exists().where(self._same_id())))
        if not self._hides_deleted:
            removed = and_(removed, c.practice)
        state = _same_state(unseen=c.deleted if self._hides_deleted else false())
        same = or_(exists().where(self._same_id(), *state), removed)
        found = or_(ours_gone, and_(not_(c.ours), same))
        self._connection.execute(_listed.update().where(not_(c.equal), found).values(equal=True))

    def _add_ours(self) -> None:
        s = submissions.c
        listed = exists().where(_listed.c.instance_id == s.instance_id)
        missing = select(
            s.instance_id,
            s.version_id,
            s.deleted,
            s.practice,
            s.review_state,
            null(),
            not_(s.deleted),
            s.deleted,
        ).where(s.form_id == self._form_id, not_(s.deleted), not_(listed))
        names = [column.name for column in _listed.columns]
        self._connection.execute(_listed.insert().from_select(names, missing))

    def _result(self) -> Comparison:
        c, s = _listed.c, submissions.c
        on_server, wrong = not_(c.ours), not_(c.equal)
        known = s.instance_id.is_not(None)
        held = or_(and_(c.equal, not_(c.deleted)), and_(wrong, known, not_(s.deleted)))
        joined = _listed.outerjoin(submissions, self._same_id())
        row = self._connection.execute(
            select(
                func.count().filter(on_server, not_(c.deleted)),
                func.count().filter(or_(and_(on_server, held), and_(c.ours, wrong))),
                func.count().filter(on_server, wrong, not_(known)),
                func.count().filter(c.ours, wrong),
                func.count().filter(on_server, wrong, known),
            ).select_from(joined)
        ).one()
        server, copy, only_server, only_copy, differ = row
        return Comparison(server + self._nameless, copy, only_server + self._nameless, only_copy, differ)

    def _same_id(self):  # type: ignore[no-untyped-def]  # a SQL condition
        return and_(
            submissions.c.form_id == self._form_id, submissions.c.instance_id == _listed.c.instance_id
        )


@contextmanager
def server_list(
    store: Store, form_id: str, states: Iterable[SubmissionState], *, hides_deleted: bool = False
) -> Iterator[ServerList]:
    """The server's list, ready to be compared with the copy as often as needed."""
    with store.engine.connect() as connection:
        listed = ServerList(connection, form_id, hides_deleted)
        try:
            listed.fill(states)
            yield listed
        finally:
            listed.drop()


def _same_state(unseen):  # type: ignore[no-untyped-def]  # SQL conditions
    """`unseen`: the version may be one that was never shown to us."""
    names = ("deleted", "practice", "review_state")
    version = or_(submissions.c.version_id == _listed.c.version_id, unseen)
    files = _listed.c.files
    arrived = or_(files.is_(None), files == submissions.c.attachments_present)
    return [*(submissions.c[name] == _listed.c[name] for name in names), version, arrived]


def _is_usable(state: SubmissionState) -> bool:
    texts = (state.instance_id, state.version_id)
    return all(len(text) <= TEXT_LIMIT and is_storable(text) for text in texts)


def _row(state: SubmissionState) -> tuple[object, ...]:
    flags = (int(state.deleted), int(state.practice))
    files = None if state.deleted else state.attachments_present
    return (state.instance_id, state.version_id, *flags, state.review_state, files, 0, 0)
