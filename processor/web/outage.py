"""What every page says while the form server does not answer: since when, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from processor.store.outage import failing_since
from processor.web.behind import Trouble, about_server, trouble_of
from processor.web.guard import signed_in
from processor.web.service import service

if TYPE_CHECKING:
    from flask import Flask


def install(app: Flask) -> None:
    """Give the templates `server_trouble`."""
    app.context_processor(_page)


def _page() -> dict[str, Any]:
    return {"server_trouble": current}


def current() -> Trouble | None:
    """What is wrong with the form server now, as the pulls and the pages met it; None for strangers."""
    behind = service().server
    if behind.local or signed_in() is None:
        return None
    return _of_pulls() or behind.trouble


def _of_pulls() -> Trouble | None:
    """From the pulls: they ask with patience, and what they meet is kept over restarts."""
    scheduler, forms = service().scheduler, service().config.forms
    errors = [e for e in scheduler.failures if about_server(e)] if scheduler is not None else []
    if not errors:
        return None
    since = failing_since(service().engine, [form.form_id for form in forms])
    return trouble_of(errors[0], since) if since else None
