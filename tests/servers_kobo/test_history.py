"""Random histories with faults and kills: after one clean pull the copy equals the server's truth.

HISTORIES in the environment says how many; the number in a test's name is its seed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from processor.errors import ServerError
from processor.servers.http import Retries
from processor.servers.kobo.server import KoboServer, open_kobo
from tests.fakes import Clock, Fake
from tests.fakes.forms import SURVEY, house, instance_id, workbook
from tests.servers_kobo.conftest import AT, settings
from tests.servers_kobo.copy_of import Copy, assert_equal

HISTORIES = int(os.environ.get("HISTORIES", "24"))
STEPS = 14
BODIES = (
    "",
    "<head/><size/>",
    "<head>  </head><member><name/><helps/></member><member><name>B</name><helps>cash</helps></member>",
    "<head>Nguyễn &amp; &lt;b&gt;</head><size>3</size><home><place/><photo>p1.jpg</photo></home>",
)
FAULTS = ("html", "cut", "reset", "reset_after", "cut_gzip")


class History:
    def __init__(self, random: Random, fake: Fake, cache: Path) -> None:
        self.random = random
        self.fake = fake
        self.cache = cache
        self.asset = fake.publish(workbook())
        self.version = 1
        self.edits: dict[int, int] = {}
        self.opened: list[KoboServer] = []
        self.copy = Copy(self.open())

    def open(self) -> KoboServer:
        chosen = settings(self.fake.url, self.fake.kobo.owner.token, self.cache)
        server = open_kobo(chosen, retries=Retries(attempts=2), timeouts=(5, 5), wait=lambda _: None)
        self.opened.append(server)
        return server

    def step(self) -> None:
        acts: list[Callable[[], object]] = [
            self.create,
            self.create,
            self.edit,
            self.delete,
            self.review,
            self.late_file,
            self.ghost,
            self.redeploy,
            self.time,
            self.hold,
            self.pull_in_trouble,
        ]
        self.random.choice(acts)()

    def some(self) -> int | None:
        alive = [n for n in self.edits if instance_id(n) in self.fake.truth.expected(self.asset)]
        return self.random.choice(alive) if alive else None

    def send(self, number: int) -> None:
        body = self.random.choice(BODIES)
        files = {"p1.jpg": b"x", f"p{number}.jpg": b"y"} if self.random.random() < 0.5 else {}
        xml = house(number, body=body, edit=self.edits[number])
        self.fake.submit(self.fake.fitted(xml, self.asset), files)

    def create(self) -> None:
        number = len(self.edits) + 1
        self.edits[number] = 0
        self.send(number)

    def edit(self) -> None:
        number = self.some()
        if number is not None:
            record = self.fake.truth.forms[self.asset].records[instance_id(number)]
            if record.current.instance_id == instance_id(number, self.edits[number]):
                self.edits[number] += 1
                self.send(number)

    def delete(self) -> None:
        number = self.some()
        if number is not None:
            self.fake.delete(self.asset, instance_id(number))
            if self.random.random() < 0.4:  # sent again by the phone: the first version, a new row
                self.edits[number] = 0
                self.send(number)

    def review(self) -> None:
        number = self.some()
        if number is not None:
            state = self.random.choice(["approved", "rejected", "has_issues", "received"])
            self.fake.review(self.asset, instance_id(number), state)

    def late_file(self) -> None:
        number = self.some()
        if number is not None:
            record = self.fake.truth.forms[self.asset].records[instance_id(number)]
            names = [name for name, file in record.current.files.items() if file is None]
            if names:
                self.fake.submit(record.current.xml, {names[0]: b"late"})

    def ghost(self) -> None:
        number = self.some()
        if number is not None and self.random.random() < 0.5:
            self.fake.kobo.add_ghost(self.asset, instance_id(number))

    def redeploy(self) -> None:
        self.version += 1
        more = [{"type": "text", "name": f"q{self.version}", "label": "Q"}]
        survey = SURVEY + more if self.random.random() < 0.5 else SURVEY
        self.fake.publish(workbook(str(self.version), survey))

    def time(self) -> None:
        self.fake.clock.advance(minutes=self.random.choice([1, 8, 15, 60]))

    def hold(self) -> None:
        self.fake.truth.release()
        self.fake.truth.hold(1)

    def pull_in_trouble(self) -> None:
        """Faults anywhere, people at work between two requests, and sometimes the process dies."""
        for _ in range(self.random.randrange(4)):
            skip, kind = self.random.randrange(12), self.random.choice(FAULTS)
            self.fake.faults.add(kind, match="GET", skip=skip, times=self.random.choice([1, 3]))
        meanwhile = self.random.choice([self.create, self.edit, self.delete, self.late_file])
        self.fake.faults.add("before", match="/data/", skip=self.random.randrange(6), call=meanwhile)
        self.fake.kobo.max_limit = self.random.choice([1, 2, 3, 1000])
        try:
            self.copy.increment(size=self.random.choice([2, 1000]))
            self.copy.sweep()
        except ServerError:
            self.copy.server = self.open()
        self.fake.faults.clear()

    def finish(self) -> None:
        """Nothing is under way any more; one clean pull."""
        self.fake.truth.release()
        self.fake.kobo.max_limit = self.random.choice([3, 1000])
        self.copy.server = self.open()
        self.copy.pull()
        assert_equal(self.copy, self.fake, self.asset)
        self.copy.server.close()
        for server in self.opened:
            server.close()


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_history__any__copy_equals_the_truth(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    with Fake("kobo", Clock(AT)) as fake:
        history = History(random, fake, tmp_path / "kobo")
        for _ in range(STEPS):
            history.step()
        history.finish()
