"""What the client of ODK Central needs to know, and where its login comes from.

The login comes from the environment (`CENTRAL_EMAIL`, `CENTRAL_PASSWORD`) or from a TOML file that nobody but its
owner may read. It is never part of the settings, of an address, of a message or of a `repr`.
"""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from processor.errors import ConfigError, Message

EMAIL = "CENTRAL_EMAIL"
PASSWORD = "CENTRAL_PASSWORD"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class CentralSettings:
    """One project on one server. `cache` is a folder of ours for attachments and exports in work."""

    url: str
    project: int
    cache: Path
    credentials: Path | None = None
    """A TOML file with `email` and `password`, mode 0600; the environment wins over it."""
    plain: bool = False
    """Allow http to a server that is not this machine (inside an office network only)."""
    ca_file: Path | None = None
    overlap: timedelta = timedelta(minutes=10)
    """How far behind the server's clock an increment starts, for stamps that were committed late."""
    bulk: int = 200
    """From so many submissions on, answers are read from the export instead of one by one."""
    sealed: bool = False
    """The project has managed encryption, and its answers are read by the export with the passphrase."""
    passphrase_file: Path | None = None
    """A TOML file with `passphrase`, mode 0600; the environment wins over it."""

    @property
    def place(self) -> str:
        """What tells this project from those of other servers, and others of this one."""
        return f"{self.url.rstrip('/')}#{self.project}"


@dataclass(frozen=True)
class Credentials:
    """A web user of Central."""

    email: str = field(repr=False)
    password: str = field(repr=False)


def read_credentials(settings: CentralSettings, env: Mapping[str, str] | None = None) -> Credentials:
    """The login; ConfigError when there is none, or when its file is open to others."""
    env = os.environ if env is None else env
    email, password = env.get(EMAIL), env.get(PASSWORD)
    if email and password:
        return Credentials(email, password)
    if settings.credentials is None:
        raise ConfigError(Message.CENTRAL_NO_LOGIN, email=EMAIL, password=PASSWORD)
    return _from_file(settings.credentials)


def _from_file(path: Path) -> Credentials:
    check_private(path, Message.CENTRAL_LOGIN_FILE)
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # the reason may quote the line with the password
        values = {}
    email, password = values.get("email"), values.get("password")
    if not (isinstance(email, str) and email and isinstance(password, str) and password):
        raise ConfigError(Message.CENTRAL_LOGIN_FILE, path=path)
    return Credentials(email, password)


def check_private(path: Path, unreadable: Message) -> None:
    """ConfigError unless it is a plain file that its owner alone may read, and the owner is us."""
    try:
        found = path.stat()
    except OSError:
        raise ConfigError(unreadable, path=path) from None
    private = stat.S_ISREG(found.st_mode) and not found.st_mode & _OTHERS
    if not private or found.st_uid != os.geteuid():
        mode = oct(stat.S_IMODE(found.st_mode))[2:]
        raise ConfigError(Message.CENTRAL_LOGIN_OPEN, path=path, found=mode)
