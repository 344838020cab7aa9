"""Addresses of KoboToolbox's API v2 and the plain ways to ask; the HTTP layer below does the retrying.

Paths end with a slash (without it kpi redirects and a POST loses its body), and the answer's kind is asked for
with `Accept`: kpi copies the query string of a request into every link that it gives.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from processor.errors import ConfigError, ContractError, Message
from processor.servers.http import Answer, Http, StatusError

ME = "/me/"
ENVIRONMENT = "/api/v2/environment/"
IMPORTS = "/api/v2/imports/"
ASSETS = "/api/v2/assets/"


def asset_path(uid: str, *parts: str) -> str:
    """`/api/v2/assets/<uid>/data/12/` of `uid, "data", "12"`."""
    return ASSETS + "/".join((uid, *parts)) + "/"


class Api:
    """One account on one server."""

    def __init__(self, http: Http) -> None:
        self.http = http
        self._user = ""

    @property
    def user(self) -> str:
        """Our user name. Asked once: with a wrong login, lists are empty instead of refused."""
        if not self._user:
            try:
                self._user = str(self.http.get_json(ME)["username"])
            except StatusError as error:
                if error.status in (401, 403):
                    raise ConfigError(Message.KOBO_LOGIN) from None
                raise
            except (KeyError, TypeError):
                raise ContractError(Message.KOBO_SHAPE, what="account", found="no username") from None
        return self._user

    def get(self, path: str, **params: Any) -> Any:
        """The JSON at a path; parameters that are no texts are written as JSON."""
        return self.answer(path, **params).value

    def answer(self, path: str, **params: Any) -> Answer:
        """As `get`, with the headers."""
        return self.http.request("GET", path, params=_written(params))

    def find(self, path: str, **params: Any) -> Any | None:
        """As `get`, None when there is nothing at the path, or nothing that we may see."""
        answer = self.http.request("GET", path, ok=(200, 404), params=_written(params))
        return None if answer.status == 404 else answer.value

    def every(self, path: str, **params: Any) -> Iterator[Any]:
        """All results of a list, by its own links to the next page. Not for data: offsets lose rows there."""
        page = self.get(path, **params)
        while True:
            yield from _results(page)
            if not page.get("next"):
                return
            page = self.http.get_json(self.http.rebase(page["next"]))

    def xml(self, path: str, *, ok: tuple[int, ...] = (200,), **params: Any) -> Answer:
        """The XML at a path."""
        return self.http.request(
            "GET", path, ok=ok, expect="xml", params=_written({"format": "xml", **params})
        )


def _results(page: Any) -> list[Any]:
    if not isinstance(page, Mapping) or not isinstance(page.get("results"), list):
        raise ContractError(Message.KOBO_SHAPE, what="list", found=type(page).__name__)
    return list(page["results"])


def _written(params: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
        for name, value in params.items()
        if value is not None
    }
