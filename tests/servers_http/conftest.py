"""A server of a few addresses over real HTTP, with the faults of the fakes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from werkzeug.wrappers import Request, Response

from processor.servers.http import Auth, Http, Retries
from tests.fakes.clock import Clock
from tests.fakes.faults import Fault, Faults
from tests.fakes.web import Server

ROWS = [{"id": n, "text": "Nguyễn " * 20} for n in range(50)]
AT = datetime(2026, 1, 10, 8, tzinfo=UTC)


class Site:
    """`/rows` as JSON, `/chunks` streamed, `/file` bytes, `/echo` what came; `token` is asked for when set."""

    def __init__(self) -> None:
        self.clock = Clock(AT)
        self.faults = Faults()
        self.requests: list[Request] = []
        self.token = ""
        self.bare = False

    def expire_sessions(self) -> None:
        self.token = "second"

    def respond(self, request: Request, fault: Fault | None) -> Response:
        self.requests.append(request)
        if self.token and request.headers.get("Authorization") != f"Bearer {self.token}":
            return _json({"message": "Could not authenticate: Bearer first", "code": 401.2}, 401)
        match request.path:
            case "/rows":
                return _json(ROWS)
            case "/chunks":
                text = json.dumps(ROWS).encode()
                return Response(
                    (text[i : i + 500] for i in range(0, len(text), 500)), mimetype="application/json"
                )
            case "/file":
                return Response(bytes(range(256)) * 4000, mimetype="image/jpeg")
            case "/old":
                return Response(b"", 301, {"Location": "/rows"})
            case "/cookie":
                return Response(b"{}", 200, {"Set-Cookie": "session=x"}, mimetype="application/json")
            case "/missing":
                return Response(b'{"message": "gone", "code": 404.10}', 404, mimetype="application/json")
            case "/same":
                return Response(b"", 304, {"ETag": "x"})
            case "/broken-json":
                return Response(b'[{"id": 1}, {"i', mimetype="application/json")
            case "/gone":
                return Response(b"", 204)
        return _json(
            {"headers": dict(request.headers), "args": request.args, "body": request.get_data(as_text=True)}
        )


def _json(value: object, status: int = 200) -> Response:
    return Response(json.dumps(value).encode(), status, mimetype="application/json")


class Login(Auth):
    """A login that is renewed once to the server's present token."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.token = "first"
        self.renewed = 0
        self.helps = True

    def __call__(self, request):  # type: ignore[no-untyped-def]
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request

    def renew(self, answer) -> bool:  # type: ignore[no-untyped-def]
        self.renewed += 1
        self.token = self.site.token if self.helps else self.token
        return self.helps

    def secrets(self) -> tuple[str, ...]:
        return ("first", "second")


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def server(site: Site) -> Iterator[Server]:
    server = Server(site)
    server.open()
    yield server
    server.close()


@pytest.fixture
def waits() -> list[float]:
    """The waits that the layer asked for (nobody sleeps)."""
    return []


@pytest.fixture
def http(server: Server, waits: list[float]) -> Iterator[Http]:
    with Http(server.url, retries=Retries(attempts=4), timeouts=(5, 5), wait=waits.append) as layer:
        yield layer
