"""Enumerators: who sends, with which QR code; for administrators.

An enumerator is named in addresses by code, never by name or token. What the form server behind does not allow is
not offered, and the page says why.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from processor.errors import ConfigError, Message, ProcessorError
from processor.servers.builtin.cards import card_svg, sheet_pdf
from processor.servers.builtin.officers import check_officer
from processor.servers.officers import ROTATE, SAME_CARD, Desk
from processor.servers.protocol import AppUser
from processor.web.guard import for_roles
from processor.web.officers_list import asked, list_page, offered
from processor.web.service import service

pages = Blueprint("officers", __name__, url_prefix="/officers")
LOOPBACK = re.compile(r"https?://(127\.|localhost|\[::1\])")
FIELDS = {
    Message.OFFICER_EXISTS: "officers.exists",
    Message.KOBO_USER_UNKNOWN: "officers.no_account",
    Message.KOBO_PRACTICE_MISSING: "officers.practice_missing",
    Message.KOBO_PRACTICE_NAMED: "officers.practice_named",
}
"""Words for what is wrong with a code, by error."""
NOT_REVOKED = (Message.KOBO_REVOKE, Message.KOBO_REVOKE_SELF, Message.OFFICER_STILL)


def _desk() -> Desk:
    return service().server.desk


@pages.get("/")
@for_roles("admin")
def home() -> str:
    """Everybody who may send."""
    return list_page({})


@pages.post("/")
@for_roles("admin")
def add() -> Response | tuple[str, int]:
    """A new enumerator; the QR code is then one click away."""
    code, name, area = (request.form.get(field, "").strip() for field in ("code", "name", "area"))
    practice = "practice" in request.form
    problems = {} if area in service().areas.communes or practice else {"area": "officers.bad_area"}
    if not problems:
        try:
            _add(AppUser(code, name, area, practice, active=True))
        except ConfigError as error:
            problems = _problem(error)
    if problems:
        return list_page(problems), 400
    flash("officers.added")
    return redirect(url_for("officers.card", code=code), 303)


def _add(officer: AppUser) -> None:
    check_officer(officer)
    service().server.ask(lambda: _desk().add(officer))
    service().server.changed()


def _problem(error: ProcessorError) -> dict[str, str]:
    """Which field the form server does not take, and the words for it."""
    if error.message is Message.OFFICER_FIELD:
        return {str(error.values["field"]): f"officers.bad_{error.values['field']}"}
    if error.message in FIELDS:
        return {"code": FIELDS[error.message]}
    raise error


@pages.get("/<code>")
@for_roles("admin")
def card(code: str) -> str:
    """The QR code of one enumerator and how to use it."""
    officer = _officer(code)
    found = service().server.ask(lambda: _desk().card(officer, own_address())) if officer.active else None
    return render_template(
        "officer_card.html",
        officer=officer,
        svg=Markup(card_svg(found)) if found else None,  # noqa: S704 - made here, no text of others
        address=found.address if found else "",
        user_name=found.user_name if found else "",
        unreachable=found is not None and LOOPBACK.match(found.address) is not None,
        areas=service().areas,
        **offered(),
    )


@pages.post("/<code>/revoke")
@for_roles("admin")
def revoke(code: str) -> Response | tuple[str, int]:
    """The phone can no longer send; the list offers to undo it."""
    try:
        _act(_desk().revoke, code)
    except ProcessorError as error:
        if error.message not in NOT_REVOKED:
            raise
        return list_page({}, stopped=code), 409
    return redirect(url_for("officers.home", done=code), 303)


@pages.post("/<code>/restore")
@for_roles("admin")
def restore(code: str) -> Response:
    """The phone can send again; where there is a new QR code it is shown."""
    _act(_desk().restore, code)
    if SAME_CARD in _desk().can:
        flash("officers.restored")
        return redirect(url_for("officers.home"), 303)
    flash("officers.restored_new")
    return redirect(url_for("officers.card", code=code), 303)


@pages.post("/<code>/rotate")
@for_roles("admin")
def rotate(code: str) -> Response:
    """A new QR code; the old one is worth nothing from now on."""
    if ROTATE not in _desk().can:
        abort(404)
    _act(_desk().rotate, code)
    flash("officers.rotated")
    return redirect(url_for("officers.card", code=code), 303)


@pages.get("/sheet.pdf")
@for_roles("admin")
def sheet() -> Response:
    """The cards of those active enumerators whom the list shows, for the printer; no password is on them."""
    server = service().server
    active = [officer for officer in asked().of(server.officers()) if officer.active]
    if not active:
        abort(404)
    cards = server.ask(lambda: [_desk().card(officer, own_address()) for officer in active])
    return send_file(
        BytesIO(sheet_pdf(cards)),
        mimetype="application/pdf",
        as_attachment=True,
        download_name="qr.pdf",
    )


def own_address() -> str:
    """Where phones reach the built-in server: the settings' address, else that of this page. Others have their own."""
    if not service().server.local:
        return ""
    return service().config.web.public_url or request.host_url.rstrip("/")


def _officer(code: str) -> AppUser:
    found = next((o for o in service().server.officers() if o.code == code), None)
    if found is None:
        abort(404)
    return found


def _act(act: Callable[[str], AppUser], code: str) -> None:
    """Do it on the form server; 404 for a code that nobody has."""
    try:
        service().server.ask(lambda: act(code))
    except ConfigError as error:
        if error.message is Message.OFFICER_UNKNOWN:
            abort(404)
        raise
    finally:
        service().server.changed()
