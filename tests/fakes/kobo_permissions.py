"""KoboToolbox: who may do what on an asset."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from tests.fakes.kobo_core import (
    IMPLIED,
    LABELS,
    Asset,
    Call,
    Grant,
    Problem,
    forbidden,
    not_found,
    reply,
    uid,
)
from tests.fakes.web import Routes

_PARTIAL = {
    "default": "Act on submissions only from specific users",
    "view_submissions": "View submissions only from specific users",
    "change_submissions": "Edit submissions only from specific users",
    "delete_submissions": "Delete submissions only from specific users",
    "validate_submissions": "Validate submissions only from specific users",
}


def register(routes: Routes) -> None:
    """Add the routes of this part."""
    every = "/api/v2/assets/{asset}/permission-assignments/"
    routes.add("GET", every, listed)
    routes.add("POST", every, grant)
    routes.add("POST", every + "bulk/", grant_many)
    routes.add("DELETE", every + "{name}/", revoke)


def _shown(call: Call, asset: Asset, grant_: Grant) -> dict[str, Any]:
    out: dict[str, Any] = {
        "url": call.url(f"/api/v2/assets/{asset.uid}/permission-assignments/{grant_.uid}/"),
        "user": call.url(f"/api/v2/users/{grant_.user}/"),
        "permission": call.url(f"/api/v2/permissions/{grant_.codename}/"),
    }
    if grant_.codename == "partial_submissions":
        view = {"url": call.url("/api/v2/permissions/view_submissions/"), "filters": grant_.filters}
        return {**out, "partial_permissions": [view], "label": _PARTIAL}
    return {**out, "label": LABELS[grant_.codename]}


def _all(call: Call, asset: Asset) -> list[dict[str, Any]]:
    own = [Grant(f"p{asset.uid[1:18]}{i:03d}", asset.owner.name, c) for i, c in enumerate(sorted(LABELS))]
    every = sorted([*asset.grants, *own], key=lambda g: (g.user, g.codename))
    return [_shown(call, asset, g) for g in every]


def _managed(call: Call, asset: str) -> Asset:
    found = call.asset(asset)
    if "manage_asset" not in found.codenames(call.user):
        raise forbidden()
    return found


def listed(call: Call, asset: str) -> Response:
    return reply(_all(call, call.asset(asset)))


def _last(url: str) -> str:
    return url.partition("?")[0].rstrip("/").rpartition("/")[2]


def _add(call: Call, asset: Asset, body: dict[str, Any]) -> Grant:
    user, codename = _last(body.get("user", "")), _last(body.get("permission", ""))
    if user not in call.api.users and user != "AnonymousUser":
        raise Problem(400, {"user": ["Invalid hyperlink - Object does not exist."]})
    if codename not in LABELS and codename != "partial_submissions":
        raise Problem(400, {"permission": ["Invalid hyperlink - Object does not exist."]})
    if codename == "view_submissions":
        asset.grants = [g for g in asset.grants if (g.user, g.codename) != (user, "partial_submissions")]
    filters = [f for p in body.get("partial_permissions", []) for f in p.get("filters", [])]
    for name in (codename, *IMPLIED.get(codename, ())):
        if not any((g.user, g.codename) == (user, name) for g in asset.grants):
            asset.grants.append(Grant(uid("p"), user, name, filters if name == codename else []))
    return next(g for g in asset.grants if (g.user, g.codename) == (user, codename))


def grant(call: Call, asset: str) -> Response:
    found = _managed(call, asset)
    shown = _shown(call, found, _add(call, found, call.json()))
    return reply(shown, 201, {"Location": shown["url"]})


def grant_many(call: Call, asset: str) -> Response:
    found = _managed(call, asset)
    for body in call.json():
        _add(call, found, body)
    return reply(_all(call, found))


def revoke(call: Call, asset: str, name: str) -> Response:
    """What depends on a permission goes with it."""
    found = _managed(call, asset)
    gone = next((g for g in found.grants if g.uid == name), None)
    if gone is None:
        raise not_found()
    found.grants = [
        g
        for g in found.grants
        if g is not gone and not (g.user == gone.user and gone.codename in IMPLIED.get(g.codename, ()))
    ]
    return Response(b"", 204)
