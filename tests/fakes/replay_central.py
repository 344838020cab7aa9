"""Sends the exchanges recorded with ODK Central again and compares the answers."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import requests

from tests.fakes.central_keys import PLAIN
from tests.fakes.replay import RECORDED, Exchange, binary, exchanges
from tests.fakes.replay_central_steps import Steps


class Run(Steps):
    """The fake, the bindings and what was not recorded but had to happen."""

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
