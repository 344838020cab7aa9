"""Publishing: idempotent, mended after any interruption, verified by what phones get."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from processor.errors import FormError, Message, ProcessorError, ServerError
from processor.servers.central.server import CentralServer
from processor.servers.protocol import FormPackage, MediaFile
from tests.fakes import Clock, Fake
from tests.servers_central.conftest import AT, DISTRICTS, Opener
from tests.servers_central.phone import FORM, V1, V2, Phone, interview

STEPS_FIRST = 14
"""Requests of a first publishing, the login included."""


def media_of(path: Path, content: bytes) -> tuple[MediaFile, ...]:
    path.write_bytes(content)
    return (MediaFile("districts.csv", path, hashlib.md5(content).hexdigest()),)


def writes(fake: Fake) -> list[str]:
    return [line for line in fake.lines if not line.startswith("GET") and "sessions" not in line]


def state(fake: Fake) -> Any:
    """What phones and the office can see in the end."""
    form = fake.central.projects[1].forms[FORM]
    return [
        (v.description.version, v.xml, {n: f.content for n, f in v.media.items()}) for v in form.true.versions
    ], form.draft


def test_deploy__new_form__what_phones_get_is_what_was_checked(
    fake: Fake, server: CentralServer, first: FormPackage
) -> None:
    deployed = server.deploy(first)
    assert (deployed.version, deployed.current) == (V1, True)
    assert deployed.xform_md5 == hashlib.md5(first.xform).hexdigest()
    assert deployed.media == (("districts.csv", hashlib.md5(DISTRICTS).hexdigest()),)
    assert state(fake) == ([(V1, first.xform, {"districts.csv": DISTRICTS})], None)
    assert server.deployed() == [deployed]


def test_deploy__same_again__nothing_written(fake: Fake, server: CentralServer, first: FormPackage) -> None:
    deployed = server.deploy(first)
    fake.lines.clear()
    assert server.deploy(first) == deployed
    assert writes(fake) == []


def test_deploy__next_version__inherits_the_unchanged_file(
    fake: Fake, server: CentralServer, first: FormPackage, second: FormPackage
) -> None:
    server.deploy(first)
    fake.lines.clear()
    server.deploy(second)
    assert not any("draft/attachments/" in line for line in writes(fake))
    assert [(d.version, d.current) for d in server.deployed()] == [(V1, False), (V2, True)]


def test_deploy__old_version_again__stays_old(
    fake: Fake, server: CentralServer, first: FormPackage, second: FormPackage
) -> None:
    server.deploy(first)
    server.deploy(second)
    fake.lines.clear()
    assert not server.deploy(first).current
    assert writes(fake) == []


@pytest.mark.parametrize("what", ["questionnaire", "media"])
def test_deploy__version_taken_by_other_content__refused_and_nothing_changed(
    fake: Fake, server: CentralServer, first: FormPackage, tmp_path: Path, what: str
) -> None:
    server.deploy(first)
    before = state(fake)
    changed = (
        replace(first, xform=first.xform.replace(b"Karonga", b"K").replace(b"<h:title>", b"<h:title>x"))
        if what == "questionnaire"
        else replace(first, media=media_of(tmp_path / "d.csv", b"name,label\n"))
    )
    with pytest.raises(FormError) as caught:
        server.deploy(changed)
    assert caught.value.message is Message.FORM_VERSION_TAKEN
    assert state(fake) == before


@pytest.mark.parametrize("lost", [False, True], ids=["request lost", "answer lost"])
@pytest.mark.parametrize("step", range(STEPS_FIRST))
def test_interrupted__at_any_request__the_next_run_mends_it(
    fake: Fake, open_server: Opener, first: FormPackage, step: int, lost: bool
) -> None:
    if lost:
        fake.faults.add("reset_after", skip=step)
    fake.faults.add("reset", skip=step, times=999)
    with pytest.raises(ServerError):
        open_server().deploy(first)
    fake.faults.clear()
    open_server().deploy(first)
    assert state(fake) == ([(V1, first.xform, {"districts.csv": DISTRICTS})], None)
    fake.lines.clear()
    open_server().deploy(first)
    assert writes(fake) == []


@pytest.mark.parametrize("step", range(1, 12))
def test_interrupted__publishing_a_second_version__mended(
    fake: Fake, open_server: Opener, first: FormPackage, second: FormPackage, tmp_path: Path, step: int
) -> None:
    second = replace(second, media=media_of(tmp_path / "districts.csv", b"name,label,region\nd01,K,north\n"))
    open_server().deploy(first)
    fake.faults.add("reset_after", skip=step)
    fake.faults.add("reset", skip=step, times=999)
    with pytest.raises(ServerError):
        open_server().deploy(second)
    fake.faults.clear()
    open_server().deploy(second)
    versions, draft = state(fake)
    assert [v[0] for v in versions] == [V1, V2]
    assert versions[1][2] == {"districts.csv": second.media[0].path.read_bytes()}
    assert versions[0][2] == {"districts.csv": DISTRICTS}
    assert draft is None


def test_publish__answer_lost__looked_at_and_found_done(
    fake: Fake, server: CentralServer, first: FormPackage
) -> None:
    fake.faults.add("reset_after", match="POST .*publish$")
    assert server.deploy(first).version == V1
    assert sum("draft/publish" in line for line in fake.lines) == 1


def test_publish__somebody_was_faster_with_the_same__fine(
    fake: Fake, server: CentralServer, open_server: Opener, first: FormPackage
) -> None:
    other = open_server()
    fake.faults.add("before", match="POST .*publish$", call=lambda: other.deploy(first))
    assert server.deploy(first).version == V1
    assert len(state(fake)[0]) == 1


def test_draft__of_somebody_else__replaced(
    fake: Fake, server: CentralServer, first: FormPackage, second: FormPackage
) -> None:
    server.deploy(first)
    session = fake.central.open_session(fake.central.admin)["token"]
    headers = {"Authorization": f"Bearer {session}"}
    fake.call("POST", "/v1/projects/1/forms/hh_visit/draft", headers=headers)
    server.deploy(second)
    assert [v[0] for v in state(fake)[0]] == [V1, V2]


def test_warnings__removed_question__told_and_published(
    server: CentralServer, first: FormPackage, second: FormPackage, caplog: pytest.LogCaptureFixture
) -> None:
    server.deploy(first)
    with caplog.at_level(logging.WARNING):
        server.deploy(second)
    assert "structureChanged: ['barcode']" in caplog.text


def test_type_changed__the_words_of_the_server(fake: Fake, server: CentralServer, first: FormPackage) -> None:
    server.deploy(first)
    before = state(fake)
    xform = first.xform.replace(
        b'nodeset="/data/remarks" type="string"', b'nodeset="/data/remarks" type="int"'
    )
    xform = xform.replace(b"2026010101", b"3")
    assert xform.count(b'remarks" type="int"') == 1
    changed = replace(first, form=replace(first.form, version="3"), xform=xform)
    with pytest.raises(FormError, match="change the type of the field at /remarks"):
        server.deploy(changed)
    assert state(fake)[0] == before[0]


def test_no_xform__the_words_of_the_server(server: CentralServer, first: FormPackage) -> None:
    with pytest.raises(FormError, match="formId") as caught:
        server.deploy(replace(first, xform=b"<a/>"))
    assert caught.value.message is Message.CENTRAL_FORM_INVALID


def test_media__that_the_package_lacks__refused_before_phones_see_it(
    fake: Fake, server: CentralServer, first: FormPackage
) -> None:
    with pytest.raises(FormError, match=r"districts\.csv") as caught:
        server.deploy(replace(first, media=()))
    assert caught.value.message is Message.CENTRAL_FORM_MEDIA
    assert state(fake)[0] == []


def test_form_in_the_trash__restore_it_first(
    fake: Fake, server: CentralServer, phone: Phone, second: FormPackage
) -> None:
    phone.send(interview(1))
    project = fake.central.projects[1]
    form = project.forms.pop(FORM)
    form.deleted_at = fake.clock.now()
    project.trash.append(form)
    with pytest.raises(FormError) as caught:
        server.deploy(second)
    assert caught.value.message is Message.CENTRAL_FORM_DELETED


@pytest.mark.parametrize("what", ["version", "files", "closed"])
def test_read_back__phones_get_something_else__error(
    fake: Fake, server: CentralServer, first: FormPackage, what: str
) -> None:
    def spoil() -> None:
        form = fake.central.projects[1].forms[FORM]
        if what == "version":
            form.true.versions[-1].xml += b" "
        elif what == "files":
            form.true.versions[-1].media.clear()
        else:
            form.state = "closed"

    fake.faults.add("before", match="formList", call=spoil)
    with pytest.raises(ServerError) as caught:
        server.deploy(first)
    assert caught.value.message is Message.CENTRAL_READBACK


def test_deploy__as_viewer__said_which_role_is_needed(
    fake: Fake, settings: Any, waits: list[float], first: FormPackage
) -> None:
    from processor.servers.central.settings import Credentials

    viewer = fake.central.add_user("viewer@example.vn", "xem")
    viewer.projects.add(1)
    server = CentralServer(settings, Credentials("viewer@example.vn", "xem"), wait=waits.append)
    with pytest.raises(ProcessorError, match="Project Manager"):
        server.deploy(first)


def test_clock__of_tests__stands_still() -> None:
    assert Clock(AT).now() == AT
