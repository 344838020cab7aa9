"""The REST service of a project that wakes our pull: it tells that something came, and nothing of what.

Kobo calls it for new submissions only, and gives up soon; the pull finds everything without it.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from processor.errors import ConfigError, Message
from processor.servers.kobo.api import Api, asset_path

NAME = "bhxh-survey"
SECRET = 16
"""Signs that the last part of the address must have: it is all that protects the address."""
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def register_hook(api: Api, asset: str, endpoint: str) -> bool:
    """Have the project call `endpoint`; False when it does so already. Needs the right manage_asset.

    There is one hook of our name: another endpoint (a new secret) takes the place of the old one.
    """
    _check(endpoint)
    wanted = _hook(endpoint)
    mine = [h for h in api.every(asset_path(asset, "hooks")) if h.get("name") == NAME]
    if not mine:
        api.http.request("POST", asset_path(asset, "hooks"), ok=(201,), json=wanted)
        return True
    if all(mine[0].get(key) == value for key, value in wanted.items()):
        return False
    path = asset_path(asset, "hooks", str(mine[0]["uid"]))
    api.http.request("PATCH", path, json=wanted, safe=True)
    return True


def _hook(endpoint: str) -> dict[str, Any]:
    """`subset_fields`: the call carries the number of the row, no answer."""
    return {
        "name": NAME,
        "endpoint": endpoint,
        "active": True,
        "export_type": "json",
        "auth_level": "no_auth",
        "subset_fields": ["_id"],
        "email_notification": False,
    }


def _check(endpoint: str) -> None:
    """The error names the host only: the rest of the address is a secret."""
    parts = urlsplit(endpoint)
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not secure or len(parts.path.rpartition("/")[2]) < SECRET:
        raise ConfigError(Message.KOBO_HOOK, found=f"{parts.scheme}://{parts.hostname or ''}/…")
