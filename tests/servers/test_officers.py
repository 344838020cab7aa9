"""Officers and their cards: codes, tokens, lists from a file, QR codes that a phone can read."""

from __future__ import annotations

import base64
import json
import subprocess
import zlib
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from processor.errors import ConfigError, Message
from processor.servers.builtin.cards import cards_pdf, encode_settings, settings, settings_png, settings_qr
from processor.servers.builtin.desk import BuiltinDesk
from processor.servers.builtin.officers import (
    add_officer,
    list_officers,
    restore_officer,
    revoke_officer,
    rotate_officer,
)
from processor.servers.builtin.roster import read_roster
from processor.servers.builtin.server import BuiltinServer
from processor.servers.commands import officers_command
from processor.servers.protocol import AppUser

HOA = AppUser("16663-01", "Nguyễn Thị Hồng Phượng", "16663", False, True, "t" * 32)
TRAINING = AppUser("TAPHUAN-01", "Lô Văn Ưỡn", "16663", True, True, "p" * 32)
BOOLEAN = {"type": "boolean"}
SCHEMA = {
    "type": "object",
    "required": ["general", "admin"],
    "additionalProperties": False,
    "properties": {
        "general": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "server_url": {"type": "string", "pattern": "^https?://[^/]+/v1/key/[^/]+$"},
                "app_language": {"const": "vi"},
                "form_update_mode": {"const": "match_exactly"},
                "periodic_form_updates_check": {"const": "every_fifteen_minutes"},
                "autosend": {"const": "wifi_and_cellular"},
                "guidance_hint": {"enum": ["no", "yes", "yes_collapsed"]},
                "metadata_username": {"type": "string"},
            },
        },
        "admin": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"change_server": BOOLEAN, "form_update_mode": BOOLEAN},
        },
        "project": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "name": {"type": "string"},
                "icon": {"type": "string", "minLength": 1, "maxLength": 1},
                "color": {"type": "string", "pattern": "^#[0-9A-F]{6}$"},
            },
        },
    },
}
"""The part of Collect's schema of settings that our codes use."""


def test_add__survey_officer__token_is_long_and_secret(server: BuiltinServer) -> None:
    found = add_officer(server, "16663-01", "Hoa", "16663")
    assert (found.code, found.area, found.practice, found.active) == ("16663-01", "16663", False, True)
    assert len(found.token) >= 32
    assert found.token not in repr(found)
    assert list_officers(server) == [found] == server.app_users()


@pytest.mark.parametrize(
    ("code", "name", "area", "practice"),
    [
        ("1666-01", "Hoa", "16663", False),
        ("16663-1", "Hoa", "16663", False),
        ("16663-01", "Hoa", "16664", False),
        ("16663-01", " ", "16663", False),
        ("16663-01", "x" * 121, "16663", False),
        ("TAPHUAN-01", "Hoa", "16663", False),
        ("16663-01", "Hoa", "16663", True),
        ("TAPHUAN-01", "Hoa", "1", True),
    ],
)
def test_add__unfit__refused(server: BuiltinServer, code: str, name: str, area: str, practice: bool) -> None:
    with pytest.raises(ConfigError) as error:
        add_officer(server, code, name, area, practice=practice)
    assert error.value.message is Message.OFFICER_FIELD
    assert list_officers(server) == []


def test_add__code_taken__refused_and_card_stays_good(server: BuiltinServer) -> None:
    first = add_officer(server, "16663-01", "Hoa", "16663")
    with pytest.raises(ConfigError) as error:
        add_officer(server, "16663-01", "Lan", "16663")
    assert error.value.message is Message.OFFICER_EXISTS
    assert list_officers(server) == [first]


def test_revoke_restore_rotate__token_stays_or_is_new(server: BuiltinServer) -> None:
    first = add_officer(server, "16663-01", "Hoa", "16663")
    assert revoke_officer(server, "16663-01") == replace(first, active=False)
    assert restore_officer(server, "16663-01") == first
    assert rotate_officer(server, "16663-01").token != first.token
    with pytest.raises(ConfigError) as error:
        revoke_officer(server, "16663-09")
    assert error.value.message is Message.OFFICER_UNKNOWN


def import_officers(server: BuiltinServer, file: Path) -> list[str]:
    """What the import of a file came to, officer by officer."""
    desk = BuiltinDesk(server.config, server)
    return [outcome.change for outcome in desk.ensure([entry.user for entry in read_roster(file)])]


def test_import__again_and_corrected__idempotent(server: BuiltinServer, tmp_path: Path) -> None:
    file = tmp_path / "officers.csv"
    file.write_text("\ufeffcode,name,area\n16663-01,Hoa,16663\nTAPHUAN-01,Tập huấn,16663\n", encoding="utf-8")
    assert import_officers(server, file) == ["added", "added"]
    before = list_officers(server)
    assert [o.practice for o in before] == [False, True]
    assert import_officers(server, file) == ["unchanged", "unchanged"]
    file.write_text("code,name,area\n16663-01,Hoà,16663\n", encoding="utf-8")
    assert import_officers(server, file) == ["changed"]
    assert list_officers(server) == [replace(before[0], name="Hoà"), before[1]]


