"""People who sign in: who they are, what they may see; for administrators."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from processor.errors import AccessError, Message
from processor.forms.definition import DATA_CLASSES
from processor.store.access import (
    EVERYWHERE,
    ROLES,
    Rights,
    User,
    add_user,
    get_user,
    list_users,
    set_active,
    set_password,
    set_rights,
    username_of,
)
from processor.store.expiring import digest, drop_state, locked_until
from processor.web.guard import for_roles, me
from processor.web.passwords import hash_password, one_time_password
from processor.web.service import service

pages = Blueprint("users", __name__, url_prefix="/users")
log = logging.getLogger(__name__)
USERNAME_SIGNS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._-@")
Page = Response | tuple[str, int] | str


@pages.get("/")
@for_roles("admin")
def home() -> str:
    """Everybody, with what they may see."""
    return _list()


def _list(problems: dict[str, str] | None = None) -> str:
    people = list_users(service().engine)
    now = datetime.now(UTC)
    locks = {p.id: locked_until(service().engine, digest("account", p.username), now) for p in people}
    done = request.args.get("done", "")
    undo = next((p for p in people if str(p.id) == done and not p.active), None)
    return render_template(
        "users.html", people=people, locks=locks, undo=undo, problems=problems or {}, **_choices(None)
    )


def _choices(person: User | None) -> dict[str, object]:
    """What the form of rights offers and what is ticked: what was sent, else what the person has."""
    sent = request.method == "POST" and "role" in request.form
    areas = request.form.getlist("areas") if sent else list(person.areas if person else ())
    known = service().areas
    return {
        "roles": ROLES,
        "districts": known.districts,
        "areas_on": areas,
        "communes_on": request.form.get("communes", "")
        if sent
        else " ".join(a for a in areas if a in known.communes),
        "classes": DATA_CLASSES[1:],
        "classes_on": request.form.getlist("classes") if sent else sorted(person.classes if person else ()),
        "role_on": request.form.get("role") if sent else (person.role if person else "district"),
    }


@pages.post("/")
@for_roles("admin")
def add() -> Page:
    """A new user; the one-time password is shown on this answer and nowhere else."""
    username, full_name = (
        username_of(request.form.get("username", "")),
        request.form.get("full_name", "").strip(),
    )
    rights, problems = _rights()
    if not 2 <= len(username) <= 64 or not set(username) <= USERNAME_SIGNS:
        problems["username"] = "users.bad_username"
    if not full_name or len(full_name) > 120:
        problems["full_name"] = "users.bad_full_name"
    if problems:
        return _list(problems), 400
    password = one_time_password()
    try:
        person = add_user(
            service().engine, (username, full_name), hash_password(password), rights, datetime.now(UTC)
        )
    except AccessError as error:
        if error.message is not Message.USER_EXISTS:
            raise
        return _list({"username": "users.exists"}), 400
    _note("added", person, rights)
    return render_template("user_password.html", person=person, password=password)


@pages.route("/<int:user_id>", methods=["GET", "POST"])
@for_roles("admin")
def edit(user_id: int) -> Page:
    """Role, areas and classes of a user."""
    person = _person(user_id)
    if request.method == "GET":
        return render_template("user_edit.html", person=person, problems={}, **_choices(person))
    rights, problems = _rights()
    if not problems:
        try:
            set_rights(service().engine, user_id, rights)
        except AccessError as error:
            problems = {"role": _last_admin(error)}
    if problems:
        return render_template("user_edit.html", person=person, problems=problems, **_choices(person)), 400
    _note("given rights", person, rights)
    flash("users.saved")
    return redirect(url_for("users.home"), 303)


@pages.post("/<int:user_id>/password")
@for_roles("admin")
def reset(user_id: int) -> str:
    """A new one-time password, shown once; ends every session and lock of the user."""
    person = _person(user_id)
    password = one_time_password()
    set_password(service().engine, user_id, hash_password(password), must_change=True)
    drop_state(service().engine, digest("account", person.username))
    _note("given a one-time password", person)
    return render_template("user_password.html", person=person, password=password)


@pages.post("/<int:user_id>/active")
@for_roles("admin")
def active(user_id: int) -> Page:
    """Let in or keep out; the list then offers to undo it."""
    person, wanted = _person(user_id), request.form.get("active") == "1"
    try:
        set_active(service().engine, user_id, wanted)
    except AccessError as error:
        return _list({"list": _last_admin(error)}), 400
    _note("reactivated" if wanted else "deactivated", person)
    if wanted:
        flash("users.restored")
    if person.id == me().id and not wanted:
        return redirect(url_for("auth.sign_in"), 303)
    return redirect(url_for("users.home", done=None if wanted else user_id), 303)


def _note(what: str, person: User, rights: Rights | None = None) -> None:
    """A line in the log for whoever asks later who gave which right; numbers, no names."""
    given = f" {rights.role}, {len(rights.areas)} areas, {' '.join(sorted(rights.classes))}" if rights else ""
    log.info("user %s %s by user %s%s", person.id, what, me().id, given)


def _last_admin(error: AccessError) -> str:
    if error.message is not Message.LAST_ADMIN:
        raise error
    return "users.last_admin"


def _rights() -> tuple[Rights, dict[str, str]]:
    """The rights that were sent, and what is wrong with them."""
    problems: dict[str, str] = {}
    role = request.form.get("role", "")
    if role not in ROLES:
        problems["role"] = "users.bad_role"
    areas = _areas(request.form.getlist("areas"), request.form.get("communes", ""))
    if not areas or service().areas.unknown(areas):
        problems["areas"] = "users.bad_areas"
    classes = {"open", *request.form.getlist("classes")}
    if not classes <= set(DATA_CLASSES):
        problems["classes"] = "users.bad_classes"
    return Rights(role, areas, frozenset(classes)), problems


def _areas(ticked: Iterable[str], typed: str) -> tuple[str, ...]:
    """Codes without doubles; the whole province makes the others needless."""
    codes = {*ticked, *typed.replace(",", " ").split()}
    return (EVERYWHERE,) if EVERYWHERE in codes else tuple(sorted(codes))


def _person(user_id: int) -> User:
    person = get_user(service().engine, user_id)
    if person is None:
        abort(404)
    return person
