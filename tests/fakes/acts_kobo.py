"""What people do on KoboToolbox, as one call each."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING

from tests.fakes.acts_central import call, headers

if TYPE_CHECKING:
    from tests.fakes.fake import Fake

_STATUSES = {
    "approved": "validation_status_approved",
    "rejected": "validation_status_not_approved",
    "has_issues": "validation_status_on_hold",
}


def publish(fake: Fake, form: bytes, media: dict[str, bytes]) -> str:
    """Import and deploy a workbook; the same `form_id` in its settings again is a redeploy."""
    name = _id_string(form)
    known = next((a.uid for a in fake.kobo.assets.values() if _id_string(a.revision.xlsx) == name), None)
    fields = {"library": "false", "name": name, "base64Encoded": "base64:" + base64.b64encode(form).decode()}
    if known:
        fields["destination"] = f"{fake.kobo.domain}/api/v2/assets/{known}/"
    task = call(fake, "POST", "/api/v2/imports/", data=fields).get_json()["uid"]
    found = call(fake, "GET", f"/api/v2/imports/{task}/").get_json()
    assert found["status"] == "complete", found
    uid = (found["messages"].get("created") or found["messages"]["updated"])[0]["uid"]
    for filename, content in media.items():
        _replace_media(fake, uid, filename, content)
    version = fake.kobo.assets[uid].revision.uid
    method = "PATCH" if known else "POST"
    body = {"active": True, **({"version_id": version} if known else {})}
    call(fake, method, f"/api/v2/assets/{uid}/deployment/", json=body)
    return str(uid)


def _id_string(workbook: bytes) -> str:
    from tests.fakes.kobo_content import read_content

    settings = read_content(workbook)["settings"]
    return str(settings.get("form_id") or settings.get("id_string") or settings.get("form_title") or "form")


def _replace_media(fake: Fake, uid: str, filename: str, content: bytes) -> None:
    asset = fake.kobo.assets[uid]
    for name, file in list(asset.files.items()):
        if file["metadata"]["filename"] == filename:
            call(fake, "DELETE", f"/api/v2/assets/{uid}/files/{name}/")
    fields = {
        "file_type": "form_media",
        "description": "default",
        "metadata": json.dumps({"filename": filename}),
        "base64Encoded": "data:text/csv;base64," + base64.b64encode(content).decode(),
    }
    call(fake, "POST", f"/api/v2/assets/{uid}/files/", data=fields)


def fitted(fake: Fake, xml: str, form_id: str) -> str:
    """Root element, id, version and the two fields that Kobo adds, as a phone with the deployed form would send them."""
    asset = fake.kobo.assets[form_id]
    assert asset.deployed is not None
    text = re.sub(r"^\s*<\?xml[^>]*\?>\s*", "", xml)
    opening = re.match(r"<([^\s>]+)[^>]*>", text)
    assert opening is not None
    head = opening[0].replace(f"<{opening[1]}", f"<{form_id}", 1)
    head = re.sub(r'\bid="[^"]*"', f'id="{form_id}"', head, count=1)
    head = re.sub(r'\bversion="[^"]*"', f'version="{asset.deployed.uid}"', head, count=1)
    inside = text[opening.end() : text.rindex("</")]
    inside = re.sub(
        r"<((?:\w+:)?meta)>", rf"<__version__>{asset.deployed.uid}</__version__><\1>", inside, count=1
    )
    return f"{head}<formhub><uuid>{asset.deployment_uuid}</uuid></formhub>{inside}</{form_id}>"


def _number(fake: Fake, form_id: str, root: str) -> int:
    return fake.truth.form(form_id).records[root].number


def review(fake: Fake, form_id: str, root: str, state: str) -> int:
    """Set the validation status; `received` clears it."""
    path = f"/api/v2/assets/{form_id}/data/{_number(fake, form_id, root)}/validation_status/"
    if state == "received":
        return fake.call("DELETE", path, headers=headers(fake)).status_code
    body = {"validation_status.uid": _STATUSES[state]}
    return fake.call("PATCH", path, json=body, headers=headers(fake)).status_code


def delete(fake: Fake, form_id: str, root: str) -> int:
    """Gone for good."""
    path = f"/api/v2/assets/{form_id}/data/{_number(fake, form_id, root)}/"
    return fake.call("DELETE", path, headers=headers(fake)).status_code
