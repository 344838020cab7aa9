"""Requests to one project of Central; its error codes become errors that say who must act."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from processor.errors import Message, ServerError
from processor.servers.central.auth import NOT_AUTHENTICATED
from processor.servers.http import Answer, Download, Http, StatusError

ABSENT = "404.1"
EXTENDED = {"X-Extended-Metadata": "true"}
OPENROSA = {"X-OpenRosa-Version": "1.0"}

_MESSAGES = {
    NOT_AUTHENTICATED: Message.CENTRAL_SESSION,
    "403.1": Message.CENTRAL_RIGHTS,
    ABSENT: Message.CENTRAL_ABSENT,
}


class RefusedError(ServerError):
    """Central refused with one of its codes; `details` are as it sent them."""

    def __init__(self, error: StatusError) -> None:
        self.code = error.code
        self.status = error.status
        found = error.detail if isinstance(error.detail, dict) else {}
        self.reason = str(found.get("message", ""))
        details = found.get("details")
        self.details: Mapping[str, Any] = details if isinstance(details, dict) else {}
        super().__init__(_MESSAGES.get(error.code, error.message), **error.values)


class Api:
    """The HTTP layer with the addresses of one project."""

    def __init__(self, http: Http, project: int) -> None:
        self.http = http
        self.number = project
        self.project = f"/v1/projects/{project}"

    def form(self, form_id: str) -> str:
        """Path of a form."""
        return f"{self.project}/forms/{part(form_id)}"

    def submission(self, form_id: str, instance_id: str) -> str:
        """Path of a submission by its root id."""
        return f"{self.form(form_id)}/submissions/{part(instance_id)}"

    def request(self, method: str, path: str, **options: Any) -> Answer:
        """Send; RefusedError when Central says no."""
        try:
            return self.http.request(method, path, **options)
        except StatusError as error:
            raise RefusedError(error) from None

    def get(self, path: str, **options: Any) -> Any:
        """The JSON at a path."""
        return self.request("GET", path, **options).value

    def find(self, path: str, **options: Any) -> Answer | None:
        """The answer, or None when there is no such thing."""
        try:
            return self.request("GET", path, **options)
        except RefusedError as error:
            if error.code != ABSENT:
                raise
            return None

    def delete(self, path: str) -> None:
        """Delete; that it is gone already is as good."""
        try:
            self.request("DELETE", path, safe=True)
        except RefusedError as error:
            if error.code != ABSENT:
                raise

    def download(self, path: str, target: Path, **options: Any) -> Download | None:
        """A file, or None when there is no such thing."""
        try:
            return self.http.download(path, target, **options)
        except StatusError as error:
            if error.code != ABSENT:
                raise RefusedError(error) from None
            return None


def part(text: str) -> str:
    """A text as one part of a path."""
    return quote(text, safe="")
