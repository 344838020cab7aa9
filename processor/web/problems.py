"""Pages for what goes wrong: expected, found, what to do; nothing personal, a code to quote."""

from __future__ import annotations

import logging
import secrets
import traceback
from datetime import UTC, datetime

from flask import Flask, g, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from processor.errors import AccessError, ContractError, Message, ProcessorError
from processor.web.guard import signed_in
from processor.words import WORDS

log = logging.getLogger(__name__)
Answer = Response | tuple[str, int]


def install(app: Flask) -> None:
    """Register the pages; the phones' addresses answer in their own way."""
    app.register_error_handler(HTTPException, _known)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(AccessError, _denied)
    app.register_error_handler(ContractError, _asked_wrongly)
    app.register_error_handler(Exception, _unknown)


def page(status: int, key: str, code: str = "") -> tuple[str, int]:
    """An error page with the words of `key`."""
    return render_template("problem.html", status=status, key=key, code=code, at=datetime.now(UTC)), status


def _known(error: HTTPException) -> Answer:
    if error.code is None or error.response is not None:
        return error.get_response()
    if error.code >= 500:
        return _unknown(error)
    key = f"problem.{error.code}"
    return page(error.code, key if f"{key}.title" in WORDS else "problem.400")


def _csrf(error: CSRFError) -> Answer:
    if signed_in() is None:
        return redirect(url_for("auth.sign_in", over=1), 303)
    return page(400, "problem.form")


def _denied(error: AccessError) -> Answer:
    return page(403, "problem.403")


def _asked_wrongly(error: ContractError) -> Answer:
    """A page key that no page gave is the address's fault; every other broken contract is ours."""
    return page(400, "problem.400") if error.message is Message.LIST_KEY else _unknown(error)


def _unknown(error: Exception) -> Answer:
    """Our fault: the log gets a code and the places in the code, never a value."""
    g.setdefault("user", None)  # the database may be what failed: the page must not ask it again
    code = secrets.token_hex(3).upper()
    code = f"{code[:4]}-{code[4:]}"
    name = error.message.name if isinstance(error, ProcessorError) else type(error).__name__
    places = "".join(traceback.format_tb(error.__traceback__))
    log.error("error %s: %s at %s %s\n%s", code, name, request.method, request.endpoint, places)
    return page(500, "problem.500", code)
