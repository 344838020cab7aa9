"""Real HTTP/1.1 on loopback with kept connections; the only module that touches sockets and applies faults."""

from __future__ import annotations

import gzip
import os
import re
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterable
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any, Protocol
from urllib.parse import unquote_to_bytes, urlsplit

from werkzeug.wrappers import Request, Response

from tests.fakes.clock import Clock
from tests.fakes.faults import Fault, Faults

GATEWAY_PAGE = (
    b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
)
_GZIP_FROM = 200


class Application(Protocol):
    """What the transport serves."""

    clock: Clock
    faults: Faults

    def respond(self, request: Request, fault: Fault | None) -> Response:
        """Serve one request."""

    def expire_sessions(self) -> None:
        """Every login ends."""


class Routes:
    """Method and path template -> handler; `{name}` matches one path segment, `{name*}` any number."""

    def __init__(self) -> None:
        self._table: list[tuple[str, re.Pattern[str], Callable[..., Response]]] = []

    def add(self, methods: str, template: str, handler: Callable[..., Response]) -> None:
        """Append a route; earlier ones win."""
        pattern = re.escape(template).replace(r"\{", "{").replace(r"\}", "}").replace(r"\*}", "*}")
        pattern = re.sub(r"{(\w+)\*}", r"(?P<\1>.+?)", pattern)
        pattern = re.sub(r"{(\w+)}", r"(?P<\1>[^/]+?)", pattern)
        for method in methods.split():
            self._table.append((method, re.compile(pattern), handler))

    def find(self, method: str, path: str) -> tuple[Callable[..., Response], dict[str, str]] | None:
        """The handler and the values of the path."""
        for known, pattern, handler in self._table:
            if known == method and (match := pattern.fullmatch(path)):
                return handler, match.groupdict()
        return None

    def knows(self, path: str) -> bool:
        """Is there any method for this path?"""
        return any(pattern.fullmatch(path) for _, pattern, _ in self._table)


class Server(ThreadingHTTPServer):
    """Serves one application in threads until `close`."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, application: Application, port: int = 0) -> None:
        self.application = application
        super().__init__(("127.0.0.1", port), _Handler)
        self._thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True
        )

    @property
    def url(self) -> str:
        """Base address, without a slash at the end."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def open(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def close(self) -> None:
        """Stop and free the port."""
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error of ours; anything else is shown."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        application = self.server.application
        fault = application.faults.take(f"{self.command} {self.path}")
        if fault is not None and self._early(fault):
            return
        response = application.respond(Request(self._environ(body)), fault)
        if fault is not None and fault.kind == "reset_after":
            self._reset()
            return
        self._write(response, fault)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _serve

    def _early(self, fault: Fault) -> bool:
        """Faults that come before serving; True when the request is done with."""
        match fault.kind:
            case "reset":
                self._reset()
            case "status":
                self._write(
                    Response(b'{"message": "fault"}', fault.status, fault.headers, "application/json"), None
                )
            case "html":
                self._write(Response(GATEWAY_PAGE, fault.status, fault.headers, "text/html"), None)
            case "redirect":
                self._write(Response(b"", 302, {"Location": fault.to}), None)
            case "expire":
                self.server.application.expire_sessions()
                return False
            case "before":
                assert fault.call is not None
                fault.call()
                return False
            case _:
                return False
        return True

    def _environ(self, body: bytes) -> dict[str, Any]:
        parts = urlsplit(self.path)
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(parts.path).decode("latin-1"),
            "RAW_URI": self.path,
            "QUERY_STRING": parts.query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": str(self.server.server_address[1]),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(body),
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
        }
        for name, value in self.headers.items():
            environ["HTTP_" + name.upper().replace("-", "_")] = value
        return environ

    def _write(self, response: Response, fault: Fault | None) -> None:
        streamed = response.is_streamed
        self.send_response_only(response.status_code)
        self.send_header("Date", format_datetime(self.server.application.clock.now(), usegmt=True))
        for name, value in response.headers:
            if name != "Content-Length":
                self.send_header(name, value)
        empty = self.command == "HEAD" or response.status_code in (204, 304)
        chunks = fault is None or fault.kind in ("before", "expire", "rows", "cut_chunks")
        if streamed and chunks and not empty:
            self._write_chunks(response.response, cut=fault is not None and fault.kind == "cut_chunks")
            return
        body = b"" if empty else response.get_data()
        body, fault = self._encode(body, fault)
        if fault is not None and fault.kind == "no_length":
            self.close_connection = True
        elif response.status_code not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self._send(body, fault)

    def _encode(self, body: bytes, fault: Fault | None) -> tuple[bytes, Fault | None]:
        """Compress as a front proxy does when the client takes it."""
        if "gzip" not in self.headers.get("Accept-Encoding", "") or len(body) < _GZIP_FROM:
            return body, fault
        packed = gzip.compress(body, 1)
        if fault is not None and fault.kind == "cut_gzip":
            packed, fault = packed[: len(packed) // 2], None
        self.send_header("Content-Encoding", "gzip")
        return packed, fault

    def _send(self, body: bytes, fault: Fault | None) -> None:
        if fault is not None and fault.kind == "cut":
            self.wfile.write(body[: int(len(body) * fault.keep)])
            self.wfile.flush()
            self.close_connection = True
        elif fault is not None and fault.kind == "drip":
            for start in range(0, len(body), fault.chunk):
                self.wfile.write(body[start : start + fault.chunk])
                self.wfile.flush()
                time.sleep(fault.pause)
        else:
            self.wfile.write(body)

    def _write_chunks(self, parts: Iterable[Any], *, cut: bool) -> None:
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for part in parts:
            data = part.encode() if isinstance(part, str) else part
            if data:
                self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            if cut:
                self.close_connection = True
                return
        self.wfile.write(b"0\r\n\r\n")

    def _reset(self) -> None:
        """An RST, as from a crashed proxy: lingering off, then close."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        os.close(self.connection.detach())
