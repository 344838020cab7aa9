"""One form server that misbehaves on command: ODK Central or KoboToolbox, in memory, over real HTTP."""

from __future__ import annotations

import json
import threading
from typing import Any, Protocol

from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

from tests.fakes import acts_central, acts_kobo
from tests.fakes.central import Central
from tests.fakes.clock import Clock
from tests.fakes.faults import Fault, Faults
from tests.fakes.kobo import Kobo
from tests.fakes.truth import Truth
from tests.fakes.web import Server


class Api(Protocol):
    """What the two servers have in common."""

    truth: Truth

    def respond(self, request: Request, fault: Fault | None) -> Response:
        """Serve one request."""

    def expire_sessions(self) -> None:
        """Every login ends."""


class Fake:
    """`with Fake("central") as fake:` serves at `fake.url`; `fake.truth` is what a faithful copy holds."""

    def __init__(self, kind: str, clock: Clock | None = None, port: int = 0) -> None:
        self.kind = kind
        self.clock = clock or Clock()
        self.faults = Faults()
        self.central: Central = None  # type: ignore[assignment]
        self.kobo: Kobo = None  # type: ignore[assignment]
        if kind == "central":
            self.central = Central(self.clock)
        elif kind == "kobo":
            self.kobo = Kobo(self.clock)
        else:
            raise ValueError(f"expected central or kobo, found {kind!r}")
        self.api: Api = self.central or self.kobo
        self.truth = self.api.truth
        self.lines: list[str] = []
        """Request lines served, in order."""
        self.port = port
        self._lock = threading.RLock()
        self._server: Server | None = None

    def __enter__(self) -> Fake:
        self._server = Server(self, self.port)
        self._server.open()
        return self

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()

    @property
    def url(self) -> str:
        """Base address while serving."""
        assert self._server is not None
        return self._server.url

    def expire_sessions(self) -> None:
        """Every login ends."""
        self.api.expire_sessions()

    def respond(self, request: Request, fault: Fault | None) -> Response:
        """Serve one request; one at a time, so that the state is always whole."""
        with self._lock:
            self.lines.append(f"{request.method} {request.full_path.rstrip('?')}")
            if request.path == "/__truth__":
                return self._truth(request.args["form"])
            return self.api.respond(request, fault)

    def call(self, method: str, path: str, **options: Any) -> Response:
        """The same request without a socket, for long histories."""
        builder = EnvironBuilder(path, method=method, **options)
        try:
            return self.respond(builder.get_request(), None)
        finally:
            builder.close()

    def publish(self, form: bytes, media: dict[str, bytes] | None = None) -> str:
        """Publish or redeploy a form (an XForm or, on either server, a workbook); its id on the server."""
        act = acts_central.publish if self.central else acts_kobo.publish
        return act(self, form, media or {})

    def forms(self) -> list[str]:
        """Ids of the forms on the server."""
        return [form.form_id for form in self.truth.forms.values()]

    def fitted(self, xml: str, form_id: str) -> str:
        """A submission with the form id and the current version that this server gave the form."""
        return xml if self.central else acts_kobo.fitted(self, xml, form_id)

    def submit(self, xml: str | bytes, files: dict[str, bytes] | None = None) -> int:
        """Post as a phone does: a new submission, an edit, or late files; the status."""
        path = "/v1/projects/1/submission" if self.central else "/submission"
        return acts_central.submit(self, path, xml, files or {})

    def review(self, form_id: str, root: str, state: str) -> int:
        """Set one of our review states."""
        act = acts_central.review if self.central else acts_kobo.review
        return act(self, form_id, root, state)

    def delete(self, form_id: str, root: str) -> int:
        """Delete a submission."""
        act = acts_central.delete if self.central else acts_kobo.delete
        return act(self, form_id, root)

    def restore(self, form_id: str, root: str) -> int:
        """Central only: no timestamp moves."""
        return acts_central.restore(self, form_id, root)

    def _truth(self, form_id: str) -> Response:
        """`expected` for another process."""
        value = {root: vars(e) for root, e in self.truth.expected(form_id).items()}
        return Response(json.dumps(value, default=str).encode(), content_type="application/json")
