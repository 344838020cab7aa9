"""KoboToolbox: deployment. Only the current version can be deployed; form media reach phones with it."""

from __future__ import annotations

import uuid

from werkzeug.wrappers import Response

from tests.fakes.kobo_assets import shown
from tests.fakes.kobo_content import deployed_xform
from tests.fakes.kobo_core import Asset, Call, HtmlPage, Problem, not_found, reply
from tests.fakes.kobo_imports import log
from tests.fakes.truth import FormVersion
from tests.fakes.web import Routes
from tests.fakes.xform import describe


def register(routes: Routes) -> None:
    """Add the routes of this part."""
    one = "/api/v2/assets/{asset}/deployment/"
    routes.add("GET", one, show)
    routes.add("POST", one, deploy)
    routes.add("PATCH", one, redeploy)


def show(call: Call, asset: str) -> Response:
    found = call.asset(asset)
    if found.deployed is None:
        raise not_found()
    return _answer(call, found)


def _answer(call: Call, asset: Asset) -> Response:
    assert asset.deployed is not None
    return reply(
        {
            "backend": "openrosa",
            "active": asset.active,
            "version_id": asset.deployed.uid,
            "asset": {**shown(call, asset), "content": asset.revision.content},
        }
    )


def deploy(call: Call, asset: str) -> Response:
    """Once."""
    found = call.asset(asset, "manage_asset")
    if found.deployed is not None:
        raise Problem(405, {"detail": "Use PATCH to update an existing deployment"})
    found.deployment_uuid = uuid.uuid4().hex
    _publish(call, found)
    found.number = next(call.api.form_numbers)
    found.active = bool(call.json().get("active", True))
    _log(call, found, "deploy")
    return _answer(call, found)


def redeploy(call: Call, asset: str) -> Response:
    """`version_id` must be the current one; without it only `active` changes."""
    found = call.asset(asset, "manage_asset")
    if found.deployed is None:
        raise Problem(405, {"detail": "Use POST to create a new deployment"})
    body = call.json()
    wanted = body.get("version_id")
    if wanted is not None:
        if wanted != found.revision.uid:
            raise HtmlPage(500)
        _publish(call, found)
        _log(call, found, "redeploy")
    if "active" in body:
        found.active = bool(body["active"])
    found.modified = call.api.clock.stamp()
    return _answer(call, found)


def _log(call: Call, asset: Asset, action: str) -> None:
    uid = asset.revision.uid
    log(call, asset, action, {"latest_version_uid": uid, "latest_deployed_version_uid": uid})


def _publish(call: Call, asset: Asset) -> None:
    revision = asset.revision
    converted = deployed_xform(revision.xlsx, asset.uid, revision.uid, asset.deployment_uuid or "")
    if converted.error:
        raise Problem(400, {"error": converted.error})
    at = call.api.clock.stamp()
    media = {f["metadata"]["filename"]: asset.contents[name] for name, f in asset.files.items()}
    description = describe(converted.xml)
    old = asset.true.version(revision.uid)
    if old is not None:
        asset.true.versions.remove(old)
    version = FormVersion(description, converted.xml, at, revision.xlsx, media, at, revision.uid)
    asset.true.versions.append(version)
    revision.deployed = revision.deployed or at
    asset.deployed, asset.deployed_at, asset.modified = revision, at, call.api.clock.stamp()
