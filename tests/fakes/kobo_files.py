"""KoboToolbox: form media of an asset."""

from __future__ import annotations

import base64
import json
import mimetypes
from typing import Any

from werkzeug.wrappers import Response

from tests.fakes.clock import iso_us
from tests.fakes.kobo_core import Asset, Call, Problem, not_found, reply, uid
from tests.fakes.kobo_imports import log
from tests.fakes.truth import File
from tests.fakes.web import Routes

_KINDS = "Only `image`, `audio`, `video`, `text/csv`, `application/xml`, `application/zip`, `application/geo+json` MIME types are allowed"


def register(routes: Routes) -> None:
    """Add the routes of this part."""
    every = "/api/v2/assets/{asset}/files/"
    routes.add("GET", every, listed)
    routes.add("POST", every, create)
    routes.add("GET", every + "{name}/", show)
    routes.add("GET", every + "{name}/content/", content)
    routes.add("DELETE", every + "{name}/", delete)


def listed(call: Call, asset: str) -> Response:
    kind = call.request.args.get("file_type")
    files = [f for f in call.asset(asset).files.values() if kind in (None, f["file_type"])]
    return reply(call.paged(files, lambda f: f))


def create(call: Call, asset: str) -> Response:
    """The same filename again is refused: delete it first."""
    found = call.asset(asset, "change_asset")
    form = call.request.form
    metadata = json.loads(form.get("metadata", "{}"))
    data, name = _content(call, metadata.get("filename", ""))
    kind = mimetypes.guess_type(name)[0] or ""
    if not kind.startswith(("image/", "audio/", "video/", "text/csv", "application/xml", "application/zip")):
        raise Problem(400, {"content": [_KINDS]})
    if any(f["metadata"]["filename"] == name for f in found.files.values()):
        raise Problem(400, {"content": ["File already exists"]})
    file = File(data, kind, call.api.clock.stamp(), uid("af"))
    shown = _shown(call, found, file, name)
    found.files[file.uid], found.contents[file.uid] = shown, file
    _log(call, found, "add-media", shown)
    return reply(shown, 201, {"Location": shown["url"]})


def _content(call: Call, name: str) -> tuple[bytes, str]:
    if "content" in call.request.files:
        file = call.request.files["content"]
        return file.read(), name or file.filename or ""
    encoded = call.request.form.get("base64Encoded")
    if encoded is None:
        raise Problem(400, {"content": ["No files have been submitted"]})
    return base64.b64decode(encoded.rpartition(",")[2]), name


def _shown(call: Call, asset: Asset, file: File, name: str) -> dict[str, Any]:
    base = f"/api/v2/assets/{asset.uid}/"
    return {
        "uid": file.uid,
        "url": call.url(f"{base}files/{file.uid}/"),
        "asset": call.url(base),
        "user": call.url(f"/api/v2/users/{call.who.name}/"),
        "user__username": call.who.name,
        "file_type": call.request.form.get("file_type"),
        "description": call.request.form.get("description", ""),
        "date_created": iso_us(file.at),
        "content": call.url(f"{base}files/{file.uid}/content/"),
        "metadata": {"filename": name, "hash": f"md5:{file.md5}", "mimetype": file.type},
    }


def _log(call: Call, asset: Asset, action: str, file: dict[str, Any]) -> None:
    details = {
        "uid": file["uid"],
        "filename": file["metadata"]["filename"],
        "md5_hash": file["metadata"]["hash"],
        "download_url": file["content"].partition("?")[0],
    }
    log(call, asset, action, {"asset-file": details})


def _file(call: Call, asset: str, name: str, codename: str = "view_asset") -> tuple[Asset, dict[str, Any]]:
    found = call.asset(asset, codename)
    if name not in found.files:
        raise not_found()
    return found, found.files[name]


def show(call: Call, asset: str, name: str) -> Response:
    return reply(_file(call, asset, name)[1])


def content(call: Call, asset: str, name: str) -> Response:
    found, shown = _file(call, asset, name)
    head = {"Content-Disposition": f"attachment; filename*=UTF-8''{shown['metadata']['filename']}"}
    file = found.contents[name]
    return Response(file.content, 200, head, content_type=file.type)


def delete(call: Call, asset: str, name: str) -> Response:
    found, shown = _file(call, asset, name, "change_asset")
    _log(call, found, "delete-media", shown)
    del found.files[name], found.contents[name]
    return Response(b"", 204)
