"""ODK Central: what happened on the recorded server between the recorded exchanges."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import requests

from tests.fakes import Fake
from tests.fakes.clock import iso_ms
from tests.fakes.replay import Replay, exchanges

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


class Steps:
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
        self.fake.truth.hold(1)
        self._submit("inc", "s20", "slow.jpg")
        self._submit("inc", "s21")

    def _etag_form(self) -> None:
        self._form("etagform")
        self._submit("etagform", "a", "p.jpg")
        self._submit("etagform", "b")

    def _viewer(self) -> None:
        self._next_id(42)
        viewer = self.central.add_user("viewer@central.example", "VIEWER-PASSWORD")
        self.replay.aliases["VIEWER-SESSION-TOKEN"] = self.central.open_session(viewer)["token"]
