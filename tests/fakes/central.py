"""ODK Central: the state of one server and the way of a request to its handler."""

from __future__ import annotations

import base64
import itertools
import re
import secrets
import uuid
from datetime import datetime, timedelta
from typing import Any

from werkzeug.wrappers import Request, Response

from tests.fakes import (
    central_accounts,
    central_assignments,
    central_export,
    central_files,
    central_forms,
    central_forms_read,
    central_manifest,
    central_odata,
    central_openrosa,
    central_submissions,
    central_submit,
)
from tests.fakes.central_core import Call, Problem, no_rights, not_authenticated, not_found, problem_reply
from tests.fakes.central_state import Actor, CentralForm, Project
from tests.fakes.clock import Clock, iso_ms
from tests.fakes.faults import Fault
from tests.fakes.truth import Record, Truth
from tests.fakes.web import Routes

EMAIL = "admin@central.example"
PASSWORD = "ADMIN-PASSWORD"
_KEY = re.compile(r"/v1/key/([^/]+)(/.*)")
_OPENROSA = re.compile(r"/v1/projects/[^/]+/(formList|submission|forms/[^/]+(/versions/[^/]+)?/manifest)")
_APP_USER = re.compile(
    r"/projects/(\d+)/(formList|submission|forms/([^/]+?)(\.xml|/manifest|/attachments/[^/]+))"
)
_NEUTRAL = {None: "received", "hasIssues": "has_issues"}


