"""Any history on Central, with faults and kills in between: after one clean pull the copy equals the server.

HISTORIES in the environment says how many; a failure prints its seed, which `--hypothesis-seed` plays again.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from processor.errors import ProcessorError
from processor.forms.xlsform import read_package
from processor.servers.central.server import CentralServer
from processor.servers.central.settings import CentralSettings, Credentials
from processor.servers.http import Retries
from processor.servers.protocol import FormPackage
from tests.fakes import Clock, Fake
from tests.fakes.central import EMAIL, PASSWORD
from tests.servers_central.conftest import AT, DISTRICTS, FILES, OFFICER
from tests.servers_central.copy_of import Copy, live, truth
from tests.servers_central.phone import FORM, V1, V2, Phone, interview, uid

HISTORIES = int(os.environ.get("HISTORIES", "15"))
FAULTS = ["status", "html", "cut", "cut_chunks", "cut_gzip", "reset", "reset_after", "expire"]
_TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
TEXTS = st.one_of(st.sampled_from(["", " ", "  a ", "a\nb", '"', "007", "Nguyễn", "a,b", "🐃"]), _TEXTS)


@cache
def packages() -> tuple[FormPackage, FormPackage]:
    with TemporaryDirectory() as folder:
        (Path(folder) / "districts.csv").write_bytes(DISTRICTS)
        first, second = (read_package(FILES / f"hh_visit_v{n}.xlsx", Path(folder)) for n in (1, 2))
    return first, second


class History(RuleBasedStateMachine):
    """What phones and the office do, what goes wrong, and pulls in between."""

    @initialize(bulk=st.sampled_from([1, 3, 200]))
    def begin(self, bulk: int) -> None:
        self.folder = TemporaryDirectory()
        self.fake = Fake("central", Clock(AT))
        self.fake.__enter__()
        self.server = self.connect(bulk)
        first, self.next_form = packages()
        for file in {*first.media, *self.next_form.media}:
            file.path.parent.mkdir(parents=True, exist_ok=True)
            file.path.write_bytes(DISTRICTS)
        self.server.deploy(first)
        user = self.server.ensure_officers([tuple(OFFICER.split(" ", 1))], [FORM])[0]  # type: ignore[list-item]
        self.phone = Phone(self.fake, user.token)
        self.copy = Copy(FORM)
        self.current: dict[int, int] = {}
        self.xml: dict[int, str] = {}
        self.gone: set[int] = set()
        self.held: list[Callable[[], None]] = []
        self.version = V1
        self.number = 0

    def connect(self, bulk: int) -> CentralServer:
        there = CentralSettings(self.fake.url, 1, Path(self.folder.name) / "cache", bulk=bulk)
        login = Credentials(EMAIL, PASSWORD)
        return CentralServer(
            there, login, retries=Retries(attempts=3), timeouts=(5, 5), wait=lambda seconds: None
        )

    def teardown(self) -> None:
        if hasattr(self, "fake"):
            self.release()
            self.fake.faults.clear()
            self.settle()
            self.server.close()
            self.fake.__exit__()
            self.folder.cleanup()

    def settle(self) -> None:
        """One clean pull, and the copy equals the server."""
        assert self.copy.pull(self.server) == []
        assert live(self.copy) == truth(self.fake, FORM)

    def send(
        self, number: int, edit: int, answers: dict[str, str], files: dict[str, bytes], **more: Any
    ) -> None:
        of = uid(number, edit - 1) if edit else ""
        xml = interview(number, version=self.version, edit=edit, of=of, answers=answers, **more)
        self.phone.send(xml, files)
        self.current[number], self.xml[number] = edit, xml

    @rule(text=TEXTS, members=st.integers(0, 3), photo=st.booleans(), removed=TEXTS)
    def create(self, text: str, members: int, photo: bool, removed: str) -> None:
        self.number += 1
        answers = {"remarks": text, "house_photo": "p.jpg" if photo else "", "barcode": removed}
        self.send(self.number, 0, answers, {}, members=members)

    @rule(text=TEXTS, members=st.integers(0, 3), data=st.data())
    @precondition(lambda self: self.alive())
    def edit(self, text: str, members: int, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(self.alive()))
        self.send(number, self.current[number] + 1, {"remarks": text}, {}, members=members)

    def alive(self) -> list[int]:
        return sorted(set(self.current) - self.gone) if hasattr(self, "current") else []

    @rule(data=st.data())
    @precondition(lambda self: self.alive())
    def delete(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(self.alive()))
        self.phone.delete(number)
        self.gone.add(number)

    @rule(data=st.data())
    @precondition(lambda self: getattr(self, "gone", None))
    def restore(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.gone)))
        self.phone.restore(number)
        self.gone.remove(number)

    @rule()
    @precondition(lambda self: getattr(self, "gone", None))
    def purge(self) -> None:
        self.fake.central.purge(FORM)
        for number in self.gone:
            del self.current[number]
        self.gone.clear()

    @rule(state=st.sampled_from([None, "hasIssues", "approved", "rejected"]), data=st.data())
    @precondition(lambda self: self.alive())
    def review(self, state: str | None, data: st.DataObject) -> None:
        self.phone.review(data.draw(st.sampled_from(self.alive())), state)

    @rule(data=st.data(), body=st.binary(max_size=20))
    @precondition(lambda self: self.photos())
    def photo_comes_late(self, data: st.DataObject, body: bytes) -> None:
        number = data.draw(st.sampled_from(self.photos()))
        self.phone.send(self.xml[number], {"p.jpg": body})

    def photos(self) -> list[int]:
        """Submissions whose photo has not come."""
        if not hasattr(self, "fake"):
            return []
        records = self.fake.truth.form(FORM).records
        return [n for n in self.alive() if None in records[uid(n)].current.files.values()]

    @rule()
    @precondition(lambda self: not getattr(self, "held", True))
    def stamped_but_not_committed(self) -> None:
        self.number += 1
        self.fake.truth.hold()
        self.phone.send(interview(self.number, version=self.version))
        self.held, self.fake.truth._held = self.fake.truth._held or [], None

    @rule()
    def release(self) -> None:
        for change in self.held:
            change()
        self.held = []

    @rule(minutes=st.sampled_from([1, 5, 30, 2000]))
    def time_passes(self, minutes: int) -> None:
        if minutes > 5:
            self.release()
        self.fake.clock.advance(minutes=minutes)

    @rule()
    @precondition(lambda self: getattr(self, "version", V2) == V1)
    def next_version(self) -> None:
        self.server.deploy(self.next_form)
        self.version = V2

    @rule(page_size=st.sampled_from([1, 2, 1000]))
    def pull(self, page_size: int) -> None:
        self.copy.pull(self.server, page_size)

    @rule(kind=st.sampled_from(FAULTS), skip=st.integers(0, 8), times=st.sampled_from([1, 2, 9]))
    def pull_with_a_fault(self, kind: str, skip: int, times: int) -> None:
        self.fake.faults.add(kind, skip=skip, times=times, status=502 if kind == "status" else 200)
        try:
            self.copy.pull(self.server)
        except ProcessorError:
            pass
        finally:
            self.fake.faults.clear()

    @rule(pages=st.integers(0, 3), bulk=st.sampled_from([1, 3, 200]))
    def killed_in_a_pull(self, pages: int, bulk: int) -> None:
        for _, page in zip(range(pages), self.server.changed(FORM, self.copy.checkpoint, 1), strict=False):
            self.copy.take([page])
        self.server.close()
        self.server = self.connect(bulk)

    @invariant()
    def nothing_invented(self) -> None:
        if hasattr(self, "copy"):
            assert set(self.copy.held) <= {uid(n) for n in range(1, self.number + 1)}


TestHistory = History.TestCase
TestHistory.settings = settings(
    max_examples=HISTORIES,
    stateful_step_count=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
