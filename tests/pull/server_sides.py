"""The two servers behind one set of acts: what phones and the office do, and what is true afterwards."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from processor.servers.central.server import CentralServer
from processor.servers.central.settings import CentralSettings, Credentials
from processor.servers.http import Retries
from processor.servers.kobo.server import KoboServer, open_kobo
from processor.servers.kobo.settings import KoboSettings
from processor.survey.records import Document
from tests.fakes import Clock, Fake
from tests.fakes.central import EMAIL, PASSWORD
from tests.fakes.forms import instance_id
from tests.fakes.truth import Expected, Record
from tests.pull.server_forms import FORM, Texts, interview, package

AT = datetime(2026, 11, 24, 8, tzinfo=UTC)
KOBOS_OWN = ("formhub/uuid", "__version__")
PATIENCE = (30, 30)


@dataclass
class Sent:
    """What the phone holds of one interview."""

    version: str
    edit: int = 0
    root: Texts = field(default_factory=dict)
    members: Sequence[Texts] = ()
    photo: bool = False


class Side:
    """One form server with the first version of the form deployed."""

    def __init__(self, kind: str, home: Path, *, bulk: int = 200) -> None:
        self.fake = Fake(kind, Clock(AT))
        self.fake.__enter__()
        self.kind, self.home, self.bulk = kind, home, bulk
        self.caches = itertools.count(1)
        self.cache = self.new_cache()
        self.opened: list[CentralServer | KoboServer] = []
        self.server = self.open()
        self.versions: dict[str, str] = {}
        """Our version by the name that the server writes into submissions."""
        self.sent: dict[int, Sent] = {}
        self.fake.publish(self._form("1"))
        self._note("1")

    def close(self) -> None:
        for server in self.opened:
            server.close()
        self.fake.__exit__()

    def new_cache(self) -> Path:
        return self.home / f"cache{next(self.caches)}"

    def open(self, cache: Path | None = None) -> CentralServer | KoboServer:
        """A client as a new process has it: with the same folder of files, unless another is given."""
        folder, more = cache or self.cache, {"retries": Retries(attempts=2), "timeouts": PATIENCE}
        server: CentralServer | KoboServer
        if self.kind == "central":
            there = CentralSettings(self.fake.url, 1, folder, bulk=self.bulk)
            server = CentralServer(there, Credentials(EMAIL, PASSWORD), wait=lambda _: None, **more)
        else:
            token = self.fake.kobo.owner.token
            chosen = KoboSettings(
                url=self.fake.url, token=token, cache=folder, forms=(FORM,), openrosa_url=self.fake.url
            )
            server = open_kobo(chosen, wait=lambda _: None, **more)
        server._http._sender._session.trust_env = (
            False  # looking for proxies of the machine takes a tenth of all
        )
        self.opened.append(server)
        return server

    def reopen(self) -> None:
        """The process was killed and is started again."""
        self.server = self.open()

    def deploy(self, version: str) -> None:
        self.server.deploy(package(version))
        self._note(version)

    def _form(self, version: str) -> bytes:
        """What the server gets from somebody who publishes by hand."""
        return package(version).xform if self.fake.central else package(version).workbook

    def _note(self, version: str) -> None:
        deployed = self.fake.kobo.assets[self.key].deployed.uid if self.fake.kobo else version
        self.versions[str(deployed)] = version

    @property
    def key(self) -> str:
        """The form's id on the server."""
        return FORM if self.fake.central else next(iter(self.fake.kobo.assets))

    def expected(self) -> Mapping[str, Expected]:
        """The living, as they truly are."""
        return {root: e for root, e in self.fake.truth.expected(self.key).items() if not e.deleted}

    def record(self, number: int) -> Record | None:
        """A living submission whose newest version is visible."""
        sent = self.sent.get(number)
        if sent is None or instance_id(number) not in self.expected():
            return None
        record = self.fake.truth.form(self.key).records[instance_id(number)]
        return record if record.current.instance_id == instance_id(number, sent.edit) else None

    def post(self, number: int, *, file: bool) -> None:
        """Send what the phone holds, with or without its photo."""
        sent = self.sent[number]
        xml = interview(number, sent.edit, sent.version, sent.root, sent.members, photo=sent.photo)
        if self.fake.kobo:
            xml = self.fake.fitted(xml, self.key)
            names = {ours: theirs for theirs, ours in self.versions.items()}
            xml = xml.replace(list(self.versions)[-1], names[sent.version])
        status = self.fake.submit(xml, {f"p{number}.jpg": b"photo %d" % number} if file else {})
        assert status in (201, 202), status

    def documents(self) -> list[Document]:
        """The living, as they go into flattening and cleaning, straight from the server's memory."""
        return [self._document(e) for e in self.expected().values()]

    def _document(self, e: Expected) -> Document:
        own = () if self.fake.central else KOBOS_OWN
        at = e.received_at if self.fake.central else e.received_at.replace(microsecond=0)
        return Document(
            submission_id=e.instance_id,
            form_version=self.versions[e.form_version],
            raw_sha256="",
            received_at=at,
            updated_at=at,
            pulled_at=AT,
            submitter=e.submitter.split(" ")[0],
            review_state=e.review_state,
            practice=False,
            answers={path: value for path, value in e.answers.items() if path not in own},
        )
