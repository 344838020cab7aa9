"""A project of Central with managed encryption: what phones send there, and the copy of it.

The fake really encrypts nothing: it gives what follows `PLAIN:` to whoever names the passphrase.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from processor.database import reading
from processor.forms.answers import read_submission
from processor.pull import pull
from processor.servers.central.document import told
from processor.servers.central.server import CentralServer
from processor.servers.central.settings import CentralSettings, Credentials
from processor.servers.http import Retries
from processor.servers.protocol import Submission
from processor.store.open import Store
from processor.store.pulls import PullRecord
from processor.store.raw import read_current
from tests.fakes.acts_central import headers
from tests.fakes.central import EMAIL, PASSWORD
from tests.fakes.central_keys import DAMAGED, PLAIN
from tests.fakes.forms import instance_id
from tests.pull.server_forms import FORM, Texts, interview
from tests.pull.server_sides import PATIENCE, Side
from tests.pull.server_tables import ENTRY

PASSPHRASE = "ba con meo đen zk7319qx"
ANSWERS = "submission.xml.enc"
ZIP = r"POST .*csv\.zip"


class Sealed:
    """A server with one published form, encrypted from now on, and a store that is pulled from it."""

    def __init__(self, home: Path, store: Store) -> None:
        self.side, self.store, self.home = Side("central", home), store, home
        self.fake = self.side.fake
        body = {"passphrase": PASSPHRASE, "hint": "cats"}
        self.fake.call("POST", "/v1/projects/1/key", json=body, headers=headers(self.fake))
        self.sent: dict[str, str] = {}
        """The plain XML of the newest version of every interview, by root id."""

    def close(self) -> None:
        self.side.close()

    @property
    def version(self) -> str:
        """The form version that phones have: with the mark of encryption."""
        return self.fake.truth.form(FORM).versions[-1].description.version

    def server(self, **changes: Any) -> CentralServer:
        """A client as a new process has it."""
        there = CentralSettings(self.fake.url, 1, self.side.cache, **{"sealed": True, **changes})
        more = {"retries": Retries(attempts=2), "timeouts": PATIENCE, "wait": lambda _: None}
        server = CentralServer(there, Credentials(EMAIL, PASSWORD), **more)
        self.side.opened.append(server)
        return server

    def send(
        self,
        number: int,
        root: Texts,
        members: Sequence[Texts] = (),
        *,
        edit: int = 0,
        photo: bool = False,
        parts: Sequence[str] = (ANSWERS,),
        plain: str | None = None,
        damaged: bool = False,
    ) -> None:
        """Post an interview as an encrypting phone does; `parts` of it have arrived."""
        xml = plain or interview(number, edit, "1", root, members, photo=photo)
        photos = [f"p{number}.jpg.enc"] if photo else []
        before = instance_id(number, edit - 1) if edit else ""
        shown = manifest(FORM, self.version, instance_id(number, edit), before, photos)
        files = {
            ANSWERS: (DAMAGED if damaged else PLAIN) + xml.encode(),
            **dict.fromkeys(photos, b"never shown"),
        }
        status = self.fake.submit(shown, {name: files[name] for name in parts})
        assert status == 201, status
        self.sent[instance_id(number)] = xml

    def pull(self, server: CentralServer | None = None, **options: Any) -> PullRecord:
        return pull(self.store, server or self.server(), ENTRY, **options)

    def held(self) -> dict[str, Submission]:
        """The living in the raw copy."""
        with reading(self.store.engine) as connection:
            found = read_current(connection, FORM, after="", size=1000)
        return {s.submission.instance_id: s.submission for s in found if not s.submission.deleted}

    def answers(self) -> dict[str, Mapping[str, Any]]:
        """What the copy holds of the living."""
        return {key: submission.answers for key, submission in self.held().items()}

    def true_answers(self, *numbers: int) -> dict[str, Mapping[str, Any]]:
        """What was filled in on the phones. That an edit names its predecessor is no field, so no export has it."""
        found = {}
        for key in map(instance_id, numbers):
            found[key] = told(read_submission(self.sent[key].encode(), ["member"]).answers)
            found[key].pop("meta/deprecatedID", None)
        return found

    def exports(self) -> int:
        """How often answers were asked for so far."""
        return sum("csv.zip" in line for line in self.fake.lines)


def manifest(form_id: str, version: str, instance: str, before: str = "", photos: Sequence[str] = ()) -> str:
    """What an encrypting phone posts as the XML: whose, of which version, which files; no answer."""
    ids = f"<instanceID>{instance}</instanceID>"
    ids += f"<deprecatedID>{before}</deprecatedID>" if before else ""
    media = "".join(f"<media><file>{name}</file></media>" for name in photos)
    return (
        f'<data xmlns="http://opendatakit.org/submissions" encrypted="yes" id="{form_id}" version="{version}">'
        f'<base64EncryptedKey>eA==</base64EncryptedKey><meta xmlns="http://openrosa.org/xforms">{ids}</meta>'
        f"{media}<encryptedXmlFile>{ANSWERS}</encryptedXmlFile>"
        "<base64EncryptedElementSignature>AAAA</base64EncryptedElementSignature></data>"
    )
