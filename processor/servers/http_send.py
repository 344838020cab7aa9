"""Sends one request: a pool of connections, no cookies, no redirect to another host."""

from __future__ import annotations

from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from processor.errors import Message, ServerError
from processor.servers.http_address import Address, place
from processor.servers.http_types import Auth, Call, RetryError

USER_AGENT = "bhxh-survey-processor"
_MAX_REDIRECTS = 3
_REDIRECTS = (301, 302, 303, 307, 308)
_ACCEPT = {"json": "application/json", "xml": "application/xml, text/xml", "any": "*/*"}


class Sender:
    """Knows the network; what the body says is not its business."""

    def __init__(
        self, address: Address, timeouts: tuple[float, float], pool: int, ca_file: Path | None
    ) -> None:
        self._address = address
        self._timeouts = timeouts
        self._authorities = str(ca_file) if ca_file else None
        self._session = _session(pool)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def send(self, call: Call, auth: Auth | None) -> requests.Response:
        """Send and follow redirects that stay on this server; only reading requests follow any."""
        url = call.url
        options = {key: value for key, value in call.options.items() if key not in ("headers", "auth")}
        headers = {"Accept": _ACCEPT[call.expect], **(call.options.get("headers") or {})}
        for _ in range(_MAX_REDIRECTS + 1):
            response = self._once(call.method, url, headers, auth, options)
            location = response.headers.get("Location")
            if response.status_code not in (301, 302, 303, 307, 308) or response.status_code in call.ok:
                return response
            response.close()
            target = self._address.redirected(url, location or "")
            if target is None or call.method not in ("GET", "HEAD"):
                break
            url, options = target, {**options, "params": None}
        raise ServerError(
            Message.HTTP_REDIRECT,
            method=call.method,
            path=call.shown,
            found=place(location or "") if target is None else self._address.shown(target),
            expected=self._address.origin,
        )

    def _once(
        self, method: str, url: str, headers: Mapping[str, str], auth: Auth | None, options: Mapping[str, Any]
    ) -> requests.Response:
        """One request, one response with an unread body. What requests raises may name the query: it is dropped."""
        try:
            return self._session.request(
                method,
                url,
                headers=dict(headers),
                auth=auth or _no_login,
                timeout=self._timeouts,
                allow_redirects=False,
                stream=True,
                verify=self._authorities,
                **options,
            )
        except requests.exceptions.SSLError:
            detail = "its TLS certificate is not trusted"
        except requests.exceptions.Timeout:
            detail = "no answer in time"
        except requests.exceptions.RequestException as error:
            detail = (
                "connection refused or broken"
                if isinstance(error, requests.ConnectionError)
                else "bad request"
            )
        raise RetryError(detail, message=Message.HTTP_UNREACHABLE)


def _session(pool: int) -> requests.Session:
    """A session without cookies (one changes how Central logs in); proxies and authorities come from the environment."""
    session = requests.Session()
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = HTTPAdapter(pool_connections=1, pool_maxsize=pool, max_retries=0, pool_block=True)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    session.headers.update({"User-Agent": USER_AGENT, "Accept-Encoding": "gzip"})
    return session


def _no_login(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Without it requests would take a login from ~/.netrc."""
    return request
