"""An encrypted project of Central on pages and at a terminal: who has to do what, and what stays there."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from processor.config import load_config
from processor.errors import ConfigError
from processor.servers.open import open_server
from tests.conftest import ROOT
from tests.fakes.acts_central import headers
from tests.fakes.central_keys import PLAIN
from tests.pull.sealed import ANSWERS, PASSPHRASE, manifest
from tests.web.conftest import text
from tests.web.elsewhere import FORM, Place, place

NEW = "uuid:00000009-0000-4000-8000-000000000000"
HERE = 'encrypted = "export"'


@pytest.fixture(scope="module")
def central(quick_hashes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place("central", tmp_path_factory.mktemp("central") / "home", more=HERE) as found:
        yield found


def test_overview__no_passphrase__says_what_to_do_and_offers_no_pull(central: Place) -> None:
    html = text(central.browser().get("/"))
    assert "Cần mật khẩu giải mã: chạy processor pull" in html
    assert re.search(r'<button class="btn btn-primary" type="submit" disabled>', html)


def test_overview__with_passphrase__says_what_the_proof_is_worth(central: Place, monkeypatch) -> None:
    monkeypatch.setenv("CENTRAL_PASSPHRASE", PASSPHRASE)
    html = text(central.browser().get("/"))
    assert "câu trả lời đúng như tệp xuất của ODK Central" in html
    assert not re.search(r'<button class="btn btn-primary" type="submit" disabled>', html)


def test_submission__files__named_and_said_to_stay_there(central: Place) -> None:
    key, names = next(sent for sent in central.sent if sent[1])
    html = text(central.browser().get(f"/data/{FORM}/{key}"))
    assert "tệp nằm lại trên ODK Central" in html
    assert f"<li>{names[0]}</li>" in html
    assert f"/files/{names[0]}" not in html


def test_pull__at_a_terminal__asks_without_showing_and_reads_what_is_encrypted(central: Place) -> None:
    body = {"passphrase": PASSPHRASE, "hint": "cats"}
    central.fake.call("POST", "/v1/projects/1/key", json=body, headers=headers(central.fake))
    version = central.fake.truth.form(FORM).versions[-1].description.version
    plain = version.partition("[")[0]
    xml = f'<data id="{FORM}" version="{plain}"><meta><instanceID>{NEW}</instanceID></meta></data>'
    assert central.fake.submit(manifest(FORM, version, NEW), {ANSWERS: PLAIN + xml.encode()}) == 201
    near, far = pty.openpty()
    words = [sys.executable, "-m", "processor", "pull", "--form", FORM]
    run = subprocess.Popen(
        words,
        cwd=ROOT,
        env=os.environ,
        stdin=far,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert run.stderr is not None
    asked = b""
    while not asked.endswith(b": ") and (sign := run.stderr.read(1)):
        asked += sign
    assert b"Passphrase of the encrypted project" in asked
    os.write(near, PASSPHRASE.encode() + b"\n")
    told, rest = (part.decode() for part in run.communicate(timeout=120))
    assert run.returncode == 0, rest
    assert "1 new" in told
    assert "answers are as the export gives them" in told
    os.set_blocking(near, False)
    try:
        echoed = os.read(near, 4096)
    except BlockingIOError:
        echoed = b""
    assert b"zk7319qx" not in echoed + told.encode() + rest.encode()
    os.close(far)
    os.close(near)


@pytest.mark.parametrize("line", ['encrypted = "yes"', "encrypted = true", "passphrase_file = 3"])
def test_settings__another_value__refused(central: Place, line: str) -> None:
    before = central.path.read_text(encoding="utf-8")
    central.path.write_text(before.replace(HERE, line), encoding="utf-8")
    try:
        with pytest.raises(ConfigError) as caught:
            open_server(load_config())
        assert "server." in str(caught.value)
    finally:
        central.path.write_text(before, encoding="utf-8")
