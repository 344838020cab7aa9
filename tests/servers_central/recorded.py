"""A server that answers with recorded exchanges and notes every request that differs from the recorded one."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from werkzeug.wrappers import Request, Response

from tests.fakes.clock import Clock
from tests.fakes.faults import Fault, Faults
from tests.fakes.replay import Exchange, binary, exchanges

HEADERS = ("if-none-match", "x-openrosa-version", "x-extended-metadata", "x-action-notes")
"""Request headers that change the meaning; the rest is compared where it is needed."""


def recorded(name: str) -> Exchange:
    """`03-form-deploy/4`."""
    file, _, index = name.partition("/")
    return exchanges("central", file)[int(index)]


@dataclass
class Step:
    """One exchange, with what our request has instead of what was recorded."""

    exchange: Exchange
    query: dict[str, str] | None = None
    """Ours, when it is not the recorded one: more or fewer columns, page sizes."""
    path: str = ""
    body: Callable[[Any], Any] = lambda body: body
    headers: dict[str, str] = field(default_factory=dict)


def step(name: str, **changes: Any) -> Step:
    return Step(recorded(name), **changes)


class Recorded:
    """Serves the steps in order; `differences` is empty when our client sent what was recorded."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self.clock = Clock(datetime(2026, 11, 23, 12, tzinfo=UTC))
        self.faults = Faults()
        self.left = list(steps)
        self.differences: list[str] = []

    def expire_sessions(self) -> None:
        """Nothing to end."""

    def respond(self, request: Request, fault: Fault | None) -> Response:
        if not self.left:
            self.differences.append(f"not recorded: {request.method} {request.full_path}")
            return _json({"message": "no step left"}, 400)
        found = self.left.pop(0)
        self._compare(found, request)
        return _answer(found)

    def _compare(self, found: Step, request: Request) -> None:
        wanted = found.exchange.request
        query = wanted.get("query") or {}
        self._same("method", wanted["method"], request.method)
        self._same("path", unquote(found.path or wanted["path"]), request.path)
        self._same("query", query if found.query is None else found.query, dict(request.args))
        for name in HEADERS:
            ours = request.headers.get(name)
            self._same(
                name,
                wanted["headers"].get(name),
                unquote(ours) if name == "x-action-notes" and ours else ours,
            )
        bearer = wanted["headers"].get("authorization", "").partition(" ")[0]
        if wanted["path"] != "/v1/sessions":
            self._same("authorization", bearer, request.headers.get("Authorization", "").partition(" ")[0])
        body = wanted.get("body")
        if isinstance(body, dict) and not any(key.startswith("$") for key in body):
            self._same("body", body, request.get_json())

    def _same(self, what: str, wanted: Any, found: Any) -> None:
        if wanted != found:
            self.differences.append(f"{what}: recorded {wanted!r}, sent {found!r}")


def _answer(found: Step) -> Response:
    response = found.exchange.response
    body = found.body(response.get("body"))
    kept = ("etag", "content-type", "location", "content-disposition")
    headers = {k: v for k, v in response["headers"].items() if k in kept} | found.headers
    if isinstance(body, dict) and "$zip" in body:
        data = _zip(body["$zip"])
    elif isinstance(body, dict) and "$binary" in body:
        data = binary(body["$binary"]["bytes"])
    elif isinstance(body, str):
        data = body.encode()
    else:
        data = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    answer = Response(data, response["status"])
    for name, value in headers.items():
        answer.headers[name] = value
    return answer


def _zip(files: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(
                name, content if isinstance(content, str) else binary(content["$binary"]["bytes"])
            )
    return out.getvalue()


def _json(value: Any, status: int) -> Response:
    return Response(json.dumps(value).encode(), status, mimetype="application/json")
