"""What people do on ODK Central, as one call each."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from tests.fakes.fake import Fake

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_STATES = {"received": None, "has_issues": "hasIssues"}


def headers(fake: Fake) -> dict[str, str]:
    """The administrator's login, or the owner's token."""
    if not fake.central:
        return {"Authorization": f"Token {fake.kobo.owner.token}", "X-OpenRosa-Version": "1.0"}
    sessions = fake.central.sessions
    now, admin = fake.clock.now(), fake.central.admin
    token = next((t for t, (actor, _, ends) in sessions.items() if actor is admin and ends > now), None)
    token = token or fake.central.open_session(fake.central.admin)["token"]
    return {"Authorization": f"Bearer {token}", "X-OpenRosa-Version": "1.0"}


def call(fake: Fake, method: str, path: str, **options: Any) -> Any:
    """A request without a socket that must succeed."""
    response = fake.call(method, path, headers=headers(fake), **options)
    assert response.status_code < 300, response.get_data(as_text=True)
    return response


def publish(fake: Fake, form: bytes, media: dict[str, bytes]) -> str:
    """A new form, or a new version of one, with its files."""
    kind = _XLSX if form.startswith(b"PK") else "application/xml"
    forms = "/v1/projects/1/forms"
    draft = fake.call(
        "POST", f"{forms}?ignoreWarnings=true", data=form, content_type=kind, headers=headers(fake)
    )
    if draft.status_code == 409:
        form_id = draft.get_json()["details"]["values"][1]
        call(fake, "POST", f"{forms}/{form_id}/draft?ignoreWarnings=true", data=form, content_type=kind)
    else:
        assert draft.status_code == 200, draft.get_data(as_text=True)
        form_id = draft.get_json()["xmlFormId"]
    for name, content in media.items():
        call(fake, "POST", f"{forms}/{form_id}/draft/attachments/{quote(name)}", data=content)
    call(fake, "POST", f"{forms}/{form_id}/draft/publish")
    return str(form_id)


def submit(fake: Fake, path: str, xml: str | bytes, files: dict[str, bytes]) -> int:
    """A multipart post."""
    body = xml.encode() if isinstance(xml, str) else xml
    parts: dict[str, Any] = {"xml_submission_file": (io.BytesIO(body), "submission.xml", "text/xml")}
    parts |= {name: (io.BytesIO(content), name, "image/jpeg") for name, content in files.items()}
    return fake.call("POST", path, data=parts, headers=headers(fake)).status_code


def _one(form_id: str, root: str) -> str:
    return f"/v1/projects/1/forms/{quote(form_id)}/submissions/{quote(root, safe='')}"


def review(fake: Fake, form_id: str, root: str, state: str) -> int:
    """Set a review state."""
    body = {"reviewState": _STATES.get(state, state)}
    return fake.call("PATCH", _one(form_id, root), json=body, headers=headers(fake)).status_code


def delete(fake: Fake, form_id: str, root: str) -> int:
    """Into the trash of submissions."""
    return fake.call("DELETE", _one(form_id, root), headers=headers(fake)).status_code


def restore(fake: Fake, form_id: str, root: str) -> int:
    """Out of it again."""
    return fake.call("POST", _one(form_id, root) + "/restore", headers=headers(fake)).status_code
