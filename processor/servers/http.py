"""The one HTTP layer of the clients of form servers: the only place that retries.

What a caller gets is a whole, well-formed answer or an error: a page of HTML where JSON was asked for, a
truncated body or a damaged gzip stream is a fault even with status 200. GET and HEAD are tried again; a write
only when the caller says that repeating it is safe. Nothing secret and no query stands in an error, a log line
or a `repr`.
"""

from __future__ import annotations

import hashlib
import logging
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import requests

from processor.errors import Message, ServerError
from processor.servers.http_address import Address
from processor.servers.http_body import (
    BodyError,
    TooLargeError,
    bounded,
    media_type,
    parse_json,
    pieces,
    whole,
)
from processor.servers.http_items import Hook, parse_items
from processor.servers.http_send import Sender
from processor.servers.http_types import (
    Answer,
    Auth,
    Call,
    Download,
    Expect,
    RetryError,
    StatusError,
    TokenAuth,
    refusal,
)
from processor.servers.http_wait import Retries

__all__ = ["Answer", "Auth", "Download", "Http", "Retries", "StatusError", "TokenAuth"]

log = logging.getLogger(__name__)

LIMIT = 256 * 1024 * 1024
_WITHOUT_BODY = (204, 205, 304)
_PAGES = ("text/html", "application/xhtml+xml")
T = TypeVar("T")


