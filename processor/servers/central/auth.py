"""The session of a web user: opened at the first request, opened once more when the server no longer knows it."""

from __future__ import annotations

import threading
from typing import Any

import requests

from processor.errors import ConfigError, Message
from processor.servers.central.settings import Credentials
from processor.servers.http import Answer, Auth, Http, StatusError
from processor.servers.http_body import BodyError, parse_json

NOT_AUTHENTICATED = "401.2"


class SessionAuth(Auth):
    """A bearer token of `POST /v1/sessions`; shared by threads, which renew it together once."""

    def __init__(self, http: Http, credentials: Credentials) -> None:
        self._http = http
        self._credentials = credentials
        self._lock = threading.Lock()
        self._token = ""
        self._used = threading.local()

    def __repr__(self) -> str:
        return "SessionAuth()"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the token; log in when there is none yet."""
        with self._lock:
            if not self._token:
                self._token = self._login()
            token = self._used.token = self._token
        request.headers["Authorization"] = f"Bearer {token}"
        return request

    def renew(self, answer: Answer) -> bool:
        """Log in again when the token was refused (401.2), unless another thread has done so already."""
        if _code(answer) != NOT_AUTHENTICATED:
            return False
        with self._lock:
            if self._token == getattr(self._used, "token", ""):
                self._token = self._login()
        return True

    def secrets(self) -> tuple[str, ...]:
        """Password, e-mail and token."""
        return (self._credentials.password, self._credentials.email, self._token)

    def _login(self) -> str:
        body = {"email": self._credentials.email, "password": self._credentials.password}
        try:
            answer = self._http.request("POST", "/v1/sessions", json=body, auth=None, safe=True)
        except StatusError as error:
            if error.code == NOT_AUTHENTICATED:
                raise ConfigError(Message.CENTRAL_LOGIN, server=self._http.address.origin) from None
            raise
        return str(answer.value["token"])


def _code(answer: Answer) -> str:
    """The error code as written: 401.2 and 401.20 are different things."""
    try:
        value: Any = parse_json(answer.body, parse_float=str)
    except BodyError:
        return ""
    return str(value.get("code", "")) if isinstance(value, dict) else ""
