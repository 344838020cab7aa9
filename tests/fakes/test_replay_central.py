"""Every recorded exchange with ODK Central whose endpoint the fake has, sent again."""

from __future__ import annotations

import io
import itertools
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from tests.fakes import Clock, Fake
from tests.fakes.central_keys import PLAIN
from tests.fakes.clock import iso_ms
from tests.fakes.replay import RECORDED, Exchange, Replay, binary, exchanges

FILES = [
    "01-auth",
    "02-project",
    "03-form-deploy",
    "04-form-errors",
    "05-form-read",
    "06-app-users",
    "07-submit-openrosa",
    "08-submit-rest-edit-review",
    "09-odata",
    "10-incremental",
    "11-export",
    "12-audits",
    "13-errors",
    "14-encryption",
    "04b-form-warnings",
    "15-values-and-repeats",
    "10b-incremental-etag",
]
"""In the order in which the server's state grew."""

NOT_REPLAYED = {
    "04-form-errors/3": "ODK Validate is not part of the fake",
    "05-form-read/12": "needs a form uploaded as .xls",
    "09-odata/1": "$metadata is only sketched; no client of ours reads it",
    "09-odata/55": "the recording lacks the header that it is about",
    "09-odata/59": "geojson is not used",
    "06-app-users/8": "counts the server's internal form viewers too",
}
"""Why an exchange is left out."""

VOLATILE = {
    "id",
    "createdAt",
    "updatedAt",
    "deletedAt",
    "lastLoginAt",
    "loggedAt",
    "publishedAt",
    "submissionDate",
    "expiresAt",
    "token",
    "csrf",
    "acteeId",
    "hash",
    "sha",
    "sha256",
    "draftToken",
    "__id",
    "submissionId",
    "submissionDefId",
    "newDefId",
    "oldDefId",
    "userAgent",
    "newBlobId",
    "oldBlobId",
    "etag",
    "lastSubmission",
    "public",
}
INC = '<data id="{form}" version="1"><name>n</name><photo>{photo}</photo><orx:meta xmlns:orx="http://openrosa.org/xforms"><orx:instanceID>{id}</orx:instanceID></orx:meta></data>'


