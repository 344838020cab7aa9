"""`POST /hooks/<secret>`: something came for a form, pull it. A wake-up, never data.

The body is not read. Nothing of a call is stored or logged: the address is its secret.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from flask import Blueprint, Response, current_app, request

from processor.hooks import Hooks
from processor.web.doorbell import WINDOW, Doorbell, Strangers

if TYPE_CHECKING:
    from flask import Flask

    from processor.config import Config
    from processor.schedule import Scheduler

pages = Blueprint("hooks", __name__, url_prefix="/hooks")
KEY = "processor.hooks"


class Door(NamedTuple):
    """What the address works with."""

    hooks: Hooks
    bell: Doorbell
    strangers: Strangers


def install(app: Flask, config: Config, scheduler: Scheduler | None) -> None:
    """Prepare the address; without a scheduler calls are taken and wake nobody."""
    wake = scheduler.wake if scheduler is not None else _nobody
    app.extensions[KEY] = Door(Hooks(config.data), Doorbell(wake), Strangers())


def _nobody(_form_id: str) -> None:
    """Nobody pulls."""


@pages.post("/<secret>")
def receive(secret: str) -> Response:
    """202 for a good address, 404 for any other; 429 when somebody tries many."""
    door: Door = current_app.extensions[KEY]
    form_id = door.hooks.form_of(secret)
    if form_id is not None:
        door.bell.ring(form_id)
        return _plain(202)
    if door.strangers.too_many(request.remote_addr or ""):
        answer = _plain(429)
        answer.headers["Retry-After"] = str(int(WINDOW))
        return answer
    return _plain(404)


def _plain(status: int) -> Response:
    return Response(b"", status, content_type="text/plain; charset=utf-8")
