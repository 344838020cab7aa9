"""Login, rights and settings: what is refused, in which words, and that no secret shows."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from processor.errors import ConfigError, Message, ServerError
from processor.servers.kobo.server import KoboServer
from processor.servers.kobo.settings import read_settings
from tests.fakes import Fake
from tests.fakes.forms import instance_id, workbook
from tests.servers_kobo.acts import grant, send, viewer

PARTIAL = "/api/v2/permissions/view_submissions/"


def refused(server: KoboServer) -> ConfigError | ServerError:
    with pytest.raises((ConfigError, ServerError)) as error:
        list(server.changed("house", None, 1000))
    return error.value


def test_pull__wrong_token__refused_before_an_empty_list_is_believed(open_server, asset: str) -> None:  # type: ignore[no-untyped-def]
    for named in ({}, {"house": asset}):
        error = refused(open_server("0" * 40, assets=named))
        assert error.message is Message.KOBO_LOGIN
        assert "0" * 40 not in str(error)


def test_pull__account_without_the_project__refused(fake: Fake, open_server, asset: str) -> None:  # type: ignore[no-untyped-def]
    error = refused(open_server(viewer(fake, asset)))
    assert error.message is Message.KOBO_ASSET_NONE


def test_pull__account_that_sees_a_part__refused(fake: Fake, open_server, asset: str) -> None:  # type: ignore[no-untyped-def]
    send(fake, asset, 1)
    token = viewer(fake, asset)
    filters = [{"url": PARTIAL, "filters": [{"_submitted_by": "viewer"}]}]
    grant(fake, asset, "viewer", "partial_submissions", partial_permissions=filters)
    error = refused(open_server(token, assets={"house": asset}))
    assert error.message is Message.KOBO_RIGHTS
    assert error.values["expected"] == "view_submissions"


def test_asset__named_in_the_settings__of_another_form__refused(open_server, asset: str) -> None:  # type: ignore[no-untyped-def]
    server = open_server(forms=("other",), assets={"other": asset})
    with pytest.raises(ConfigError) as error:
        list(server.ids("other"))
    assert error.value.message is Message.KOBO_ASSET_OTHER


def test_asset__two_deployed__refused_until_one_is_named(fake: Fake, open_server, asset: str) -> None:  # type: ignore[no-untyped-def]
    other = fake.publish(workbook(form_id="other"))
    fake.kobo.assets[other].revision.content["settings"]["form_id"] = "house"
    with pytest.raises(ConfigError) as error:
        list(open_server().ids("house"))
    assert error.value.message is Message.KOBO_ASSET_TWO
    assert list(open_server(assets={"house": asset}).ids("house")) == []


def test_secrets__never_in_log_repr_or_errors(
    fake: Fake, open_server, asset: str, caplog: pytest.LogCaptureFixture
) -> None:  # type: ignore[no-untyped-def]
    caplog.set_level(logging.DEBUG)
    send(fake, asset, 1)
    server = open_server()
    fake.faults.add("status", match="/data/", status=503, times=99)
    with pytest.raises(ServerError) as error:
        list(server.changed("house", None, 1000))
    token = fake.kobo.owner.token
    shown = f"{server!r} {server.settings!r} {error.value} {caplog.text}"
    assert token not in shown
    assert instance_id(1) not in shown
    assert all(token not in line for line in fake.lines)


def test_close__connections(open_server, asset: str) -> None:  # type: ignore[no-untyped-def]
    server = open_server()
    assert server.phone_address().startswith("http://127.0.0.1:")
    server.close()


BASE = {"kind": "kobo", "url": "https://kf.example/"}


def read(tmp_path: Path, env: dict[str, str], **table: object):  # type: ignore[no-untyped-def]
    return read_settings(
        tmp_path / "config" / "survey.toml", BASE | table, tmp_path / "data", ("a", "b"), env
    )


def test_settings__token_of_the_environment(tmp_path: Path) -> None:
    found = read(
        tmp_path, {"KOBO_TOKEN": "abc\n"}, assets={"a": "aBru7kHKEr3exn475wPK2s"}, practice_users=["tap"]
    )
    assert (found.url, found.token, found.forms) == ("https://kf.example", "abc", ("a", "b"))
    assert found.cache == tmp_path / "data" / "files" / "kobo"
    assert found.practice_users == {"tap"}
    assert read(tmp_path, {"KOBO_TOKEN": "a"}, ca_file="office.pem").ca_file == tmp_path / "office.pem"
    assert "abc" not in repr(found)


def test_settings__token_file__only_its_owner_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "kobo.token"
    file.write_text("def\n")
    file.chmod(0o640)
    with pytest.raises(ConfigError) as error:
        read(tmp_path, {}, token_file="kobo.token")
    assert error.value.message is Message.KOBO_TOKEN_OPEN
    assert "0640" in str(error.value) and "def" not in str(error.value)
    file.chmod(0o600)
    assert read(tmp_path, {}, token_file="kobo.token").token == "def"
    assert read(tmp_path, {"KOBO_TOKEN": "abc"}, token_file="kobo.token").token == "abc"


@pytest.mark.parametrize(
    ("table", "env", "message"),
    [
        ({}, {}, Message.KOBO_TOKEN),
        ({}, {"KOBO_TOKEN": ""}, Message.KOBO_TOKEN),
        ({}, {"KOBO_TOKEN": "a b"}, Message.KOBO_TOKEN_FORM),
        ({"token_file": "none"}, {}, Message.KOBO_TOKEN_FILE),
        ({"token": "x"}, {"KOBO_TOKEN": "a"}, Message.CONFIG_KEY),
        ({"url": ""}, {"KOBO_TOKEN": "a"}, Message.CONFIG_VALUE),
        ({"plain": "yes"}, {"KOBO_TOKEN": "a"}, Message.CONFIG_VALUE),
        ({"practice_users": "tap"}, {"KOBO_TOKEN": "a"}, Message.CONFIG_VALUE),
        ({"assets": {"c": "aBru7kHKEr3exn475wPK2s"}}, {"KOBO_TOKEN": "a"}, Message.CONFIG_VALUE),
        ({"assets": {"a": "x y"}}, {"KOBO_TOKEN": "a"}, Message.CONFIG_VALUE),
        (
            {"assets": {"a": "aBru7kHKEr3exn475wPK2s", "b": "aBru7kHKEr3exn475wPK2s"}},
            {"KOBO_TOKEN": "a"},
            Message.CONFIG_VALUE,
        ),
    ],
)
def test_settings__wrong__which_key(
    tmp_path: Path, table: dict[str, object], env: dict[str, str], message: Message
) -> None:
    with pytest.raises(ConfigError) as error:
        read(tmp_path, env, **table)
    assert error.value.message is message
