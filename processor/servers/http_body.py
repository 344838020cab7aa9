"""Reads the body of a response so that a part is never taken for the whole.

urllib3's own decoder returns what it has when a gzip stream ends too early, so decoding is done here:
a body counts only when its announced length, its last chunk or its gzip trailer has been seen.
"""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

CHUNK = 64 * 1024


class BodyError(Exception):
    """The body is incomplete, damaged or not what was asked for; asking again may help."""

    def __init__(self, detail: str, found: str = "") -> None:
        self.detail = detail
        self.found = found
        super().__init__(detail)


class TooLargeError(Exception):
    """The body is larger than the caller can hold; asking again does not help."""


def pieces(response: requests.Response, seconds: float, *, provable: bool = True) -> Iterator[bytes]:
    """The decoded body in pieces; BodyError when it is not whole or lasts longer than `seconds`.

    `provable`: a body without length, chunks or gzip trailer is refused, as its end proves nothing.
    """
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", ""):
        raise BodyError(f"encoding {encoding[:20]!r}")
    packed = encoding == "gzip"
    if provable and not packed and not _announced(response):
        raise BodyError("no announced length")
    raw = _raw(response, time.monotonic() + seconds)
    yield from _unpacked(raw) if packed else raw


def whole(response: requests.Response, seconds: float, limit: int, *, provable: bool = True) -> bytes:
    """The decoded body in memory; TooLargeError beyond `limit` bytes."""
    return b"".join(bounded(pieces(response, seconds, provable=provable), limit))


def bounded(parts: Iterable[bytes], limit: int) -> Iterator[bytes]:
    """The same pieces; TooLargeError when they are more than `limit` bytes."""
    size = 0
    for piece in parts:
        size += len(piece)
        if size > limit:
            raise TooLargeError
        yield piece


def parse_json(body: bytes, **options: Any) -> Any:
    """The JSON value of a body; BodyError when it is none."""
    try:
        return json.loads(body, **options)
    except (ValueError, RecursionError):
        raise BodyError("not valid JSON") from None


def media_type(response: requests.Response) -> str:
    """`application/json` of `application/json; charset=utf-8`."""
    return response.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def _announced(response: requests.Response) -> bool:
    headers = response.headers
    return "Content-Length" in headers or headers.get("Transfer-Encoding", "").lower() == "chunked"


def _raw(response: requests.Response, deadline: float) -> Iterator[bytes]:
    """Bytes as they came. Reads what is there (`read1`), so that the deadline also holds for a slow drip."""
    while True:
        try:
            piece = response.raw.read1(CHUNK, decode_content=False)
        except ReadTimeoutError:
            raise BodyError("silence in the middle") from None
        except (HTTPError, OSError):
            raise BodyError("cut off") from None
        if not piece:
            return
        if time.monotonic() > deadline:
            raise BodyError("too slow")
        yield piece


def _unpacked(raw: Iterator[bytes]) -> Iterator[bytes]:
    decoder = zlib.decompressobj(wbits=31)
    started = False
    for piece in raw:
        while piece:
            if decoder.eof:
                decoder = zlib.decompressobj(wbits=31)
            try:
                data = decoder.decompress(piece, CHUNK)
            except zlib.error:
                raise BodyError("damaged gzip") from None
            started = True
            piece = decoder.unconsumed_tail or decoder.unused_data
            if data:
                yield data
    if started and not decoder.eof:
        yield from _rest(decoder)


def _rest(decoder: Any) -> Iterator[bytes]:
    """What the decoder still holds; the end of the stream must come with it."""
    data = decoder.flush()
    if not decoder.eof:
        raise BodyError("gzip cut off")
    yield data
