"""Who may open which page. Everything is closed unless it is named here as open."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from flask import Flask, abort, current_app, g, redirect, request, session, url_for

from processor.store.access import User, get_user
from processor.store.scope import Practice, Scope
from processor.web.service import service

if TYPE_CHECKING:
    from flask import Blueprint
    from werkzeug.wrappers import Response

HOOK = "hooks.receive"
OPEN = frozenset({"static", "auth.sign_in", "overview.health", HOOK})
"""Pages for everybody. The addresses of phones and hooks carry their own secret."""
BEFORE_CHANGE = frozenset({"auth.password", "auth.sign_out"})
"""What somebody with a one-time password may open."""

FORM_BYTES = 1 << 20
"""The largest form that a page sends; the phones' addresses have limits of their own."""
FILE_BYTES = {"sheets.upload": 11 << 20, "roster.upload": 11 << 20, "deploys.upload": 11 << 20}
"""Pages to which people send a file, when they are signed in."""

View = TypeVar("View", bound=Callable[..., Any])


def for_roles(*roles: str) -> Callable[[View], View]:
    """Close a page to all but these roles."""

    def mark(view: View) -> View:
        view.roles = frozenset(roles)  # type: ignore[attr-defined]
        return view

    return mark


def prefixes(blueprint: Blueprint) -> tuple[str, ...]:
    """Beginnings of the addresses of a blueprint."""
    return (blueprint.url_prefix.partition("<")[0],) if blueprint.url_prefix else ("/v1/",)


def limit(app: Flask, *, phones: str) -> None:
    """Refuse what no page sends, before anything reads it: large bodies, NUL (no database takes it)."""

    @app.before_request
    def _limit() -> None:
        if request.blueprint == phones or request.endpoint == HOOK:
            return  # a hook's body is not looked at, whatever it is
        larger = FILE_BYTES.get(request.endpoint or "")
        request.max_content_length = larger if larger and signed_in() else FORM_BYTES
        texts = [request.path, *request.args.values(), *request.form.values()]
        if any("\0" in text for text in texts):
            abort(400)


def install(app: Flask, *, phones: str) -> None:
    """Check every request before its page."""

    @app.before_request
    def _check() -> Response | None:
        if request.endpoint is None or request.endpoint in OPEN or request.blueprint == phones:
            return None
        user = signed_in()
        if user is None:
            return _to_sign_in()
        if user.must_change and request.endpoint not in BEFORE_CHANGE:
            return redirect(url_for("auth.password"))
        roles = getattr(current_app.view_functions[request.endpoint], "roles", None)
        if roles is not None and user.role not in roles:
            abort(403)
        return None


def _to_sign_in() -> Response:
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("auth.sign_in", next=None if back == "/" else back), 303)


def signed_in() -> User | None:
    """The user of the session, or None; somebody deactivated or with a newer password is out."""
    if "user" not in g:
        g.user = _user_of_session()
    found: User | None = g.user
    return found


def _user_of_session() -> User | None:
    if "user_id" not in session:
        return None
    user = get_user(service().engine, session["user_id"])
    return user if user and user.active and user.stamp == session.get("stamp") else None


def me() -> User:
    """The user of a page that is closed to strangers."""
    user = signed_in()
    assert user is not None  # the guard has let the request through
    return user


def chosen_practice() -> Practice:
    """Survey data unless the address says practice."""
    return "practice" if request.args.get("data") == "practice" else "survey"


def my_scope(practice: Practice | None = None) -> Scope:
    """The rights of the caller: the only place where a user becomes a scope."""
    user = me()
    return Scope(service().areas.area(user.areas), user.classes, practice or chosen_practice())
