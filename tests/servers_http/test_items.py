"""Lists that are read while they come: whole or not at all, however they are cut."""

from __future__ import annotations

import json
import random
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from processor.errors import Message, ServerError
from processor.servers import http_items
from processor.servers.http import Http
from processor.servers.http_body import BodyError
from processor.servers.http_items import parse_items
from tests.servers_http.conftest import ROWS, Site

LISTS = (
    "[]",
    " [ ] \n",
    "[1]",
    "[12, -3.5e1,true ,null]",
    '["", "a,]b", "\\"]", "Nguyễn 😀", "\\ud83d\\ude00"]',
    '[{"a": {"b": [1, {"c": 2}]}}, {}, [] , [[1], {"d": ""}]]\r\n\t',
    json.dumps(ROWS, ensure_ascii=False),
)
BROKEN = (
    "", " ", "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1]]", "[1] x", "{}", "1", '"[1]"', "[1}", '["a]', "[tru]",
    '[{"a": 1}, {"a"', "\ufeff[1]", "[1][2]", "[1],",
)  # fmt: skip


def _same(entry: dict[str, Any]) -> Any:
    return entry


def _cut(text: bytes, size: int) -> Iterator[bytes]:
    return (text[start : start + size] for start in range(0, len(text), size))


@pytest.fixture(params=[http_items.BLOCK, 1])
def block(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_items, "BLOCK", request.param)


@pytest.mark.usefixtures("block")
@pytest.mark.parametrize("size", [1, 2, 7, 100_000])
@pytest.mark.parametrize("text", LISTS)
def test_list__cut_anywhere__as_parsed_at_once(text: str, size: int) -> None:
    assert parse_items(_cut(text.encode(), size), _same) == json.loads(text)


@pytest.mark.usefixtures("block")
@pytest.mark.parametrize("text", BROKEN)
def test_no_list__refused(text: str) -> None:
    for size in (1, 100):
        with pytest.raises(BodyError):
            parse_items(_cut(text.encode(), size), _same)


def test_any_beginning_of_a_list__refused() -> None:
    text = json.dumps(ROWS[:3]).encode()
    for end in range(len(text)):
        with pytest.raises(BodyError):
            parse_items(_cut(text[:end], 50), _same)


def test_no_utf8__refused() -> None:
    with pytest.raises(BodyError):
        parse_items([b'["\xff"]'], _same)


def test_too_deep__refused() -> None:
    with pytest.raises(BodyError):
        parse_items([b"[" + b'{"a":[' * 50_000], _same)


def test_hook__inner_objects_first() -> None:
    text = b'[{"id": 1, "by": {"name": "A"}}, {"id": 2, "by": {"name": "B"}}]'
    found = parse_items(_cut(text, 10), lambda e: e["name"] if "name" in e else (e["id"], e["by"]))
    assert found == [(1, "A"), (2, "B")]


def test_memory__what_the_hook_makes_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a list of 4 MB nothing near 4 MB is ever held."""
    monkeypatch.setattr(http_items, "BLOCK", 4096)
    entry = json.dumps({"text": "x" * 1000, "id": 7}).encode()
    pieces = (b"[" + entry if n == 0 else b"," + entry for n in range(4000))
    tracemalloc.start()
    try:
        found = parse_items(_ended(pieces), lambda e: e["id"])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found == [7] * 4000
    assert peak < 400_000


def _ended(pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield from pieces
    yield b"]"


def test_long_element__looked_at_a_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_items, "BLOCK", 100)
    text = json.dumps([{"text": "x" * 20_000}]).encode()
    looked = []
    real = json.JSONDecoder.raw_decode

    def counted(self: json.JSONDecoder, text: str, place: int = 0) -> Any:
        looked.append(place)
        return real(self, text, place)

    monkeypatch.setattr(json.JSONDecoder, "raw_decode", counted)
    assert len(parse_items(_cut(text, 100), _same)) == 1
    assert len(looked) < 12


@pytest.mark.parametrize("kind", ["reset", "reset_after", "cut", "cut_gzip", "html"])
def test_request__broken_once__whole_list(http: Http, site: Site, kind: str) -> None:
    site.faults.add(kind)
    answer = http.request("GET", "/rows", items=_same)
    assert (answer.value, answer.body) == (ROWS, b"")
    assert site.faults.served == [kind]


def test_request__chunked_cut_short__tried_again(http: Http, site: Site) -> None:
    site.faults.add("cut")
    assert http.request("GET", "/chunks", items=_same).value == ROWS
    assert len(site.requests) == 2


def test_request__broken_for_ever__error(http: Http, site: Site) -> None:
    with pytest.raises(ServerError) as error:
        http.request("GET", "/broken-json", items=_same)
    assert error.value.message is Message.HTTP_INCOMPLETE


def test_request__not_modified__no_list(http: Http) -> None:
    assert http.request("GET", "/same", ok=(200, 304), items=_same).value is None


def test_request__larger_than_the_limit__refused_at_once(server: Any, site: Site) -> None:
    with Http(server.url, limit=1000) as http, pytest.raises(ServerError) as error:
        http.request("GET", "/rows", items=_same)
    assert error.value.message is Message.HTTP_LARGE
    assert len(site.requests) == 1


def test_random_lists__as_parsed_at_once() -> None:
    dice = random.Random(5)
    for _ in range(60):
        value = [_value(dice, 3) for _ in range(dice.randrange(6))]
        text = json.dumps(value, indent=dice.choice([None, 1]), ensure_ascii=dice.random() < 0.5).encode()
        assert parse_items(_cut(text, dice.randint(1, 9)), _same) == value


def _value(dice: random.Random, depth: int) -> Any:
    if depth and dice.random() < 0.5:
        inner = [_value(dice, depth - 1) for _ in range(dice.randrange(4))]
        return inner if dice.random() < 0.5 else dict(zip("abcd", inner, strict=False))
    return dice.choice([None, True, 0, -1.5, 10**20, "", "]", "},{", '"\\', "ễ\u2028", "\n"])
