"""KoboToolbox: asynchronous imports of workbooks; a new asset or new content of an old one."""

from __future__ import annotations

import base64
import binascii
import copy
from typing import Any

from werkzeug.wrappers import Response

from tests.fakes.clock import iso_us
from tests.fakes.kobo_content import ImportError_, content_hash, read_content, summary
from tests.fakes.kobo_core import Asset, Call, Problem, Revision, reply, uid
from tests.fakes.truth import TrueForm
from tests.fakes.web import Routes


def register(routes: Routes) -> None:
    """Add the routes of this part."""
    routes.add("POST", "/api/v2/imports/", start)
    routes.add("GET", "/api/v2/imports/", listed)
    routes.add("GET", "/api/v2/imports/{name}/", poll)


def listed(call: Call) -> Response:
    """The caller's imports."""
    mine = [i for i in call.api.imports.values() if call.user and i["user"] is call.user]
    return reply(call.paged(mine, lambda i: {"uid": i["uid"], "status": i["status"]}))


def start(call: Call) -> Response:
    """201 even for garbage; the outcome is asked for later."""
    user = call.who
    task: dict[str, Any] = {
        "uid": uid("i"),
        "user": user,
        "polls": call.api.import_polls,
        "date_created": iso_us(call.api.clock.stamp()),
        "status": "processing",
    }
    try:
        task["messages"] = _run(call)
        task["outcome"] = "complete"
    except ImportError_ as error:
        task["messages"] = {"error": error.text, "error_type": error.kind}
        task["outcome"] = "error"
    call.api.imports[task["uid"]] = task
    place = call.url(f"/api/v2/imports/{task['uid']}/")
    return reply({"uid": task["uid"], "url": place, "status": "processing"}, 201)


def _run(call: Call) -> dict[str, Any]:
    form = call.request.form
    workbook = _workbook(call)
    content = read_content(workbook)
    destination = form.get("destination", "").rstrip("/").rpartition("/")[2]
    if destination:
        asset = call.asset(destination, "change_asset")
        add_revision(call, asset, workbook, content)
        log(call, asset, "replace-form", {"latest_version_uid": asset.revision.uid})
        done, audit = "updated", [_audit(call, asset)]
    else:
        asset = new_asset(call, _title(content, form.get("name", "")), workbook, content)
        asset.kind = "survey" if form.get("library") == "false" else "template"
        done, audit = "created", []
    item = {
        "uid": asset.uid,
        "kind": "asset",
        "summary": summary(content),
        "owner__username": asset.owner.name,
    }
    return {done: [item], **({"audit_logs": audit} if audit else {})}


def _title(content: dict[str, Any], name: str) -> str:
    return str(content["settings"].get("form_title") or name.removesuffix(".xlsx"))


def _audit(call: Call, asset: Asset) -> dict[str, Any]:
    return {
        "source": "Python Requests (Other)",
        "asset_id": asset.number,
        "new_name": asset.name,
        "old_name": asset.name,
        "asset_uid": asset.uid,
        "ip_address": "203.0.113.7",
        "project_owner": asset.owner.name,
        "latest_version_uid": asset.revision.uid,
    }


def _workbook(call: Call) -> bytes:
    if "file" in call.request.files:
        return call.request.files["file"].read()
    encoded = call.request.form.get("base64Encoded")
    if encoded is None:
        text = "ImportTask data must contain `base64Encoded`, `url`, or `single_xls_url`"
        raise ImportError_(text, "Exception")
    try:
        return base64.b64decode(encoded.rpartition(",")[2].removeprefix("base64:"))
    except binascii.Error:
        raise ImportError_("Unsupported format, or corrupt file", "XlsFormatException") from None


def new_asset(call: Call, name: str, workbook: bytes, content: dict[str, Any]) -> Asset:
    """A draft asset of the caller."""
    at, name_ = call.api.clock.stamp(), uid("a")
    revision = Revision(uid("v"), workbook, content, content_hash(content), at)
    true = call.api.truth.forms[name_] = TrueForm(name_, name_)
    asset = Asset(name_, name, call.who, at, at, [revision], true)
    call.api.assets[name_] = asset
    return asset


def add_revision(call: Call, asset: Asset, workbook: bytes, content: dict[str, Any]) -> None:
    """A new `version_id`; the deployment is left alone."""
    asset.modified = call.api.clock.stamp()
    asset.revisions.append(
        Revision(uid("v"), workbook, copy.deepcopy(content), content_hash(content), asset.modified)
    )


def poll(call: Call, name: str) -> Response:
    """created, processing, complete, error."""
    task = call.api.imports.get(name)
    if task is None or task["user"] is not call.user:
        raise Problem(404, {"detail": "No ImportTask matches the given query."})
    if task["polls"] > 0:
        task["polls"] -= 1
        return reply(
            {"status": "processing", "uid": name, "messages": {}, "date_created": task["date_created"]}
        )
    task["status"] = task["outcome"]
    return reply({k: task[k] for k in ("status", "uid", "messages", "date_created")})


def log(call: Call, asset: Asset, action: str, details: dict[str, Any]) -> None:
    """An entry of the project history."""
    user = call.who
    asset.history.append(
        {
            "user": f"/api/v2/users/{user.name}/",
            "user_uid": "u" + user.token[:21],
            "username": user.name,
            "action": action,
            "metadata": {
                "source": "Python Requests (Other)",
                "asset_uid": asset.uid,
                "ip_address": "203.0.113.7",
                **details,
                "log_subtype": "project",
                "project_owner": asset.owner.name,
            },
            "date_created": call.api.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
    )
