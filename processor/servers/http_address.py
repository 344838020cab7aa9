"""Addresses of the form server: one origin, to which every request and every followed link belongs."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from processor.errors import ConfigError, Message, ServerError

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_KEY = re.compile(r"(/key/)[^/]+")


class Address:
    """The base address from the settings, e.g. `https://central.example` or `https://host/central`."""

    def __init__(self, base_url: str, *, plain: bool = False) -> None:
        parts = _split(base_url)
        if parts is None or parts.username or parts.query or parts.fragment:
            raise ConfigError(Message.HTTP_ADDRESS, url=_without_login(base_url))
        if parts.scheme == "http" and not plain and parts.hostname not in _LOOPBACK:
            raise ConfigError(Message.HTTP_PLAIN, url=base_url)
        self._scheme = parts.scheme
        self._netloc = parts.netloc
        self._prefix = parts.path.rstrip("/")
        self.origin = f"{parts.scheme}://{parts.netloc}"

    def join(self, path: str) -> str:
        """The full address of a path below the base; a link of this server stays as it is."""
        if path.startswith("/"):
            return self.origin + self._prefix + path
        if not self.owns(path):
            raise ServerError(Message.HTTP_LINK, found=place(path))
        return path

    def owns(self, url: str) -> bool:
        """Does the address have our scheme, host and port?"""
        parts, own = _split(url), _split(self.origin)
        return parts is not None and own is not None and _origin(parts) == _origin(own)

    def rebase(self, link: str) -> str:
        """Path and query of a link on our own base; ServerError when it is no web address."""
        parts = _split(urljoin(self.origin + self._prefix + "/", link))
        if parts is None:
            raise ServerError(Message.HTTP_LINK, found=place(link))
        path = parts.path
        if self._prefix and not path.startswith(self._prefix + "/"):
            path = self._prefix + path
        return urlunsplit((self._scheme, self._netloc, path, parts.query, ""))

    def redirected(self, url: str, location: str) -> str | None:
        """Where a redirect leads, or None when it leaves this server."""
        target = urljoin(url, location)
        return target if self.owns(target) else None

    @staticmethod
    def shown(url: str) -> str:
        """What may be written of an address: its path, without query and without the key of an app user."""
        return _KEY.sub(r"\1***", urlsplit(url).path)


def place(url: str) -> str:
    """Scheme and host of any address, for messages."""
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.hostname or ''}"
    except ValueError:
        return "an invalid address"


def _without_login(url: str) -> str:
    return re.sub(r"//[^/@]*@", "//***@", url.partition("?")[0].partition("#")[0])


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.scheme in _DEFAULT_PORTS and parts.hostname else None


def _origin(parts: SplitResult) -> tuple[str, str | None, int]:
    return parts.scheme, parts.hostname, parts.port or _DEFAULT_PORTS[parts.scheme]
