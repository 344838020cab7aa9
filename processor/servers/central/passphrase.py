"""The passphrase of a project with managed encryption: read when a pull needs it, kept nowhere.

It comes from the variable `CENTRAL_PASSPHRASE`, from a TOML file that nobody but its owner may read, or from a
person at the terminal. It is never part of the settings, of an address, of a message or of a `repr`.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

from processor.errors import ConfigError, Message
from processor.servers.central.settings import check_private

VARIABLE = "CENTRAL_PASSPHRASE"


class Passphrase:
    """Where the passphrase is asked for, each time anew."""

    def __init__(self, path: Path | None, env: Mapping[str, str] | None = None) -> None:
        self._path = path
        self._env = os.environ if env is None else env
        self._typed = ""

    @property
    def is_there(self) -> bool:
        """Whether there is a place to read it from; what stands there is only seen by reading."""
        return bool(self._typed or self._env.get(VARIABLE) or self._path)

    def take(self, typed: str) -> None:
        """Use what a person has typed, as long as this process lives."""
        self._typed = typed

    def read(self) -> str:
        """The passphrase; ConfigError when there is none, or when its file is open to others."""
        if found := self._typed or self._env.get(VARIABLE, ""):
            return found
        if self._path is None:
            raise ConfigError(Message.CENTRAL_PASSPHRASE, variable=VARIABLE)
        return _from_file(self._path)


def _from_file(path: Path) -> str:
    check_private(path, Message.CENTRAL_PASSPHRASE_FILE)
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8")).get("passphrase")
    except (OSError, ValueError):  # the reason may quote the line
        found = None
    if not (isinstance(found, str) and found):
        raise ConfigError(Message.CENTRAL_PASSPHRASE_FILE, path=path)
    return found
