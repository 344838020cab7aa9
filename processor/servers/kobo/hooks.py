"""The REST service of a project that wakes our pull: it tells that something came, and nothing of what.

Kobo calls it for new submissions only, and gives up soon; the pull finds everything without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from processor.errors import ConfigError, Message
from processor.servers.http import StatusError
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
    mine = _mine(api, asset)
    if not mine:
        _refused(
            api, asset, lambda: api.http.request("POST", asset_path(asset, "hooks"), ok=(201,), json=wanted)
        )
        return True
    if _as_wanted(mine[0], wanted):
        return False
    api.http.request("PATCH", _path(asset, mine[0]), json=wanted, safe=True)
    return True


def hook_endpoint(api: Api, asset: str) -> str | None:
    """The address that the project calls as we want it; None when it calls none, or in another way."""
    for hook in _mine(api, asset):
        endpoint = str(hook.get("endpoint"))
        if _as_wanted(hook, _hook(endpoint)):
            return endpoint
    return None


def remove_hook(api: Api, asset: str) -> bool:
    """Have the project call us no more; False when it did not."""
    mine = _mine(api, asset)
    for hook in mine:
        api.http.request("DELETE", _path(asset, hook), ok=(204, 404), safe=True)
    return bool(mine)


def _mine(api: Api, asset: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = _refused(api, asset, lambda: list(api.every(asset_path(asset, "hooks"))))
    return [hook for hook in listed if hook.get("name") == NAME]


def _refused(api: Api, asset: str, act: Callable[[], Any]) -> Any:
    """Without manage_asset Kobo says 404, or 403."""
    try:
        return act()
    except StatusError as error:
        if error.status in (403, 404):
            raise ConfigError(Message.KOBO_HOOK_RIGHTS, user=api.user, asset=asset) from None
        raise


def _as_wanted(hook: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    return all(hook.get(key) == value for key, value in wanted.items())


def _path(asset: str, hook: Mapping[str, Any]) -> str:
    return asset_path(asset, "hooks", str(hook["uid"]))


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
