"""Each way in which a server or a gateway misbehaves."""

from __future__ import annotations

import logging

import pytest

from processor.errors import Message, ServerError
from processor.servers.http import Http, Retries, StatusError
from tests.servers_http.conftest import ROWS, Site


def test_get__transient_status__tried_again(http: Http, site: Site, waits: list[float]) -> None:
    for status in (429, 500, 502, 503, 504):
        site.faults.add("status", status=status)
        assert http.get_json("/rows") == ROWS
    assert len(waits) == 5


def test_get__transient_for_ever__status_error(http: Http, site: Site, waits: list[float]) -> None:
    site.faults.add("status", status=503, times=99)
    with pytest.raises(StatusError) as error:
        http.get_json("/rows")
    assert error.value.status == 503
    assert len(site.faults.served) == 4
    assert len(waits) == 3


def test_get__client_error__not_tried_again(http: Http, site: Site) -> None:
    with pytest.raises(StatusError) as error:
        http.get_json("/missing")
    assert len(site.requests) == 1
    assert error.value.code == "404.10"
    assert "gone" in str(error.value)


def test_get__retry_after__waits_at_least_that(http: Http, site: Site, waits: list[float]) -> None:
    site.faults.add("status", status=429, headers={"Retry-After": "17"})
    http.get_json("/rows")
    assert waits == [17.0]


def test_get__retry_after_of_a_day__capped(http: Http, site: Site, waits: list[float]) -> None:
    site.faults.add("status", status=429, headers={"Retry-After": "86400"})
    http.get_json("/rows")
    assert waits == [Retries().longest]


@pytest.mark.parametrize("kind", ["reset", "reset_after", "cut", "cut_gzip"])
def test_get__broken_once__whole_answer(http: Http, site: Site, kind: str) -> None:
    site.faults.add(kind)
    assert http.get_json("/rows") == ROWS
    assert site.faults.served == [kind]


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("reset", Message.HTTP_UNREACHABLE),
        ("reset_after", Message.HTTP_UNREACHABLE),
        ("cut", Message.HTTP_INCOMPLETE),
        ("cut_gzip", Message.HTTP_INCOMPLETE),
        ("html", Message.HTTP_NOT_DATA),
    ],
)
def test_get__broken_for_ever__server_error(http: Http, site: Site, kind: str, message: Message) -> None:
    site.faults.add(kind, times=99)
    with pytest.raises(ServerError) as error:
        http.get_json("/rows")
    assert error.value.message is message
    assert len(site.faults.served) == 4


def test_get__html_with_200__tried_again(http: Http, site: Site) -> None:
    site.faults.add("html")
    assert http.get_json("/rows") == ROWS


def test_get_xml__html_with_200__tried_again(http: Http, site: Site) -> None:
    site.faults.add("html", times=99)
    with pytest.raises(ServerError) as error:
        http.request("GET", "/file", expect="xml")
    assert error.value.message is Message.HTTP_NOT_DATA


def test_get__chunked_cut_short__tried_again(http: Http, site: Site) -> None:
    assert http.get_json("/chunks") == ROWS
    site.faults.add("cut_chunks", times=99)
    with pytest.raises(ServerError) as error:
        http.get_json("/chunks")
    assert error.value.message is Message.HTTP_INCOMPLETE


def test_get__broken_json_of_right_length__fault(http: Http, site: Site) -> None:
    with pytest.raises(ServerError) as error:
        http.get_json("/broken-json")
    assert error.value.message is Message.HTTP_INCOMPLETE
    assert len(site.requests) == 4


def test_get__slow_drip__whole_answer(http: Http, site: Site) -> None:
    site.faults.add("drip", chunk=200, pause=0)
    assert http.get_json("/rows") == ROWS


def test_get__drip_beyond_the_time_of_an_attempt__given_up(server, site: Site) -> None:  # type: ignore[no-untyped-def]
    site.faults.add("drip", chunk=20, pause=0.02)
    with (
        Http(server.url, retries=Retries(attempts=1), attempt_seconds=0.1) as http,
        pytest.raises(ServerError) as error,
    ):
        http.get_json("/rows")
    assert error.value.values["detail"] == "too slow"


def test_get__silent_server__given_up(server, site: Site) -> None:  # type: ignore[no-untyped-def]
    site.faults.add("drip", chunk=1000, pause=0.6)
    with (
        Http(server.url, retries=Retries(attempts=1), timeouts=(1, 0.1)) as http,
        pytest.raises(ServerError) as error,
    ):
        http.request("GET", "/file", expect="any")
    assert error.value.message is Message.HTTP_INCOMPLETE


def test_get__larger_than_the_limit__refused_at_once(server, site: Site) -> None:  # type: ignore[no-untyped-def]
    with Http(server.url, limit=1000) as http, pytest.raises(ServerError) as error:
        http.get_json("/rows")
    assert error.value.message is Message.HTTP_LARGE
    assert len(site.requests) == 1


def test_get__nobody_listens__server_error(waits: list[float]) -> None:
    http = Http("http://127.0.0.1:9", retries=Retries(attempts=2), wait=waits.append)
    with http, pytest.raises(ServerError) as error:
        http.get_json("/rows")
    assert error.value.message is Message.HTTP_UNREACHABLE
    assert error.value.__cause__ is None


@pytest.mark.parametrize("kind", ["reset", "reset_after", "html", "cut"])
def test_write__broken__sent_once_and_unsure(http: Http, site: Site, kind: str) -> None:
    site.faults.add(kind, times=9)
    with pytest.raises(ServerError) as error:
        http.request("POST", "/echo", json={"a": "x" * 500})
    assert error.value.message is Message.HTTP_UNSURE
    assert len(site.faults.served) == 1


def test_write__transient_status__not_repeated(http: Http, site: Site) -> None:
    site.faults.add("status", status=503, times=9)
    with pytest.raises(StatusError):
        http.request("POST", "/echo", json={})
    assert len(site.faults.served) == 1


def test_write__repeating_is_safe__repeated(http: Http, site: Site) -> None:
    site.faults.add("reset_after", times=2)
    answer = http.request("PUT", "/echo", data=b"<a/>", safe=True)
    assert answer.value["body"] == "<a/>"
    assert len(site.requests) == 3


def test_errors__secrets_and_query__never_shown(
    http: Http, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="processor")
    site.faults.add("reset", times=99)
    with pytest.raises(ServerError) as error:
        http.get_json("/v1/key/SECRETKEY/projects/1", params={"filter": "Trần Thị Hoa"})
    shown = str(error.value) + repr(error.value) + repr(error.value.__context__) + caplog.text
    assert "SECRETKEY" not in shown
    assert "Hoa" not in shown
    assert "/v1/key/***/projects/1" in shown
    assert "attempt 2" in caplog.text
