"""Recorded exchanges: what we send is what was sent then, and what came back is understood."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from processor.errors import ConfigError, FormError, Message, ProcessorError, ServerError
from processor.servers.http import StatusError
from processor.servers.kobo.api import Api, asset_path
from processor.servers.kobo.assets import Assets, rights
from processor.servers.kobo.content import read_content
from processor.servers.kobo.deploy import Deployer
from processor.servers.kobo.feed import Feed
from processor.servers.kobo.files import Files
from processor.servers.kobo.history import Hints
from processor.servers.kobo.hooks import register_hook
from processor.servers.kobo.imports import Imports
from processor.servers.kobo.index import Index
from processor.servers.kobo.media import Media
from processor.servers.kobo.openrosa import OpenRosa
from processor.servers.kobo.reading import Reader
from processor.servers.kobo.review import Reviews
from processor.servers.kobo.rows import RowFile
from processor.servers.kobo.users import Names, Users
from processor.servers.protocol import MediaFile
from tests.servers_kobo.packages import package
from tests.servers_kobo.tape import Tape

ASSET = "aBru7kHKEr3exn475wPK2s"
BIG = "a4DfxeDAWhvsQNNvRTBVsy"
LISTS = "name,label\nv01,Village one\nv02,Village two\n"


@pytest.fixture
def assets(tape: Tape) -> Assets:
    found = Assets(tape.api, {})
    found.remember("hh_survey", ASSET)
    found._readable.add(ASSET)
    return found


def index_of(tape: Tape) -> Index:
    """An index that knows already that rows have no time of change, as the recorded server."""
    index = Index(tape.api)
    index.has_modified = False
    return index


def quiet(_text: str) -> None:
    """Nobody watches."""


# 01 login


def test_login__token__user_name(tape: Tape) -> None:
    tape.play("01_auth", 4)
    assert tape.api.user == "survey_ops"
    assert tape.api.user == "survey_ops"


def test_login__refused__config_error_without_the_token(tape: Tape) -> None:
    tape.play("01_auth", 6)
    tape._left[0].request["path"] = "/me/"
    tape._left[0].request["headers"]["Authorization"] = "Token TOKEN_survey_ops"
    with pytest.raises(ConfigError) as error:
        _ = tape.api.user
    assert error.value.message is Message.KOBO_LOGIN
    assert "TOKEN" not in str(error.value)


def test_environment__address_of_the_phones_side(tape: Tape) -> None:
    tape.play("01_auth", 13)
    del tape._left[0].request["headers"]
    tape._left[0].request["headers"] = {"Authorization": "Token TOKEN_survey_ops"}
    assert tape.api.get("/api/v2/environment/")["open_rosa_server"] == "https://kc.example"


# 02 forms


def test_import__new__uid_of_the_asset(tape: Tape, tmp_path: Path) -> None:
    tape.play("02a_imports", 0, 1)
    assert Imports(tape.api).bring(package(tmp_path / "x"), None, quiet) == ASSET


def test_import__into_an_asset__its_address_is_the_destination(tape: Tape, tmp_path: Path) -> None:
    tape.play("02b_deploy_versions", 16, 17)
    assert Imports(tape.api).bring(package(tmp_path / "x"), ASSET, quiet) == ASSET
    sent = tape.asked[0].form
    assert sent["destination"].endswith(f"/api/v2/assets/{ASSET}/")
    assert sent["library"] == "false"


@pytest.mark.parametrize(
    ("indexes", "words"),
    [
        ((2, 3), "Duplicate node name: q1"),
        ((8, 9), "Invalid node name: bad name!"),
        ((10, 11), "Unsupported format, or corrupt file"),
    ],
)
def test_import__broken_workbook__the_servers_words(
    tape: Tape, tmp_path: Path, indexes: tuple[int, ...], words: str
) -> None:
    tape.play("02a_imports", *indexes)
    with pytest.raises(FormError) as error:
        Imports(tape.api).bring(package(tmp_path / "x"), None, quiet)
    assert error.value.message is Message.KOBO_IMPORT
    assert words in str(error.value)


def test_asset__detail__form_id_version_repeats_files_and_rights(tape: Tape, assets: Assets) -> None:
    tape.play("02b_deploy_versions", 0)
    detail = assets.detail(ASSET)
    content = read_content(detail["content"])
    assert (content.form_id, content.version) == ("hh_survey", "v1-from-xlsform")
    assert content.repeats == {"member", "member/illness"}
    assert content.binaries == {"photo"}
    assert {"hh/water/sources_other", "member/illness/ill_date", "intro", "hh"} <= content.paths
    assert len(content.paths) == 30
    assert "view_submissions" in rights(detail)


def test_asset__unknown_or_not_ours__404_is_none(tape: Tape) -> None:
    tape.play("02b_deploy_versions", 36)
    assert tape.api.find(asset_path("aNoSuchAsset0000000000")) is None


def test_asset__versions__newest_first(tape: Tape, assets: Assets) -> None:
    tape.play("02b_deploy_versions", 22)
    assert [v["uid"] for v in assets.versions(ASSET)] == ["vrBr7etxLgo9QAgDvQM4pc", "vK4tnG4mUsztaT5yYgWmC6"]


def deployer(tape: Tape, assets: Assets, folder: Path) -> Deployer:
    return Deployer(tape.api, assets, OpenRosa(tape.http), folder, Imports(tape.api), quiet)


@pytest.mark.parametrize(
    ("indexes", "is_deployed"), [((3,), False), ((20,), True), ((4, 20), False), ((2, 3), True)]
)
def test_deployment__first_again_or_the_other_way_after_405(
    tape: Tape, assets: Assets, tmp_path: Path, indexes: tuple[int, ...], is_deployed: bool
) -> None:
    tape.play("02b_deploy_versions", *indexes)
    detail = {"has_deployment": is_deployed, "version_id": "vrBr7etxLgo9QAgDvQM4pc"}
    deployer(tape, assets, tmp_path)._deploy(ASSET, detail, "hh_survey")
    if 20 in indexes:
        assert tape.asked[-1].get_json() == {"active": True, "version_id": "vrBr7etxLgo9QAgDvQM4pc"}


def test_deployment__missing_list__the_servers_words(tape: Tape, assets: Assets, tmp_path: Path) -> None:
    tape.play("02b_deploy_versions", 28)
    with pytest.raises(FormError, match=r"\[row : 2\] List name not in choices sheet: missing_list"):
        deployer(tape, assets, tmp_path)._deploy("aYL2m8bJAhTTyabZANFcKR", {}, "broken")


def test_deployment__version_that_is_not_the_current_one__once_and_an_error(
    tape: Tape, assets: Assets, tmp_path: Path
) -> None:
    tape.play("02b_deploy_versions", 19)
    with pytest.raises(StatusError) as error:
        deployer(tape, assets, tmp_path)._deploy(
            ASSET, {"has_deployment": True, "version_id": "vNOSUCH"}, "hh_survey"
        )
    assert error.value.status == 500


def village_list(folder: Path, text: str = LISTS) -> MediaFile:
    import hashlib

    path = folder / "villages.csv"
    path.write_text(text, encoding="utf-8")
    return MediaFile("villages.csv", path, hashlib.md5(path.read_bytes()).hexdigest())


def test_media__same_hash__left_alone(tape: Tape, tmp_path: Path) -> None:
    tape.play("02b_deploy_versions", 11)
    Media(tape.api).bring(ASSET, [village_list(tmp_path)])


def test_media__other_hash__deleted_and_sent(tape: Tape, tmp_path: Path) -> None:
    tape.play("02b_deploy_versions", 11, 13, 14)
    Media(tape.api).bring(ASSET, [village_list(tmp_path, "name,label\n")])
    sent = tape.asked[-1]
    assert json.loads(sent.form["metadata"]) == {"filename": "villages.csv"}
    assert sent.form["file_type"] == "form_media"
    assert sent.files["content"].read() == b"name,label\n"


@pytest.mark.parametrize("is_same", [True, False])
def test_media__stands_there_already__looked_at_again(tape: Tape, tmp_path: Path, is_same: bool) -> None:
    """The answer of an earlier run was lost."""
    tape.play("02b_deploy_versions", 8, 11)
    file = village_list(tmp_path, LISTS if is_same else "other")
    if is_same:
        Media(tape.api)._send(ASSET, file)
        return
    with pytest.raises(StatusError, match="File already exists"):
        Media(tape.api)._send(ASSET, file)


# 03 what phones get


def test_phones__form_list_and_manifest__version_hash_and_media(tape: Tape) -> None:
    tape.play("03_openrosa", 2, 7)
    offered = OpenRosa(tape.http).offered(ASSET)
    assert offered is not None
    assert (offered.version, offered.md5) == (
        "2 (2026-11-23 12:30:27)",
        "82a09bf109a6a710e18b2715954bc139",
    )
    assert offered.media == {
        "logo.png": "f829b914fc47cfc9c0747c119c27cf1b",
        "villages.csv": "63bfaa82779b81e93fecc13373b18dd4",
    }
    assert all(r.headers["X-OpenRosa-Version"] == "1.0" for r in tape.asked)


def test_phones__not_in_the_list__none(tape: Tape) -> None:
    (exchange,) = tape.play("03_openrosa", 6)
    exchange.request["query"] = f"formID={ASSET}"
    exchange.request["headers"]["Authorization"] = "Token TOKEN_survey_ops"
    assert OpenRosa(tape.http).offered(ASSET) is None


# 04 rows


def test_index__all_rows__ids_times_status_files(tape: Tape) -> None:
    tape.play("04a_data_read", 18)
    del tape._left[0].request["query"]
    tape._left[0].request["query"] = 'format=json&query={"_id":{"$gt":0}}'
    rows = index_of(tape).all(ASSET)
    assert [row.number for row in rows] == [1, 3, 4, 5, 6, 7]
    assert rows[4].root == "uuid:00000005-1111-4222-8333-444455556666"
    assert rows[4].version_id == "uuid:00000007-1111-4222-8333-444455556666"
    assert rows[0].at == datetime(2026, 11, 23, 12, 32, 10, tzinfo=UTC)
    assert rows[0].files == (RowFile("1768028462345.jpg", "attF2MgB4eHf4ShBw8ozgjva"),)
    assert {row.review for row in rows} == {"received"}
    asked = tape.asked[0].args
    assert json.loads(asked["sort"]) == {"_id": 1}
    assert {"_id", "_uuid", "_validation_status", "_attachments"} <= set(json.loads(asked["fields"]))
    assert asked["limit"] == "1000"


def test_index__deleted_files_and_anonymous_sender__left_out(tape: Tape) -> None:
    (exchange,) = tape.play("04a_data_read", 18)
    exchange.request["query"] = 'format=json&query={"_id":{"$gt":0}}'
    first, second = exchange.response["body"]["results"][:2]
    first["_attachments"][0]["is_deleted"] = True
    first["_submitted_by"] = None
    del second["_attachments"][0]["media_file_basename"]
    rows = index_of(tape).all(ASSET)
    assert (rows[0].files, rows[0].submitter) == ((), "")
    assert [file.name for file in rows[1].files] == ["two.jpg"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"meta/rootUuid": None}, Message.KOBO_OLD),
        ({"_submission_time": "yesterday"}, Message.KOBO_SHAPE),
        ({"_validation_status": {"uid": "validation_status_new"}}, Message.KOBO_SHAPE),
        ({"_attachments": [{"uid": "x"}]}, Message.KOBO_SHAPE),
    ],
)
def test_index__row_of_another_shape__refused_with_its_number_only(
    tape: Tape, change: dict[str, object], message: Message
) -> None:
    (exchange,) = tape.play("04a_data_read", 18)
    exchange.request["query"] = 'format=json&query={"_id":{"$gt":0}}'
    exchange.response["body"]["results"][1] |= change
    with pytest.raises(ProcessorError) as error:
        index_of(tape).all(ASSET)
    assert error.value.message is message


def test_index__time_of_change__looked_for_in_one_row_once(tape: Tape) -> None:
    (first,) = tape.play("04d_paging_and_sync", 15)
    first.response["body"]["results"][0]["_submission_time"] = "2026-11-23T12:32:10"
    empty = [tape.play("04d_paging_and_sync", 5)[0] for _ in range(2)]
    for exchange in empty:
        exchange.request["path"] = asset_path(ASSET, "data")
    index = Index(tape.api)
    assert index.all(ASSET, after=1260) == index.all(ASSET, after=1260) == []
    assert [json.loads(r.args["fields"])[-1] for r in tape.asked] == [
        "_date_modified",
        *["_submitted_by"] * 2,
    ]


def test_index__behind_an_id__as_recorded(tape: Tape) -> None:
    (exchange,) = tape.play("04a_data_read", 12)
    for raw in exchange.response["body"]["results"]:
        raw["_submission_time"] = "2026-11-23T12:32:10"
    rows = index_of(tape).all(ASSET, after=3)
    assert [row.number for row in rows] == [4, 5, 6, 7]


def test_index__behind_the_last_id__empty_and_ended(tape: Tape) -> None:
    tape.play("04d_paging_and_sync", 5)
    assert index_of(tape).all(BIG, after=1260) == []


def test_index__chosen_roots__with_the_prefix(tape: Tape) -> None:
    (exchange,) = tape.play("04d_paging_and_sync", 10)
    roots = [f"uuid:00000{n}-aaaa-4bbb-8ccc-ddddeeeeffff" for n in (100, 101)]
    exchange.request["query"] = exchange.request["query"].replace("]}}&", ']},"_id":{"$gt":0}}&')
    for raw in exchange.response["body"]["results"]:
        raw["_submission_time"] = "2026-11-23T12:41:14"
    rows = index_of(tape).all(BIG, query={"meta/rootUuid": {"$in": roots}})
    assert [row.number for row in rows] == [110, 111]


def reader(tape: Tape, assets: Assets, folder: Path) -> Reader:
    index = index_of(tape)
    return Reader(tape.api, assets, index, Files(tape.api, folder), frozenset(), Names(""))


def test_xml__one_row__answers_as_sent(tape: Tape, assets: Assets, tmp_path: Path) -> None:
    """The list and the single row hold the same document."""
    one, detail = tape.play("04a_data_read", 30)[0], tape.play("02b_deploy_versions", 0)[0]
    detail.request["path"] = asset_path(ASSET, "versions", "vK4tnG4mUsztaT5yYgWmC6")
    raw = tape.api.xml(asset_path(ASSET, "data", "1")).body
    document = reader(tape, assets, tmp_path)._document(ASSET, raw)
    assert document is not None
    answers = document.parsed.answers
    assert document.uuid == "00000001-1111-4222-8333-444455556666"
    assert document.content is not None and document.content.version == "v1-from-xlsform"
    members = answers["member"]
    assert [row["member/m_name"] for row in members] == ["Amina", "Idris"]
    assert members[0]["member/m_vacc"] == ""
    assert [i["member/illness/ill_name"] for i in members[1]["member/illness"]] == ["fever", "cough"]
    assert one.response["status"] == 200


def test_xml_list__recorded_page__cut_into_documents(tape: Tape, assets: Assets, tmp_path: Path) -> None:
    from processor.servers.kobo.xml_list import split_list, total

    tape.play("04a_data_read", 23)
    body = tape.api.xml(asset_path(ASSET, "data"), limit=1).body
    assert total(body) == 6
    (document,) = split_list(body)
    assert document.startswith(b"<aBru7kHKEr3exn475wPK2s ") and document.endswith(
        b"</aBru7kHKEr3exn475wPK2s>"
    )


def test_xml_list__sort_is_refused__never_sent(tape: Tape) -> None:
    tape.play("04a_data_read", 25)
    with pytest.raises(StatusError):
        tape.api.xml(asset_path(ASSET, "data"), sort={"_id": 1})


def test_rows__404_for_whoever_lacks_the_right(tape: Tape) -> None:
    tape.play("04a_data_read", 31)
    assert index_of(tape).one(ASSET, 999999) is None


def test_attachment__by_uid__fetched_once(tape: Tape, tmp_path: Path) -> None:
    tape.play("04a_data_read", 40)
    files = Files(tape.api, tmp_path)
    photo = RowFile("1768028462345.jpg", "attF2MgB4eHf4ShBw8ozgjva")
    rest_of_a_kill = tmp_path / ASSET / photo.uid / "new-1"
    rest_of_a_kill.parent.mkdir(parents=True)
    rest_of_a_kill.write_bytes(b"half")
    first = files.fetch(ASSET, 1, photo)
    assert first is not None and first.read_bytes() == b"<4 bytes >"
    assert files.fetch(ASSET, 1, photo) == first


def test_hints__statuses_since__as_recorded(tape: Tape) -> None:
    status = tape.play("04d_paging_and_sync", 13)[0]
    history = tape.play("04c_history", 2)[0]
    status.request["query"] = status.request["query"].replace("}}&", '},"_id":{"$gt":0}}&')
    for raw in status.response["body"]["results"]:
        raw["_submission_time"] = "2026-11-23T12:32:10"
    history.request["query"] = 'q=date_created__gte:"2026-11-23T12:46:27Z" AND action:modify-submission'
    index = index_of(tape)
    roots = Hints(tape.api, index).since(ASSET, datetime.fromtimestamp(1795437987, UTC))
    assert roots[0] == "uuid:00000001-1111-4222-8333-444455556666"
    assert roots[1] == "uuid:00000013-1111-4222-8333-444455556666"


def test_hints__history_refused__none_and_not_asked_again(tape: Tape) -> None:
    history = tape.play("04c_history", 7)[0]
    history.request["headers"]["Authorization"] = "Token TOKEN_survey_ops"
    history.request["query"] = 'q=date_created__gte:"2026-11-23T12:00:00Z" AND action:modify-submission'
    hints = Hints(tape.api, index_of(tape))
    at = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert hints._history(ASSET, at) == []
    assert hints._history(ASSET, at) == []


# 04b statuses


def listed_row(tape: Tape, status: dict[str, object]) -> None:
    """The row 1 in the list, with this status."""
    tape.api._user = "survey_ops"
    exchange = tape.play("04a_data_read", 18)[0]
    root = "uuid:00000001-1111-4222-8333-444455556666"
    query = {"meta/rootUuid": {"$in": [root]}, "_id": {"$gt": 0}}
    exchange.request["query"] = f"format=json&query={json.dumps(query)}"
    body = exchange.response["body"]
    body["results"], body["count"] = body["results"][:1], 1
    body["results"][0]["_validation_status"] = status


@pytest.mark.parametrize(
    ("before", "state", "index", "changed"),
    [
        ({}, "approved", 2, True),
        ({"uid": "validation_status_approved"}, "received", 9, True),
        ({"uid": "validation_status_approved"}, "approved", None, False),
        ({}, "received", None, False),
    ],
)
def test_review__set_cleared_or_so_already(
    tape: Tape, assets: Assets, before: dict[str, object], state: str, index: int | None, changed: bool
) -> None:
    listed_row(tape, before)
    if index is not None:
        tape.play("04b_data_write", index)
    reviews = Reviews(tape.api, assets, index_of(tape))
    assert reviews.set("hh_survey", "uuid:00000001-1111-4222-8333-444455556666", state) is changed
    if index == 2:
        assert tape.asked[-1].get_json() == {"validation_status.uid": "validation_status_approved"}


def test_review__state_that_kobo_lacks__refused_before_anything_is_sent(tape: Tape, assets: Assets) -> None:
    with pytest.raises(ConfigError) as error:
        Reviews(tape.api, assets, index_of(tape)).set("hh_survey", "uuid:1", "edited")
    assert error.value.message is Message.REVIEW_STATE


# 06 hooks


@pytest.fixture
def endpoint() -> str:
    return "https://hooks.example/hooks/0123456789abcdef0123"


def test_hook__none_of_ours__made_without_answers(tape: Tape, endpoint: str) -> None:
    tape.play("06_hooks", 11, 1)
    assert register_hook(tape.api, ASSET, endpoint) is True
    sent = tape.asked[-1].get_json()
    assert (sent["endpoint"], sent["export_type"], sent["subset_fields"]) == (endpoint, "json", ["_id"])


@pytest.mark.parametrize("is_same", [True, False])
def test_hook__stands_there__changed_only_when_it_differs(tape: Tape, endpoint: str, is_same: bool) -> None:
    (listed,) = tape.play("06_hooks", 11)
    mine = next(h for h in listed.response["body"]["results"] if h["uid"] == "hpNx9HTWQwNipxY99TXZ2D")
    mine |= {"name": "bhxh-survey", "active": True, "endpoint": endpoint, "email_notification": False}
    if not is_same:
        mine["endpoint"] = "https://hooks.example/hooks/another-secret-of-old"
        tape.play("06_hooks", 18)
    assert register_hook(tape.api, ASSET, endpoint) is not is_same


@pytest.mark.parametrize(
    "wrong", ["http://hooks.example/hooks/0123456789abcdef0123", "https://hooks.example/hooks/short"]
)
def test_hook__plain_or_guessable_address__refused_without_showing_it(tape: Tape, wrong: str) -> None:
    with pytest.raises(ConfigError) as error:
        register_hook(tape.api, ASSET, wrong)
    assert "0123456789" not in str(error.value) and "short" not in str(error.value)


# 07 permissions


def users(tape: Tape, assets: Assets) -> Users:
    return Users(tape.api, assets, Names(""), frozenset())


def test_users__granted_once(tape: Tape, assets: Assets) -> None:
    tape.play("07_permissions", 1, 2)
    made = users(tape, assets).ensure([("enumerator1", "An")], ["hh_survey"])
    assert [(u.code, u.name, u.active) for u in made] == [("enumerator1", "An", True)]
    body = tape.asked[-1].get_json()
    assert body["user"].endswith("/api/v2/users/enumerator1/")
    assert body["permission"].endswith("/api/v2/permissions/add_submissions/")


def test_users__has_the_right__nothing_sent(tape: Tape, assets: Assets) -> None:
    tape.play("07_permissions", 3)
    users(tape, assets).ensure([("enumerator1", "An")], ["hh_survey"])


def test_users__unknown_account__said(tape: Tape, assets: Assets) -> None:
    tape.play("07_permissions", 1, 14)
    with pytest.raises(ConfigError) as error:
        users(tape, assets).ensure([("nobody", "")], ["hh_survey"])
    assert error.value.message is Message.KOBO_USER_UNKNOWN


def test_users__listed_without_ourselves(tape: Tape, assets: Assets) -> None:
    tape.play("07_permissions", 3)
    tape.play("01_auth", 4)
    assert [u.code for u in users(tape, assets).all(["hh_survey"])] == ["enumerator1"]


def test_users__revoked__the_assignment_is_deleted_and_looked_for(tape: Tape, assets: Assets) -> None:
    tape.play("01_auth", 4)
    tape.play("07_permissions", 3, 16, 1)
    tape._left[2].request["path"] = asset_path(ASSET, "permission-assignments", "pm6FBYbodNVmtwxML5dSqR")
    assert users(tape, assets).revoke("enumerator1", ["hh_survey"]) is True


def test_users__ourselves__never_revoked(tape: Tape, assets: Assets) -> None:
    tape.play("01_auth", 4)
    with pytest.raises(ConfigError) as error:
        users(tape, assets).revoke("survey_ops", ["hh_survey"])
    assert error.value.message is Message.KOBO_REVOKE_SELF


# 08 errors


def test_paths__end_with_a_slash(tape: Tape) -> None:
    assert asset_path(ASSET) == f"/api/v2/assets/{ASSET}/"
    assert asset_path(ASSET, "data", "1").endswith("/data/1/")


def test_not_deployed__said_before_rows_are_asked_for(tape: Tape, tmp_path: Path) -> None:
    tape.play("01_auth", 4)
    tape.play("02b_deploy_versions", 0)
    found = Assets(tape.api, {})
    found.remember("hh_survey", ASSET)
    feed = Feed(tape.api, found, index_of(tape), reader(tape, found, tmp_path), tmp_path)
    with pytest.raises(ServerError) as error:
        list(feed.changed("hh_survey", None, 1000))
    assert error.value.message is Message.KOBO_NOT_DEPLOYED


def test_api__parameters__texts_as_they_are_others_as_json(tape: Tape) -> None:
    api = Api(tape.http)
    tape.play("04d_paging_and_sync", 5)
    api.get(asset_path(BIG, "data"), query={"_id": {"$gt": 1260}}, sort={"_id": 1}, limit=1000, start=None)
    assert "start" not in tape.asked[0].args
