"""KoboToolbox: assets and their versions."""

from __future__ import annotations

import json
from typing import Any

from werkzeug.wrappers import Response

from tests.fakes.clock import iso_us
from tests.fakes.kobo_content import content_hash, summary, to_workbook
from tests.fakes.kobo_core import LABELS, Asset, Call, Problem, Revision, not_found, reply
from tests.fakes.kobo_imports import add_revision, new_asset
from tests.fakes.web import Routes

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet; charset=utf-8"
_EMPTY_SETTINGS = {"sector": {}, "country": [], "description": "", "organization": "", "country_codes": []}


def register(routes: Routes) -> None:
    """Add the routes of this part."""
    one = "/api/v2/assets/{asset}"
    routes.add("GET", "/api/v2/assets/", listed)
    routes.add("POST", "/api/v2/assets/", create)
    routes.add("GET", one + "/versions/", versions)
    routes.add("GET", one + "/versions/{version}/", version)
    routes.add("GET", one + "/content/", content)
    routes.add("GET", one + "/counts/", counts)
    routes.add("GET", one + ".xls", workbook)
    routes.add("GET", one + ".xml", xform)
    routes.add("GET", one + "/", show)
    routes.add("PATCH", one + "/", change)
    routes.add("DELETE", one + "/", delete)


def listed(call: Call) -> Response:
    """The assets that the caller sees; an anonymous caller sees none, without an error."""
    q = call.request.args.get("q", "")
    if q and len(q) < 3:
        raise Problem(400, {"detail": "Your query is too short"})
    mine = [a for a in call.api.assets.values() if call.user and "view_asset" in a.codenames(call.user)]
    if q.startswith("asset_type:survey"):
        mine = [a for a in mine if a.kind == "survey"]
    elif q:
        mine = [a for a in mine if ":" not in q and q.lower() in a.name.lower()]
    mine.sort(key=lambda a: a.modified, reverse=True)
    return reply(call.paged(mine, lambda a: _listed(call, a)))


def _listed(call: Call, asset: Asset) -> dict[str, Any]:
    keys = [
        "url",
        "uid",
        "name",
        "asset_type",
        "date_created",
        "date_modified",
        "date_deployed",
        "version_id",
        "deployment__active",
        "deployment_status",
        "deployment__submission_count",
        "has_deployment",
        "owner_label",
    ]
    full = shown(call, asset)
    return {key: full[key] for key in keys}


def revision_shown(call: Call, asset: Asset, revision: Revision) -> dict[str, Any]:
    """One version."""
    return {
        "uid": revision.uid,
        "url": call.url(f"/api/v2/assets/{asset.uid}/versions/{revision.uid}/"),
        "content_hash": revision.hash,
        "date_deployed": iso_us(revision.deployed),
        "date_modified": iso_us(revision.deployed or revision.at),
    }


def _paged(items: list[Any]) -> dict[str, Any]:
    return {"count": len(items), "next": None, "previous": None, "results": items}


def shown(call: Call, asset: Asset) -> dict[str, Any]:
    """An asset in full, without its content."""
    deployed = [revision_shown(call, asset, r) for r in reversed(asset.revisions) if r.deployed]
    codenames = sorted(asset.codenames(call.user))
    status = "draft" if asset.deployed is None else "deployed" if asset.active else "archived"
    live = list(asset.true.records.values())
    base = f"/api/v2/assets/{asset.uid}/"
    return {
        "url": call.url(base),
        "owner": call.url(f"/api/v2/users/{asset.owner.name}/"),
        "owner__username": asset.owner.name,
        "settings": _EMPTY_SETTINGS,
        "asset_type": asset.kind,
        "files": list(asset.files.values()),
        "summary": summary(asset.revision.content),
        "date_created": iso_us(asset.created),
        "date_modified": iso_us(asset.modified),
        "date_deployed": iso_us(asset.deployed_at),
        "version_id": asset.revision.uid,
        "version__content_hash": asset.revision.hash,
        "version_count": len(asset.revisions),
        "has_deployment": asset.deployed is not None,
        "deployed_version_id": asset.deployed.uid if asset.deployed else None,
        "deployed_versions": _paged(deployed),
        "deployment__links": {},
        "deployment__active": asset.active,
        "deployment__data_download_links": _downloads(call, asset),
        "deployment__submission_count": len(live),
        "deployment__last_submission_time": iso_us(asset.last_submission),
        "deployment__encrypted": False,
        "deployment__uuid": asset.deployment_uuid,
        "deployment_status": status,
        "uid": asset.uid,
        "kind": "asset",
        "name": asset.name,
        "permissions": [],
        "effective_permissions": [{"codename": c} for c in codenames if c in LABELS],
        "data": call.url(base + "data/"),
        "hooks_link": call.url(base + "hooks/"),
        "xform_link": call.url(base + "xform/"),
        "xls_link": call.url(base + "xls/"),
        "status": "private",
        "data_sharing": asset.data_sharing,
        "owner_label": asset.owner.name,
    }