class Http:
    """Requests to one server. Safe for several threads; `close` it at the end."""

    def __init__(
        self,
        base_url: str,
        auth: Auth | None = None,
        *,
        retries: Retries | None = None,
        timeouts: tuple[float, float] = (10.0, 60.0),
        attempt_seconds: float = 900.0,
        pool: int = 4,
        plain: bool = False,
        ca_file: Path | None = None,
        limit: int = LIMIT,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self.address = Address(base_url, plain=plain)
        self.auth = auth
        self.retries = retries or Retries()
        self._attempt_seconds = attempt_seconds
        self._limit = limit
        self._wait = wait
        self._sender = Sender(self.address, timeouts, pool, ca_file)

    def __repr__(self) -> str:
        return f"Http({self.address.origin!r})"

    def __enter__(self) -> Http:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._sender.close()

    def rebase(self, link: str) -> str:
        """An absolute link of the server (built from its own configured name) on our base address."""
        return self.address.rebase(link)

    def get_json(self, path: str, *, params: Mapping[str, Any] | None = None, **json_options: Any) -> Any:
        """GET and parse; the plain case of `request`."""
        return self.request("GET", path, params=params, json_options=json_options).value

    def request(
        self,
        method: str,
        path: str,
        *,
        ok: tuple[int, ...] = (200,),
        expect: Expect = "json",
        safe: bool = False,
        json_options: Mapping[str, Any] | None = None,
        items: Hook | None = None,
        **options: Any,
    ) -> Answer:
        """Send and read the whole answer. `safe`: repeating this write does no harm.

        `items`: the JSON is a long list, of which only what this hook makes of its objects is ever held.

        `path` begins with a slash, or is a link of this server. Options: params, json, data, files (bytes), headers, auth.
        Raises StatusError for a status outside `ok`, ServerError when no whole answer can be had.
        """
        call = self._call(method, path, ok, expect, safe, options)
        if items is not None:
            return self._persist(call, lambda response: self._list(call, response, items))
        return self._persist(call, lambda response: self._read(call, response, json_options or {}))

    def download(
        self, path: str, target: Path, *, ok: tuple[int, ...] = (200,), expect: Expect = "any", **options: Any
    ) -> Download:
        """GET into a file that appears under its name only when it is whole. A 304 in `ok` leaves the file alone."""
        call = self._call("GET", path, ok, expect, False, options)
        return self._persist(call, lambda response: self._save(call, response, target))

    def _call(
        self,
        method: str,
        path: str,
        ok: tuple[int, ...],
        expect: Expect,
        safe: bool,
        options: Mapping[str, Any],
    ) -> Call:
        url = self.address.join(path)
        repeatable = safe or method in ("GET", "HEAD")
        return Call(method, url, self.address.shown(url), ok, expect, repeatable, options)

    def _persist(self, call: Call, finish: Callable[[requests.Response], T]) -> T:
        """Try until there is a result, an error that stays, or no attempt left."""
        failed = 0
        while True:
            try:
                return self._attempt(call, finish)
            except RetryError as fault:
                failed += 1
                last = fault
            if not call.safe or failed >= self.retries.attempts:
                raise self._given_up(call, last, failed)
            seconds = self.retries.seconds(failed, last.retry_after)
            log.info(
                "%s %s: %s; attempt %d in %.1f s", call.method, call.shown, last.detail, failed + 1, seconds
            )
            self._wait(seconds)

    def _given_up(self, call: Call, last: RetryError, attempts: int) -> ServerError:
        """The error that tells what the last attempt met."""
        if last.error is not None:
            return last.error
        message = last.message
        if not call.safe:
            message = Message.HTTP_UNSURE
        return ServerError(
            message,
            method=call.method,
            path=call.shown,
            detail=last.detail,
            attempts=attempts,
            expected=call.expect.upper(),
            found=last.detail,
        )

    def _attempt(self, call: Call, finish: Callable[[requests.Response], T]) -> T:
        """One attempt: at most one renewal of the login, then the whole answer."""
        auth: Auth | None = call.options.get("auth", self.auth)
        response = self._sender.send(call, auth)
        try:
            if response.status_code not in call.ok:
                refused = self._error_answer(response)
                if refused.status != 401 or auth is None or not auth.renew(refused):
                    raise refusal(call, refused, auth)
                response.close()
                response = self._sender.send(call, auth)
                if response.status_code not in call.ok:
                    raise refusal(call, self._error_answer(response), auth)
            return finish(response)
        except BodyError as fault:
            detail, found = fault.detail, fault.found
        except TooLargeError:
            raise ServerError(
                Message.HTTP_LARGE, method=call.method, path=call.shown, limit=self._limit
            ) from None
        finally:
            response.close()
        raise RetryError(found or detail, message=Message.HTTP_NOT_DATA if found else Message.HTTP_INCOMPLETE)

    def _error_answer(self, response: requests.Response) -> Answer:
        """An answer whose body only explains: what of it cannot be read is left out."""
        try:
            body = whole(response, self._attempt_seconds, self._limit, provable=False)
        except (BodyError, TooLargeError):
            body = b""
        return Answer(response.status_code, response.headers, body)

    def _read(self, call: Call, response: requests.Response, json_options: Mapping[str, Any]) -> Answer:
        if call.method == "HEAD" or response.status_code in _WITHOUT_BODY:
            return Answer(response.status_code, response.headers, b"")
        _expected(call.expect, response)
        body = whole(response, self._attempt_seconds, self._limit, provable=call.expect != "json")
        value = parse_json(body, **json_options) if call.expect == "json" else None
        return Answer(response.status_code, response.headers, body, value)

    def _list(self, call: Call, response: requests.Response, hook: Hook) -> Answer:
        """The answer without its text: the elements of its list alone."""
        if response.status_code in _WITHOUT_BODY:
            return Answer(response.status_code, response.headers, b"")
        _expected(call.expect, response)
        parts = bounded(pieces(response, self._attempt_seconds, provable=False), self._limit)
        return Answer(response.status_code, response.headers, b"", parse_items(parts, hook))

    def _save(self, call: Call, response: requests.Response, target: Path) -> Download:
        status, headers = response.status_code, response.headers
        if status in _WITHOUT_BODY:
            return Download(target, 0, "", status, headers)
        _expected(call.expect, response)
        digest, size = hashlib.sha256(), 0
        partial = target.with_name(target.name + ".part")
        try:
            with partial.open("wb") as file:
                for piece in pieces(response, self._attempt_seconds):
                    file.write(piece)
                    digest.update(piece)
                    size += len(piece)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
        return Download(target, size, digest.hexdigest(), status, headers)


def _expected(expect: Expect, response: requests.Response) -> None:
    """Refuse a page of HTML, and anything but JSON where JSON was asked for, whatever the status says."""
    found = media_type(response)
    if found in _PAGES or (expect == "json" and not found.endswith("json")):
        raise BodyError("another type", found=f"{found or 'no type'} with status {response.status_code}")
