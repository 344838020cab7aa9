"""The form server of the settings, whichever kind it is; each is imported only when it is the one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from processor.errors import ConfigError, Message
from processor.servers.http_wait import Retries

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
    "encrypted",
    "passphrase_file",
    "files",
)


IMPATIENT: dict[str, Any] = {"retries": Retries(attempts=1), "timeouts": (4.0, 10.0), "attempt_seconds": 30.0}
"""Options for those who have a person waiting: one attempt, and soon a word of what is wrong."""


def open_server(config: Config, **http_options: Any) -> FormServer:
    """The server to publish to and pull from. ConfigError says which setting or secret is missing.

    Nothing is sent yet. `http_options` are those of `Http`; the built-in server has none.
    """
    if config.server.kind == "central":
        from processor.servers.central.server import CentralServer
        from processor.servers.central.settings import read_credentials

        settings = central_settings(config)
        return CentralServer(settings, read_credentials(settings), **http_options)
    if config.server.kind == "kobo":
        from processor.servers.kobo.server import open_kobo
        from processor.servers.kobo.settings import read_settings

        forms = tuple(form.form_id for form in config.forms)
        table = config.server.table
        return open_kobo(read_settings(config.server.path, table, config.data, forms), **http_options)
    from processor.servers.builtin.server import open_builtin

    return open_builtin(config)


def close_server(server: FormServer) -> None:
    """Close the connections of a server that has any."""
    close = getattr(server, "close", None)
    if close is not None:
        close()


@contextmanager
def opened(config: Config) -> Iterator[FormServer]:
    """The server of the settings, closed at the end of the block."""
    server = open_server(config)
    try:
        yield server
    finally:
        close_server(server)


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
    passphrase_file = _value(path, table, "passphrase_file", str, "")
    return CentralSettings(
        url=config.server.url,
        project=_value(path, table, "project", int, None),
        cache=config.server.files / "central",
        credentials=config.root / credentials if credentials else None,
        plain=_value(path, table, "plain", bool, False),
        ca_file=config.root / ca_file if ca_file else None,
        overlap=timedelta(minutes=minutes),
        bulk=_value(path, table, "bulk", int, 200),
        sealed=_is_sealed(path, table),
        passphrase_file=config.root / passphrase_file if passphrase_file else None,
    )


def _is_sealed(path: Path, table: Any) -> bool:
    """Whether a project with managed encryption is read by its export; without the setting it is refused."""
    found = _value(path, table, "encrypted", str, "")
    if found not in ("", "export"):
        raise ConfigError(
            Message.CONFIG_VALUE,
            path=path,
            key="server.encrypted",
            expected='"export" or nothing',
            found=found,
        )
    return found == "export"


def _value(path: Path, table: Any, key: str, kind: type, default: Any) -> Any:
    """The value of a key, of just this type; without default it has to be there."""
    value = table.get(key, default)
    if type(value) is not kind:
        names = {int: "a whole number", str: "a text", bool: "true or false"}
        raise ConfigError(
            Message.CONFIG_VALUE, path=path, key=f"server.{key}", expected=names[kind], found=value
        )
    return value
