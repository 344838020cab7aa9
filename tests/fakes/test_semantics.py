"""What the recordings do not show: the same truth on both servers, faults, holding, and what each server does with files."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import requests

from processor.servers.http import Auth, Http, Retries
from tests.fakes import Clock, Fake
from tests.fakes.acts_central import headers
from tests.fakes.central import EMAIL, PASSWORD
from tests.fakes.forms import SURVEY, house, instance_id, workbook

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
MEMBERS = "<head>A</head><member><name/><helps/></member><member><name> \n </name><helps/></member><member><name>B</name></member>"


@pytest.fixture(params=["central", "kobo"])
def fake(request: pytest.FixtureRequest) -> Iterator[Fake]:
    with Fake(request.param, Clock(AT)) as fake:
        yield fake


@pytest.fixture
def central() -> Iterator[Fake]:
    with Fake("central", Clock(AT)) as fake:
        yield fake


@pytest.fixture
def kobo() -> Iterator[Fake]:
    with Fake("kobo", Clock(AT)) as fake:
        yield fake


def get(fake: Fake, path: str, **params: Any) -> Any:
    response = requests.get(fake.url + path, params=params, headers=headers(fake), timeout=10)
    assert response.status_code == 200, response.text
    return response.json()


def rows(fake: Fake, form: str, **params: Any) -> list[dict[str, Any]]:
    return get(fake, f"/api/v2/assets/{form}/data/", **params)["results"]


def odata(fake: Fake, **params: Any) -> list[dict[str, Any]]:
    return get(fake, "/v1/projects/1/forms/house.svc/Submissions", **params)["value"]


def test_truth__history_on_either_server__same_answers_and_states(fake: Fake) -> None:
    form = fake.publish(workbook())
    for number in (1, 2, 3):
        assert fake.submit(fake.fitted(house(number), form), {f"p{number}.jpg": b"x"}) == 201
    edited = house(1, body="<head/><member><name>B</name></member><member/>", edit=1)
    assert fake.submit(fake.fitted(edited, form)) == 201
    assert fake.review(form, instance_id(2), "approved") == 200
    assert fake.delete(form, instance_id(3)) in (200, 204)
    truth = fake.truth.expected(form)
    one, two = truth[instance_id(1)], truth[instance_id(2)]
    assert one.version_id == instance_id(1, 1)
    assert {k: v for k, v in one.answers.items() if not k.startswith("meta")} == {
        "head": "",
        "member": [{"member/name": "B"}, {}],
    }
    assert one.attachments == {}
    assert two.review_state == "approved"
    assert list(two.attachments) == ["p2.jpg"]
    assert instance_id(3) not in truth or truth[instance_id(3)].deleted


def test_hold__committed_later__visible_with_the_older_stamp(fake: Fake) -> None:
    form = fake.publish(workbook())
    fake.truth.hold()
    fake.submit(fake.fitted(house(1), form))
    assert fake.truth.expected(form) == {}
    fake.clock.advance(minutes=3)
    fake.truth.release()
    late = fake.truth.expected(form)[instance_id(1)].received_at
    assert fake.clock.now() - late >= timedelta(minutes=3)


def test_clock__skewed__date_header_tells(central: Fake) -> None:
    central.clock.skew = timedelta(hours=7)
    response = requests.get(central.url + "/v1/projects", timeout=10)
    assert response.headers["Date"].startswith("Sun, 01 Mar 2026 15:00")


def test_rows__doubled_and_turned__only_once(fake: Fake) -> None:
    form = fake.publish(workbook())
    for number in (1, 2):
        fake.submit(fake.fitted(house(number), form))
    read = (lambda: odata(fake)) if fake.central else (lambda: rows(fake, form))
    right = read()
    fake.faults.add("rows", match="Submissions|data", change=lambda page: [*page[::-1], page[0]])
    assert read() == [*right[::-1], right[0]]
    assert read() == right


def test_before__deleted_between_pages__later_page_without_it(central: Fake) -> None:
    central.publish(workbook())
    for number in (1, 2, 3):
        central.submit(house(number))
    token = get(central, "/v1/projects/1/forms/house.svc/Submissions", **{"$top": 2})["@odata.nextLink"]
    central.faults.add("before", match="skiptoken", call=lambda: central.delete("house", instance_id(1)))
    link = token.replace("https://central.example", central.url)
    answer = requests.get(link, headers=headers(central), timeout=10).json()
    assert answer["value"] == []
    assert "@odata.nextLink" not in answer


def test_expire__session_of_a_running_pull__renewed_by_the_layer(central: Fake) -> None:
    class Session(Auth):
        token = "none"

        def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
            request.headers["Authorization"] = f"Bearer {self.token}"
            return request

        def renew(self, answer: Any) -> bool:
            body = {"email": EMAIL, "password": PASSWORD}
            self.token = http.request("POST", "/v1/sessions", json=body, auth=None).value["token"]
            return True

    with Http(central.url, Session(), retries=Retries(attempts=1)) as http:
        assert http.get_json("/v1/projects")[0]["id"] == 1
        central.faults.add("expire")
        assert http.get_json("/v1/projects")[0]["id"] == 1
    assert [line for line in central.lines if "sessions" in line] == ["POST /v1/sessions"] * 2


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


def test_kobo_import__asynchronous__processing_first(kobo: Fake) -> None:
    kobo.kobo.import_polls = 2
    files = {"file": ("a.xlsx", workbook())}
    data = {"library": "false", "name": "a.xlsx"}
    started = requests.post(
        f"{kobo.url}/api/v2/imports/", data=data, files=files, headers=headers(kobo), timeout=10
    ).json()
    polls = [get(kobo, f"/api/v2/imports/{started['uid']}/")["status"] for _ in range(3)]
    assert [started["status"], *polls] == ["processing", "processing", "processing", "complete"]


def test_central_files__question_removed__kept_for_the_old_version_dropped_by_an_edit(central: Fake) -> None:
    central.publish(workbook())
    central.publish(workbook("2", [row for row in SURVEY if row.get("name") != "photo"]))
    central.submit(house(1), {"p1.jpg": b"x"})
    assert list(central.truth.expected("house")[instance_id(1)].attachments) == ["p1.jpg"]
    central.submit(house(1, version="2", edit=1))
    assert central.truth.expected("house")[instance_id(1)].attachments == {}


def test_central_odata__question_removed__answer_only_in_xml_and_csv(central: Fake) -> None:
    central.publish(workbook())
    central.submit(house(1))
    central.publish(workbook("2", [row for row in SURVEY if row.get("name") != "head"]))
    assert "head" not in odata(central)[0]
    path = "/v1/projects/1/forms/house/submissions"
    csv = central.call("GET", path + ".csv?deletedFields=true", headers=headers(central)).get_data(
        as_text=True
    )
    xml = central.call("GET", f"{path}/{instance_id(1)}.xml", headers=headers(central)).get_data(as_text=True)
    assert "Nguyễn 1" in csv
    assert "Nguyễn 1" in xml


def test_central_purge__sent_again__a_new_life(central: Fake) -> None:
    central.publish(workbook())
    central.submit(house(1))
    central.delete("house", instance_id(1))
    assert central.submit(house(1)) == 409
    assert central.central.purge() == 1
    assert central.truth.expected("house") == {}
    assert central.submit(house(1)) == 201


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


def test_process__started_with_copies__serves_them(tmp_path: Any) -> None:
    (tmp_path / "f.xlsx").write_bytes(workbook())
    (tmp_path / "i.xml").write_text(house(1), encoding="utf-8")
    for kind in ("central", "kobo"):
        command = [sys.executable, "-m", "tests.fakes", kind, "--form", str(tmp_path / "f.xlsx")]
        command += ["--instance", str(tmp_path / "i.xml"), "--count", "3"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            started = json.loads(process.stdout.readline())
            truth = requests.get(
                started["url"] + "/__truth__", params={"form": started["form"]}, timeout=10
            ).json()
            assert len(truth) == 3
        finally:
            process.terminate()
            process.wait(10)
