"""KoboToolbox: who calls, what it may, and how answers are written."""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from werkzeug.wrappers import Request, Response

from tests.fakes.faults import Fault
from tests.fakes.truth import File, TrueForm

if TYPE_CHECKING:
    from tests.fakes.kobo import Kobo

PAGE = b"<!DOCTYPE html><html><head><title>Server Error (500)</title></head><body>Server Error</body></html>"
LABELS = {
    "add_submissions": "Add submissions",
    "change_asset": "Edit form",
    "change_submissions": "Edit submissions",
    "delete_submissions": "Delete submissions",
    "manage_asset": "Manage project",
    "validate_submissions": "Validate submissions",
    "view_asset": "View form",
    "view_submissions": "View submissions",
}
IMPLIED = {
    "change_asset": ("view_asset",),
    "view_submissions": ("view_asset",),
    "partial_submissions": ("view_asset",),
    "change_submissions": ("view_submissions", "view_asset", "add_submissions"),
    "delete_submissions": ("view_submissions", "view_asset"),
    "validate_submissions": ("view_submissions", "view_asset"),
    "manage_asset": tuple(sorted(set(LABELS) - {"manage_asset"})),
}


class Problem(Exception):
    """An error as kpi answers it."""

    def __init__(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        self.status = status
        self.body = body
        self.headers = headers or {}
        super().__init__(str(body))


def not_found() -> Problem:
    """404; also for what the caller may not see."""
    return Problem(404, {"detail": "Not found."})


def forbidden() -> Problem:
    """403: visible, but not allowed."""
    return Problem(403, {"detail": "You do not have permission to perform this action."})


def anonymous() -> Problem:
    """401."""
    detail = {"detail": "Authentication credentials were not provided."}
    return Problem(401, detail, {"WWW-Authenticate": "Session"})


def reply(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """JSON as kpi sends it."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(body, status, headers, content_type="application/json")


def page(status: int) -> Response:
    """An HTML page, as Django answers what kpi does not handle."""
    return Response(PAGE, status, content_type="text/html; charset=utf-8")


def uid(prefix: str) -> str:
    """An id as kpi makes them."""
    return prefix + "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(21))


@dataclass
class User:
    """An account with its API token."""

    name: str
    password: str
    token: str
    joined: datetime


@dataclass
class Revision:
    """A version of an asset's content."""

    uid: str
    xlsx: bytes
    content: dict[str, Any]
    hash: str
    at: datetime
    deployed: datetime | None = None


@dataclass
class Grant:
    """A permission of a user on an asset."""

    uid: str
    user: str
    codename: str
    filters: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Asset:
    """A project."""

    uid: str
    name: str
    owner: User
    created: datetime
    modified: datetime
    revisions: list[Revision]
    true: TrueForm
    grants: list[Grant] = field(default_factory=list)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    contents: dict[str, File] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)
    hooks: dict[str, dict[str, Any]] = field(default_factory=dict)
    logs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    active: bool = False
    deployed: Revision | None = None
    deployed_at: datetime | None = None
    deployment_uuid: str | None = None
    number: int = 0
    """`pk` of the deployed form."""
    last_submission: datetime | None = None
    kind: str = "survey"
    data_sharing: dict[str, Any] = field(default_factory=dict)

    @property
    def revision(self) -> Revision:
        """The current content."""
        return self.revisions[-1]

    def codenames(self, user: User | None) -> set[str]:
        """What a user may do here; anonymous users have the grants of AnonymousUser."""
        if user is not None and user.name == self.owner.name:
            return set(LABELS)
        name = user.name if user else "AnonymousUser"
        return {g.codename for g in self.grants if g.user in (name, "AnonymousUser")}

    def filters(self, user: User | None) -> list[dict[str, Any]] | None:
        """Row filters of a user who may see only a part; None: everything."""
        codenames = self.codenames(user)
        if "view_submissions" in codenames or "partial_submissions" not in codenames:
            return None
        return [f for g in self.grants if user and g.user == user.name for f in g.filters]


@dataclass
class Call:
    """One request with its caller."""

    api: Kobo
    request: Request
    fault: Fault | None
    user: User | None = None

    @property
    def who(self) -> User:
        """The caller; 401 when anonymous."""
        if self.user is None:
            raise anonymous()
        return self.user

    def url(self, path: str, *, tail: bool = True) -> str:
        """An absolute address; kpi copies `?format=` of the request into it."""
        kind = self.request.args.get("format")
        return f"{self.api.domain}{path}" + (f"?format={kind}" if kind and tail else "")

    def json(self) -> Any:
        """The JSON body; a broken one or another type is a page with 500."""
        if self.request.mimetype != "application/json":
            raise HtmlPage(500)
        try:
            return json.loads(self.request.get_data() or b"{}")
        except ValueError:
            raise HtmlPage(500) from None

    def asset(self, name: str, codename: str = "view_asset") -> Asset:
        """The asset when the caller sees it (404 else) and may do `codename` (403 else)."""
        asset = self.api.assets.get(name)
        allowed = asset.codenames(self.user) if asset else set()
        if asset is None or "view_asset" not in allowed:
            raise not_found()
        if codename not in allowed:
            raise forbidden()
        return asset

    def data(self, name: str) -> Asset:
        """The asset with submissions that the caller may read; 404 else."""
        asset = self.api.assets.get(name)
        if asset is None:
            raise HtmlPage(404) if name in self.api.gone else not_found()
        if not asset.codenames(self.user) & {"view_submissions", "partial_submissions"}:
            raise not_found()
        if asset.deployed is None:
            raise Problem(400, {"detail": "The specified asset has not been deployed"})
        return asset

    def paged(self, rows: list[Any], shown: Callable[[Any], Any], *, most: int = 100) -> dict[str, Any]:
        """count, next, previous, results by `start` and `limit`."""
        start = int(self.request.args.get("start", 0))
        limit = int(self.request.args.get("limit", most))
        results = [shown(row) for row in rows[start : start + limit]]
        return {"count": len(rows), **self.links(len(rows), start, limit), "results": results}

    def links(self, count: int, start: int, limit: int) -> dict[str, str | None]:
        """Absolute links to the neighbours; the query is sorted and keeps its options."""
        after = start + limit if start + limit < count else None
        before = start - limit if start > 0 else None
        return {"next": self._link(after, limit), "previous": self._link(before, limit)}

    def _link(self, start: int | None, limit: int) -> str | None:
        if start is None:
            return None
        args = {**self.request.args.to_dict(), "limit": str(limit), "start": str(start)}
        if start <= 0:
            del args["start"]
        return f"{self.api.domain}{self.request.path}?{urlencode(sorted(args.items()))}"


class HtmlPage(Exception):
    """Answered as a page of HTML."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(str(status))
