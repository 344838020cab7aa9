"""`processor practice` over real HTTP: sent once however often, marked, removed with one command."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from processor.config import Config, load_config
from processor.errors import ServerError
from processor.practice.commands import officers, remove_practice, running, send_practice, serving
from processor.practice.people import households
from processor.publish import publish_all
from processor.pull import pull
from processor.servers.builtin.server import BuiltinServer, open_builtin
from processor.store.open import Store, open_store
from tests.practice.conftest import CODES, ROOT

NUMBER, SEED = 6, 5


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """The project's own settings with an empty data folder."""
    home = tmp_path_factory.mktemp("home")
    return load_config(ROOT / "config" / "survey.toml", {"PROCESSOR_HOME": str(home)})


@pytest.fixture(scope="module")
def parts(config: Config) -> Iterator[tuple[Store, BuiltinServer]]:
    """Store and form server with both questionnaires published."""
    store, server = open_store(config), open_builtin(config)
    list(publish_all(config, server, store))
    yield store, server
    store.engine.dispose()


def held(server: BuiltinServer, form_id: str) -> list[tuple[str, bool, bool]]:
    """What the server has of a form: id, deleted, practice."""
    return sorted((s.instance_id, s.deleted, s.practice) for s in server.ids(form_id))


def expected(form_id: str) -> list[tuple[str, bool, bool]]:
    found = [
        i for h in households(CODES, number=NUMBER, seed=SEED) for i in h.interviews if i.form_id == form_id
    ]
    return sorted((i.phone.instance_id, False, True) for i in found)


def test_practice__sent_twice_then_removed_twice__each_once(
    config: Config, parts: tuple[Store, BuiltinServer], capsys: pytest.CaptureFixture[str]
) -> None:
    store, server = parts
    for _ in range(2):
        sent = send_practice(config, server, households=NUMBER, seed=SEED)
        assert sent.kept == 0
        assert held(server, "phieu_c") == expected("phieu_c")
        assert held(server, "phieu_c1") == expected("phieu_c1")
    total = sum(sent.interviews.values())
    assert f"{sent.interviews['phieu_c']} of phieu_c" in capsys.readouterr().out
    for form in config.forms:
        assert pull(store, server, form).state == "equal"
    assert remove_practice(config, server) == total
    assert remove_practice(config, server) == 0
    assert all(deleted for _id, deleted, _practice in held(server, "phieu_c"))
    send_practice(config, server, households=NUMBER, seed=SEED)
    assert held(server, "phieu_c") == expected("phieu_c")


def test_pictures__named_by_an_interview__arrive_with_it(
    config: Config, parts: tuple[Store, BuiltinServer]
) -> None:
    _store, server = parts
    send_practice(config, server, households=NUMBER, seed=SEED)
    named = [
        (i.form_id, i.phone.instance_id, name)
        for h in households(CODES, number=NUMBER, seed=SEED)
        for i in h.interviews
        for name in i.pictures
    ]
    assert named
    for form_id, instance_id, name in named:
        stored = server.attachment(form_id, instance_id, name)
        assert isinstance(stored, Path)
        assert stored.read_bytes().startswith(b"\x89PNG")


def test_officers__asked_for_again__the_same_accounts(parts: tuple[Store, BuiltinServer]) -> None:
    _store, server = parts
    assert officers(server) == officers(server)
    assert {u.code for u in server.app_users() if u.practice} == set(officers(server))


def test_send__address_that_is_no_form_server__says_so_without_the_token(
    config: Config, parts: tuple[Store, BuiltinServer]
) -> None:
    _store, server = parts
    with serving(server) as url, pytest.raises(ServerError) as raised:
        send_practice(config, server, households=1, seed=1, url=f"{url}/elsewhere")
    assert "404" in str(raised.value)
    assert not any(token in str(raised.value) for token in officers(server).values())


def test_running__service_on_the_port__found_by_its_greeting_only(
    config: Config, parts: tuple[Store, BuiltinServer]
) -> None:
    _store, server = parts
    token = next(iter(officers(server).values()))
    with serving(server) as url:
        here = replace(config, web=replace(config.web, port=int(url.rpartition(":")[2])))
        assert running(here, token) == url
        assert running(here, "wrong") is None
    assert running(here, token) is None
