"""What the recordings do not show: the same truth on both servers, faults, holding, and what each server does with files."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from processor.servers.http import Auth, Http, Retries
from tests.fakes import Clock, Fake
from tests.fakes.acts_central import headers
from tests.fakes.central import EMAIL, PASSWORD
from tests.fakes.forms import SURVEY, house, instance_id, workbook
from tests.fakes.reading import AT, get, odata, rows


@pytest.fixture(params=["central", "kobo"])
def fake(request: pytest.FixtureRequest) -> Iterator[Fake]:
    with Fake(request.param, Clock(AT)) as fake:
        yield fake


@pytest.fixture
def central() -> Iterator[Fake]:
    with Fake("central", Clock(AT)) as fake:
        yield fake


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
    assert {k: v for k, v in one.answers.items() if k in ("head", "member")} == {
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


def test_hold__only_the_next_change__later_ones_overtake_it(fake: Fake) -> None:
    form = fake.publish(workbook())
    fake.truth.hold(1)
    for number in (1, 2):
        fake.submit(fake.fitted(house(number), form))
    assert list(fake.truth.expected(form)) == [instance_id(2)]
    fake.truth.release()
    truth = fake.truth.expected(form)
    assert truth[instance_id(1)].received_at < truth[instance_id(2)].received_at


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
