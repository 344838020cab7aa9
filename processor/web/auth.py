"""Sign in, sign out, choose a password."""

from __future__ import annotations

import ipaddress
import logging
from datetime import UTC, datetime, timedelta
from typing import cast
from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from processor.store.access import User, find_user, get_user, rehash, set_password, username_of
from processor.store.expiring import (
    Throttle,
    begin_attempt,
    digest,
    drop_state,
    forgive_attempt,
    locked_until,
    purge_states,
)
from processor.web.guard import me, signed_in
from processor.web.passwords import hash_password, matches, outdated, weakness
from processor.web.service import service
from processor.web.sessions import StoredSession

pages = Blueprint("auth", __name__)
log = logging.getLogger(__name__)

ACCOUNT = Throttle(limit=5, window=timedelta(minutes=15))
ADDRESS = Throttle(limit=30, window=timedelta(minutes=15))
"""An office shares one address."""
LONGEST_INPUT = 200


@pages.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Response | tuple[str, int] | str:
    """The form, and what comes of it."""
    if request.method == "GET":
        if signed_in():
            return redirect(_next())
        return render_template("signin.html", over="over" in request.args)
    name, password = request.form.get("username", ""), request.form.get("password", "")
    until = _try_later(name)
    if until:
        return render_template("signin.html", until=until, username=name), 429
    user = _verified(name, password)
    if user is None:
        until = locked_until(service().engine, _account(name), datetime.now(UTC))
        return render_template("signin.html", wrong=True, until=until, username=name), 429 if until else 401
    _welcome(user, name)
    return redirect(_next(), 303)


@pages.post("/sign-out")
def sign_out() -> Response:
    """End the session here and in the database."""
    cast(StoredSession, session).rotate()
    return redirect(url_for("auth.sign_in"), 303)


@pages.route("/password", methods=["GET", "POST"])
def password() -> Response | tuple[str, int] | str:
    """Choose a password; obligatory after a one-time password."""
    if request.method == "GET":
        return render_template("password.html", problems={})
    problems = _password_problems(me())
    if problems:
        return render_template("password.html", problems=problems), 400
    user = me()
    set_password(service().engine, user.id, hash_password(request.form["new"]), must_change=False)
    _begin_session(cast(User, get_user(service().engine, user.id)))
    flash("password.changed")
    return redirect(url_for("overview.home"), 303)


def _password_problems(user: User) -> dict[str, str]:
    """Words for each field that is not as it must be."""
    old, new, again = (request.form.get(name, "") for name in ("old", "new", "again"))
    if not _old_password_right(user, old):
        return {"old": "password.old_wrong"}
    weak = weakness(new, user.username) or ("password.same" if new == old else None)
    if weak:
        return {"new": weak}
    return {} if new == again else {"again": "password.differ"}


def _old_password_right(user: User, old: str) -> bool:
    """Counted like a sign-in: an open session must not be a way to guess the password."""
    engine, key, now = service().engine, _account(user.username), datetime.now(UTC)
    if begin_attempt(engine, key, ACCOUNT, now) or not matches(user.password_hash, old[:LONGEST_INPUT]):
        return False
    drop_state(engine, key)
    return True


def _try_later(name: str) -> datetime | None:
    """Counts the attempt for account and address; until when one of them is locked."""
    now, engine = datetime.now(UTC), service().engine
    return begin_attempt(engine, _address(), ADDRESS, now) or begin_attempt(
        engine, _account(name), ACCOUNT, now
    )


def _verified(name: str, password: str) -> User | None:
    """The user when name and password are right and the account is active; equally slow otherwise."""
    user = find_user(service().engine, name)
    right = matches(user.password_hash if user else None, password[:LONGEST_INPUT])
    return user if user and right and user.active else None


def _welcome(user: User, name: str) -> None:
    engine, now = service().engine, datetime.now(UTC)
    drop_state(engine, _account(name))
    forgive_attempt(engine, _address(), ADDRESS, now)
    purge_states(engine, now)
    if outdated(user.password_hash):
        rehash(engine, user.id, user.password_hash, hash_password(request.form["password"]))
        user = cast(User, get_user(engine, user.id))
    _begin_session(user)
    log.info("user %s signed in", user.id)


def _begin_session(user: User) -> None:
    """A new token: one that was known before the sign-in opens nothing."""
    cast(StoredSession, session).rotate()
    session["user_id"], session["stamp"] = user.id, user.stamp


def _account(name: str) -> str:
    return digest("account", username_of(name))


def _address() -> str:
    """The key of the caller's address; of an IPv6 address the network, since a host has many."""
    address = ipaddress.ip_address(request.remote_addr or "0.0.0.0")  # noqa: S104 - nothing is bound
    if address.version == 6:
        return digest("address", str(ipaddress.ip_network(f"{address}/64", strict=False)))
    return digest("address", str(address))


def _next() -> str:
    """Where to go on: a path of this site, never another one."""
    wanted = request.args.get("next", "")
    parts = urlsplit(wanted)
    own = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if own and not parts.scheme and not parts.netloc else url_for("overview.home")
