"""Sends the exchanges recorded with KoboToolbox again and compares the answers."""

from __future__ import annotations

import base64
import json
import re
from typing import Any
from urllib.parse import parse_qsl

import requests

from tests.fakes.replay import STAMP, Exchange, binary
from tests.fakes.replay_kobo_steps import SUMMARISED, Steps
from tests.fakes.replay_workbooks import workbook

PARTLY = {
    f"{file}/{index}"
    for file, indexes in (
        ("02b_deploy_versions", (3, 15, 18, 20, 21, 29, 30, 31, 35)),
        ("04a_data_read", (27, 28, 29)),
        ("04b_data_write", (0, 3, 10, 13, 16, 19, 28)),
        ("04d_paging_and_sync", (0, 1, 2, 3, 4, 11)),
        ("07_permissions", (21,)),
    )
    for index in indexes
}
"""Recordings that keep only some keys: what they lack is no difference."""


class Run(Steps):
    """The fake, the bindings and what was not recorded but had to happen."""

    def play(self, exchange: Exchange) -> list[str]:
        """Send, compare, learn."""
        self.replay.differences.clear()
        self.replay.strict = exchange.name not in PARTLY
        if exchange.name in self.before:
            self.before[exchange.name]()
        request = exchange.request
        headers = {
            k: self.replay.text(v) for k, v in request["headers"].items() if v and "multipart" not in v
        }
        query = [
            (k, self.replay.text(v)) for k, v in parse_qsl(request.get("query") or "", keep_blank_values=True)
        ]
        body = self._body(request.get("body"), request["headers"].get("Content-Type", ""))
        if "data" in body and "files" not in body:
            headers.setdefault("Content-Type", request["headers"].get("Content-Type", ""))
        path = self.replay.text(request["path"])
        found = self.replay.send(request["method"], path, params=query, headers=headers, **body)
        self._compare(exchange, found)
        return list(self.replay.differences)

    def _body(self, body: Any, kind: str) -> dict[str, Any]:
        if body is None:
            return {}
        if not isinstance(body, dict) or not set(body) <= {"form_fields", "files"}:
            return {"data": self.replay.text(json.dumps(body)).encode()}
        fields = body.get("form_fields")
        if isinstance(fields, str) and fields != "None":
            return {"data": fields.encode()}
        fields = (
            {} if not isinstance(fields, dict) else {k: self._field(k, v, fields) for k, v in fields.items()}
        )
        files = {n: self._file(f) for n, f in (body.get("files") or {}).items()}
        if "multipart" in kind:
            return {"data": fields, "files": files or {"": ("", b"")}}
        return {"data": requests.models.RequestEncodingMixin._encode_params(fields)}

    def _field(self, name: str, value: str, fields: dict[str, str]) -> str:
        if name == "base64Encoded" and value.endswith("chars)"):
            return "base64:" + base64.b64encode(workbook(self.first, fields["name"])).decode()
        return self.replay.text(value)

    def _file(self, file: dict[str, Any]) -> tuple[str, bytes, str]:
        if file["filename"].endswith(".xlsx"):
            return file["filename"], workbook(self.first, file["filename"]), file["content_type"]
        text = file.get("text")
        content = binary(file["bytes"] or 0) if text is None else self.replay.text(text).encode()
        return file["filename"], content, file["content_type"]

    def _compare(self, exchange: Exchange, found: requests.Response) -> None:
        recorded = exchange.response
        if recorded["status"] != found.status_code:
            self.replay.differ("status", recorded["status"], f"{found.status_code} {found.text[:300]}")
            return
        for name in ("Content-Type", "Location", "X-OpenRosa-Version", "X-OpenRosa-Accept-Content-Length"):
            if name in recorded["headers"] and found.status_code not in (204,):
                self.replay.compare(recorded["headers"][name], found.headers.get(name), name)
        challenge = recorded["headers"].get("WWW-Authenticate", "").partition(" ")[0]
        if challenge != found.headers.get("WWW-Authenticate", "").partition(" ")[0]:
            self.replay.differ("WWW-Authenticate", challenge, found.headers.get("WWW-Authenticate"))
        self._compare_body(exchange, recorded.get("body"), found)

    def _compare_body(self, exchange: Exchange, body: Any, found: requests.Response) -> None:
        if isinstance(body, str):
            if not SUMMARISED.fullmatch(body) and not body.startswith("PK"):
                self._compare_text(body, found.text)
        elif body is not None and not (isinstance(body, dict) and "results[0].url" in body):
            answer = found.json()
            if exchange.name in ("07_permissions/5", "07_permissions/17"):
                return
            if isinstance(body, dict) and isinstance(body.get("results"), list):
                answer = self._summarised(body["results"], answer)
            self.replay.compare(body, answer)

    def _summarised(self, recorded: list[Any], answer: dict[str, Any]) -> dict[str, Any]:
        """Some recordings keep ids only, or the first two and the last row of a page."""
        rows = answer["results"]
        if recorded and isinstance(recorded[0], int):
            rows = [r["_id"] for r in rows]
        if len(recorded) == 3 and len(rows) > 3:
            rows = [*rows[:2], rows[-1]]
        return {**answer, "results": rows}

    def _compare_text(self, recorded: str, found: str) -> None:
        if "<h:html" in recorded:
            return
        old, new = _plain(self.replay.text(recorded)), _plain(found)
        # one recorded page is cut in the middle
        self.replay.compare(old, new if old.rstrip().endswith(">") else new[: len(old)], "body")


def _plain(text: str) -> str:
    """Without what is the server's own: hashes, labels of versions."""
    return re.sub(r"\d+ \(STAMP\)", "VERSION", STAMP.sub("STAMP", re.sub(r"md5:[0-9a-f]{32}", "md5", text)))
