"""Settings of a KoboToolbox server: the table `[server]` of `config/survey.toml` and the token.

The token comes from the variable `KOBO_TOKEN` or from a file that only its owner can read; it stands nowhere else.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from processor.errors import ConfigError, Message

KEYS = (
    "kind",
    "url",
    "openrosa_url",
    "token_file",
    "assets",
    "practice_users",
    "user_prefix",
    "plain",
    "ca_file",
    "files",
)
_ASSET = re.compile(r"a[0-9A-Za-z]{10,40}")


@dataclass(frozen=True)
class KoboSettings:
    """Where the server is, as whom we come, and which asset is which form."""

    url: str
    token: str = field(repr=False)
    cache: Path
    """Folder for fetched files and what was learned of the server; it may be lost."""
    forms: tuple[str, ...] = ()
    assets: Mapping[str, str] = field(default_factory=dict)
    """Asset uid by form id; a form that is not named here is found by the id in its asset's settings."""
    practice_users: frozenset[str] = frozenset()
    user_prefix: str = ""
    """Stands before an officer's code in the user name of her account."""
    openrosa_url: str = ""
    plain: bool = False
    """Allow http to a server that is not this machine (inside an office network only)."""
    ca_file: Path | None = None


def read_settings(
    path: Path,
    table: Mapping[str, Any],
    data: Path,
    forms: tuple[str, ...],
    env: Mapping[str, str] | None = None,
) -> KoboSettings:
    """The settings of the table `[server]` in the file `path`. ConfigError says which key is wrong.

    Relative paths are taken from the project's folder, the parent of the one that holds the file.
    """
    env = os.environ if env is None else env
    for key in table:
        if key not in KEYS:
            raise ConfigError(Message.CONFIG_KEY, path=path, key=f"server.{key}", expected=", ".join(KEYS))
    ca_file = _text(path, table, "ca_file")
    return KoboSettings(
        url=_text(path, table, "url", needed=True).rstrip("/"),
        token=_token(path, table, env),
        cache=data / (_text(path, table, "files") or "files") / "kobo",
        forms=forms,
        assets=_assets(path, table, forms),
        practice_users=frozenset(_names(path, table)),
        user_prefix=_text(path, table, "user_prefix"),
        openrosa_url=_text(path, table, "openrosa_url").rstrip("/"),
        plain=_flag(path, table, "plain"),
        ca_file=path.parent.parent / ca_file if ca_file else None,
    )


def _wrong(path: Path, key: str, expected: str, found: object) -> ConfigError:
    return ConfigError(Message.CONFIG_VALUE, path=path, key=f"server.{key}", expected=expected, found=found)


def _text(path: Path, table: Mapping[str, Any], key: str, *, needed: bool = False) -> str:
    value = table.get(key, "")
    if not isinstance(value, str) or (needed and not value):
        raise _wrong(path, key, "a text", value)
    return value


def _flag(path: Path, table: Mapping[str, Any], key: str) -> bool:
    value = table.get(key, False)
    if not isinstance(value, bool):
        raise _wrong(path, key, "true or false", value)
    return value


def _names(path: Path, table: Mapping[str, Any]) -> list[str]:
    value = table.get("practice_users", [])
    if not isinstance(value, list) or not all(isinstance(name, str) and name for name in value):
        raise _wrong(path, "practice_users", "a list of user names", value)
    return value


def _assets(path: Path, table: Mapping[str, Any], forms: tuple[str, ...]) -> dict[str, str]:
    value = table.get("assets", {})
    expected = f"a table form id = asset uid for some of: {', '.join(forms)}"
    if not isinstance(value, dict):
        raise _wrong(path, "assets", expected, value)
    for form_id, uid in value.items():
        if form_id not in forms or not isinstance(uid, str) or not _ASSET.fullmatch(uid):
            raise _wrong(path, f"assets.{form_id}", expected, uid)
    if len(set(value.values())) < len(value):
        raise _wrong(path, "assets", "another asset for every form", value)
    return dict(value)


def _token(path: Path, table: Mapping[str, Any], env: Mapping[str, str]) -> str:
    token = env.get("KOBO_TOKEN", "").strip()
    name = _text(path, table, "token_file")
    if not token and name:
        token = _read_token(path.parent.parent / name)
    if not token:
        raise ConfigError(Message.KOBO_TOKEN)
    if not re.fullmatch(r"[\x21-\x7e]+", token):
        raise ConfigError(Message.KOBO_TOKEN_FORM)
    return token


def _read_token(file: Path) -> str:
    """The only line of a file that nobody else can read."""
    try:
        found = file.stat()
        if found.st_mode & 0o077 or found.st_uid != os.geteuid():
            raise ConfigError(Message.KOBO_TOKEN_OPEN, path=file, found=f"{found.st_mode & 0o777:04o}")
        return file.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        raise ConfigError(Message.KOBO_TOKEN_FILE, path=file, detail=type(error).__name__) from None
