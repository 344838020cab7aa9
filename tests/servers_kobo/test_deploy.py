"""Publishing on KoboToolbox: what phones get afterwards, the same again, broken forms, interruptions."""

from __future__ import annotations

import contextlib
import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from processor.errors import ConfigError, FormError, Message, ServerError
from processor.servers.http import Retries
from processor.servers.kobo.server import KoboServer, open_kobo
from processor.servers.protocol import DeployedForm, FormPackage
from tests.fakes import Clock, Fake
from tests.fakes.forms import house, workbook
from tests.servers_kobo.acts import viewer
from tests.servers_kobo.conftest import AT, settings
from tests.servers_kobo.packages import WITH_LIST, package

MORE = [*WITH_LIST, {"type": "text", "name": "remark", "label": "Remark"}]


def writes(fake: Fake) -> list[str]:
    return [line for line in fake.lines if not line.startswith("GET")]


def only_asset(fake: Fake) -> str:
    (uid,) = fake.kobo.assets
    return uid


def phones_get(fake: Fake, uid: str) -> tuple[str, dict[str, bytes], int]:
    """Our version, media, and how many submissions they may still send."""
    true = fake.kobo.assets[uid].true.versions[-1]
    version = fake.kobo.assets[uid].deployed
    assert version is not None
    media = {name: file.content for name, file in true.media.items()}
    return version.content["settings"]["version"], media, len(fake.kobo.assets[uid].true.versions)


def test_deploy__new_form__phones_get_it(fake: Fake, server: KoboServer, tmp_path: Path) -> None:
    deployed = server.deploy(package(tmp_path / "x"))
    uid = only_asset(fake)
    assert (deployed.form_id, deployed.version, deployed.title, deployed.current) == (
        "house",
        "1",
        "House",
        True,
    )
    assert [name for name, _ in deployed.media] == ["communes.csv"]
    assert phones_get(fake, uid)[:2] == ("1", {"communes.csv": "name,label\n01,Xã\n".encode()})
    assert server.deployed() == [deployed]


def test_deploy__same_again__nothing_is_written(fake: Fake, server: KoboServer, tmp_path: Path) -> None:
    made = package(tmp_path / "x")
    first = server.deploy(made)
    fake.lines.clear()
    assert server.deploy(made) == first
    assert writes(fake) == []


