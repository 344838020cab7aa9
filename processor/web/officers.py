"""Enumerators: who sends, with which QR code; for administrators.

An enumerator is named in addresses by code, never by name or token.
"""

from __future__ import annotations

import re
from io import BytesIO

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from processor.errors import ConfigError, Message
from processor.servers.builtin.cards import cards_pdf, settings_qr
from processor.servers.builtin.officers import (
    add_officer,
    list_officers,
    restore_officer,
    revoke_officer,
    rotate_officer,
)
from processor.servers.protocol import AppUser
from processor.web.guard import for_roles
from processor.web.service import service

pages = Blueprint("officers", __name__, url_prefix="/officers")


@pages.get("/")
@for_roles("admin")
def home() -> str:
    """Everybody who may send."""
    return _list({})


def _list(problems: dict[str, str]) -> str:
    officers = list_officers(service().server)
    undo = next((o for o in officers if o.code == request.args.get("done") and not o.active), None)
    return render_template(
        "officers.html", officers=officers, undo=undo, problems=problems, areas=service().areas
    )


@pages.post("/")
@for_roles("admin")
def add() -> Response | tuple[str, int]:
    """A new enumerator; the QR code is then one click away."""
    code, name, area = (request.form.get(field, "").strip() for field in ("code", "name", "area"))
    practice = "practice" in request.form
    problems = {} if area in service().areas.communes or practice else {"area": "officers.bad_area"}
    if not problems:
        try:
            add_officer(service().server, code, name, area, practice=practice)
        except ConfigError as error:
            problems = _problem(error)
    if problems:
        return _list(problems), 400
    flash("officers.added")
    return redirect(url_for("officers.card", code=code), 303)


def _problem(error: ConfigError) -> dict[str, str]:
    """Which field the form server does not take, and the words for it."""
    if error.message is Message.OFFICER_EXISTS:
        return {"code": "officers.exists"}
    if error.message is Message.OFFICER_FIELD:
        return {str(error.values["field"]): f"officers.bad_{error.values['field']}"}
    raise error


@pages.get("/<code>")
@for_roles("admin")
def card(code: str) -> str:
    """The QR code of one enumerator and how to use it."""
    officer, address = _officer(code), public_address()
    svg = Markup(settings_qr(officer, address)) if officer.active else None  # noqa: S704 - made here, no text of others
    return render_template(
        "officer_card.html",
        officer=officer,
        svg=svg,
        address=address,
        unreachable=re.match(r"https?://(127\.|localhost|\[::1\])", address) is not None,
        areas=service().areas,
    )


@pages.post("/<code>/revoke")
@for_roles("admin")
def revoke(code: str) -> Response:
    """The phone can no longer send; the list offers to undo it."""
    revoke_officer(service().server, _officer(code).code)
    return redirect(url_for("officers.home", done=code), 303)


@pages.post("/<code>/restore")
@for_roles("admin")
def restore(code: str) -> Response:
    """The phone can send again, with the code it had."""
    restore_officer(service().server, _officer(code).code)
    flash("officers.restored")
    return redirect(url_for("officers.home"), 303)


@pages.post("/<code>/rotate")
@for_roles("admin")
def rotate(code: str) -> Response:
    """A new QR code; the old one is worth nothing from now on."""
    rotate_officer(service().server, _officer(code).code)
    flash("officers.rotated")
    return redirect(url_for("officers.card", code=code), 303)


@pages.get("/sheet.pdf")
@for_roles("admin")
def sheet() -> Response:
    """The cards of all active enumerators for the printer."""
    active = [officer for officer in list_officers(service().server) if officer.active]
    if not active:
        abort(404)
    return send_file(
        BytesIO(cards_pdf(active, public_address())),
        mimetype="application/pdf",
        as_attachment=True,
        download_name="qr.pdf",
    )


def public_address() -> str:
    """The address that phones use: the settings', else the one under which this page is open."""
    return service().config.web.public_url or request.host_url.rstrip("/")


def _officer(code: str) -> AppUser:
    found = next((o for o in list_officers(service().server) if o.code == code), None)
    if found is None:
        abort(404)
    return found
