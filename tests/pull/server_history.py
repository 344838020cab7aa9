"""One history of a form server and of the copy that is pulled from it, step by step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from processor.errors import ProcessorError
from processor.pull import pull, rebuild
from processor.store.open import Store
from processor.store.pulls import PullRecord
from tests.fakes.forms import instance_id
from tests.pull.server_forms import Texts, package
from tests.pull.server_sides import Sent, Side
from tests.pull.server_tables import ENTRY, published, reporting_cells, true_cells
from tests.pull.server_tally import Tally, Watch

Step = tuple[Any, ...]
HOW: dict[str, Callable[[int], dict[str, Any]]] = {
    "status": lambda status: {"status": status, "headers": {"Retry-After": "1"}},
    "drip": lambda _: {"chunk": 400, "pause": 0.0},
    "rows": lambda status: {"change": ROWS[status]},
}
ROWS: dict[int, Callable[[list[Any]], list[Any]]] = {
    429: lambda rows: [*rows, *rows[:1]],
    500: lambda rows: rows[::-1],
    502: lambda rows: rows[:-1],
}
"""A page with a row twice, turned round, or without its last row."""
LATE = 5
"""Minutes that a change may be stamped before it is committed."""


def _nothing(_status: int) -> dict[str, Any]:
    return {}


class KilledError(BaseException):
    """The process ends here; nothing that handles errors sees it."""


class History:
    """What people do, what goes wrong, and pulls in between."""

    def __init__(self, side: Side, store: Store, tally: Tally | None = None) -> None:
        self.side, self.store, self.fake = side, store, side.fake
        self.deployed = ["1"]
        self.known = {"1"}
        """Versions that the store has."""
        self.watch = Watch(self, Tally() if tally is None else tally)
        self.watch.watch(side.server)

    def step(self, name: str, *values: Any) -> None:
        getattr(self, name)(*values)

    def put(
        self, number: int, root: Texts, members: Sequence[Texts], photo: bool, file: bool, old: bool
    ) -> None:
        """A new interview, or an edit of one that is there; by a phone that may still have an old form."""
        version = self.deployed[0 if old else -1]
        if number not in self.side.sent:
            self.side.sent[number] = Sent(version, 0, root, members, photo)
            self.watch.step("put")
        elif self.side.record(number):
            edit = self.side.sent[number].edit + 1
            self.side.sent[number] = Sent(version, edit, root, members, photo)
            self.watch.step("put an edit")
        else:
            return
        if version != self.deployed[-1]:
            self.watch.step("put with an old form")
        self.side.post(number, file=photo and file)
        self.watch.sent(number)

    def clear(self, number: int, name: str) -> None:
        """One answer becomes blank, or its question not relevant any more."""
        if self.side.record(number):
            sent = self.side.sent[number]
            blank = None if number % 2 else ""
            self.side.sent[number] = Sent(
                sent.version, sent.edit + 1, {**sent.root, name: blank}, sent.members[:-1], sent.photo
            )
            self.side.post(number, file=False)
            self.watch.step("clear")

    def delete(self, number: int) -> None:
        if self.side.record(number):
            assert self.fake.delete(self.side.key, instance_id(number)) < 300
            self.watch.step("delete")

    def restore(self, number: int) -> None:
        """Out of the trash on Central; on Kobo the phone sends its first version again."""
        if number not in self.side.sent or instance_id(number) in self.side.expected():
            return
        if self.fake.kobo:
            self.side.sent[number].edit = 0
            self.side.post(number, file=False)
            self.watch.step("restore")
        elif instance_id(number) in self.fake.truth.expected(self.side.key):
            assert self.fake.restore(self.side.key, instance_id(number)) < 300
            self.watch.step("restore")

    def purge(self) -> None:
        """The trash of Central is emptied; afterwards a phone may send the same again as something new."""
        if self.fake.central:
            everything = self.fake.truth.expected(self.side.key)
            trash = {root for root, e in everything.items() if e.deleted}
            self.fake.central.purge(self.side.key)
            if trash:
                self.watch.step("purge")
            self.side.sent = {n: s for n, s in self.side.sent.items() if instance_id(n) not in trash}

    def review(self, number: int, state: str) -> None:
        if self.side.record(number):
            assert self.fake.review(self.side.key, instance_id(number), state) < 300
            self.watch.step("review")

    def late_file(self, number: int) -> None:
        record = self.side.record(number)
        if record and None in record.current.files.values():
            self.side.post(number, file=True)
            self.watch.step("late_file")

    def ghost(self, number: int) -> None:
        if self.fake.kobo and self.side.record(number):
            self.fake.kobo.add_ghost(self.side.key, instance_id(number))
            self.watch.step("ghost")

    def redeploy(self, known: bool) -> None:
        """The next version; the store may hear of it only later."""
        version = str(len(self.deployed) + 1)
        if version <= "3":
            self.side.deploy(version)
            self.deployed.append(version)
            self.watch.step("redeploy")
            if known:
                self.register()

    def register(self) -> None:
        """The store hears of all versions that were deployed."""
        for version in self.deployed:
            if version not in self.known:
                self.store.register(package(version))
                self.known.add(version)
                self.watch.step("register")

    def hold(self) -> None:
        """The next change is stamped now and committed later."""
        self.fake.truth.release()
        self.fake.truth.hold(1)
        self.watch.step("hold")

    def time(self, minutes: int) -> None:
        if minutes > LATE:
            self.fake.truth.release()
        self.fake.clock.advance(minutes=minutes)
        self.watch.step("time")

    def rebuild(self) -> None:
        rebuild(self.store, ENTRY)
        self.watch.step("rebuild")

    def pull(self, full: bool, size: int) -> None:
        """Nothing goes wrong: the copy is equal."""
        self.check(self._pull(size, full=full))
        self.watch.step("pull of everything" if full else "pull")

    def pull_in_trouble(
        self, faults: Sequence[Step], meanwhile: Sequence[tuple[int, Step]], size: int
    ) -> None:
        """Requests fail, and people work between two of them."""
        for kind, status, skip, times in faults:
            if kind == "expire" and self.fake.kobo:
                continue  # a token of Kobo's ends for good: no fault that passes
            self.fake.faults.add(kind, match="GET", skip=skip, times=times, **HOW.get(kind, _nothing)(status))
        for skip, step in meanwhile:
            self.fake.faults.add("before", match="GET", skip=skip, call=lambda step=step: self.step(*step))
        try:
            record = self._pull(size)
            assert "made anew" not in record.detail, "the tables had to be mended"
            self.watch.step("pull_in_trouble ended")
        except ProcessorError:
            self.watch.step("pull_in_trouble gave up")
        finally:
            self.fake.faults.clear()
        self.watch.step("pull_in_trouble")

    def killed(self, pages: int, size: int) -> None:
        """The process dies after some pages and is started again."""
        left, stored = iter(range(pages)), 0

        def progress(seen: int) -> None:
            nonlocal stored
            stored = seen
            if next(left, None) is None:
                raise KilledError

        try:
            self._pull(size, progress=progress)
        except KilledError:
            self.side.reopen()
            self.watch.watch(self.side.server)
            self.watch.step("killed")
            if stored < len(self.side.expected()):
                self.watch.needed("checkpoint after a kill")

    def _pull(self, size: int, **options: Any) -> PullRecord:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("processor.pull.PAGE_SIZE", size)
            patch.setattr("processor.store.rebuild.PART", size)
            patch.setattr("processor.servers.central.head.PAGE", max(size, 2))
            patch.setattr("processor.servers.kobo.index.MOST", max(size, 2))
            self.watch.counting(patch)
            record = pull(self.store, self.side.server, ENTRY, **options)
        self.watch.pulled()
        return record

    def check(self, record: PullRecord) -> None:
        """The pull says equal, and cell for cell the tables are what is true on the server."""
        documents = self.side.documents()
        known = published(self.store)
        waiting = sum(d.form_version not in known for d in documents)
        assert record.state == ("incomplete" if waiting else "equal"), record
        assert record.incomplete == waiting
        assert "made anew" not in record.detail, "the tables had to be mended"
        assert record.server_count == record.copy_count == len(documents)
        assert reporting_cells(self.store) == true_cells(self.store, documents)
        self.watch.proved(documents)
        if waiting:
            self.watch.needed("rows of a version published later")
        if any(record.ghost for record in self.fake.truth.all_records()):
            self.watch.needed("ghost row")

    def settle(self) -> None:
        """Nothing is under way any more; one clean pull."""
        self.fake.truth.release()
        self.register()
        self.pull(False, 1000)
