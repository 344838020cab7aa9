"""The Flask application: what is registered where; no logic of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import Blueprint, Flask
from flask_wtf import CSRFProtect

from processor.servers.officers import open_desk
from processor.web import (
    attachments,
    auth,
    corrections,
    corrections_beside,
    corrections_new,
    data,
    deploys,
    downloads,
    findings,
    findings_left,
    formats,
    forms,
    guard,
    headers,
    hooks,
    officers,
    officers_import,
    outage,
    overview,
    problems,
    proposals,
    rulebook,
    sheets,
    users,
)
from processor.web.areas import read_areas
from processor.web.behind import Behind
from processor.web.secret import read_secret
from processor.web.service import KEY, Service
from processor.web.sessions import StoredSessions

if TYPE_CHECKING:
    from processor.config import Config
    from processor.schedule import Scheduler
    from processor.servers.protocol import FormServer
    from processor.store.open import Store

ROOMS = (
    *(auth, overview, data, downloads, forms, officers, officers_import, users, hooks, rulebook),
    *(findings, sheets, corrections, corrections_new, deploys),
)
"""Modules with pages."""


def create_app(config: Config, store: Store, server: FormServer, scheduler: Scheduler | None = None) -> Flask:
    """The pages and, beside them, the addresses of hooks and, with the built-in server, of the phones.

    `scheduler` is woken by "pull now"; without it the pages show that nobody pulls. People wait for what
    the pages ask of `server`: open it with `IMPATIENT`.
    """
    app = Flask(__name__, static_folder="web/static", template_folder="web/templates")
    secure = config.web.public_url.startswith("https://")
    app.config.update(
        SECRET_KEY=read_secret(config.data), WTF_CSRF_TIME_LIMIT=None, MAX_FORM_MEMORY_SIZE=guard.FORM_BYTES
    )
    behind = Behind(server, open_desk(config, server))
    app.extensions[KEY] = Service(config, store, behind, scheduler, read_areas(config.codes))
    phones = _phones(server)
    without = ("/static/", "/healthz", "/hooks/", *guard.prefixes(phones))
    app.session_interface = StoredSessions(store.engine, secure=secure, without=without)
    guard.limit(app, phones=phones.name)
    csrf = CSRFProtect(app)
    csrf.exempt(phones)
    csrf.exempt(hooks.pages)
    headers.install(app, secure=secure, phones=phones.name)
    guard.install(app, phones=phones.name)
    formats.install(app)
    problems.install(app)
    attachments.install(app)
    outage.install(app)
    app.jinja_env.globals.update(findings_left=findings_left.findings_left)
    corrections_beside.install(app)
    hooks.install(app, config, scheduler)
    proposals.install(app)
    for room in ROOMS:
        app.register_blueprint(room.pages)
    app.register_blueprint(phones)
    return app


def _phones(server: FormServer) -> Blueprint:
    """The addresses of the phones; another form server has its own, and then there are none here."""
    if server.name != "builtin":
        return Blueprint("openrosa", __name__, url_prefix="/v1/key/<token>")
    from processor.servers.builtin.http import blueprint
    from processor.servers.builtin.server import BuiltinServer

    return blueprint(cast(BuiltinServer, server))
