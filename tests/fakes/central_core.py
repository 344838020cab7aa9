"""ODK Central: who calls, what it may, and how errors are written."""

from __future__ import annotations

import html
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from tests.fakes.central_state import Actor, CentralForm, Project
from tests.fakes.faults import Fault

if TYPE_CHECKING:
    from tests.fakes.central import Central

OPENROSA_HEADERS = {"X-OpenRosa-Version": "1.0", "X-OpenRosa-Accept-Content-Length": "100000000"}
_RESPONSE = """
  <OpenRosaResponse xmlns="http://openrosa.org/http/response" items="0">
    <message nature="{nature}">{message}</message>
  </OpenRosaResponse>"""


class Problem(Exception):
    """An error as Central answers it; `code` is written as a JSON number."""

    def __init__(self, code: str, message: str, details: Any = None) -> None:
        self.code = code
        self.message = message
        self.details = details
        super().__init__(message)

    @property
    def status(self) -> int:
        """HTTP status."""
        return int(self.code.partition(".")[0])


def not_found() -> Problem:
    """404.1."""
    return Problem("404.1", "Could not find the resource you were looking for.")


def not_authenticated() -> Problem:
    """401.2."""
    return Problem("401.2", "Could not authenticate with the provided credentials.")


def no_rights() -> Problem:
    """403.1."""
    return Problem("403.1", "The authentication you provided does not have rights to perform that action.")


def missing(name: str) -> Problem:
    """400.2."""
    return Problem("400.2", f"Required parameter {name} missing.", {"field": name})


def unexpected(name: str, value: str, reason: str) -> Problem:
    """400.8."""
    details = {"field": name, "value": value, "reason": reason}
    return Problem("400.8", f"Unexpected {name} value {value}; {reason}", details)


def exists(table: str, fields: list[str], values: list[str]) -> Problem:
    """409.3."""
    message = f"A resource already exists with {','.join(fields)} value(s) of {','.join(values)}."
    return Problem("409.3", message, {"fields": fields, "values": values, "table": table})


def server_error() -> Response:
    """An unhandled fault: no code."""
    return reply({"message": "Internal Server Error"}, 500)


def reply(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """JSON as Central sends it."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(body, status, headers, content_type="application/json; charset=utf-8")


def success() -> Response:
    """`{"success": true}`."""
    return reply({"success": True})


def openrosa_reply(message: str, status: int, *, nature: str = "error", headers: bool = True) -> Response:
    """An OpenRosa answer."""
    body = _RESPONSE.format(nature=nature, message=html.escape(message).replace("&#x27;", "&#39;"))
    extra = OPENROSA_HEADERS if headers else {}
    return Response(body.encode() + b"\n", status, extra, content_type="text/xml; charset=utf-8")


def problem_reply(problem: Problem, *, openrosa: bool, headers: bool = True) -> Response:
    """The answer to a problem, JSON or OpenRosa."""
    if openrosa:
        return openrosa_reply(problem.message, problem.status, headers=headers)
    details = {} if problem.details is None else {"details": problem.details}
    text = json.dumps({"message": problem.message, "code": 0, **details}, ensure_ascii=False)
    text = text.replace('"code": 0', f'"code": {problem.code}', 1)
    return Response(text.encode(), problem.status, content_type="application/json; charset=utf-8")


@dataclass
class Call:
    """One request with its caller."""

    api: Central
    request: Request
    fault: Fault | None
    actor: Actor | None = None
    prefix: str = "/v1"
    openrosa: bool = False

    @property
    def extended(self) -> bool:
        """X-Extended-Metadata."""
        return self.request.headers.get("X-Extended-Metadata", "").lower() == "true"

    @property
    def who(self) -> Actor:
        """The caller; 401.2 without."""
        if self.actor is None:
            raise not_authenticated()
        return self.actor

    def json(self) -> dict[str, Any]:
        """The JSON body."""
        raw = self.request.get_data()
        if len(raw) > 250_000:
            raise Problem("400.36", "Request body too large.")
        try:
            value = json.loads(raw or b"{}")
        except ValueError:
            details = {"format": "json", "rawLength": len(raw)}
            raise Problem(
                "400.1", f"Could not parse the given data ({len(raw)} chars) as json.", details
            ) from None
        return value if isinstance(value, dict) else {}

    def may_read(self, project: str) -> Project:
        """The project, readable for the caller."""
        found = self.api.project(project)
        who = self.who
        if not (who.admin or found.id in who.projects):
            raise no_rights()
        return found

    def may_manage(self, project: str) -> Project:
        """The project, for its managers."""
        found = self.api.project(project)
        if not self.who.admin:
            raise no_rights()
        return found

    def form(self, project: str, form: str) -> CentralForm:
        """A form that the caller may read."""
        owner = self.may_read(project)
        if form not in owner.forms:
            raise not_found()
        return owner.forms[form]

    def managed(self, project: str, form: str) -> CentralForm:
        """A form that the caller may change."""
        owner = self.may_manage(project)
        if form not in owner.forms:
            raise not_found()
        return owner.forms[form]
