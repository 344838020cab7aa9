"""ODK Central: managed encryption, as far as its shapes were recorded.

Nothing is really encrypted: a client of the fake sends the plain XML, with `PLAIN` before it, as `submission.xml.enc`;
the export gives it back to whoever knows the passphrase.
"""

from __future__ import annotations

import base64
import re
import secrets
from dataclasses import replace
from typing import Any

from werkzeug.wrappers import Response

from tests.fakes.central_core import Call, Problem, reply, success
from tests.fakes.central_state import Project
from tests.fakes.clock import iso_ms
from tests.fakes.truth import FormVersion, Record
from tests.fakes.xform import describe

PLAIN = b"PLAIN:"
DAMAGED = b"DAMAGED:"
"""Encrypted answers whose key no passphrase opens."""
_PUBLIC = base64.b64encode(b"public key of the fake, 294 bytes".ljust(294, b".")).decode()


def enable(call: Call, project: str) -> Response:
    """Switch it on: every published form gets a new version with the public key."""
    found = call.may_manage(project)
    if found.key:
        message = "Could not activate feature (managed encryption) as it was already activated"
        raise Problem("409.4", message, {"feature": "managed encryption"})
    body = call.json()
    at = call.api.clock.stamp()
    found.key = {
        "id": 1,
        "public": _PUBLIC,
        "managed": True,
        "hint": body.get("hint"),
        "createdAt": iso_ms(at),
        "passphrase": body["passphrase"],
    }
    found.updated_at = at
    for form in found.forms.values():
        if form.published:
            form.true.versions.append(_encrypted(form.published, call))
            form.updated_at, form.key_id = call.api.clock.stamp(), 1
    return success()


def _encrypted(version: FormVersion, call: Call) -> FormVersion:
    old = version.description.version
    new = f"{old}[encrypted:{secrets.token_urlsafe(6)[:8]}]"
    xml = version.xml.decode().replace(f'version="{old}"', f'version="{new}"', 1)
    xml = xml.replace("</instance>", f'</instance><submission base64RsaPublicKey="{_PUBLIC}"/>', 1)
    at = call.api.clock.stamp()
    return replace(version, xml=xml.encode(), description=describe(xml.encode()), at=at, published=at)


def list_keys(call: Call, project: str, form: str) -> Response:
    """The keys with which submissions of a form are encrypted."""
    found = call.form(project, form)
    key = call.api.project(project).key
    used = key is not None and any(is_encrypted(r) for r in found.true.records.values())
    return reply([{k: v for k, v in key.items() if k != "passphrase"}] if used and key else [])


def is_encrypted(record: Record) -> bool:
    """Is the present version encrypted?"""
    return b'encrypted="yes"' in record.current.xml


def status(record: Record) -> str | None:
    """Status of `__system`."""
    if not is_encrypted(record):
        return None
    return "notDecrypted" if record.current.files.get("submission.xml.enc") else "missingEncryptedFormData"


def plain_xml(record: Record, project: Project, form: dict[str, Any]) -> bytes | None:
    """The answers of an encrypted submission, or None without passphrase or data; 400.12 for a wrong one, or damaged data."""
    key = project.key
    given = form.get(str(key["id"])) if key else None
    if key is None or given is None:
        return None
    message = "Could not perform decryption. Double check your passphrase and your data and try again."
    if given != key["passphrase"]:
        raise Problem("400.12", message)
    file = record.current.files.get("submission.xml.enc")
    if file and file.content.startswith(DAMAGED):
        raise Problem("400.12", message)
    return file.content.removeprefix(PLAIN) if file and file.content.startswith(PLAIN) else None


def expected_parts(xml: bytes) -> list[str]:
    """Files that an encryption manifest names."""
    return sorted(t.decode() for t in re.findall(rb">\s*([^<>\s]+\.enc)\s*<", xml))
