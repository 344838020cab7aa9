"""The listener: answers what is under way before it stops, and refuses giants before they fill the disk."""

from __future__ import annotations

import socket
import threading

import pytest
import requests
from flask import Flask, request

from processor import listener


def test_listening__stopped_during_a_request__answers_it_first():
    app, entered, release = Flask("slow"), threading.Event(), threading.Event()

    @app.get("/")
    def slow() -> str:
        entered.set()
        release.wait(10)
        return "done"

    answers: list[str] = []
    with listener.listening(app, "127.0.0.1", 0) as port:
        caller = threading.Thread(
            target=lambda: answers.append(requests.get(f"http://127.0.0.1:{port}/").text)
        )
        caller.start()
        assert entered.wait(10)
        threading.Timer(0.3, release.set).start()
    caller.join(10)

    assert answers == ["done"]


def test_listening__announced_giant__is_refused_before_it_is_sent():
    length = listener.LARGEST + 1
    with (
        listener.listening(Flask("any"), "127.0.0.1", 0) as port,
        socket.create_connection(("127.0.0.1", port), timeout=10) as phone,
    ):
        phone.sendall(f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode())
        answer = phone.recv(200)

    assert b"413" in answer.split(b"\r\n")[0]


@pytest.mark.parametrize(("behind_proxy", "seen"), [(False, "127.0.0.1"), (True, "203.0.113.7")])
def test_listening__forwarded_address__is_believed_behind_a_proxy_only(behind_proxy, seen):
    app = Flask("who")
    app.add_url_rule("/", view_func=lambda: str(request.remote_addr))
    with listener.listening(app, "127.0.0.1", 0, behind_proxy=behind_proxy) as port:
        answer = requests.get(f"http://127.0.0.1:{port}/", headers={"X-Forwarded-For": "203.0.113.7"})

    assert answer.text == seen
