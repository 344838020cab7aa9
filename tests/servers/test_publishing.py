"""Form list, manifest, form and media as Collect reads them; publishing is idempotent."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
import requests

from processor.errors import FormError, Message
from processor.servers.builtin.officers import add_officer, revoke_officer
from processor.servers.builtin.server import BuiltinServer, open_builtin
from tests.servers.phones import OPENROSA, Phone, make_config, package, served, xml

LIST = "{http://openrosa.org/xforms/xformsList}"
MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"


def entries(phone: Phone, query: str = "") -> list[dict[str, str]]:
    answer = phone.get("/formList" + query)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/xml")
    root = ElementTree.fromstring(answer.content)
    assert root.tag == LIST + "xforms"
    return [{child.tag.removeprefix(LIST): child.text or "" for child in form} for form in root]


def test_form_list__one_form__hash_is_of_the_bytes_served(phone: Phone) -> None:
    (entry,) = entries(phone)
    assert (entry["formID"], entry["name"], entry["version"]) == ("phieu_c", "Phiếu C", "1")
    form = phone.get(entry["downloadUrl"])
    assert entry["hash"] == "md5:" + hashlib.md5(form.content).hexdigest()
    assert form.headers["Content-Type"].startswith("text/xml")
    assert b"phieu_c" in form.content


def test_manifest__csv__hash_is_of_the_bytes_served(phone: Phone) -> None:
    root = ElementTree.fromstring(phone.get(entries(phone)[0]["manifestUrl"]).content)
    (file,) = root
    found = {child.tag.removeprefix(MANIFEST): child.text for child in file}
    assert found["filename"] == "communes.csv"
    content = phone.get(str(found["downloadUrl"])).content
    assert content == b"name,label\n1,Vinh\n"
    assert found["hash"] == "md5:" + hashlib.md5(content).hexdigest()


def test_downloads__known_tag__304_without_body(phone: Phone) -> None:
    entry = entries(phone)[0]
    manifest = phone.get(entry["manifestUrl"])
    media = ElementTree.fromstring(manifest.content).findtext(f".//{MANIFEST}downloadUrl")
    for url in (phone.url + "/formList", entry["downloadUrl"], entry["manifestUrl"], str(media)):
        first = phone.get(url)
        assert "no-cache" in first.headers["Cache-Control"]
        again = phone.get(url, **{"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_form_list__new_version__current_only_and_tag_changes(
    server: BuiltinServer, phone: Phone, tmp_path: Path
) -> None:
    tag = phone.get("/formList").headers["ETag"]
    server.deploy(package(tmp_path, "2", "Phiếu C mới"))
    assert [(e["version"], e["name"]) for e in entries(phone)] == [("2", "Phiếu C mới")]
    assert phone.get("/formList", **{"If-None-Match": tag}).status_code == 200
    assert [e["version"] for e in entries(phone, "?listAllVersions=true")] == ["1", "2"]
    assert entries(phone, "?formID=other") == []
    assert len(entries(phone, "?formID=phieu_c")) == 1
    assert "descriptionText" in entries(phone, "?verbose=true")[0]


def test_form_list__public_url_set__addresses_begin_with_it(store_url: str, tmp_path: Path) -> None:
    config = make_config(tmp_path, store_url)
    public = replace(config, web=replace(config.web, public_url="https://dieutra.example.vn"))
    server = open_builtin(public)
    server.deploy(package(tmp_path))
    with served(server) as address:
        phone = Phone(address, add_officer(server, "16663-01", "Hoa", "16663"))
        prefix = f"https://dieutra.example.vn/v1/key/{phone.officer.token}/forms/phieu_c/1/"
        entry = entries(phone)[0]
        assert (entry["downloadUrl"], entry["manifestUrl"]) == (prefix + "form.xml", prefix + "manifest")
    server.inbox.engine.dispose()


def test_form_list__nothing_published__never_an_empty_list(store_url: str, tmp_path: Path) -> None:
    server = open_builtin(make_config(tmp_path, store_url))
    with served(server) as address:
        phone = Phone(address, add_officer(server, "16663-01", "Hoa", "16663"))
        assert phone.get("/formList").status_code == 503
    server.inbox.engine.dispose()


def test_form_list__wrong_or_revoked_token__403_without_forms(
    server: BuiltinServer, phone: Phone, address: str
) -> None:
    revoke_officer(server, phone.officer.code)
    for token in (phone.officer.token, "x" * 32):
        answer = requests.get(f"{address}/v1/key/{token}/formList", headers=OPENROSA, timeout=30)
        assert answer.status_code == 403
        assert "xform>" not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/forms/phieu_c/9/form.xml",
        "/forms/no/1/manifest",
        "/forms/phieu_c/1/media/x.csv",
        "/forms/phieu_c/1/media/..%2Finbox.sqlite",
    ],
)
def test_downloads__nothing_there__404_in_the_protocols_words(phone: Phone, path: str) -> None:
    assert phone.get(path).status_code == 404


def test_deploy__same_again__same_form_and_nothing_changes(server: BuiltinServer, tmp_path: Path) -> None:
    first = server.deployed()
    assert server.deploy(package(tmp_path)) == first[0]
    assert server.deployed() == first
    assert first[0].current


@pytest.mark.parametrize("change", [{"title": "Tên khác"}, {"media": "name,label\n2,Huế\n"}])
def test_deploy__same_version_other_content__refused(
    server: BuiltinServer, tmp_path: Path, change: dict[str, str]
) -> None:
    before = server.deployed()
    with pytest.raises(FormError) as error:
        server.deploy(package(tmp_path, **change))
    assert error.value.message is Message.FORM_VERSION_TAKEN
    assert server.deployed() == before


def test_deploy__version_with_slash__refused(server: BuiltinServer, tmp_path: Path) -> None:
    given = package(tmp_path)
    for version in ("a/b", "..", "x" * 201, "a\nb"):
        with pytest.raises(FormError) as error:
            server.deploy(replace(given, form=replace(given.form, version=version)))
        assert error.value.message is Message.FORM_ADDRESS


def test_deploy__newer_version__older_ones_still_accepted(
    server: BuiltinServer, phone: Phone, tmp_path: Path
) -> None:
    server.deploy(package(tmp_path, "2"))
    assert phone.post(xml("uuid:old", version="1")).status_code == 201
    assert [(d.version, d.current) for d in server.deployed()] == [("1", False), ("2", True)]


def test_open__twice__keeps_everything(server: BuiltinServer, phone: Phone) -> None:
    phone.post(xml("uuid:1"))
    again = open_builtin(server.config)
    assert again.deployed() == server.deployed()
    assert [s.instance_id for s in again.ids("phieu_c")] == ["uuid:1"]
    again.inbox.engine.dispose()
