"""The practice phone against a form server that misbehaves, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread

import pytest
from flask import Flask, Response, request
from requests.adapters import HTTPAdapter
from werkzeug.serving import make_server

from processor.errors import Message, ServerError
from processor.practice.phone import PracticePhone


class Moody:
    """Answers each request with the next status of its list."""

    def __init__(self) -> None:
        self.greetings: list[int] = [204]
        self.answers: list[int] = []
        self.posts: list[tuple[bytes, list[str]]] = []
        self.app = Flask("moody")
        self.app.add_url_rule("/k/submission", view_func=self._submission, methods=["HEAD", "POST"])

    def _submission(self) -> Response:
        assert request.headers["X-OpenRosa-Version"] == "1.0"
        if request.method == "HEAD":
            return Response(status=self.greetings.pop(0))
        sent = request.files["xml_submission_file"].read()
        self.posts.append((sent, sorted(set(request.files) - {"xml_submission_file"})))
        text = '<OpenRosaResponse xmlns="http://openrosa.org/http/response"><message>không nhận</message></OpenRosaResponse>'
        return Response(text, self.answers.pop(0), content_type="text/xml")


@pytest.fixture
def moody() -> Iterator[tuple[Moody, PracticePhone]]:
    """A server and a phone that knows it."""
    server = Moody()
    listener = make_server("127.0.0.1", 0, server.app, threaded=True)
    thread = Thread(target=listener.serve_forever, daemon=True)
    thread.start()
    yield server, PracticePhone(f"http://127.0.0.1:{listener.server_port}/k/")
    listener.shutdown()
    listener.server_close()
    thread.join()


def test_send__server_busy_twice__the_same_post_again(moody: tuple[Moody, PracticePhone]) -> None:
    server, phone = moody
    server.answers = [503, 502, 201]
    assert phone.send(b"<data/>", {"1.png": b"x"}) is True
    assert server.posts == [(b"<data/>", ["1.png"])] * 3


def test_send__second_interview__greets_only_once(moody: tuple[Moody, PracticePhone]) -> None:
    server, phone = moody
    server.answers = [201, 202]
    assert phone.send(b"<a/>", {}) and phone.send(b"<b/>", {})
    assert server.greetings == []


def test_send__known_with_other_content__false(moody: tuple[Moody, PracticePhone]) -> None:
    server, phone = moody
    server.answers = [409]
    assert phone.send(b"<data/>", {}) is False


@pytest.mark.parametrize("status", [200, 400, 403, 413])
def test_send__refused__error_with_the_servers_words(moody: tuple[Moody, PracticePhone], status: int) -> None:
    server, phone = moody
    server.answers = [status]
    with pytest.raises(ServerError) as raised:
        phone.send(b"<data/>", {})
    assert raised.value.message is Message.PRACTICE_POST
    assert raised.value.values["status"] == status
    assert "không nhận" in str(raised.value)


def test_send__greeting_that_is_no_form_server__nothing_is_posted(moody: tuple[Moody, PracticePhone]) -> None:
    server, phone = moody
    server.greetings = [200]
    with pytest.raises(ServerError):
        phone.send(b"<data/>", {})
    assert server.posts == []


def test_send__nobody_listens__error_without_the_address() -> None:
    phone = PracticePhone("http://127.0.0.1:9/v1/key/geheim")
    phone.session.mount("http://", HTTPAdapter(max_retries=0))
    with pytest.raises(ServerError) as raised:
        phone.send(b"<data/>", {})
    assert "geheim" not in str(raised.value)
