"""Serves recorded exchanges, one after the other, to whoever asks as it was asked then."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from werkzeug.wrappers import Request, Response

from processor.servers.http import Http, Retries, TokenAuth
from processor.servers.kobo.api import Api
from tests.fakes.clock import Clock
from tests.fakes.faults import Fault, Faults
from tests.fakes.replay import Exchange, exchanges
from tests.fakes.web import Server

FREE = {"fields", "limit", "sort", "format"}
"""Parameters that a client of ours may add or choose."""

SAME = {"base64Encoded": "file"}
"""The two ways in which a workbook can be sent; both are recorded."""


class Tape:
    def __init__(self) -> None:
        self.clock = Clock(datetime(2026, 11, 23, 12, 50, tzinfo=UTC))
        self.faults = Faults()
        self.problems: list[str] = []
        self.asked: list[Request] = []
        self._left: list[Exchange] = []
        self._server = Server(self)

    def __enter__(self) -> Tape:
        self._server.open()
        self.http = Http(
            self.url, TokenAuth("Token", "TOKEN_survey_ops"), retries=Retries(attempts=2), wait=lambda _: None
        )
        self.api = Api(self.http)
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()
        self._server.close()

    @property
    def url(self) -> str:
        return self._server.url

    def play(self, file: str, *indexes: int) -> list[Exchange]:
        """Wait for these exchanges, in this order."""
        known = exchanges("kobo", file)
        chosen = [known[index] for index in indexes]
        self._left += chosen
        return chosen

    def expire_sessions(self) -> None:
        """Nobody logs in here."""

    def respond(self, request: Request, fault: Fault | None) -> Response:
        self.asked.append(request)
        if not self._left:
            self.problems.append(f"unexpected {request.method} {request.full_path}")
            return Response(b"{}", 418, content_type="application/json")
        exchange = self._left.pop(0)
        self.problems += [f"{exchange.name}: {p}" for p in _differences(exchange.request, request)]
        return _answer(exchange.response)

    def assert_played(self) -> None:
        assert not self.problems, self.problems
        assert not self._left, [e.name for e in self._left]


def _differences(recorded: dict[str, Any], request: Request) -> list[str]:
    wanted = {
        "method": (recorded["method"], request.method),
        "path": (recorded["path"], request.path),
        "login": (recorded["headers"].get("Authorization"), request.headers.get("Authorization")),
        "query": (_query(recorded["query"]), _query(request.query_string.decode())),
    }
    query = dict(parse_qsl(recorded["query"] or ""))
    if query.get("format") == "json":
        wanted["accept"] = ("application/json", request.headers["Accept"])
    if query.get("format") == "xml":
        wanted["format"] = ("xml", request.args.get("format"))
    wanted |= _bodies(recorded.get("body"), request)
    return [f"{what}: recorded {old!r}, sent {new!r}" for what, (old, new) in wanted.items() if old != new]


def _bodies(body: Any, request: Request) -> dict[str, tuple[Any, Any]]:
    """JSON is compared in what was recorded, of a form the names of the fields."""
    if not isinstance(body, dict):
        return {}
    if "form_fields" in body or "files" in body:
        fields = [*(body.get("form_fields") or {}), *(body.get("files") or {})]
        names = sorted(SAME.get(name, name) for name in fields)
        return {"fields": (names, sorted([*request.form, *request.files]))}
    sent = request.get_json()
    return {"body": (list(body), [k for k in body if k in sent])}


def _query(text: str | None) -> dict[str, Any]:
    return {k: _value(v) for k, v in parse_qsl(text or "") if k not in FREE}


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _answer(response: dict[str, Any]) -> Response:
    body = response["body"]
    kind = response["headers"].get("Content-Type", "application/octet-stream")
    content = b"" if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    if response["status"] in (204, 304):
        return Response(status=response["status"])
    return Response(content, response["status"], content_type=kind)