class Run:
    """The fake, the bindings and what was not recorded but had to happen."""

    def __init__(self, fake: Fake) -> None:
        self.fake = fake
        self.central = fake.central
        self.central.projects[1].name = "Household surveys 2026"
        self.central.projects[1].updated_at = fake.clock.now()
        self.central.project_ids = itertools.count(3)
        self.replay = Replay(fake.url, self._volatile, self._free)
        self.before: dict[str, Callable[[], None]] = {
            "06-app-users/0": lambda: self._next_id(37),
            "10-incremental/0": self._inc,
            "10-incremental/6": self._other_zone,
            "10-incremental/9": lambda: self._now("2026-11-23T12:00:39.442Z"),
            "10-incremental/19": lambda: self._now("2026-11-23T12:00:39.954Z"),
            "10-incremental/25": lambda: self._submit("inc", "s06"),
            "10-incremental/30": lambda: self.central.purge("inc"),
            "10-incremental/32": self._held,
            "10-incremental/33": lambda: self.fake.truth.release(),
            "10b-incremental-etag/0": self._etag_form,
            "13-errors/0": self._viewer,
            "13-errors/14": lambda: setattr(self.central, "project_ids", itertools.count(5)),
        }

    def _volatile(self, key: str, value: Any) -> bool:
        if key in ("instanceId", "instanceID"):
            return bool(re.fullmatch(r"[0-9a-f]{8}-[0-9a-f-]{27}", str(value)))
        return key in VOLATILE or "[encrypted:" in str(value)[:40]

    def _free(self, path: str, value: Any) -> bool:
        """Numbers of unlike things share the key `id`; duplicates name internal ids; placeholders say nothing."""
        if path.endswith("/id") and isinstance(value, int):
            return path.count("/") > 1
        texts = ("TOKEN-PLACEHOLDER", "A resource already exists with")
        return (
            path.endswith(("/userAgent", "/details/values"))
            or "/verbs" in path
            or str(value).startswith(texts)
        )

    def _next_id(self, number: int) -> None:
        self.central.ids = itertools.count(number)

    def _now(self, recorded: str) -> None:
        self.replay.aliases[recorded] = str(iso_ms(self.fake.clock.stamp()))

    def _admin(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = {
            "Authorization": f"Bearer {self.replay.aliases['SESSION-TOKEN']}",
            **options.pop("headers", {}),
        }
        response = self.replay.send(method, path, headers=headers, **options)
        assert response.status_code in (200, 201), response.text
        return response

    def _form(self, name: str) -> None:
        recorded = exchanges("central", "10-incremental")[36].request["body"]
        xml = (
            recorded.replace('version="2"', 'version="1"')
            .replace("<extra/>", "")
            .replace('id="inc"', f'id="{name}"')
        )
        xml = xml.replace('<bind nodeset="/data/extra" type="string"/>', "")
        self._admin(
            "POST", "/v1/projects/3/forms?publish=true", data=xml, headers={"Content-Type": "application/xml"}
        )

    def _submit(self, form: str, name: str, photo: str = "") -> None:
        xml = INC.format(form=form, id=name, photo=photo)
        path = f"/v1/projects/3/forms/{form}/submissions"
        self._admin("POST", path, data=xml, headers={"Content-Type": "application/xml"})

    def _inc(self) -> None:
        self._form("inc")
        for name, photo in (("s01", ""), ("s02", "p.jpg"), ("s03", ""), ("s04", ""), ("s05", "")):
            self._submit("inc", name, photo)

    def _other_zone(self) -> None:
        found = datetime.fromisoformat(self.replay.bound["2026-11-23T12:00:38.875Z"]) + timedelta(hours=2)
        self.replay.aliases["2026-11-23T14:00:38.875"] = str(iso_ms(found)).rstrip("Z")

    def _held(self) -> None:
        """s20 is stamped, then s21 is stamped and committed, and only then s20 is."""
        self.fake.truth.hold()
        self._submit("inc", "s20", "slow.jpg")
        held, self.fake.truth._held = self.fake.truth._held, None
        self._submit("inc", "s21")
        self.fake.truth._held = held

    def _etag_form(self) -> None:
        self._form("etagform")
        self._submit("etagform", "a", "p.jpg")
        self._submit("etagform", "b")

    def _viewer(self) -> None:
        self._next_id(42)
        viewer = self.central.add_user("viewer@central.example", "VIEWER-PASSWORD")
        self.replay.aliases["VIEWER-SESSION-TOKEN"] = self.central.open_session(viewer)["token"]

    def play(self, exchange: Exchange) -> list[str]:
        """Send, compare, learn."""
        self.replay.differences.clear()
        if exchange.name in self.before:
            self.before[exchange.name]()
        request = exchange.request
        if exchange.name == "01-auth/15":
            self.replay.aliases["SESSION-TOKEN-2"] = self.central.open_session(self.central.admin)["token"]
        headers = {k: self.replay.text(v) for k, v in request["headers"].items() if "multipart" not in v}
        headers = {k: v.replace("BASE64(EMAIL:PASSWORD)", self._basic(exchange)) for k, v in headers.items()}
        query = {k: self.replay.text(v) for k, v in (request.get("query") or {}).items()}
        path = self.replay.text(request["path"])
        found = self.replay.send(
            request["method"],
            path,
            params=query,
            headers=headers,
            **self._body(request.get("body"), exchange),
        )
        self._learn(exchange, found)
        self._compare(exchange, found)
        return list(self.replay.differences)

    def _basic(self, exchange: Exchange) -> str:
        good = exchange.response["status"] == 200
        text = "admin@central.example:" + ("ADMIN-PASSWORD" if good else "no")
        return requests.auth._basic_auth_str(*text.split(":")).removeprefix("Basic ")

    def _body(self, body: Any, exchange: Exchange) -> dict[str, Any]:
        if body is None:
            return {}
        if isinstance(body, str):
            return {"data": self.replay.text(body).encode()}
        if "$file" in body:
            if body["$file"].startswith("300"):
                return {"data": json.dumps({"name": "x" * 300_000})}
            return {"data": (RECORDED / "central" / body["$file"]).read_bytes()}
        if "$binary" in body:
            return {"data": binary(body["$binary"]["bytes"])}
        if "$multipart" in body:
            return {"files": [self._part(p) for p in body["$multipart"]]}
        return {"json": body}

    def _part(self, part: dict[str, Any]) -> tuple[str, tuple[str, bytes, str]]:
        body = part["body"]
        content = (
            self.replay.text(body).encode() if isinstance(body, str) else binary(body["$binary"]["bytes"])
        )
        if part["name"] == "submission.xml.enc":
            submissions = exchanges("central", "08-submit-rest-edit-review")
            content = PLAIN + submissions[0].request["body"].encode()
        return part["name"], (part["filename"], content, part["content-type"])

    def _learn(self, exchange: Exchange, found: requests.Response) -> None:
        if exchange.name == "01-auth/0":
            self.replay.aliases["SESSION-TOKEN"] = found.json()["token"]
        if exchange.name == "06-app-users/0":
            self.replay.aliases["APP-USER-TOKEN"] = found.json()["token"]

    def _compare(self, exchange: Exchange, found: requests.Response) -> None:
        recorded = exchange.response
        if recorded["status"] != found.status_code:
            self.replay.differ("status", recorded["status"], f"{found.status_code} {found.text[:300]}")
            return
        self._compare_headers(recorded["headers"], found)
        body = recorded.get("body")
        if isinstance(body, dict) and "$zip" in body:
            self._compare_zip(body["$zip"], found.content)
        elif isinstance(body, dict) and "$binary" in body:
            if len(found.content) != body["$binary"]["bytes"]:
                self.replay.differ("body", body, len(found.content))
        elif isinstance(body, dict | list):
            found_body = found.json()
            if exchange.file == "12-audits" or exchange.name == "10-incremental/21":
                self._compare_audits(body, found_body)
            else:
                self.replay.compare(body, found_body)
        elif isinstance(body, str):
            self._compare_text(body, found.text)

    def _compare_headers(self, recorded: dict[str, str], found: requests.Response) -> None:
        for name in ("content-type", "content-disposition", "x-openrosa-version", "location"):
            if name in recorded and found.status_code != 304:
                self.replay.compare(recorded[name], found.headers.get(name), f"headers/{name}")
        tag = recorded.get("etag", "")
        if "eventhash" in tag or tag.startswith('"'):
            self.replay.compare(tag, found.headers.get("etag"), "headers/etag")

    def _compare_text(self, recorded: str, found: str) -> None:
        if "<h:html" in recorded:
            recorded, found = recorded[:60], found[:60]
        self.replay.compare(recorded, found, "body")

    def _compare_zip(self, recorded: dict[str, Any], content: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found = {n: archive.read(n) for n in archive.namelist()}
        if set(recorded) - {"media/photo43.jpg"} != set(found) - {
            "media/photo43.jpg.enc",
            "media/submission.xml.enc",
        }:
            self.replay.differ("zip", sorted(recorded), sorted(found))
        for name in recorded:
            # the recorded ciphertext cannot be read without the key of that server
            if isinstance(recorded[name], str) and name in found and len(recorded) != 4:
                self.replay.compare(recorded[name], found[name].decode(), name)

    def _compare_audits(self, recorded: Any, found: Any) -> None:
        """The log also tells of forms and accounts that were set up by hand; kinds and shapes are compared."""
        if isinstance(recorded, list):
            for old, new in zip(recorded, found, strict=False):
                keys = set(old) - {"actee"}
                if not keys <= set(new) or (old["action"].split(".")[0] != new["action"].split(".")[0]):
                    self.replay.differ("audit", old, new)
        else:
            self.replay.compare(recorded, found)


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    with Fake("central", Clock(datetime(2026, 11, 23, 11, 56, tzinfo=UTC))) as fake:
        yield Run(fake)


@pytest.mark.parametrize("file", FILES)
def test_recording__sent_again__same_answers(run: Run, file: str) -> None:
    differences: list[str] = []
    for exchange in exchanges("central", file):
        if exchange.name in NOT_REPLAYED:
            continue
        found = run.play(exchange)
        differences += [f"{exchange.name} ({exchange.note}) {d}" for d in found]
    assert differences == []
