"""The export: taken only whole, only where it is exactly as good as the XML, and left no trace of."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from werkzeug.wrappers import Response

from processor.errors import Message, ServerError
from processor.servers.central.catalogue import FieldRow, Fields
from processor.servers.protocol import FormPackage
from tests.fakes import Fake
from tests.servers_central.conftest import Opener
from tests.servers_central.copy_of import Copy, live, truth
from tests.servers_central.phone import FORM, V2, Phone, interview, uid

ZIP = r"csv\.zip"


def exported(fake: Fake) -> int:
    return sum("csv.zip" in line for line in fake.lines)


def documents(fake: Fake) -> list[str]:
    return [line for line in fake.lines if ".xml" in line and "submissions" in line]


@pytest.fixture
def rewrite(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[bytes], bytes], int], None]:
    """Changes the whole body of the first `times` exports, so that the transport is in order and the content is not."""

    def install(change: Callable[[bytes], bytes], times: int = 99) -> None:
        respond, left = fake.api.respond, SimpleNamespace(times=times)

        def changed(request: object, fault: object) -> Response:
            response = respond(request, fault)  # type: ignore[arg-type]
            if "csv.zip" in request.path and left.times:  # type: ignore[attr-defined]
                left.times -= 1
                body = change(response.get_data())
                return Response(iter([body]), 200, content_type="application/zip")
            return response

        monkeypatch.setattr(fake.api, "respond", changed)

    return install


def member(name: str, change: Callable[[str], str]) -> Callable[[bytes], bytes]:
    """Changes one file inside the zip."""

    def apply(body: bytes) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(out, "w") as new:
            for found in old.namelist():
                text = old.read(found).decode()
                new.writestr(found, change(text) if found == name else text)
        return out.getvalue()

    return apply


def test_many__one_request_instead_of_one_each(fake: Fake, open_server: Opener, phone: Phone) -> None:
    for number in range(1, 6):
        phone.send(interview(number))
    copy = Copy(FORM)
    copy.increment(open_server(bulk=5))
    assert (exported(fake), len(documents(fake))) == (1, 0)
    assert live(copy) == truth(fake, FORM)


def test_few__one_by_one(fake: Fake, open_server: Opener, phone: Phone) -> None:
    for number in range(1, 5):
        phone.send(interview(number))
    Copy(FORM).increment(open_server(bulk=5))
    assert (exported(fake), len(documents(fake))) == (0, 4)


def test_edited_and_carriage_return__those_one_by_one(fake: Fake, open_server: Opener, phone: Phone) -> None:
    for number in range(1, 6):
        phone.send(interview(number))
    phone.send(interview(6, answers={"remarks": 'a&#13;"b"'}).replace("&amp;#13;", "&#13;"))
    phone.send(interview(2, edit=1, of=uid(2)))
    copy = Copy(FORM)
    copy.increment(open_server(bulk=1))
    assert sorted(line[-6:] for line in documents(fake)) == ["02.xml", "06.xml"]
    assert live(copy) == truth(fake, FORM)


def test_carriage_return_that_the_export_does_not_quote__everything_as_xml(
    fake: Fake, open_server: Opener, phone: Phone
) -> None:
    phone.send(interview(1, answers={"remarks": "a&#13;b"}).replace("&amp;#13;", "&#13;"))
    phone.send(interview(2))
    copy = Copy(FORM)
    copy.increment(open_server(bulk=1))
    assert copy.held[uid(1)].answers["remarks"] == "a\rb"
    assert live(copy) == truth(fake, FORM)


def test_edited_while_the_export_runs__read_as_xml(fake: Fake, open_server: Opener, phone: Phone) -> None:
    for number in (1, 2):
        phone.send(interview(number))
    again = interview(1, edit=1, of=uid(1), answers={"remarks": "new"})
    fake.faults.add("before", match=ZIP, call=lambda: phone.send(again))
    copy = Copy(FORM)
    copy.increment(open_server(bulk=1))
    assert copy.held[uid(1)].version_id == uid(1, 1)
    assert len(documents(fake)) == 1


def test_edit_without_an_id_while_the_export_runs__read_as_xml(
    fake: Fake, open_server: Opener, phone: Phone, second: FormPackage
) -> None:
    server = open_server(bulk=1)
    phone.send(interview(1))
    server.deploy(second)
    again = interview(1, version=V2, of=uid(1), instance_id="")
    fake.faults.add("before", match=ZIP, call=lambda: phone.send(again))
    copy = Copy(FORM)
    copy.increment(server)
    assert copy.held[uid(1)].form_version == V2


def test_truncated_zip__in_a_complete_answer__asked_again(
    fake: Fake, open_server: Opener, phone: Phone, rewrite: Callable[..., None]
) -> None:
    for number in (1, 2):
        phone.send(interview(number))
    rewrite(lambda body: body[: len(body) // 2], 2)
    copy = Copy(FORM)
    copy.increment(open_server(bulk=1))
    assert exported(fake) == 3
    assert live(copy) == truth(fake, FORM)
    assert documents(fake) == []


def test_truncated_zip__each_time__error_and_nothing_taken(
    fake: Fake, open_server: Opener, phone: Phone, rewrite: Callable[..., None]
) -> None:
    phone.send(interview(1))
    rewrite(lambda body: body[: len(body) // 2])
    copy = Copy(FORM)
    with pytest.raises(ServerError) as caught:
        copy.increment(open_server(bulk=1))
    assert caught.value.message is Message.CENTRAL_EXPORT
    assert copy.held == {}


def test_damaged_member__asked_again(
    fake: Fake, open_server: Opener, phone: Phone, rewrite: Callable[..., None]
) -> None:
    phone.send(interview(1))

    def flip(body: bytes) -> bytes:
        place = body.index(b"csv") + 60
        return body[:place] + bytes([body[place] ^ 0xFF]) + body[place + 1 :]

    rewrite(flip, 1)
    copy = Copy(FORM)
    copy.increment(open_server(bulk=1))
    assert exported(fake) == 2
    assert live(copy) == truth(fake, FORM)


def _without_last_column(text: str) -> str:
    return "\n".join(line.rpartition(",")[0] for line in text.split("\n") if line) + "\n"


STRANGE = {
    "a column that no version explains": member(f"{FORM}.csv", lambda t: t.replace("remarks", "remark5")),
    "a column less": member(f"{FORM}.csv", _without_last_column),
    "a short line": member(f"{FORM}.csv", lambda t: t.rstrip("\n").rpartition(",")[0] + "\n"),
    "a submission twice": member(f"{FORM}.csv", lambda t: t + t.split("\n")[1] + "\n"),
    "rows of a repeat in another order": member(
        f"{FORM}-member.csv",
        lambda t: "\n".join([t.split("\n")[0], *reversed(t.strip().split("\n")[1:])]) + "\n",
    ),
    "a row of no submission": member(f"{FORM}-vaccine.csv", lambda t: t.replace("member[1],", "member[9],")),
    "a file less": lambda body: member("none", str)(body).replace(b"-vaccine.csv", b"-vaccin5.csv"),
    "an open quote": member(f"{FORM}.csv", lambda t: t.replace("Thu", '"Thu', 1)),
}


@pytest.mark.parametrize("change", STRANGE.values(), ids=STRANGE)
def test_export_not_as_the_fields_explain__everything_as_xml(
    fake: Fake,
    open_server: Opener,
    phone: Phone,
    rewrite: Callable[..., None],
    change: Callable[[bytes], bytes],
) -> None:
    for number in (1, 2):
        phone.send(interview(number))
    rewrite(change)
    copy = Copy(FORM)
    copy.increment(open_server(bulk=1))
    assert len(documents(fake)) == 2
    assert live(copy) == truth(fake, FORM)


def test_submission_missing_in_the_export__read_as_xml(
    fake: Fake, open_server: Opener, phone: Phone, rewrite: Callable[..., None]
) -> None:
    for number in (1, 2, 3):
        phone.send(interview(number, members=0))
    rewrite(member(f"{FORM}.csv", lambda t: "\n".join(t.rstrip("\n").split("\n")[:-1]) + "\n"))
    copy = Copy(FORM)
    copy.increment(open_server(bulk=1))
    assert len(documents(fake)) == 1
    assert live(copy) == truth(fake, FORM)


def test_file_of_the_export__never_outlives_the_reading(
    open_server: Opener, phone: Phone, tmp_path: Path, rewrite: Callable[..., None]
) -> None:
    phone.send(interview(1))
    Copy(FORM).increment(open_server(bulk=1))
    rewrite(lambda body: body[:99])
    with pytest.raises(ServerError):
        Copy(FORM).increment(open_server(bulk=1))
    assert [p for p in (tmp_path / "cache").rglob("*") if p.is_file()] == []


def test_file_of_a_killed_export__removed_after_a_day(open_server: Opener, tmp_path: Path) -> None:
    folders = [tmp_path / "cache" / name for name in ("export-old", "export-new")]
    for folder in folders:
        folder.mkdir(parents=True)
        (folder / "export.zip").write_bytes(b"x")
    os.utime(folders[0], (0, 0))
    open_server()
    assert [folder.exists() for folder in folders] == [False, True]


@pytest.mark.parametrize(
    "paths",
    [
        (("a/m", "repeat"), ("a/m/x", "string"), ("b/m", "repeat"), ("b/m/x", "string")),
        (("a", "structure"), ("a/b-c", "string"), ("a-b", "structure"), ("a-b/c", "string")),
        (("p", "geopoint"), ("p-Latitude", "string")),
    ],
    ids=["two repeats of one name", "two questions of one column", "a question named like a part"],
)
def test_layout__two_things_of_one_name__no_export(paths: tuple[tuple[str, str], ...]) -> None:
    assert Fields(tuple(FieldRow(*p) for p in paths)).layout is None