def test_import__revoked__stays_revoked_and_says_so(server: BuiltinServer, tmp_path: Path) -> None:
    file = tmp_path / "officers.csv"
    file.write_text("code,name,area\n16663-01,Hoa,16663\n", encoding="utf-8")
    import_officers(server, file)
    revoke_officer(server, "16663-01")
    desk = BuiltinDesk(server.config, server)
    wanted = [entry.user for entry in read_roster(file)]
    [outcome] = desk.ensure(wanted)
    assert (outcome.change, "officers restore 16663-01" in outcome.reason) == ("kept", True)
    assert not desk.officers()[0].active
    assert [o.change for o in desk.ensure(wanted, again=True)] == ["changed"]
    assert desk.officers()[0].active


def test_import__bad_lines__all_named_and_nobody_added(server: BuiltinServer, tmp_path: Path) -> None:
    file = tmp_path / "officers.csv"
    file.write_text("code,name,area\n16663-01,Hoa,16663\n166,Lan,16663\n16663-01,Hoa,16663\n16663-02,Mai\n")
    with pytest.raises(ConfigError) as error:
        import_officers(server, file)
    assert [line[:7] for line in str(error.value).splitlines()[1:]] == ["line 3:", "line 4:", "line 5:"]
    assert list_officers(server) == []


@pytest.mark.parametrize("content", [b"name,code\n", b"", b"code,name,area\n16663-01,Ho\xe0,16663\n"])
def test_import__other_file__refused(server: BuiltinServer, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "officers.csv"
    file.write_bytes(content)
    with pytest.raises(ConfigError) as error:
        import_officers(server, file)
    assert error.value.message is Message.OFFICER_FILE


@pytest.mark.parametrize("officer", [HOA, TRAINING])
def test_settings__decoded_as_a_phone_does__fit_the_schema(officer: AppUser) -> None:
    text = encode_settings(settings(officer, "https://dieutra.example.vn/"))
    decoded = json.loads(zlib.decompress(base64.b64decode(text, validate=True)))
    jsonschema.validate(decoded, SCHEMA)
    assert decoded["general"]["server_url"] == f"https://dieutra.example.vn/v1/key/{officer.token}"
    assert decoded["general"]["metadata_username"] == officer.code


def test_settings__practice__seen_at_a_glance() -> None:
    survey, practice = (settings(o, "http://x")["project"] for o in (HOA, TRAINING))
    assert practice["name"].startswith("TẬP HUẤN")
    assert all(survey[key] != practice[key] for key in ("name", "icon", "color"))


def test_codes__svg_and_png__pictures_without_the_token_in_clear() -> None:
    svg = settings_qr(HOA, "http://x")
    assert svg.startswith("<svg viewBox")
    assert HOA.token not in svg
    assert settings_png(HOA, "http://x").startswith(b"\x89PNG")


def test_cards__nine_officers__two_sheets_with_names_in_vietnamese(tmp_path: Path) -> None:
    file = tmp_path / "cards.pdf"
    file.write_bytes(
        cards_pdf([HOA, TRAINING, *[replace(HOA, code=f"16663-{n}") for n in range(10, 17)]], "http://x")
    )
    text = subprocess.run(["pdftotext", "-raw", file, "-"], capture_output=True, text=True, check=True).stdout
    words = " ".join(text.split())
    assert words.count("Nguyễn Thị Hồng Phượng") == 8
    assert "TẬP HUẤN TAPHUAN-01 Lô Văn Ưỡn" in words
    assert "Quét mã bên trái" in words
    assert text.count("\f") == 2
    assert HOA.token not in text


def test_cards__nobody__refused() -> None:
    with pytest.raises(ConfigError) as error:
        cards_pdf([], "http://x")
    assert error.value.message is Message.OFFICER_NONE


def test_commands__a_life_of_an_officer__each_says_what_it_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROCESSOR_HOME", str(tmp_path / "home"))
    listing = tmp_path / "officers.csv"
    listing.write_text("code,name,area\n16663-02,Mai,16663\n", encoding="utf-8")

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(officers_command, list(arguments), catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    assert "active" in run("add", "16663-01", "Nguyễn Hoa", "16663")
    assert "practice" in run("add", "TAPHUAN-01", "Tập huấn", "16663", "--practice")
    assert run("import", str(listing)) == "1 added, 0 changed, 0 as before\n"
    assert "revoked" in run("revoke", "16663-01")
    assert "active" in run("restore", "16663-01")
    assert "active" in run("rotate", "16663-01")
    assert [line.split()[0] for line in run("list").splitlines()] == ["16663-01", "16663-02", "TAPHUAN-01"]
    sheet = tmp_path / "cards.pdf"
    assert "3 cards for http://x" in run("sheet", str(sheet), "--url", "http://x")
    assert sheet.read_bytes().startswith(b"%PDF")
