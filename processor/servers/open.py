"""The form server of the settings, whichever kind it is; each is imported only when it is the one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from processor.errors import ConfigError, Message

if TYPE_CHECKING:
    from processor.config import Config
    from processor.servers.central.settings import CentralSettings
    from processor.servers.protocol import FormServer

CENTRAL_KEYS = (
    "kind",
    "url",
    "project",
    "credentials",
    "plain",
    "ca_file",
    "overlap_minutes",
    "bulk",
    "files",
)


def open_server(config: Config) -> FormServer:
    """The server to publish to and pull from. ConfigError says which setting or secret is missing."""
    if config.server.kind == "central":
        from processor.servers.central.server import open_central

        return open_central(central_settings(config))
    if config.server.kind == "kobo":
        from processor.servers.kobo.server import open_kobo
        from processor.servers.kobo.settings import read_settings

        forms = tuple(form.form_id for form in config.forms)
        return open_kobo(read_settings(config.server.path, config.server.table, config.data, forms))
    from processor.servers.builtin.server import open_builtin

    return open_builtin(config)


def central_settings(config: Config) -> CentralSettings:
    """The table `[server]` as settings of ODK Central; the login is read elsewhere."""
    from processor.servers.central.settings import CentralSettings

    path, table = config.server.path, config.server.table
    for key in table:
        if key not in CENTRAL_KEYS:
            raise ConfigError(
                Message.CONFIG_KEY, path=path, key=f"server.{key}", expected=", ".join(CENTRAL_KEYS)
            )
    minutes = _value(path, table, "overlap_minutes", int, 10)
    credentials, ca_file = (_value(path, table, key, str, "") for key in ("credentials", "ca_file"))
    return CentralSettings(
        url=config.server.url,
        project=_value(path, table, "project", int, None),
        cache=config.server.files / "central",
        credentials=config.root / credentials if credentials else None,
        plain=_value(path, table, "plain", bool, False),
        ca_file=config.root / ca_file if ca_file else None,
        overlap=timedelta(minutes=minutes),
        bulk=_value(path, table, "bulk", int, 200),
    )


def _value(path: Path, table: Any, key: str, kind: type, default: Any) -> Any:
    """The value of a key, of just this type; without default it has to be there."""
    value = table.get(key, default)
    if type(value) is not kind:
        names = {int: "a whole number", str: "a text", bool: "true or false"}
        raise ConfigError(
            Message.CONFIG_VALUE, path=path, key=f"server.{key}", expected=names[kind], found=value
        )
    return value
