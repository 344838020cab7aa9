"""KoboToolbox: REST services. They fire on new submissions only."""

from __future__ import annotations

import threading
from typing import Any

import requests
from werkzeug.wrappers import Response

from tests.fakes.clock import iso_us
from tests.fakes.kobo_core import Asset, Call, Problem, not_found, reply, uid
from tests.fakes.truth import Record
from tests.fakes.web import Routes


def register(routes: Routes) -> None:
    """Add the routes of this part."""
    every = "/api/v2/assets/{asset}/hooks/"
    routes.add("GET", every, listed)
    routes.add("POST", every, create)
    routes.add("GET", every + "{hook}/logs/", logs)
    routes.add("GET", every + "{hook}/", show)
    routes.add("PATCH", every + "{hook}/", change)
    routes.add("DELETE", every + "{hook}/", delete)


def _managed(call: Call, asset: str) -> Asset:
    """Without `manage_asset` there are no hooks: 404."""
    found = call.asset(asset)
    if "manage_asset" not in found.codenames(call.user):
        raise not_found()
    return found


def _one(call: Call, asset: str, hook: str) -> tuple[Asset, dict[str, Any]]:
    found = _managed(call, asset)
    if hook not in found.hooks:
        raise not_found()
    return found, found.hooks[hook]


def listed(call: Call, asset: str) -> Response:
    hooks = list(_managed(call, asset).hooks.values())
    return reply(call.paged(sorted(hooks, key=lambda h: h["name"]), lambda h: h))


def create(call: Call, asset: str) -> Response:
    found = _managed(call, asset)
    body = call.json()
    endpoint = body.get("endpoint")
    if not endpoint:
        raise Problem(400, {"endpoint": ["This field is required."]})
    if not endpoint.startswith(("http://", "https://")):
        raise Problem(400, {"endpoint": ["Invalid scheme"]})
    name = uid("h")
    base = f"/api/v2/assets/{found.uid}/hooks/{name}/"
    defaults: dict[str, Any] = {
        "active": True,
        "asset": found.number,
        "auth_level": "no_auth",
        "date_modified": iso_us(call.api.clock.stamp()),
        "email_notification": True,
        "endpoint": endpoint,
        "export_type": "json",
        "failed_count": 0,
        "logs_url": call.url(base + "logs/"),
        "name": "",
        "payload_template": None,
        "pending_count": 0,
        "settings": {},
        "subset_fields": [],
        "success_count": 0,
        "uid": name,
        "url": call.url(base),
    }
    hook = found.hooks[name] = {**defaults, **{k: v for k, v in body.items() if k in defaults}}
    found.logs[name] = []
    return reply(hook, 201, {"Location": hook["url"]})


def show(call: Call, asset: str, hook: str) -> Response:
    return reply(_one(call, asset, hook)[1])


def change(call: Call, asset: str, hook: str) -> Response:
    found = _one(call, asset, hook)[1]
    found.update({k: v for k, v in call.json().items() if k in found})
    found["date_modified"] = iso_us(call.api.clock.stamp())
    return reply(found)


def delete(call: Call, asset: str, hook: str) -> Response:
    found = _one(call, asset, hook)[0]
    del found.hooks[hook], found.logs[hook]
    return Response(b"", 204)


def logs(call: Call, asset: str, hook: str) -> Response:
    found = _one(call, asset, hook)[0]
    return reply(call.paged(found.logs[hook], lambda entry: entry))


def fire(call: Call, asset: Asset, record: Record) -> None:
    """Deliver in the background: a hook that is slow or gone does not hold up a submission."""
    for hook in asset.hooks.values():
        if hook["active"]:
            payload = _payload(call, asset, record, hook)
            target = threading.Thread(
                target=_deliver, args=(call, asset, hook, record.number, payload), daemon=True
            )
            target.start()


def _payload(call: Call, asset: Asset, record: Record, hook: dict[str, Any]) -> dict[str, Any]:
    from tests.fakes.kobo_rows import row

    full = row(call, asset, record)
    wanted = hook["subset_fields"]
    return {k: v for k, v in full.items() if not wanted or k in wanted}


def _deliver(call: Call, asset: Asset, hook: dict[str, Any], number: int, payload: dict[str, Any]) -> None:
    agent = f"KoboToolbox external service - {call.api.domain} #{hook['uid']}"
    headers = {"User-Agent": agent, **hook["settings"].get("custom_headers", {})}
    login = (hook["settings"].get("username", ""), hook["settings"].get("password", ""))
    auth = login if hook["auth_level"] == "basic_auth" else None
    try:
        status = requests.post(
            hook["endpoint"], json=payload, headers=headers, auth=auth, timeout=5
        ).status_code
    except requests.RequestException:
        status = 0
    good = 200 <= status < 300
    hook["success_count" if good else "failed_count"] += 1
    name = uid("hl")
    asset.logs.get(hook["uid"], []).append(
        {
            "url": hook["logs_url"].replace("logs/", f"logs/{name}/"),
            "uid": name,
            "submission_id": number,
            "tries": 1,
            "status": 2 if good else 0,
            "status_str": "success" if good else "failed",
            "status_code": status or None,
            "message": "",
            "date_modified": iso_us(call.api.clock.now()),
        }
    )
