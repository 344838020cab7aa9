"""KoboToolbox: what the recordings do not show."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import requests

from tests.fakes import Clock, Fake
from tests.fakes.acts_central import headers
from tests.fakes.forms import SURVEY, house, instance_id, workbook
from tests.fakes.reading import AT, get, rows

MEMBERS = "<head>A</head><member><name/><helps/></member><member><name> \n </name><helps/></member><member><name>B</name></member>"


@pytest.fixture
def kobo() -> Iterator[Fake]:
    with Fake("kobo", Clock(AT)) as fake:
        yield fake


def test_kobo_json__empty_items_and_blanks__lost_but_whole_in_the_xml(kobo: Fake) -> None:
    form = kobo.publish(workbook())
    kobo.submit(kobo.fitted(house(1, body=MEMBERS), form))
    assert rows(kobo, form)[0]["member"] == [{"member/name": "B"}]
    xml = requests.get(
        f"{kobo.url}/api/v2/assets/{form}/data/1/?format=xml", headers=headers(kobo), timeout=10
    ).text
    assert xml.count("<member>") == 3
    assert len(kobo.truth.expected(form)[instance_id(1)].answers["member"]) == 3


def test_kobo_ghost__counted_as_json__missing_as_xml(kobo: Fake) -> None:
    form = kobo.publish(workbook())
    kobo.submit(kobo.fitted(house(1), form))
    ghost = kobo.kobo.add_ghost(form, instance_id(1))
    listed = rows(kobo, form)
    assert [r["_id"] for r in listed] == [1, ghost.number]
    assert len({r["meta/rootUuid"] for r in listed}) == 1
    one = f"{kobo.url}/api/v2/assets/{form}/data/{ghost.number}/?format=xml"
    assert requests.get(one, headers=headers(kobo), timeout=10).status_code == 404
    page = requests.get(f"{kobo.url}/api/v2/assets/{form}/data.xml", headers=headers(kobo), timeout=10).text
    assert "<count>2</count>" in page
    assert page.count("<instanceID>") == 1
    assert list(kobo.truth.expected(form)) == [instance_id(1)]


def test_kobo_limit__above_the_maximum__cut_in_silence(kobo: Fake) -> None:
    form = kobo.publish(workbook())
    kobo.kobo.max_limit = 2
    for number in (1, 2, 3):
        kobo.submit(kobo.fitted(house(number), form))
    answer = get(kobo, f"/api/v2/assets/{form}/data/", limit=30000)
    assert (len(answer["results"]), answer["count"]) == (2, 3)
    assert "limit=2&start=2" in answer["next"]


def test_kobo_post__outdated_versions__409_and_410(kobo: Fake) -> None:
    form = kobo.publish(workbook())
    first, second, third = (kobo.fitted(house(1, edit=n), form) for n in range(3))
    assert [kobo.submit(x) for x in (first, second, third)] == [201, 201, 201]
    assert [kobo.submit(x) for x in (third, second, first)] == [202, 410, 409]


def test_kobo_post__deleted_and_sent_again__a_new_row(kobo: Fake) -> None:
    form = kobo.publish(workbook())
    xml = kobo.fitted(house(1), form)
    kobo.submit(xml)
    kobo.delete(form, instance_id(1))
    assert kobo.submit(xml) == 201
    assert [r["_id"] for r in rows(kobo, form)] == [2]


def test_kobo_files__image_question_removed__photo_of_an_old_phone_is_gone(kobo: Fake) -> None:
    form = kobo.publish(workbook())
    kobo.submit(kobo.fitted(house(1), form), {"p1.jpg": b"x"})
    kobo.publish(workbook("2", [row for row in SURVEY if row.get("name") != "photo"]))
    assert kobo.submit(kobo.fitted(house(2), form), {"p2.jpg": b"x"}) == 201
    truth = kobo.truth.expected(form)
    assert (list(truth[instance_id(1)].attachments), list(truth[instance_id(2)].attachments)) == (
        ["p1.jpg"],
        [],
    )


def test_kobo_files__image_question_removed__photo_vanishes_at_the_edit(kobo: Fake) -> None:
    form = kobo.publish(workbook())
    kobo.submit(kobo.fitted(house(1), form), {"p1.jpg": b"x"})
    kobo.publish(workbook("2", [row for row in SURVEY if row.get("name") != "photo"]))
    kobo.submit(kobo.fitted(house(1, edit=1), form))
    assert kobo.truth.expected(form)[instance_id(1)].attachments == {}
    assert rows(kobo, form)[0]["_attachments"] == []


def test_kobo_files__late_photo__no_trace_but_the_attachment(kobo: Fake) -> None:
    form = kobo.publish(workbook())
    xml = kobo.fitted(house(1), form)
    kobo.submit(xml)
    before, entries = rows(kobo, form)[0], len(kobo.kobo.assets[form].history)
    assert kobo.submit(xml, {"p1.jpg": b"x"}) == 201
    assert kobo.submit(xml, {"p1.jpg": b"x"}) == 202
    after = rows(kobo, form)[0]
    assert [a["media_file_basename"] for a in after["_attachments"]] == ["p1.jpg"]
    assert {**after, "_attachments": []} == before
    assert len(kobo.kobo.assets[form].history) == entries


def test_kobo_fields__status_not_asked_for__shown_as_empty(kobo: Fake) -> None:
    form = kobo.publish(workbook())
    kobo.submit(kobo.fitted(house(1), form))
    kobo.review(form, instance_id(1), "approved")
    assert rows(kobo, form, fields='["_id"]')[0]["_validation_status"] == {}
    asked = rows(kobo, form, fields='["_id", "_validation_status"]')[0]["_validation_status"]
    assert asked["uid"] == "validation_status_approved"


def test_kobo_import__asynchronous__processing_first(kobo: Fake) -> None:
    kobo.kobo.import_polls = 2
    files = {"file": ("a.xlsx", workbook())}
    data = {"library": "false", "name": "a.xlsx"}
    started = requests.post(
        f"{kobo.url}/api/v2/imports/", data=data, files=files, headers=headers(kobo), timeout=10
    ).json()
    polls = [get(kobo, f"/api/v2/imports/{started['uid']}/")["status"] for _ in range(3)]
    assert [started["status"], *polls] == ["processing", "processing", "processing", "complete"]


def test_hook__new_submission_only__delivered(kobo: Fake) -> None:
    seen: list[dict[str, Any]] = []
    arrived = threading.Event()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.append({"row": json.loads(body), "secret": self.headers["X-Secret"]})
            self.send_response(200)
            self.end_headers()
            arrived.set()

        def log_message(self, *_: Any) -> None:
            pass

    receiver = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    form = kobo.publish(workbook())
    hook = {
        "name": "wake",
        "endpoint": f"http://127.0.0.1:{receiver.server_address[1]}/",
        "subset_fields": ["_id"],
        "settings": {"custom_headers": {"X-Secret": "abc"}},
    }
    kobo.call("POST", f"/api/v2/assets/{form}/hooks/", json=hook, headers=headers(kobo))
    kobo.submit(kobo.fitted(house(1), form))
    kobo.submit(kobo.fitted(house(1, edit=1), form))
    assert arrived.wait(10)
    receiver.shutdown()
    receiver.server_close()
    assert seen == [{"row": {"_id": 1}, "secret": "abc"}]
