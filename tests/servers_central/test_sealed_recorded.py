"""What a real Central answered in an encrypted project, read as the pull reads it."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from processor.servers.central.catalogue import FieldRow, Fields
from processor.servers.central.document import Content
from processor.servers.central.export import read_zip
from processor.servers.central.manifest import md5, without_key
from processor.servers.central.sealed import MISSING, SHUT, _joined, _SealedBuilder
from processor.servers.central.values import plain_version
from tests.fakes.clock import Clock

RECORDED = Path(__file__).parent.parent / "recorded" / "central"
FORM, VERSION = "hh_visit", "2026020101[encrypted:AaIISHLH]"
WHOLE, WAITING = (f"uuid:00000000-0000-4000-8000-0000000000{n}" for n in (43, 44))


def body(topic: str, number: int) -> Any:
    return json.loads((RECORDED / f"{topic}.json").read_text(encoding="utf-8"))[number]["response"]["body"]


def fields() -> Fields:
    listed = body("05-form-read", 5)
    return Fields(tuple(FieldRow(f["path"][1:], f["type"]) for f in listed))


def test_form__without_mark_and_key__is_byte_for_byte_the_form_before() -> None:
    before = body("14-encryption", 1)
    assert md5(without_key(body("14-encryption", 5).encode(), VERSION)) == before["hash"]
    assert plain_version(VERSION) == before["version"]


def test_export__the_decrypted_one_whole_the_other_with_its_reason() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in body("14-encryption", 12)["$zip"].items():
            archive.writestr(name, text)
    layout = fields().layout
    assert layout is not None
    builder = _SealedBuilder(layout)
    read_zip(out, FORM, layout, builder)
    at = Clock().now()
    whole = _joined(Content(WHOLE, "2026020101", at, {}, sealed=True), builder.found[WHOLE])
    assert (whole.lost, whole.answers["enumerator"], whole.answers["hh/income"]) == ("", "Amina", "1520.75")
    assert whole.answers["location"] == "-13.9669 33.7873 1050.5 4.8"
    members = whole.answers["hh/member"]
    assert isinstance(members, list)
    assert [(m["hh/member/name"], len(m["hh/member/vaccine"])) for m in members] == [
        ("Person 1", 1),
        ("Person 2", 2),
    ]
    waiting = _joined(Content(WAITING, "2026020101", at, {}, sealed=True), builder.found[WAITING])
    assert (waiting.lost, waiting.answers) == (MISSING, {})


def test_row_of_the_export_without_passphrase__no_answers() -> None:
    content = Content(WHOLE, "2026020101", Clock().now(), {}, sealed=True)
    assert _joined(content, ("not decrypted", {"meta/instanceID": WHOLE})).lost == SHUT
