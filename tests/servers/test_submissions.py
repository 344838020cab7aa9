"""Posts that are taken: once, exactly, with their files; edits and conflicts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree

import pytest
import requests

from processor.servers.builtin import tables
from processor.servers.builtin.server import BuiltinServer
from processor.servers.protocol import Attachment
from tests.servers.inbox import current, rows, stored
from tests.servers.phones import OPENROSA, Phone, xml

MESSAGE = "{http://openrosa.org/http/response}message"


def said(answer: requests.Response) -> tuple[str, str]:
    """Nature and text of the answer that the phone shows."""
    assert answer.headers["Content-Type"].startswith("text/xml")
    message = ElementTree.fromstring(answer.content).find(MESSAGE)
    assert message is not None
    return message.get("nature", ""), message.text or ""


def test_head__good_token__204_with_the_protocols_headers(phone: Phone) -> None:
    answer = phone.session.head(phone.url + "/submission", headers=OPENROSA, timeout=30)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["X-OpenRosa-Version"] == "1.0"
    assert answer.headers["X-OpenRosa-Accept-Content-Length"] == "10000000"
    assert answer.headers["Date"].endswith("GMT")


def test_post__new__stored_byte_for_byte_with_its_sender(server: BuiltinServer, phone: Phone) -> None:
    body = xml("uuid:1", name="  Lô Thị <![CDATA[& Ưng]]>\r\n ")
    answer = phone.post(body)
    assert answer.status_code == 201
    assert said(answer) == ("submit_success", "Đã nhận phiếu.")
    assert answer.headers["X-OpenRosa-Version"] == "1.0"
    assert stored(server) == {"uuid:1": body}
    (version,) = rows(server, tables.versions)
    assert (version["officer"], version["device_id"]) == ("16663-01", "collect:abc")
    assert version["user_agent"].startswith("python-requests")
    found = current(server)["uuid:1"]
    assert (found.submitter, found.form_version, found.version_id) == ("16663-01", "1", "uuid:1")
    assert (found.practice, found.deleted, found.review_state) == (False, False, "received")
    assert found.answers["name"] == "  Lô Thị & Ưng\n "
    assert found.received_at == found.updated_at


def test_post__identical_again__201_and_nothing_changes(server: BuiltinServer, phone: Phone) -> None:
    for _ in range(3):
        assert phone.post(xml("uuid:1")).status_code == 201
    assert len(rows(server, tables.versions)) == 1
    pages = list(server.changed("phieu_c", None, 10))
    phone.post(xml("uuid:1"))
    assert list(server.changed("phieu_c", pages[-1].checkpoint, 10)) == []


def test_post__same_id_other_content__409_and_first_stays(server: BuiltinServer, phone: Phone) -> None:
    first = xml("uuid:1")
    phone.post(first)
    answer = phone.post(xml("uuid:1", name="khác"))
    assert answer.status_code == 409
    nature, text = said(answer)
    assert nature == "error"
    assert "uuid:1" in text
    assert stored(server) == {"uuid:1": first}


def test_files__over_several_posts__complete_at_the_end(server: BuiltinServer, phone: Phone) -> None:
    body = xml("uuid:1", photo="a.jpg")
    assert phone.post(body, incomplete="yes").status_code == 201
    assert current(server)["uuid:1"].attachments == (Attachment("a.jpg"),)
    assert server.attachment("phieu_c", "uuid:1", "a.jpg") is None
    checkpoint = list(server.changed("phieu_c", None, 10))[-1].checkpoint
    assert phone.post(body, {"a.jpg": b"photo"}).status_code == 201
    (page,) = server.changed("phieu_c", checkpoint, 10)
    (attachment,) = page.submissions[0].attachments
    assert (attachment.name, attachment.size) == ("a.jpg", 5)
    path = server.attachment("phieu_c", "uuid:1", "a.jpg")
    assert path is not None
    assert path.read_bytes() == b"photo"


def test_files__in_repeats__named_by_the_xml_and_others_left_out(server: BuiltinServer, phone: Phone) -> None:
    member = "<members><m_photo>m.jpg</m_photo></members>"
    body = xml("uuid:1").replace(b"<orx:meta>", member.encode() + b"<orx:meta>")
    phone.post(body, {"m.jpg": b"m", "stray.jpg": b"s"})
    found = current(server)["uuid:1"]
    assert found.answers["members"] == [{"members/m_photo": "m.jpg"}]
    assert [a.name for a in found.attachments if a.sha256] == ["m.jpg"]
    assert server.attachment("phieu_c", "uuid:1", "stray.jpg") is None


def test_files__same_content_twice__one_file_on_disk(server: BuiltinServer, phone: Phone) -> None:
    before = len(list(server.inbox.files.all()))
    for number in (1, 2):
        phone.post(xml(f"uuid:{number}", photo="a.jpg"), {"a.jpg": b"same"})
    assert len(list(server.inbox.files.all())) == before + 1


def test_file_name__letters_with_accents__kept(server: BuiltinServer, phone: Phone) -> None:
    phone.post(xml("uuid:1", photo="ảnh nhà.jpg"), {"ảnh nhà.jpg": b"x"})
    assert server.attachment("phieu_c", "uuid:1", "ảnh nhà.jpg") is not None


def test_edit__of_the_current_version__replaces_under_the_same_key(
    server: BuiltinServer, phone: Phone
) -> None:
    phone.post(xml("uuid:1", photo="a.jpg"), {"a.jpg": b"photo"})
    server.set_review("phieu_c", "uuid:1", "approved", actor="admin")
    assert phone.post(xml("uuid:2", old="uuid:1", photo="a.jpg", name="sửa")).status_code == 201
    (found,) = current(server).values()
    assert (found.instance_id, found.version_id) == ("uuid:1", "uuid:2")
    assert (found.answers["name"], found.review_state) == ("sửa", "edited")
    assert found.updated_at > found.received_at
    assert found.attachments[0].sha256
    assert [s.version_id for s in server.ids("phieu_c")] == ["uuid:2"]
    assert set(stored(server)) == {"uuid:1", "uuid:2"}


def test_edit__again_identical__201_and_one_version(server: BuiltinServer, phone: Phone) -> None:
    phone.post(xml("uuid:1"))
    for _ in range(2):
        assert phone.post(xml("uuid:2", old="uuid:1")).status_code == 201
    assert len(rows(server, tables.versions)) == 2


def test_edit__file_no_longer_named__dropped_and_new_one_awaited(server: BuiltinServer, phone: Phone) -> None:
    phone.post(xml("uuid:1", photo="a.jpg"), {"a.jpg": b"photo"})
    phone.post(xml("uuid:2", old="uuid:1", photo="b.jpg"))
    assert current(server)["uuid:1"].attachments == (Attachment("b.jpg"),)
    assert phone.post(xml("uuid:2", old="uuid:1", photo="b.jpg"), {"b.jpg": b"B"}).status_code == 201
    assert server.attachment("phieu_c", "uuid:1", "b.jpg") is not None


def test_edit__stale_or_unknown_or_deleted__refused(server: BuiltinServer, phone: Phone) -> None:
    phone.post(xml("uuid:1"))
    phone.post(xml("uuid:2", old="uuid:1"))
    assert phone.post(xml("uuid:3", old="uuid:1")).status_code == 409
    assert phone.post(xml("uuid:4", old="uuid:nobody")).status_code == 404
    server.set_deleted("phieu_c", "uuid:1", True, actor="admin")
    assert phone.post(xml("uuid:5", old="uuid:2")).status_code == 409
    assert set(stored(server)) == {"uuid:1", "uuid:2"}


def test_edit__between_practice_and_survey__refused(
    server: BuiltinServer, phone: Phone, practice_phone: Phone
) -> None:
    phone.post(xml("uuid:1"))
    practice_phone.post(xml("uuid:p1"))
    assert practice_phone.post(xml("uuid:2", old="uuid:1")).status_code == 409
    assert phone.post(xml("uuid:p2", old="uuid:p1")).status_code == 409
    assert {s.instance_id: s.practice for s in server.ids("phieu_c")} == {"uuid:1": False, "uuid:p1": True}


def test_deleted__identical_again__known_and_stays_deleted(server: BuiltinServer, phone: Phone) -> None:
    phone.post(xml("uuid:1"))
    server.set_deleted("phieu_c", "uuid:1", True, actor="admin")
    assert phone.post(xml("uuid:1")).status_code == 201
    assert [s.deleted for s in server.ids("phieu_c")] == [True]


def test_parallel__same_post__one_row_and_all_told_stored(server: BuiltinServer, phone: Phone) -> None:
    body = xml("uuid:1", photo="a.jpg")
    phones = [Phone(phone.address, phone.officer) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda p: p.post(body, {"a.jpg": b"photo"}).status_code, phones))
    assert answers == [201] * 8
    assert stored(server) == {"uuid:1": body}
    assert len(rows(server, tables.submissions)) == 1


def test_parallel__same_id_other_content__one_wins(server: BuiltinServer, phone: Phone) -> None:
    bodies = [xml("uuid:1", name=f"người {n}") for n in range(8)]
    phones = [Phone(phone.address, phone.officer) for _ in bodies]
    with ThreadPoolExecutor(8) as pool:
        answers = [a.status_code for a in pool.map(lambda p, b: p.post(b), phones, bodies)]
    assert sorted(answers) == [201] + [409] * 7
    assert stored(server) == {"uuid:1": bodies[answers.index(201)]}


def test_parallel__different__all_stored(server: BuiltinServer, phone: Phone) -> None:
    bodies = {f"uuid:{n}": xml(f"uuid:{n}") for n in range(40)}
    phones = [Phone(phone.address, phone.officer) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(phones[n % 8].post, body) for n, body in enumerate(bodies.values())]
        assert {job.result().status_code for job in jobs} == {201}
    assert stored(server) == bodies


def test_chunked__no_length__taken(server: BuiltinServer, phone: Phone) -> None:
    body = xml("uuid:1", photo="a.jpg")
    request = requests.Request(
        "POST",
        phone.url + "/submission",
        files={"xml_submission_file": ("f.xml", body, "text/xml"), "a.jpg": ("a.jpg", b"p" * 90_000)},
    ).prepare()
    content = request.body
    assert isinstance(content, bytes)
    parts = (content[at : at + 7_000] for at in range(0, len(content), 7_000))
    headers = OPENROSA | {"Content-Type": request.headers["Content-Type"]}
    answer = requests.post(phone.url + "/submission", data=parts, headers=headers, timeout=30)
    assert answer.status_code == 201
    assert stored(server) == {"uuid:1": body}
    assert current(server)["uuid:1"].attachments[0].size == 90_000


def test_on_received__new_and_completed_only__called_after_the_commit(
    server: BuiltinServer, phone: Phone
) -> None:
    heard = []
    server.on_received(lambda form_id: heard.append((form_id, sorted(stored(server)))))
    phone.post(xml("uuid:1"))
    phone.post(xml("uuid:1"))
    phone.post(xml("uuid:1", name="khác"))
    assert heard == [("phieu_c", ["uuid:1"])]


@pytest.mark.parametrize("path", ["/submission", "/nothing"])
def test_get__where_nothing_is__clear_answer(phone: Phone, path: str) -> None:
    assert phone.get(path).status_code in (404, 405)
