"""Posts that are refused: the protocol's status, a text for the officer, and nothing half-stored."""

from __future__ import annotations

import re
import socket
from urllib.parse import urlsplit

import pytest
import requests

from processor.servers.builtin.officers import restore_officer, revoke_officer, rotate_officer
from processor.servers.builtin.server import BuiltinServer
from tests.servers.inbox import nothing_stored, stored
from tests.servers.phones import OPENROSA, Phone, xml
from tests.servers.test_submissions import said

BOMB = b'<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><data id="phieu_c" version="1">&b;</data>'
CASES = {
    "not_xml": (b"hello", 400),
    "entity_bomb": (BOMB, 400),
    "deep": (b"<data>" + b"<a>" * 500 + b"</a>" * 500 + b"</data>", 404),
    "no_form_id": (b"<data/>", 400),
    "wrong_form": (xml("uuid:1").replace(b"phieu_c", b"phieu_x"), 404),
    "unknown_version": (xml("uuid:1", version="99"), 404),
    "no_instance_id": (xml(""), 400),
    "instance_id_with_space": (xml("uuid: 1"), 400),
    "instance_id_too_long": (xml("u" * 201), 400),
    "encrypted": (xml("uuid:1").replace(b'id="phieu_c"', b'id="phieu_c" encrypted="yes"'), 422),
    "xml_too_large": (xml("uuid:1", name="x" * 5_000_000), 413),
    "too_deep": (xml("uuid:1", name="<a>" * 500 + "</a>" * 500), 400),
}
CASES["deep"] = (CASES["deep"][0], 400)  # it names no form


@pytest.mark.parametrize("case", CASES)
def test_post__bad_document__refused_with_a_message(server: BuiltinServer, phone: Phone, case: str) -> None:
    body, status = CASES[case]
    answer = phone.post(body, {"a.jpg": b"photo"})
    assert answer.status_code == status
    nature, text = said(answer)
    assert nature == "error"
    assert re.search("[ạếộảđệặầ]", text)
    assert answer.headers["X-OpenRosa-Version"] == "1.0"
    assert nothing_stored(server)


def test_post__50_megabytes__413_and_nothing_stored(server: BuiltinServer, phone: Phone) -> None:
    answer = phone.post(xml("uuid:1", photo="a.jpg"), {"a.jpg": b"\0" * 50_000_000})
    assert answer.status_code == 413
    assert said(answer)[0] == "error"
    assert nothing_stored(server)


@pytest.mark.parametrize(
    "content_type", ["text/xml", "multipart/form-data", "multipart/form-data; boundary=x"]
)
def test_post__without_the_part__400(server: BuiltinServer, phone: Phone, content_type: str) -> None:
    headers = OPENROSA | {"Content-Type": content_type}
    answer = requests.post(phone.url + "/submission", data=xml("uuid:1"), headers=headers, timeout=30)
    assert answer.status_code == 400
    assert "xml_submission_file" in said(answer)[1]
    assert nothing_stored(server)


def test_post__multipart_cut_before_its_end__refused(server: BuiltinServer, phone: Phone) -> None:
    files = {"xml_submission_file": ("f.xml", xml("uuid:1", photo="a.jpg")), "a.jpg": ("a.jpg", b"p" * 5000)}
    request = requests.Request("POST", phone.url + "/submission", files=files, headers=OPENROSA).prepare()
    assert isinstance(request.body, bytes)
    request.prepare_body(request.body[:-3000], None)
    assert phone.session.send(request, timeout=30).status_code == 400
    assert nothing_stored(server)


def test_post__connection_lost_in_the_body__nothing_stored_and_next_one_taken(
    server: BuiltinServer, phone: Phone
) -> None:
    files = {"xml_submission_file": ("f.xml", xml("uuid:1"))}
    request = requests.Request("POST", phone.url + "/submission", files=files).prepare()
    assert isinstance(request.body, bytes)
    where = urlsplit(phone.address)
    head = "\r\n".join(f"{k}: {v}" for k, v in (OPENROSA | dict(request.headers)).items())
    with socket.create_connection((where.hostname, where.port)) as connection:
        connection.sendall(f"POST {request.path_url} HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n".encode())
        connection.sendall(request.body[:200])
    assert phone.post(xml("uuid:2")).status_code == 201
    assert set(stored(server)) == {"uuid:2"}


@pytest.mark.parametrize("headers", [{}, {"X-OpenRosa-Version": "2.0"}])
@pytest.mark.parametrize("method", ["HEAD", "POST"])
def test_openrosa_version__missing_or_wrong__400(
    server: BuiltinServer, phone: Phone, method: str, headers: dict[str, str]
) -> None:
    files = {"xml_submission_file": ("f.xml", xml("uuid:1"))} if method == "POST" else None
    answer = requests.request(method, phone.url + "/submission", headers=headers, files=files, timeout=30)
    assert answer.status_code == 400
    assert answer.headers["X-OpenRosa-Version"] == "1.0"
    assert nothing_stored(server)


def test_token__revoked_restored_rotated__follows_at_once(server: BuiltinServer, phone: Phone) -> None:
    revoke_officer(server, "16663-01")
    answer = phone.post(xml("uuid:1"))
    assert answer.status_code == 403
    assert "16663-01" in said(answer)[1]
    assert nothing_stored(server)
    restore_officer(server, "16663-01")
    assert phone.post(xml("uuid:1")).status_code == 201
    fresh = rotate_officer(server, "16663-01")
    assert phone.post(xml("uuid:2")).status_code == 403
    assert Phone(phone.address, fresh).post(xml("uuid:2")).status_code == 201
    head = phone.session.head(phone.url + "/submission", headers=OPENROSA, timeout=30)
    assert head.status_code == 403
