"""The Flask application: what is registered where; no logic of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask
from flask_wtf import CSRFProtect

from processor.web import (
    auth,
    data,
    downloads,
    formats,
    forms,
    guard,
    headers,
    officers,
    overview,
    problems,
    users,
)
from processor.web.areas import read_areas
from processor.web.secret import read_secret
from processor.web.service import KEY, Service
from processor.web.sessions import StoredSessions

if TYPE_CHECKING:
    from processor.config import Config
    from processor.schedule import Scheduler
    from processor.servers.builtin.server import BuiltinServer
    from processor.store.open import Store


def create_app(
    config: Config, store: Store, server: BuiltinServer, scheduler: Scheduler | None = None
) -> Flask:
    """The pages and, beside them, the addresses of the phones.

    `scheduler` is woken by "pull now"; without it the pages show that nobody pulls.
    """
    from processor.servers.builtin.http import blueprint

    app = Flask(__name__, static_folder="web/static", template_folder="web/templates")
    secure = config.web.public_url.startswith("https://")
    app.config.update(
        SECRET_KEY=read_secret(config.data), WTF_CSRF_TIME_LIMIT=None, MAX_FORM_MEMORY_SIZE=guard.FORM_BYTES
    )
    app.extensions[KEY] = Service(config, store, server, scheduler, read_areas(config.codes))
    phones = blueprint(server)
    without = ("/static/", "/healthz", *guard.prefixes(phones))
    app.session_interface = StoredSessions(store.engine, secure=secure, without=without)
    guard.limit(app, phones=phones.name)
    csrf = CSRFProtect(app)
    csrf.exempt(phones)
    headers.install(app, secure=secure, phones=phones.name)
    guard.install(app, phones=phones.name)
    formats.install(app)
    problems.install(app)
    for room in (auth, overview, data, downloads, forms, officers, users):
        app.register_blueprint(room.pages)
    app.register_blueprint(phones)
    return app