def test_deploy__same_again_without_memory__no_redeploy(fake: Fake, open_server, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    first = open_server().deploy(package(tmp_path / "x"))
    fake.lines.clear()
    again = open_server(cache=tmp_path / "other").deploy(package(tmp_path / "x"))
    assert again == first
    assert writes(fake) == ["POST /api/v2/imports/"]
    assert len(fake.kobo.assets) == 1


def test_deploy__draft_changed_on_the_server__replaced(
    fake: Fake, server: KoboServer, tmp_path: Path
) -> None:
    server.deploy(package(tmp_path / "x"))
    uid = only_asset(fake)
    fake.publish(workbook("1", MORE[1:]))
    assert server.deploy(package(tmp_path / "x", "2", MORE)).version == "2"
    assert phones_get(fake, uid)[0] == "2"


def test_deploy__new_version__same_asset_and_both_versions_known(
    fake: Fake, server: KoboServer, tmp_path: Path
) -> None:
    server.deploy(package(tmp_path / "x"))
    uid = only_asset(fake)
    fake.submit(fake.fitted(house(1), uid))
    server.deploy(package(tmp_path / "x", "2", MORE))
    assert only_asset(fake) == uid
    assert [(d.version, d.current) for d in server.deployed()] == [("2", True), ("1", False)]
    assert len(list(server.ids("house"))) == 1


def test_deploy__only_a_list_changed__sent_and_redeployed(
    fake: Fake, server: KoboServer, tmp_path: Path
) -> None:
    server.deploy(package(tmp_path / "x"))
    deployed = server.deploy(package(tmp_path / "x", communes="02"))
    assert deployed.current
    assert phones_get(fake, only_asset(fake))[1]["communes.csv"] == "name,label\n02,Xã\n".encode()


def test_deploy__other_content_under_a_version_that_phones_have__refused(
    fake: Fake, server: KoboServer, tmp_path: Path
) -> None:
    server.deploy(package(tmp_path / "x"))
    before = phones_get(fake, only_asset(fake))
    with pytest.raises(FormError) as error:
        server.deploy(package(tmp_path / "x", "1", MORE))
    assert error.value.message is Message.FORM_VERSION_TAKEN
    assert phones_get(fake, only_asset(fake)) == before


def test_deploy__slow_import__waited_for_with_progress(
    fake: Fake, open_server, waits: list[float], tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    fake.kobo.import_polls = 3
    said: list[str] = []
    server = open_server()
    server._progress = said.append
    assert server.deploy(package(tmp_path / "x")).current
    assert waits == [0.5, 1.0, 2.0]
    assert "house: import processing, 0 s" in said[0]


def test_deploy__import_never_ends__says_so(fake: Fake, server: KoboServer, tmp_path: Path) -> None:
    fake.kobo.import_polls = 10_000
    with pytest.raises(ServerError) as error:
        server.deploy(package(tmp_path / "x"))
    assert error.value.message is Message.KOBO_IMPORT_SLOW


def test_deploy__names_that_kobo_refuses__its_words(fake: Fake, server: KoboServer, tmp_path: Path) -> None:
    twice = [
        {"type": "begin group", "name": "a", "label": "A"},
        {"type": "text", "name": "q1", "label": "Q"},
        {"type": "end group"},
        {"type": "begin group", "name": "b", "label": "B"},
        {"type": "text", "name": "q1", "label": "Q"},
        {"type": "end group"},
    ]
    with pytest.raises(FormError, match="Duplicate node name: q1") as error:
        server.deploy(package(tmp_path / "x", survey=twice))
    assert error.value.message is Message.KOBO_IMPORT
    assert fake.kobo.assets == {}


@pytest.mark.parametrize(
    ("survey", "words"),
    [
        ([{"tpye": "text", "name": "q", "label": "Q"}], "questions are missing"),
        (WITH_LIST[1:], "questions are missing: commune"),
        (MORE, "unknown questions: remark"),
    ],
)
def test_deploy__workbook_read_in_another_way__refused(
    fake: Fake, server: KoboServer, tmp_path: Path, survey: list[dict[str, str]], words: str
) -> None:
    made = package(tmp_path / "x")
    with pytest.raises(FormError, match=words) as error:
        server.deploy(replace(made, workbook=workbook("1", survey)))
    assert error.value.message is Message.KOBO_IMPORT_DIFFERS
    assert fake.kobo.assets[only_asset(fake)].deployed is None


def test_deploy__account_that_may_only_read__refused_before_anything_is_sent(
    fake: Fake, open_server, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    made = package(tmp_path / "x")
    open_server().deploy(made)
    reader = open_server(viewer(fake, only_asset(fake), "view_submissions"))
    fake.lines.clear()
    with pytest.raises(ConfigError, match="manage_asset") as error:
        reader.deploy(made)
    assert error.value.message is Message.KOBO_RIGHTS
    assert writes(fake) == []


def test_deploy__archived__active_again(fake: Fake, server: KoboServer, tmp_path: Path) -> None:
    server.deploy(package(tmp_path / "x"))
    fake.kobo.assets[only_asset(fake)].active = False
    assert [d.current for d in server.deployed()] == [False]
    assert server.deploy(package(tmp_path / "x")).current


@pytest.mark.parametrize("is_first", [True, False])
def test_deploy__interrupted_at_each_call__repaired_by_running_again(is_first: bool, tmp_path: Path) -> None:
    """The connection is gone from the n-th request on: before it is served, or its answer is lost."""
    kinds = itertools.cycle(["reset_after", "reset"] if is_first else ["reset", "reset_after", "reset_after"])
    old, new = package(tmp_path / "old"), package(tmp_path / "new", "2", MORE, communes="02")
    for skip in range(40):
        with Fake("kobo", Clock(AT)) as fake:
            fake.kobo.import_polls = 1
            if not is_first:
                deploy(fake, tmp_path / f"{skip}", old)
            fault = fake.faults.add(next(kinds), skip=skip, times=99)
            with contextlib.suppress(ServerError):
                deploy(fake, tmp_path / f"{skip}", new)
            fake.faults.clear()
            deployed = deploy(fake, tmp_path / f"{skip}", new)
            assert (deployed.version, deployed.current) == ("2", True)
            (uid,) = [a.uid for a in fake.kobo.assets.values() if a.deployed]
            assert phones_get(fake, uid)[:2] == ("2", {"communes.csv": "name,label\n02,Xã\n".encode()})
        if fault.times == 99:
            assert skip > 10
            return
    pytest.fail("more calls than expected")


def deploy(fake: Fake, cache: Path, made: FormPackage) -> DeployedForm:
    chosen = settings(fake.url, fake.kobo.owner.token, cache)
    server = open_kobo(chosen, retries=Retries(attempts=2), wait=lambda _: None)
    try:
        return server.deploy(made)
    finally:
        server.close()
