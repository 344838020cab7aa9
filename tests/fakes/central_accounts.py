"""ODK Central: sessions, web users, projects, app users, assignments, audit log, encryption key."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from werkzeug.wrappers import Response

from tests.fakes import central_keys
from tests.fakes.central_core import (
    Call,
    Problem,
    missing,
    no_rights,
    not_found,
    reply,
    server_error,
    success,
)
from tests.fakes.central_state import ROLES, Actor
from tests.fakes.clock import iso_ms
from tests.fakes.web import Routes

_DATED = ("pwreset", "app-user", "pub-link", "admin")
VERBS = ["project.read", "form.list", "form.read", "submission.list", "submission.read", "submission.update"]


def register(routes: Routes) -> None:
    """Add the routes of this part."""
    routes.add("POST", "/v1/sessions", login)
    routes.add("GET", "/v1/sessions/restore", restore_session)
    routes.add("DELETE", "/v1/sessions/current", logout)
    routes.add("GET", "/v1/users/current", current_user)
    routes.add("GET", "/v1/roles", roles)
    routes.add("GET", "/v1/projects", projects)
    routes.add("POST", "/v1/projects", add_project)
    routes.add("GET", "/v1/projects/{project}", show_project)
    routes.add("PATCH", "/v1/projects/{project}", rename_project)
    routes.add("POST", "/v1/projects/{project}/key", central_keys.enable)
    routes.add("POST", "/v1/projects/{project}/assignments/{role}/{actor}", assign_project)
    routes.add("GET", "/v1/projects/{project}/app-users", app_users)
    routes.add("POST", "/v1/projects/{project}/app-users", add_app_user)
    routes.add("DELETE", "/v1/projects/{project}/app-users/{actor}", revoke_app_user)
    routes.add("GET", "/v1/audits", audits)


def login(call: Call) -> Response:
    body = call.json()
    email, password = body.get("email"), body.get("password")
    if not email or not password:
        got = {name: body[name] for name in ("email", "password") if name in body}
        shown = ", ".join(f"{n}: {_quoted(body.get(n))}" for n in ("email", "password"))
        message = f"Required parameters missing. Expected (email, password), got ({shown})."
        raise Problem("400.3", message, {"expected": ["email", "password"], "got": got})
    actor = call.api.login(email, password)
    cookie = {
        "Set-Cookie": "session=PLACEHOLDER; Path=/; HttpOnly; SameSite=Strict",
        "Cache-Control": "no-store",
    }
    return reply(call.api.open_session(actor), headers=cookie)


def _quoted(value: Any) -> str:
    return "undefined" if value is None else f"'{value}'"


def restore_session(call: Call) -> Response:
    for actor, created, expires in call.api.sessions.values():
        if actor is call.who:
            return reply({"createdAt": iso_ms(created), "expiresAt": iso_ms(expires)})
    raise not_found()


def logout(call: Call) -> Response:
    call.api.sessions.pop(call.request.headers.get("Authorization", "").partition(" ")[2], None)
    return success()


def current_user(call: Call) -> Response:
    shown = {"email": call.who.name, "lastLoginAt": iso_ms(call.who.created_at), **call.who.shown()}
    extra: dict[str, Any] = (
        {"verbs": VERBS, "preferences": {"site": {}, "projects": {}}} if call.extended else {}
    )
    return reply({**extra, **shown})


def roles(call: Call) -> Response:
    at = iso_ms(call.api.admin.created_at)
    return reply(
        [
            {
                "id": number,
                "name": name,
                "system": system,
                "createdAt": at if system in _DATED else None,
                "updatedAt": None,
                "verbs": VERBS,
            }
            for system, (number, name) in ROLES.items()
        ]
    )


def projects(call: Call) -> Response:
    who = call.who
    readable = [p for p in call.api.projects.values() if who.admin or p.id in who.projects]
    return reply([{**p.shown(), "verbs": VERBS} for p in sorted(readable, key=lambda p: p.name)])


def add_project(call: Call) -> Response:
    if not call.who.admin:
        raise no_rights()
    name = call.json().get("name")
    if name is None:
        raise missing("name")
    if not isinstance(name, str):
        return server_error()
    project = call.api.add_project(name)
    return reply({**project.shown(), "acteeId": project.actee})


def show_project(call: Call, project: str) -> Response:
    found = call.may_read(project)
    if not call.extended:
        return reply(found.shown())
    numbers = {"forms": len(found.forms), "appUsers": len(app_users_of(call, found.id)), "datasets": 0}
    return reply({"verbs": VERBS, **found.shown(), **numbers, "lastSubmission": None, "lastEntity": None})


def rename_project(call: Call, project: str) -> Response:
    found = call.may_manage(project)
    found.name = call.json().get("name", found.name)
    found.updated_at = call.api.clock.stamp()
    return reply(found.shown())


def assign_project(call: Call, project: str, role: str, actor: str) -> Response:
    found = call.may_manage(project)
    call.api.actors[int(actor)].projects.add(found.id)
    return success()


def app_users_of(call: Call, project: int) -> list[Actor]:
    every = [a for a in call.api.actors.values() if a.type == "field_key" and a.project == project]
    return sorted((a for a in every if not a.deleted_at), key=lambda a: a.id, reverse=True)


def _shown(actor: Actor) -> dict[str, Any]:
    return {"projectId": actor.project, **actor.shown(), "token": actor.token}


def app_users(call: Call, project: str) -> Response:
    found = call.may_manage(project)
    extra = (
        {"createdBy": call.api.admin.shown(), "lastUsed": None, "properties": None} if call.extended else {}
    )
    return reply([{**_shown(a), **extra} for a in app_users_of(call, found.id)])


def add_app_user(call: Call, project: str) -> Response:
    found = call.may_manage(project)
    name = call.json().get("displayName")
    if name is None:
        raise missing("displayName")
    actor = Actor(next(call.api.ids), "field_key", name, call.api.clock.stamp(), project=found.id)
    actor.token = secrets.token_urlsafe(60)[:64]
    call.api.actors[actor.id] = actor
    return reply(
        {**_shown(actor), "csrf": secrets.token_urlsafe(60)[:64], "expiresAt": "9999-12-31T23:59:59.000Z"}
    )


def revoke_app_user(call: Call, project: str, actor: str) -> Response:
    call.may_manage(project)
    found = actor_of(call, actor)
    found.deleted_at, found.token = call.api.clock.stamp(), None
    return success()


def actor_of(call: Call, text: str) -> Actor:
    actor = call.api.actors.get(int(text)) if text.isdigit() else None
    if actor is None or actor.deleted_at:
        raise not_found()
    return actor


def audits(call: Call) -> Response:
    if not call.who.admin:
        raise no_rights()
    args = call.request.args
    action = args.get("action")
    found = [e for e in reversed(call.api.audits) if action is None or _acts(e["action"], action)]
    try:
        for name, keep in (("start", lambda at, bound: at >= bound), ("end", lambda at, bound: at <= bound)):
            if name in args:
                bound = datetime.fromisoformat(args[name]).astimezone(UTC)
                found = [e for e in found if keep(datetime.fromisoformat(e["loggedAt"]), bound)]
    except ValueError:
        return server_error()
    start = int(args.get("offset", 0))
    found = found[start : start + int(args.get("limit", 10**9))]
    if call.extended:
        found = [
            {**e, "actor": call.api.actors[e["actorId"]].shown() if e["actorId"] else None} for e in found
        ]
    return reply(found)


def _acts(action: str, wanted: str) -> bool:
    return action == wanted or (
        wanted in ("submission", "form", "user", "project") and action.startswith(wanted + ".")
    )
