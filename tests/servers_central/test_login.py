"""Sessions and where the login comes from."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from processor.errors import ConfigError, Message
from processor.servers.central.api import RefusedError
from processor.servers.central.server import CentralServer, open_central
from processor.servers.central.settings import CentralSettings, Credentials, read_credentials
from tests.fakes import Fake
from tests.fakes.central import EMAIL, PASSWORD
from tests.servers_central.phone import FORM, Phone, interview

LOGIN = "POST /v1/sessions"
ENV = {"CENTRAL_EMAIL": EMAIL, "CENTRAL_PASSWORD": PASSWORD}


def read(server: CentralServer) -> int:
    return sum(len(page.submissions) for page in server.changed(FORM, None, 1000))


def test_session__many_requests__one_login(fake: Fake, server: CentralServer, phone: Phone) -> None:
    phone.send(interview(1))
    read(server)
    assert fake.lines.count(LOGIN) == 1


def test_session__ends_in_the_middle__renewed_once(fake: Fake, server: CentralServer, phone: Phone) -> None:
    for number in range(1, 9):
        phone.send(interview(number))
    fake.faults.add("expire", match=r"\.xml")
    assert read(server) == 8
    assert fake.lines.count(LOGIN) == 2


def test_session__login_no_longer_accepted__configuration_error(fake: Fake, server: CentralServer) -> None:
    server.deployed()
    fake.central.admin.password = "changed"
    fake.expire_sessions()
    with pytest.raises(ConfigError) as caught:
        server.deployed()
    assert caught.value.message is Message.CENTRAL_LOGIN


def test_session__ends_again_at_once__one_renewal_then_told(fake: Fake, server: CentralServer) -> None:
    fake.faults.add("expire", match="GET", times=99)
    with pytest.raises(RefusedError) as caught:
        server.deployed()
    assert caught.value.message is Message.CENTRAL_SESSION
    assert fake.lines.count(LOGIN) == 2


def test_session__refused_with_another_code__no_renewal(fake: Fake, server: CentralServer) -> None:
    fake.faults.add("status", status=401, match="GET", times=99)
    with pytest.raises(Exception, match="401"):
        server.deployed()
    assert fake.lines.count(LOGIN) == 1


def test_secrets__errors_logs_and_reprs__show_none(
    fake: Fake, settings: CentralSettings, waits: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = Credentials("nguoi@example.vn", "mat-khau-1")
    server = CentralServer(settings, secret, wait=waits.append)
    with pytest.raises(ConfigError) as caught:
        server.deployed()
    texts = [str(caught.value), repr(server), repr(secret), repr(settings), caplog.text]
    assert all("mat-khau-1" not in text and "nguoi@" not in text for text in texts)
    assert "mat-khau" not in "".join(fake.lines)


def test_credentials__environment__wins(settings: CentralSettings) -> None:
    assert read_credentials(settings, ENV) == Credentials(EMAIL, PASSWORD)


def test_credentials__none__error_names_the_variables(settings: CentralSettings) -> None:
    with pytest.raises(ConfigError, match="CENTRAL_EMAIL") as caught:
        open_central(settings, {})
    assert caught.value.message is Message.CENTRAL_NO_LOGIN


def test_credentials__private_file__read(settings: CentralSettings, tmp_path: Path) -> None:
    path = tmp_path / "central.toml"
    path.write_text(f'email = "{EMAIL}"\npassword = "{PASSWORD}"\n')
    path.chmod(0o600)
    assert read_credentials(replace(settings, credentials=path), {}) == Credentials(EMAIL, PASSWORD)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_credentials__file_open_to_others__refused(
    settings: CentralSettings, tmp_path: Path, mode: int
) -> None:
    path = tmp_path / "central.toml"
    path.write_text(f'email = "{EMAIL}"\npassword = "{PASSWORD}"\n')
    path.chmod(mode)
    with pytest.raises(ConfigError) as caught:
        read_credentials(replace(settings, credentials=path), {})
    assert caught.value.message is Message.CENTRAL_LOGIN_OPEN


@pytest.mark.parametrize("text", ["", 'email = "a"', 'email = "a"\npassword = secret', "\xff"])
def test_credentials__file_without_login__refused_without_its_text(
    settings: CentralSettings, tmp_path: Path, text: str
) -> None:
    path = tmp_path / "central.toml"
    path.write_bytes(text.encode("latin-1"))
    path.chmod(0o600)
    with pytest.raises(ConfigError) as caught:
        read_credentials(replace(settings, credentials=path), {})
    assert caught.value.message is Message.CENTRAL_LOGIN_FILE
    assert "secret" not in str(caught.value)


def test_credentials__file_missing__refused(settings: CentralSettings, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_credentials(replace(settings, credentials=tmp_path / "none"), {})
    assert caught.value.message is Message.CENTRAL_LOGIN_FILE


def test_address__http_to_another_machine__refused(settings: CentralSettings) -> None:
    with pytest.raises(ConfigError) as caught:
        open_central(replace(settings, url="http://central.example"), ENV)
    assert caught.value.message is Message.HTTP_PLAIN


def test_rights__viewer__pulls_and_is_told_what_it_may_not(
    fake: Fake, phone: Phone, settings: CentralSettings, waits: list[float]
) -> None:
    viewer = fake.central.add_user("viewer@example.vn", "xem")
    viewer.projects.add(1)
    phone.send(interview(1))
    server = CentralServer(settings, Credentials("viewer@example.vn", "xem"), wait=waits.append)
    assert read(server) == 1
    with pytest.raises(Exception, match="Project Manager"):
        server.set_review(FORM, "uuid:00000000-0000-4000-8000-000000000001", "approved")
