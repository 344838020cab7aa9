"""Recorded exchanges with ODK Central: our client sends what was recorded and understands what came back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from processor.errors import ConfigError, FormError, Message, ServerError
from processor.servers.central.api import RefusedError
from processor.servers.central.server import CentralServer
from processor.servers.central.settings import CentralSettings, Credentials
from processor.servers.http import Retries
from processor.servers.protocol import FormPackage, SubmissionState
from tests.fakes.replay import binary, exchanges
from tests.fakes.web import Server
from tests.servers_central.recorded import Recorded, Step, step

FORM = "hh_visit"
S1 = "uuid:00000000-0000-4000-8000-000000000001"
S2 = "uuid:00000000-0000-4000-8000-000000000002"
S3 = "uuid:00000000-0000-4000-8000-000000000003"
LOGIN = step("01-auth/0")
NO_VERSION = step("05-form-read/4", path="/v1/projects/3/forms/hh_visit/versions/2026010101")
OPEN_PROJECT = step("02-project/2")
FIRST_FILES = "/v1/projects/3/forms/hh_visit/versions/2026010101/attachments"
CHANGED = "__system/submissionDate ge {0} or __system/updatedAt ge {0} or __system/deletedAt ge {0}"
Play = Callable[..., Any]


def increment(since: str) -> dict[str, str]:
    return {"$select": "__id,__system", "$filter": CHANGED.format(since), "$top": "5000", "$count": "true"}


def counted(body: dict[str, Any]) -> dict[str, Any]:
    """The recorded request did not ask for the count."""
    return {**body, "@odata.count": len(body["value"])}


@contextmanager
def replay(folder: Path, steps: Sequence[Step], project: int = 3) -> Iterator[CentralServer]:
    """A client of a server that knows these exchanges only, in this order."""
    application = Recorded(steps)
    running = Server(application)
    running.open()
    settings = CentralSettings(running.url, project, folder / "cache")
    login = Credentials("admin@central.example", "ADMIN-PASSWORD")
    server = CentralServer(settings, login, retries=Retries(attempts=1), wait=lambda seconds: None)
    try:
        yield server
        assert application.differences == []
        assert application.left == []
    finally:
        server.close()
        running.close()


def send(server: CentralServer, method: str, path: str, **options: Any) -> Any:
    """Below the operations: how an answer is understood."""
    from processor.servers.central.api import Api

    return Api(server._http, server.settings.project).request(method, path, **options)


@pytest.mark.parametrize("name", ["01-auth/1", "01-auth/2"])
def test_login__refused__configuration_error(tmp_path: Path, name: str) -> None:
    refused = step(name)
    sent = refused.exchange.request["body"]
    with replay(tmp_path, [refused]) as server:
        server._http.auth._credentials = Credentials(sent["email"], sent["password"])  # type: ignore[union-attr]
        with pytest.raises(ConfigError) as caught:
            server.deployed()
    assert caught.value.message is Message.CENTRAL_LOGIN


@pytest.mark.parametrize("name", ["01-auth/11", "01-auth/16"])
def test_session__no_longer_known__new_login_and_once_more(tmp_path: Path, name: str) -> None:
    steps = [LOGIN, step(name), LOGIN, step("01-auth/5")]
    with replay(tmp_path, steps) as server:
        answer = send(server, "GET", "/v1/users/current")
    assert answer.value["email"] == "admin@central.example"


OFFICE = [
    "02-project/2", "02-project/6", "03-form-deploy/2", "03-form-deploy/3", "03-form-deploy/5",
    "03-form-deploy/7", "03-form-deploy/8", "03-form-deploy/10", "03-form-deploy/12", "03-form-deploy/13",
    "03-form-deploy/14", "03-form-deploy/15", "03-form-deploy/17", "03-form-deploy/19", "03-form-deploy/21",
    "03-form-deploy/23", "03-form-deploy/26", "03-form-deploy/30", "04-form-errors/0", "04-form-errors/3",
    "04-form-errors/6", "04-form-errors/13", "04-form-errors/14", "04b-form-warnings/0", "04b-form-warnings/1",
    "05-form-read/0", "05-form-read/2", "05-form-read/3", "05-form-read/4", "05-form-read/7", "05-form-read/17",
    "05-form-read/22", "05-form-read/23", "06-app-users/1", "06-app-users/7", "06-app-users/10",
    "08-submit-rest-edit-review/3", "08-submit-rest-edit-review/10", "08-submit-rest-edit-review/11",
    "08-submit-rest-edit-review/19", "08-submit-rest-edit-review/20", "08-submit-rest-edit-review/28",
    "08-submit-rest-edit-review/32", "08-submit-rest-edit-review/36", "08-submit-rest-edit-review/38",
    "08-submit-rest-edit-review/39", "08-submit-rest-edit-review/42", "08-submit-rest-edit-review/46",
    "08-submit-rest-edit-review/47", "09-odata/58", "10-incremental/0", "10-incremental/7", "10-incremental/17",
    "10-incremental/22", "10-incremental/31", "10-incremental/38", "10b-incremental-etag/2",
    "10b-incremental-etag/4", "13-errors/1", "13-errors/2", "13-errors/5", "13-errors/7", "13-errors/9",
    "13-errors/10", "13-errors/13", "13-errors/17", "13-errors/20", "14-encryption/3", "14-encryption/4",
    "14-encryption/9", "14-encryption/10", "14-encryption/14", "15-values-and-repeats/21",
]  # fmt: skip
"""Answers of the endpoints that we use, in every status that was recorded."""


@pytest.mark.parametrize("name", OFFICE)
def test_answer__as_recorded__understood(tmp_path: Path, name: str) -> None:
    found = step(name)
    request, response = found.exchange.request, found.exchange.response
    body = request.get("body")
    options: dict[str, Any] = {"params": request.get("query"), "ok": (200, 304)}
    options["headers"] = {
        k: v for k, v in request["headers"].items() if k in ("if-none-match", "x-extended-metadata")
    }
    if isinstance(body, dict) and "$file" not in body:
        options["json"] = body
    elif body is not None:
        options["data"] = b"as recorded"
    with replay(tmp_path, [LOGIN, found]) as server:
        if response["status"] in (200, 304):
            assert send(server, request["method"], request["path"], **options).value == response["body"]
            return
        with pytest.raises(RefusedError) as caught:
            send(server, request["method"], request["path"], **options)
    assert float(caught.value.code) == response["body"]["code"]
    assert caught.value.reason == response["body"]["message"]
    assert caught.value.details == response["body"].get("details", {})


def test_deploy__new_form_with_warnings__as_recorded(
    tmp_path: Path, first: FormPackage, media: Path, caplog: pytest.LogCaptureFixture
) -> None:
    districts = exchanges("central", "03-form-deploy")[6].request["body"].encode()
    file = tmp_path / "districts.csv"
    file.write_bytes(districts)
    package = replace(
        first, media=(replace(first.media[0], path=file, md5=hashlib.md5(districts).hexdigest()),)
    )
    absent = {"path": "/v1/projects/3/forms/hh_visit"}
    steps = [
        LOGIN, OPEN_PROJECT, NO_VERSION, step("03-form-deploy/13"), step("05-form-read/23", **absent),
        step("05-form-read/22"), step("03-form-deploy/0"), step("03-form-deploy/1"), step("03-form-deploy/5"),
        step("03-form-deploy/6"), step("03-form-deploy/8"), step("03-form-deploy/11"), step("05-form-read/2"),
        step("05-form-read/2"), *_files_of_all_versions(),
    ]  # fmt: skip
    for found in steps:  # what we upload is the XForm, so there is no name to fall back on
        found.exchange.request["headers"].pop("x-xlsform-formid-fallback", None)
    with replay(tmp_path, steps) as server:
        deployed = server.deploy(package)
    assert deployed.xform_md5 == hashlib.md5(first.xform).hexdigest() == "b21d49092e7ceba0583e8873221a0e1f"
    assert deployed.deployed_at == datetime(2026, 11, 23, 11, 56, 53, 172000, tzinfo=UTC)
    assert "max-pixels" in caplog.text


def _files_of_all_versions() -> list[Step]:
    """The recorded list of one version, for each of them, oldest first."""
    names = [v["version"] for v in exchanges("central", "05-form-read")[2].response["body"]]
    base = "/v1/projects/3/forms/hh_visit/versions"
    return [step("03-form-deploy/15", path=f"{base}/{name}/attachments") for name in reversed(names)]


def test_deploy__draft_left_by_an_interrupted_run__used(tmp_path: Path, first: FormPackage) -> None:
    """The recorded draft has exactly the XForm that we make of the workbook."""
    districts = exchanges("central", "03-form-deploy")[6].request["body"].encode()
    package = replace(first, media=(replace(first.media[0], md5=hashlib.md5(districts).hexdigest()),))
    steps = [
        LOGIN, OPEN_PROJECT, NO_VERSION, step("03-form-deploy/3"), step("03-form-deploy/8"), step("03-form-deploy/8"),
        step("03-form-deploy/17"), step("05-form-read/3"), step("03-form-deploy/15", path=FIRST_FILES),
        step("05-form-read/2"), step("05-form-read/2"), *_files_of_all_versions(),
    ]  # fmt: skip
    with replay(tmp_path, steps) as server:
        assert server.deploy(package).version == "2026010101"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("04-form-errors/0", "Could not find the name 'nosuch'"),
        ("04-form-errors/1", "List name not in choices sheet: nolist"),
        ("04-form-errors/2", "Unmatched 'begin_group'"),
        ("04-form-errors/3", "cannot handle function 'nosuchfunction'"),
        ("04-form-errors/10", "not recognized as a supported type"),
        ("04-form-errors/11", "formId missing"),
        ("04-form-errors/12", "formId missing"),
    ],
)
def test_deploy__broken_form__the_words_of_the_server(
    tmp_path: Path, first: FormPackage, name: str, words: str
) -> None:
    absent = step("05-form-read/23", path="/v1/projects/3/forms/hh_visit")
    refused = step(name, query={"publish": "false"})
    refused.exchange.request["headers"] = {"authorization": "Bearer SESSION-TOKEN"}
    steps = [
        LOGIN,
        OPEN_PROJECT,
        NO_VERSION,
        step("03-form-deploy/13"),
        absent,
        step("05-form-read/22"),
        refused,
    ]
    with replay(tmp_path, steps) as server, pytest.raises(FormError) as caught:
        server.deploy(first)
    assert caught.value.message is Message.CENTRAL_FORM_INVALID
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("03-form-deploy/23", "type of the field at /remarks"),
        ("04-form-errors/13", "does not match the form"),
    ],
)
def test_deploy__draft_refused__the_words_of_the_server(
    tmp_path: Path, first: FormPackage, name: str, words: str
) -> None:
    published = step("03-form-deploy/12")
    refused = step(name, query={})
    steps = [LOGIN, OPEN_PROJECT, NO_VERSION, step("03-form-deploy/13"), published, refused]
    with replay(tmp_path, steps) as server, pytest.raises(FormError) as caught:
        server.deploy(first)
    assert words in str(caught.value)


def test_deploy__version_published_with_other_content__refused(tmp_path: Path, first: FormPackage) -> None:
    changed = replace(first, xform=first.xform + b"\n")
    with (
        replay(tmp_path, [LOGIN, OPEN_PROJECT, step("05-form-read/3")]) as server,
        pytest.raises(FormError) as caught,
    ):
        server.deploy(changed)
    assert caught.value.message is Message.FORM_VERSION_TAKEN


def test_deploy__encrypted_project__refused(tmp_path: Path, first: FormPackage) -> None:
    with replay(tmp_path, [LOGIN, step("14-encryption/3")], project=6) as server, pytest.raises(ConfigError):
        server.deploy(first)


def test_read_back__form_list_and_manifest_of_another_form__told(tmp_path: Path, first: FormPackage) -> None:
    """The recorded newest version, looked at as if it were ours."""
    form = replace(first.form, version="2026020102")
    listed = step("06-app-users/12", path="/v1/projects/3/formList")
    listed.exchange.request["headers"]["authorization"] = "Bearer SESSION-TOKEN"
    steps = [LOGIN, step("05-form-read/2"), listed, step("05-form-read/8")]
    with replay(tmp_path, steps) as server, pytest.raises(ServerError) as caught:
        server._manifest.check(replace(first, form=form))
    assert caught.value.message is Message.CENTRAL_READBACK
    assert caught.value.values["found"] == "md5:4d8b9cc3c0a960f048baae55494cbe9f"


def test_read_back__manifest__files_with_their_md5(tmp_path: Path) -> None:
    with replay(tmp_path, [LOGIN, step("05-form-read/13")]) as server:
        assert server._manifest._served(FORM) == {"districts.csv": "md5:76686ad8a716242aefc3627aa6168e94"}


@pytest.mark.parametrize(
    "answer", ["06-app-users/6", "06-app-users/7"], ids=["assigned", "assigned meanwhile"]
)
def test_officers__made_and_assigned__as_recorded(tmp_path: Path, answer: str) -> None:
    """Recorded with the name `Tablet 1`; ours begin with a code."""
    name = {"displayName": "16663-01 Tran Thi Thu"}
    made = step("06-app-users/0", body=lambda body: {**body, **name})
    made.exchange.request["body"] = name
    none, no_assignment = step("15-values-and-repeats/21"), step("06-app-users/10", body=lambda body: [])
    with replay(tmp_path, [LOGIN, none, no_assignment, made, step(answer)]) as server:
        user = server.ensure_officers([("16663-01", "Tran Thi Thu")], [FORM])[0]
    assert user.token == "APP-USER-TOKEN"


def test_officers__revoked__as_recorded(tmp_path: Path) -> None:
    def coded(body: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**entry, "displayName": "16663-01 Thu"} for entry in body]

    steps = [LOGIN, step("06-app-users/1", body=coded), step("15-values-and-repeats/19")]
    with replay(tmp_path, steps) as server:
        assert server.revoke_officer("16663-01")


def test_increment__edit_review_and_deletion__as_recorded(tmp_path: Path) -> None:
    since = "2026-11-23T12:00:39.442Z"
    form = "/v1/projects/3/forms/inc"
    fields = step("05-form-read/7", path=f"{form}/versions/1/fields")
    deleted = step("08-submit-rest-edit-review/39", path=f"{form}/submissions", body=_as_s04)
    deleted.exchange.request["headers"]["x-extended-metadata"] = "true"
    edited = exchanges("central", "10-incremental")[14]
    document = step(
        "08-submit-rest-edit-review/25",
        path=f"{form}/submissions/s03.xml",
        body=lambda _: edited.request["body"],
    )
    version = step(
        "08-submit-rest-edit-review/19",
        path=f"{form}/submissions/s03",
        body=lambda _: edited.response["body"],
    )
    first = step("08-submit-rest-edit-review/25", path=f"{form}/submissions/s01.xml", body=lambda _: S01)
    no_files = step(
        "08-submit-rest-edit-review/28", path=f"{form}/submissions/s03/attachments", body=lambda _: []
    )
    steps = [
        LOGIN, step("10-incremental/18", query=increment(since), body=counted),
        step("05-form-read/2", path=f"{form}/versions", body=lambda body: [{**body[0], "version": "1"}]),
        fields, deleted, first, document, version, no_files,
    ]  # fmt: skip
    with replay(tmp_path, steps) as server:
        feed = server._feed
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("processor.servers.central.feed.WORKERS", 1)
            pages = list(server.changed("inc", f"{feed._name}:{since}", 1000))
    found = {s.instance_id: s for s in pages[0].submissions}
    assert [(s.instance_id, s.deleted, s.review_state) for s in pages[0].submissions] == [
        ("s01", False, "approved"),
        ("s03", False, "edited"),
        ("s04", True, "received"),
    ]
    assert found["s03"].answers["name"] == "edited"
    assert found["s04"].deleted and not found["s04"].content_known
    assert pages[0].checkpoint == f"{feed._name}:2026-11-23T11:50:00.000Z"


S01 = '<data id="inc" version="1"><name>n</name><meta><instanceID>s01</instanceID></meta></data>'


def _as_s04(body: list[dict[str, Any]]) -> list[dict[str, Any]]:
    version = {**body[0]["currentVersion"], "instanceId": "s04"}
    return [{**body[0], "instanceId": "s04", "currentVersion": version}]


def test_increment__nothing_since__no_page(tmp_path: Path) -> None:
    since = "2026-11-23T12:00:39.954Z"
    with replay(tmp_path, [LOGIN, step("10-incremental/20", query=increment(since), body=counted)]) as server:
        assert list(server.changed("inc", f"{server._feed._name}:{since}", 1000)) == []


def test_increment__cursor_purged__walked_three_times_then_told(tmp_path: Path) -> None:
    since = "2026-11-23T12:00:38.000Z"
    query = increment(since)
    first = step("10-incremental/23", query=query)
    link = {"$select": "__id,name,photo,__system", "$top": "2", "$count": "true"}
    empty = step("10-incremental/30", query={**link, "$skiptoken": "01eyJpbnN0YW5jZUlkIjoiczA0In0="})
    with (
        replay(tmp_path, [LOGIN, first, empty, first, empty, first, empty]) as server,
        pytest.raises(ServerError) as caught,
    ):
        list(server.changed("inc", f"{server._feed._name}:{since}", 1000))
    assert caught.value.message is Message.CENTRAL_COUNT
    assert (caught.value.values["found"], caught.value.values["expected"]) == (2, 5)


def test_next_link__as_recorded__followed_on_our_address(tmp_path: Path) -> None:
    from processor.servers.central import head
    from processor.servers.central.api import Api

    second = step(
        "10-incremental/25", body=lambda body: {k: v for k, v in body.items() if "nextLink" not in k}
    )
    with replay(
        tmp_path, [LOGIN, step("10-incremental/23", query=increment("2026-11-23T12:00:38.000Z")), second]
    ) as server:
        condition = CHANGED.format("2026-11-23T12:00:38.000Z")
        found, expected = head._walk(Api(server._http, 3), "inc", condition)
    assert [row.instance_id for row in found.rows] == ["s05", "s04", "s03", "s02"]
    assert [row.files for row in found.rows] == [0, 0, 0, 1]
    assert expected == 5


def test_lists__live_deleted_and_live_again__as_recorded(tmp_path: Path) -> None:
    live, deleted = step("08-submit-rest-edit-review/38"), step("08-submit-rest-edit-review/39")
    again = step("08-submit-rest-edit-review/47")
    tag = live.exchange.response["headers"]["etag"]
    for found in (live, deleted, again):
        found.exchange.request["headers"]["x-extended-metadata"] = "true"
    again.exchange.request["headers"]["if-none-match"] = tag
    with replay(tmp_path, [LOGIN, live, deleted, again, again]) as server:
        states = {s.instance_id: s for s in server.ids(FORM)}
        assert {s.instance_id: s for s in server.ids(FORM)} == states
    assert states[S1] == SubmissionState(
        S1, "uuid:00000000-0000-4000-8000-e00000000002", False, False, "edited"
    )
    assert states[S3].review_state == "rejected"
    assert states["uuid:00000000-0000-4000-8000-000000000004"].deleted


def test_export__of_all_versions__equal_to_the_documents(tmp_path: Path) -> None:
    """The recorded zip has the newest version only: its columns are explained by the newest fields alone."""
    from processor.servers.central.api import Api
    from processor.servers.central.catalogue import FieldRow, Fields
    from processor.servers.central.export import OPTIONS, Export, Span
    from processor.servers.central.row import Row

    listed = exchanges("central", "05-form-read")[5].response["body"]
    fields = Fields(tuple(FieldRow(f["path"][1:], f["type"]) for f in listed))
    at = datetime(2026, 11, 23, 12, tzinfo=UTC)
    rows = {key: Row(key, at, False, "received", "", False) for key in (S1, S2, S3)}
    span = Span(at, at, at)
    export = step("11-export/6", query={**OPTIONS, "$filter": span.filter})
    assert fields.layout is not None
    (tmp_path / "cache").mkdir()
    with replay(tmp_path, [LOGIN, export]) as server:
        found = Export(Api(server._http, 3), tmp_path / "cache").read(FORM, fields.layout, span, rows)
    assert list(found) == [S3]  # the others were edited
    assert found[S3].form_version == "2026020102"
    assert found[S3].answers["enumerator"] == "O'Brien & <Sons>"
    assert found[S3].answers["location"] == "-13.9669 33.7873 1050.5 4.8"


def test_document__edited_twice__the_current_version(tmp_path: Path) -> None:
    from processor.servers.central.api import Api
    from processor.servers.central.document import Documents
    from processor.servers.central.row import Row

    at = datetime(2026, 11, 23, 12, tzinfo=UTC)
    row = Row(S1, at, False, "edited", "", True)
    steps = [LOGIN, step("08-submit-rest-edit-review/25"), step("08-submit-rest-edit-review/19")]
    with replay(tmp_path, steps) as server:
        content = Documents(Api(server._http, 3)).read(
            FORM, row, frozenset({"hh/member", "hh/member/vaccine"})
        )
    assert content is not None
    assert content.version_id == "uuid:00000000-0000-4000-8000-e00000000002"
    assert content.updated_at == datetime(2026, 11, 23, 11, 58, 32, 705000, tzinfo=UTC)
    assert content.answers["remarks"] == "second edit"
    assert "house_photo" not in content.answers
    assert len(content.answers["hh/member"]) == 2


def test_document__of_encrypted__refused(tmp_path: Path) -> None:
    from processor.servers.central.api import Api
    from processor.servers.central.document import Documents
    from processor.servers.central.row import Row

    key = "uuid:00000000-0000-4000-8000-000000000043"
    row = Row(key, datetime(2026, 11, 23, 12, tzinfo=UTC), False, "received", "", False)
    with (
        replay(tmp_path, [LOGIN, step("14-encryption/15")], project=6) as server,
        pytest.raises(ConfigError),
    ):
        Documents(Api(server._http, 6)).read(FORM, row, frozenset())


def test_attachment__as_recorded__checked_then_304(tmp_path: Path) -> None:
    """The recording kept no bytes: others stand in, with their own MD5."""
    md5 = hashlib.md5(binary(134)).hexdigest()
    first = step("08-submit-rest-edit-review/30", headers={"etag": f'"{md5}"'})
    second = step("08-submit-rest-edit-review/31")
    second.exchange.request["headers"]["if-none-match"] = f'"{md5}"'
    with replay(tmp_path, [LOGIN, first, second, step("08-submit-rest-edit-review/32")]) as server:
        path = server.attachment(FORM, S2, "photo2.jpg")
        assert path is not None and path.read_bytes() == binary(134)
        assert server.attachment(FORM, S2, "photo2.jpg") == path
        assert server.attachment(FORM, S2, "nosuch.jpg") is None


def test_attachments__list_of_a_submission__names_what_has_arrived(tmp_path: Path) -> None:
    steps = [LOGIN, step("08-submit-rest-edit-review/28", body=lambda body: [{**body[0], "exists": False}])]
    with replay(tmp_path, steps) as server:
        assert [(a.name, a.sha256) for a in server._files.of(FORM, S1)] == [("audit.csv", None)]


def test_review__with_a_comment__as_recorded(tmp_path: Path) -> None:
    steps = [
        LOGIN,
        step("08-submit-rest-edit-review/3", path=f"/v1/projects/3/forms/hh_visit/submissions/{S1}"),
    ]
    steps.append(step("08-submit-rest-edit-review/7"))
    with replay(tmp_path, steps) as server:
        assert server.set_review(FORM, S1, "has_issues", "GPS looks wrong")


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("08-submit-rest-edit-review/33", "rejected"),
        ("08-submit-rest-edit-review/34", "approved"),
        ("10b-incremental-etag/5", "approved"),
        ("10b-incremental-etag/13", "received"),
    ],
)
def test_review__each_recorded_state__as_recorded(tmp_path: Path, name: str, state: str) -> None:
    found = step(name)
    path = found.exchange.request["path"]
    parts = path.split("/")
    other = "rejected" if state == "received" else None
    show = step("08-submit-rest-edit-review/3", path=path, body=lambda body: {**body, "reviewState": other})
    with replay(tmp_path, [LOGIN, show, found]) as server:
        from urllib.parse import unquote

        assert server.set_review(parts[5], unquote(parts[7]), state)