def _downloads(call: Call, asset: Asset) -> dict[str, str]:
    if asset.deployed is None:
        return {}
    base = f"{call.api.openrosa}/{asset.owner.name}"
    legacy = {f"{k}_legacy": f"{base}/exports/{asset.uid}/{k}/" for k in ("xls", "csv", "zip", "kml")}
    return {
        **legacy,
        **{k: f"{base}/reports/{asset.uid}/export.{e}" for k, e in (("xls", "xlsx"), ("csv", "csv"))},
    }


def show(call: Call, asset: str) -> Response:
    found = call.asset(asset)
    return reply({**shown(call, found), "content": found.revision.content})


def create(call: Call) -> Response:
    """An asset from JSON content."""
    user = call.who
    body = call.json()
    if body.get("asset_type") not in ("survey", "block", "template", "question", "empty", "collection"):
        message = f'"{body.get("asset_type")}" is not a valid choice.'
        raise Problem(400, {"asset_type": [message]})
    raw = body.get("content") or {}
    given = json.loads(raw) if isinstance(raw, str) else raw
    content_ = {"schema": "1", "choices": [], "settings": {}, "translations": [None], "survey": [], **given}
    asset = new_asset(call, body.get("name", ""), to_workbook(content_), content_)
    assert asset.owner is user
    place = call.url(f"/api/v2/assets/{asset.uid}/")
    return reply({**shown(call, asset), "content": content_}, 201, {"Location": place})


def change(call: Call, asset: str) -> Response:
    """Every change makes a new `version_id`; the content hash moves with the content only."""
    found = call.asset(asset, "change_asset")
    body = call.json()
    found.name = body.get("name", found.name)
    found.data_sharing = body.get("data_sharing", found.data_sharing)
    content_ = body.get("content", found.revision.content)
    content_ = json.loads(content_) if isinstance(content_, str) else content_
    same = content_hash(content_) == found.revision.hash
    add_revision(call, found, found.revision.xlsx if same else to_workbook(content_), content_)
    return reply({**shown(call, found), "content": content_})


def delete(call: Call, asset: str) -> Response:
    found = call.asset(asset, "manage_asset")
    del call.api.assets[found.uid], call.api.truth.forms[found.uid]
    call.api.gone.add(found.uid)
    return Response(b"", 204)


def versions(call: Call, asset: str) -> Response:
    found = call.asset(asset)
    return reply(_paged([revision_shown(call, found, r) for r in reversed(found.revisions)]))


def version(call: Call, asset: str, version: str) -> Response:
    found = call.asset(asset)
    revision = next((r for r in found.revisions if r.uid == version), None)
    if revision is None:
        raise not_found()
    return reply({**revision_shown(call, found, revision), "content": revision.content})


def content(call: Call, asset: str) -> Response:
    found = call.asset(asset)
    return reply({"kind": "asset.content", "uid_asset": found.uid, "data": found.revision.content})


def counts(call: Call, asset: str) -> Response:
    found = call.data(asset)
    days: dict[str, int] = {}
    for record in found.true.records.values():
        day = record.created_at.date().isoformat()
        days[day] = days.get(day, 0) + 1
    return reply({"daily_submission_counts": days, "total_submission_count": len(found.true.records)})


def workbook(call: Call, asset: str) -> Response:
    found = call.asset(asset)
    shown_as = f"attachment; filename={found.uid}.xlsx"
    return Response(found.revision.xlsx, 200, {"Content-Disposition": shown_as}, content_type=XLSX)


def xform(call: Call, asset: str) -> Response:
    found = call.asset(asset)
    if not found.true.versions:
        raise not_found()
    return Response(found.true.versions[-1].xml, content_type="application/xml; charset=utf-8")
