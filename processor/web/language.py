"""The language of a page: the user's choice, kept with the account and in a cookie."""

from __future__ import annotations

from flask import g, has_request_context, redirect, request
from werkzeug.wrappers import Response

from processor.store.access import set_language
from processor.web.guard import signed_in
from processor.web.service import service
from processor.words import LANGUAGES

COOKIE = "lang"
YEAR = 365 * 24 * 3600


def choose() -> Response | None:
    """Follow `?lang=`: remember it and show the same page without that argument."""
    wanted = request.args.get("lang")
    if wanted not in LANGUAGES or request.method != "GET" or request.endpoint is None:
        return None
    user = signed_in()
    if user and user.language != wanted:
        set_language(service().engine, user.id, wanted)
    rest = "&".join(
        part for part in request.query_string.decode("latin-1").split("&") if not part.startswith("lang=")
    )
    response = redirect(request.root_path + request.path + (f"?{rest}" if rest else ""), 303)
    response.set_cookie(COOKIE, wanted, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure)
    return response


def current() -> str:
    """The language of this page: the account's, the cookie's, else Vietnamese."""
    if not has_request_context():
        return LANGUAGES[0]
    if "language" not in g:
        user = signed_in()
        kept = user.language if user else request.cookies.get(COOKIE, "")
        g.language = kept if kept in LANGUAGES else LANGUAGES[0]
    found: str = g.language
    return found