class Central:
    """One Central server with the administrator `EMAIL` and the project 1."""

    def __init__(self, clock: Clock, domain: str = "https://central.example") -> None:
        self.clock = clock
        self.domain = domain
        self.truth = Truth(clock, lambda r: _NEUTRAL.get(r.review, r.review), lambda actor: actor.name)
        self.ids = itertools.count(5)
        self.form_ids = itertools.count(1)
        self.project_ids = itertools.count(1)
        self.actors: dict[int, Actor] = {}
        self.sessions: dict[str, tuple[Actor, datetime, datetime]] = {}
        self.projects: dict[int, Project] = {}
        self.audits: list[dict[str, Any]] = []
        self.admin = self.add_user(EMAIL, PASSWORD, admin=True)
        self.add_project("Survey")
        self.routes = Routes()
        for part in (
            central_accounts,
            central_assignments,
            central_files,
            central_openrosa,
            central_manifest,
            central_odata,
            central_export,
            central_submit,
            central_submissions,
            central_forms_read,
            central_forms,
        ):
            part.register(self.routes)

    def add_user(self, email: str, password: str, *, admin: bool = False) -> Actor:
        """A web user."""
        actor = Actor(next(self.ids), "user", email, self.clock.stamp(), password, admin)
        self.actors[actor.id] = actor
        return actor

    def add_project(self, name: str) -> Project:
        """An empty project."""
        project = Project(next(self.project_ids), name, self.clock.stamp(), str(uuid.uuid4()))
        self.projects[project.id] = project
        return project

    def expire_sessions(self) -> None:
        """Every session ends, as after 24 hours."""
        self.sessions.clear()

    def open_session(self, actor: Actor) -> dict[str, Any]:
        """A new session token of 24 hours."""
        token, now = secrets.token_urlsafe(48)[:64], self.clock.stamp()
        self.sessions[token] = (actor, now, now + timedelta(hours=24))
        return {
            "token": token,
            "csrf": secrets.token_urlsafe(48)[:64],
            "expiresAt": iso_ms(now + timedelta(hours=24)),
            "createdAt": iso_ms(now),
        }

    def project(self, text: str) -> Project:
        """A project by the text of its path."""
        if not text.isdigit():
            details = {"value": text, "expected": "type integer"}
            raise Problem(
                "400.11", f'Invalid input data type: expected "{text}" to be (type integer)', details
            )
        if int(text) not in self.projects:
            raise not_found()
        return self.projects[int(text)]

    def audit(
        self,
        action: str,
        actor: Actor | None,
        form: CentralForm | None,
        details: Any,
        notes: str | None = None,
    ) -> None:
        """Write an entry of the audit log."""
        self.audits.append(
            {
                "actorId": actor.id if actor else None,
                "action": action,
                "acteeId": form.actee if form else None,
                "details": details,
                "loggedAt": iso_ms(self.clock.now()),
                "notes": notes,
            }
        )

    def purge(self, form_id: str | None = None) -> int:
        """Remove deleted submissions for good, as Central does after 30 days."""
        gone = 0
        for form in self.truth.forms.values():
            if form_id in (None, form.form_id, form.key):
                dead = [root for root, record in form.records.items() if record.deleted_at]
                gone += len(dead)
                for root in dead:
                    del form.records[root]
        self.audit("submission.purge", None, None, {"submissions_deleted": gone})
        return gone

    def respond(self, request: Request, fault: Fault | None) -> Response:
        """Serve one request."""
        call = Call(self, request, fault)
        path = request.path
        key = _KEY.fullmatch(path)
        plain = "/v1" + key[2] if key else path
        call.openrosa = bool(_OPENROSA.fullmatch(plain))
        try:
            if key:
                call.prefix = f"/v1/key/{key[1]}"
                call.actor = self._app_user(key[1], key[2])
            else:
                call.actor = self._web_user(request)
            return self._dispatch(call, plain)
        except Problem as problem:
            served = call.openrosa and getattr(problem, "served", False)
            return problem_reply(problem, openrosa=call.openrosa, headers=served)

    def _dispatch(self, call: Call, path: str) -> Response:
        version = re.match(r"/v(\d+)(/|$)", path)
        if not version:
            raise Problem("404.2", "Expected an API version (eg /v1) at the start of the request URL.")
        if version[1] != "1":
            message = f"Unexpected an API version (accepts: 1) (got: {version[1]})."
            raise Problem("404.3", message, {"got": version[1]})
        found = self.routes.find(call.request.method, path)
        if found is None:
            raise not_found()
        handler, values = found
        if call.openrosa:
            central_openrosa.check_version(call)
        try:
            return handler(call, **values)
        except Problem as problem:
            problem.served = path.endswith("/submission")  # type: ignore[attr-defined]
            raise

    def _app_user(self, token: str, rest: str) -> Actor:
        if not re.fullmatch(r"[A-Za-z0-9!$_-]{64}", token):
            raise not_authenticated()
        actor = next((a for a in self.actors.values() if a.token == token and not a.deleted_at), None)
        allowed = _APP_USER.fullmatch(rest)
        if actor is None or allowed is None or int(allowed[1]) != actor.project:
            raise no_rights()
        if allowed[3] and allowed[3] not in actor.forms:
            raise no_rights()
        return actor

    def _web_user(self, request: Request) -> Actor | None:
        header = request.headers.get("Authorization", "")
        scheme, _, value = header.partition(" ")
        if scheme == "Bearer":
            session = self.sessions.get(value)
            if session is None or session[2] <= self.clock.now():
                raise not_authenticated()
            return session[0]
        if scheme == "Basic":
            if request.headers.get("X-Forwarded-Proto") != "https":
                raise Problem("401.3", "This authentication method is only available over HTTPS")
            email, _, password = base64.b64decode(value).decode().partition(":")
            return self.login(email, password)
        return None

    def login(self, email: str, password: str) -> Actor:
        """The web user of these credentials; 401.2."""
        for actor in self.actors.values():
            if actor.type == "user" and actor.name == email and actor.password == password:
                return actor
        raise not_authenticated()

    def record(self, form: CentralForm, root: str, *, deleted: bool = False) -> Record:
        """A visible submission by its root id; 404.1."""
        record = form.true.records.get(root)
        if record is None or (record.deleted_at is not None) is not deleted:
            raise not_found()
        return record
