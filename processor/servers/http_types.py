"""What goes into and comes out of the HTTP layer: logins, calls, answers, errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import requests
from requests.auth import AuthBase
from requests.structures import CaseInsensitiveDict

from processor.errors import Message, ServerError
from processor.servers.http_body import BodyError, parse_json
from processor.servers.http_wait import TRANSIENT, parse_date

Expect = Literal["json", "xml", "any"]


class Auth(AuthBase):
    """Puts a secret into the headers of a request; `renew` gets a fresh one after a 401."""

    def renew(self, answer: Answer) -> bool:
        """Try to log in again; False when that cannot help. Asked at most once per request."""
        return False

    def secrets(self) -> tuple[str, ...]:
        """Texts that must never be shown."""
        return ()


class TokenAuth(Auth):
    """A fixed token: `Authorization: Token …` (KoboToolbox) or `Bearer …`."""

    def __init__(self, scheme: str, token: str) -> None:
        self._scheme = scheme
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the header."""
        request.headers["Authorization"] = f"{self._scheme} {self._token}"
        return request

    def secrets(self) -> tuple[str, ...]:
        """The token."""
        return (self._token,)

    def __repr__(self) -> str:
        return f"TokenAuth({self._scheme!r})"


@dataclass(frozen=True)
class Answer:
    """A whole answer."""

    status: int
    headers: CaseInsensitiveDict[str] = field(repr=False)
    body: bytes = field(repr=False)
    value: Any = field(repr=False, default=None)
    """The parsed JSON of a request that expected JSON."""

    @property
    def date(self) -> datetime | None:
        """The server's clock when it answered."""
        return parse_date(self.headers.get("Date"))


@dataclass(frozen=True)
class Download:
    """A file that has arrived whole."""

    path: Path
    size: int
    sha256: str
    status: int
    headers: CaseInsensitiveDict[str] = field(repr=False)


class StatusError(ServerError):
    """The server answered with a status that was not expected; `detail` is its JSON, numbers as written."""

    def __init__(self, call: Call, answer: Answer, shown: str) -> None:
        self.status = answer.status
        self.detail: Any = None
        try:
            self.detail = parse_json(answer.body, parse_float=str)
        except BodyError:
            shown = ""
        self.code = str(self.detail.get("code", "")) if isinstance(self.detail, dict) else ""
        super().__init__(
            Message.HTTP_STATUS,
            method=call.method,
            path=call.shown,
            status=answer.status,
            expected=", ".join(map(str, call.ok)),
            detail=shown or "no reason given",
        )


@dataclass(frozen=True)
class Call:
    """One request as the caller means it."""

    method: str
    url: str = field(repr=False)
    shown: str
    ok: tuple[int, ...]
    expect: Expect
    safe: bool
    options: Mapping[str, Any] = field(repr=False)


class RetryError(Exception):
    """This attempt failed in a way that another may not."""

    def __init__(
        self,
        detail: str,
        *,
        message: Message,
        retry_after: str | None = None,
        error: StatusError | None = None,
    ) -> None:
        self.detail = detail
        self.message = message
        self.retry_after = retry_after
        self.error = error
        super().__init__(detail)


def _reason(answer: Answer, auth: Auth | None) -> str:
    """The server's own words, shortened, with our secrets taken out."""
    try:
        value = parse_json(answer.body)
    except BodyError:
        return ""
    known = value if isinstance(value, dict) else {}
    reason = " ".join(str(known[key]) for key in ("message", "detail", "error") if key in known) or str(value)
    for secret in auth.secrets() if auth else ():
        reason = reason.replace(secret, "***") if secret else reason
    return reason[:300]


def refusal(call: Call, answer: Answer, auth: Auth | None) -> StatusError | RetryError:
    """The error for a status that was not expected; a transient one may be tried again."""
    error = StatusError(call, answer, _reason(answer, auth))
    if answer.status not in TRANSIENT:
        return error
    return RetryError(
        f"status {answer.status}",
        message=Message.HTTP_STATUS,
        retry_after=answer.headers.get("Retry-After"),
        error=error,
    )
