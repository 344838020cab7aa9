"""KoboToolbox: the state of one server and the way of a request to its handler."""

from __future__ import annotations

import base64
import itertools
import secrets
from typing import Any

from werkzeug.wrappers import Request, Response

from tests.fakes import (
    kobo_accounts,
    kobo_assets,
    kobo_data,
    kobo_deploy,
    kobo_files,
    kobo_formlist,
    kobo_hooks,
    kobo_imports,
    kobo_openrosa,
    kobo_permissions,
    kobo_write,
)
from tests.fakes.clock import Clock
from tests.fakes.faults import Fault
from tests.fakes.kobo_core import Asset, Call, HtmlPage, Problem, User, page, reply
from tests.fakes.truth import Record, Truth
from tests.fakes.web import Routes

OWNER = "survey_ops"
_NEUTRAL = {
    "validation_status_approved": "approved",
    "validation_status_not_approved": "rejected",
    "validation_status_on_hold": "has_issues",
}
_V1 = "The V1 API has been removed. Please read the migration article at https://support.kobotoolbox.org/migrating_api.html"
_TAIL = (".xml", ".xls", ".json")


class Kobo:
    """One KoboToolbox server with the account `OWNER`."""

    def __init__(
        self, clock: Clock, domain: str = "https://kf.example", openrosa: str = "https://kc.example"
    ) -> None:
        self.clock = clock
        self.domain = domain
        self.openrosa = openrosa
        self.max_limit = 1000
        self.import_polls = 0
        """How often an import answers `processing` before it is complete."""
        self.truth = Truth(clock, _neutral, lambda user: user.name)
        self.users: dict[str, User] = {}
        self.assets: dict[str, Asset] = {}
        self.gone: set[str] = set()
        self.imports: dict[str, dict[str, Any]] = {}
        self.form_numbers = itertools.count(1)
        self.owner = self.add_user(OWNER)
        self.routes = Routes()
        for part in (
            kobo_accounts,
            kobo_formlist,
            kobo_openrosa,
            kobo_imports,
            kobo_data,
            kobo_write,
            kobo_files,
            kobo_deploy,
            kobo_hooks,
            kobo_permissions,
            kobo_assets,
        ):
            part.register(self.routes)

    def add_user(self, name: str, password: str = "PASSWORD") -> User:
        """An account."""
        user = self.users[name] = User(name, password, secrets.token_hex(20), self.clock.stamp())
        return user

    def expire_sessions(self) -> None:
        """Every token is replaced."""
        for user in self.users.values():
            user.token = secrets.token_hex(20)

    def add_ghost(self, asset: str, root: str) -> Record:
        """A row that stays in the JSON though its transaction failed: another `_id`, no XML."""
        form = self.assets[asset].true
        record = form.records[root]
        number = next(self.truth.numbers)
        ghost = Record(root, number, record.created_at, list(record.versions), ghost=True)
        form.records[f"{root}~{number}"] = ghost
        return ghost

    def respond(self, request: Request, fault: Fault | None) -> Response:
        """Serve one request."""
        call = Call(self, request, fault)
        rosa = not request.path.startswith(("/api/", "/token", "/me", "/assets"))
        try:
            call.user = self._user(request, rosa=rosa)
            response = self._dispatch(call)
        except HtmlPage as error:
            return page(error.status)
        except Problem as problem:
            if rosa:
                return kobo_openrosa.problem_reply(problem, request.path)
            return reply(problem.body, problem.status, problem.headers)
        return response

    def _dispatch(self, call: Call) -> Response:
        request = call.request
        if request.path.startswith(("/api/v1/", "/assets/")):
            raise Problem(410, {"detail": _V1})
        found = self.routes.find(request.method, request.path)
        if found is not None:
            return self._checked(call, found[0](call, **found[1]))
        if self.routes.knows(request.path):
            raise Problem(405, {"detail": f'Method "{request.method}" not allowed.'})
        if not request.path.endswith(("/", *_TAIL)) and self.routes.knows(request.path + "/"):
            return Response(
                b"", 301, {"Location": request.path + "/"}, content_type="text/html; charset=utf-8"
            )
        raise HtmlPage(404)

    def _checked(self, call: Call, response: Response) -> Response:
        """A browser that asks for HTML gets HTML."""
        accept = call.request.headers.get("Accept", "*/*")
        if (
            accept.startswith("text/html")
            and "format" not in call.request.args
            and response.status_code == 200
        ):
            return page(200)
        return response

    def _user(self, request: Request, *, rosa: bool) -> User | None:
        """The caller. A token sent as Bearer is nobody's."""
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        session = {"WWW-Authenticate": "Session"}
        if scheme == "Token":
            if not value:
                raise Problem(401, {"detail": "Invalid token header. No credentials provided."}, session)
            user = next((u for u in self.users.values() if u.token == value), None)
            if user is None:
                raise Problem(401, {"detail": "Invalid token."}, session)
            return user
        if scheme == "Basic":
            if rosa:
                raise Problem(401, {"detail": kobo_openrosa.BASIC_REFUSED})
            name, _, password = base64.b64decode(value).decode().partition(":")
            user = self.users.get(name)
            if user is None or user.password != password:
                raise Problem(401, {"detail": "Invalid username/password."}, session)
            return user
        if scheme == "Digest" and rosa:
            name = value.partition('username="')[2].partition('"')[0]
            return self.users.get(name)
        return None


def _neutral(record: Record) -> str:
    return _NEUTRAL.get((record.review or {}).get("uid", ""), "received")
