"""What the layer sends, follows, saves and refuses."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from processor.errors import ConfigError, Message, ServerError
from processor.servers.http import Http, Retries, StatusError, TokenAuth
from tests.fakes.web import Server
from tests.servers_http.conftest import AT, ROWS, Login, Site


def test_login__expired__renewed_once(server: Server, site: Site) -> None:
    site.token = "first"
    login = Login(site)
    site.faults.add("expire", skip=1)
    with Http(server.url, login) as http:
        assert http.get_json("/rows") == ROWS
        assert http.get_json("/rows") == ROWS
    assert login.renewed == 1


def test_login__renewed_but_still_refused__error_without_the_secret(server: Server, site: Site) -> None:
    site.token = "other"
    login = Login(site)
    login.helps = False
    with Http(server.url, login) as http, pytest.raises(StatusError) as error:
        http.get_json("/rows")
    assert (error.value.status, error.value.code, login.renewed) == (401, "401.2", 1)
    assert "first" not in str(error.value)


def test_login__renewal_does_not_help__asked_once(server: Server, site: Site) -> None:
    site.token = "other"
    login = Login(site)
    login.site = Site()
    login.site.token = "third"
    with Http(server.url, login) as http, pytest.raises(StatusError):
        http.request("POST", "/echo", json={})
    assert login.renewed == 1
    assert len(site.requests) == 2


def test_token__repr__hidden(server: Server) -> None:
    auth = TokenAuth("Token", "geheim")
    with Http(server.url, auth) as http:
        assert "geheim" not in repr(auth) + repr(http) + repr(vars(http)["auth"])
        assert http.get_json("/echo")["headers"]["Authorization"] == "Token geheim"


def test_request__without_login__none_from_netrc(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with Http(server.url) as http:
        assert "Authorization" not in http.get_json("/echo")["headers"]


def test_request__proxy_in_the_environment__used(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", server.url)
    monkeypatch.setenv("no_proxy", "")
    with Http("http://localhost:9") as http:
        assert http.get_json("/rows") == ROWS


def test_request__headers__as_agreed(http: Http) -> None:
    headers = http.get_json("/echo", params={"$top": "5"})["headers"]
    assert headers["User-Agent"] == "bhxh-survey-processor"
    assert headers["Accept-Encoding"] == "gzip"
    assert headers["Accept"] == "application/json"


def test_cookies__set_by_the_server__never_sent(http: Http) -> None:
    http.get_json("/cookie")
    assert "Cookie" not in http.get_json("/echo")["headers"]


def test_answer__date__servers_clock(http: Http) -> None:
    date = http.request("GET", "/rows").date
    assert date is not None
    assert abs(date - AT) < timedelta(seconds=2)


def test_answer__not_modified__without_body(http: Http) -> None:
    answer = http.request("GET", "/same", ok=(200, 304), headers={"If-None-Match": "x"})
    assert (answer.status, answer.body, answer.headers["ETag"]) == (304, b"", "x")


def test_answer__no_content__accepted(http: Http) -> None:
    assert http.request("DELETE", "/gone", ok=(204,)).status == 204


def test_get_json__numbers_as_written__asked_for(http: Http) -> None:
    with pytest.raises(StatusError) as error:
        http.request("GET", "/missing")
    assert error.value.detail["code"] == "404.10"


def test_redirect__same_host__followed(http: Http) -> None:
    assert http.get_json("/old") == ROWS


def test_redirect__other_host__refused_at_once(http: Http, site: Site) -> None:
    site.faults.add("redirect", to="http://localhost.evil.example/rows")
    with pytest.raises(ServerError) as error:
        http.get_json("/rows")
    assert error.value.message is Message.HTTP_REDIRECT
    assert site.requests == []


def test_redirect__of_a_write__refused(http: Http) -> None:
    with pytest.raises(ServerError) as error:
        http.request("POST", "/old", json={}, safe=True)
    assert error.value.message is Message.HTTP_REDIRECT


def test_redirect__for_ever__refused(http: Http, site: Site) -> None:
    site.faults.add("redirect", to="/rows", times=99)
    with pytest.raises(ServerError) as error:
        http.get_json("/rows")
    assert error.value.message is Message.HTTP_REDIRECT
    assert len(site.faults.served) == 4


def test_download__whole__under_its_name(http: Http, tmp_path: Path) -> None:
    got = http.download("/file", tmp_path / "a.jpg")
    content = (tmp_path / "a.jpg").read_bytes()
    assert got.size == len(content) == 1_024_000
    assert got.sha256 == hashlib.sha256(content).hexdigest()
    assert [p.name for p in tmp_path.iterdir()] == ["a.jpg"]


@pytest.mark.parametrize("kind", ["cut", "cut_gzip", "reset", "html"])
def test_download__broken_for_ever__no_file(http: Http, site: Site, tmp_path: Path, kind: str) -> None:
    site.faults.add(kind, times=99)
    with pytest.raises(ServerError):
        http.download("/file", tmp_path / "a.jpg")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["cut", "cut_gzip", "reset", "html"])
def test_download__broken_once__whole_file(http: Http, site: Site, tmp_path: Path, kind: str) -> None:
    site.faults.add(kind)
    assert http.download("/file", tmp_path / "a.jpg").size == 1_024_000


def test_download__end_proves_nothing__refused(http: Http, site: Site, tmp_path: Path) -> None:
    site.faults.add("no_length", times=99)
    with pytest.raises(ServerError) as error:
        http.download("/file", tmp_path / "a.jpg", headers={"Accept-Encoding": "identity"})
    assert error.value.values["detail"] == "no announced length"


def test_rebase__absolute_link__on_our_base() -> None:
    with Http("https://10.0.0.5:8443/odk") as http:
        assert (
            http.rebase("https://central.example/v1/a?%24top=2&x=%2B")
            == "https://10.0.0.5:8443/odk/v1/a?%24top=2&x=%2B"
        )
        assert http.rebase("https://central.example/odk/v1/a") == "https://10.0.0.5:8443/odk/v1/a"
        assert http.rebase("/v1/b") == "https://10.0.0.5:8443/odk/v1/b"


def test_rebase__no_web_address__refused() -> None:
    with Http("https://central.example") as http, pytest.raises(ServerError) as error:
        http.rebase("file:///etc/passwd")
    assert error.value.message is Message.HTTP_LINK


def test_request__link_of_another_host__refused(http: Http, site: Site) -> None:
    with pytest.raises(ServerError):
        http.get_json("http://127.0.0.1:1/rows")
    assert site.requests == []


def test_request__rebased_link__followed(http: Http) -> None:
    assert http.get_json(http.rebase("https://kf.example/echo?start=2"))["args"] == {"start": "2"}


@pytest.mark.parametrize(
    "url",
    ["central.example", "ftp://a.example", "https://user:pw@a.example", "https://a.example?x=1", "https://"],
)
def test_address__not_valid__config_error_without_password(url: str) -> None:
    with pytest.raises(ConfigError) as error:
        Http(url)
    assert error.value.message is Message.HTTP_ADDRESS
    assert "pw" not in str(error.value)


def test_address__plain_http__refused_unless_allowed() -> None:
    with pytest.raises(ConfigError) as error:
        Http("http://central.example")
    assert error.value.message is Message.HTTP_PLAIN
    Http("http://central.example", plain=True).close()


def test_layer__eight_threads_on_four_connections__all_answers_whole(server: Server, site: Site) -> None:
    for kind in ("status", "cut", "reset", "cut_gzip"):
        site.faults.add(kind, status=503, times=3, skip=2)
    with Http(server.url, pool=4, wait=lambda _: None) as http, ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: http.get_json("/rows"), range(40)))
    assert answers == [ROWS] * 40
    assert len(site.faults.served) == 12


def test_waits__grow_with_jitter_up_to_the_cap() -> None:
    retries = Retries(first=1, most=8)
    for failed, planned in ((1, 1), (2, 2), (3, 4), (4, 8), (5, 8)):
        waits = {retries.seconds(failed) for _ in range(50)}
        assert planned / 2 <= min(waits) < max(waits) <= planned
