"""ODK Central: who may fill which form."""

from __future__ import annotations

from werkzeug.wrappers import Response

from tests.fakes.central_accounts import actor_of, app_users_of
from tests.fakes.central_core import (
    Call,
    exists,
    not_found,
    reply,
    success,
)
from tests.fakes.central_state import ROLES, Actor
from tests.fakes.web import Routes


def register(routes: Routes) -> None:
    """Add the routes of this part."""
    routes.add("GET", "/v1/projects/{project}/assignments/forms/{role}", project_form_assignments)
    routes.add("GET", "/v1/projects/{project}/forms/{form}/assignments", form_assignments)
    routes.add("GET", "/v1/projects/{project}/forms/{form}/assignments/{role}", form_assignees)
    routes.add("POST", "/v1/projects/{project}/forms/{form}/assignments/{role}/{actor}", assign_form)
    routes.add("DELETE", "/v1/projects/{project}/forms/{form}/assignments/{role}/{actor}", unassign_form)


def _role(text: str) -> int:
    return int(text) if text.isdigit() else ROLES[text][0]


def _assigned(call: Call, form: str) -> list[Actor]:
    return [a for a in call.api.actors.values() if form in a.forms and not a.deleted_at]


def form_assignments(call: Call, project: str, form: str) -> Response:
    call.managed(project, form)
    return reply([{"actorId": a.id, "roleId": ROLES["app-user"][0]} for a in _assigned(call, form)])


def form_assignees(call: Call, project: str, form: str, role: str) -> Response:
    call.managed(project, form)
    return reply([a.shown() for a in _assigned(call, form)])


def project_form_assignments(call: Call, project: str, role: str) -> Response:
    found = call.may_manage(project)
    return reply(
        [
            {"actorId": a.id, "roleId": _role(role), "xmlFormId": form}
            for a in app_users_of(call, found.id)
            for form in sorted(a.forms)
        ]
    )


def assign_form(call: Call, project: str, form: str, role: str, actor: str) -> Response:
    found = call.managed(project, form)
    who = actor_of(call, actor)
    if form in who.forms:
        raise exists("assignments", ["actorId", "roleId", "acteeId"], [actor, str(_role(role)), found.actee])
    who.forms.add(form)
    return success()


def unassign_form(call: Call, project: str, form: str, role: str, actor: str) -> Response:
    call.managed(project, form)
    who = actor_of(call, actor)
    if form not in who.forms:
        raise not_found()
    who.forms.remove(form)
    return success()
