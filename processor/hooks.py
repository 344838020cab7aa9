"""Secrets of the addresses that wake a pull: `/hooks/<secret>`, one for each form.

Only their SHA-256 is kept, so the data folder opens nothing. While a form server is told of a new secret both it and
the one before are good: a fault in between loses no call.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from processor.errors import ConfigError, Message
from processor.private import PrivateJson

FILE = "hooks.json"
SECRET_BYTES = 32
LONGEST = 200
"""Signs beyond which nothing is looked up."""


class Hook(NamedTuple):
    """A secret that is good, without itself."""

    form_id: str
    made_at: datetime
    sha256: str


class Hooks:
    """The hooks of one data folder; what another process changes is seen at the next call."""

    def __init__(self, data: Path) -> None:
        self._file = PrivateJson(data / FILE)
        self._seen: tuple[int, int, int] | None = None
        self._known: tuple[Hook, ...] = ()

    def all(self) -> tuple[Hook, ...]:
        """Every good secret, oldest first for each form."""
        stamp = self._stamp()
        if stamp is None or stamp != self._seen:
            self._known = _hooks(self._file.read(), self._file.path)
            self._seen = stamp
        return self._known

    def form_of(self, secret: str) -> str | None:
        """Which form the secret is for. Takes the same time whether and where it is found."""
        digest, found = _digest(secret[:LONGEST]), None
        for hook in self.all():
            if hmac.compare_digest(hook.sha256, digest) and len(secret) <= LONGEST:
                found = hook.form_id
        return found

    def make(self, form_id: str) -> str:
        """A new secret beside those that are good. It is told now and never again."""
        secret = secrets.token_urlsafe(SECRET_BYTES)
        entry = {"sha256": _digest(secret), "made_at": datetime.now(UTC).isoformat()}
        with self._file.changing() as value:
            value.setdefault(form_id, []).append(entry)
        return secret

    def settle(self, form_id: str, secret: str) -> None:
        """From now on the form has this secret alone."""
        self._keep(form_id, lambda digest: digest == _digest(secret))

    def withdraw(self, form_id: str, secret: str) -> None:
        """This secret was never told to anybody; the others stay good."""
        self._keep(form_id, lambda digest: digest != _digest(secret))

    def remove(self, form_id: str) -> bool:
        """Nothing wakes the pull of this form any more; False when nothing could."""
        with self._file.changing() as value:
            return value.pop(form_id, None) is not None

    def _keep(self, form_id: str, wanted: Any) -> None:
        with self._file.changing() as value:
            value[form_id] = [entry for entry in value.get(form_id, []) if wanted(entry["sha256"])]
            if not value[form_id]:
                del value[form_id]

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            found = self._file.path.stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino


def _hooks(value: Mapping[str, Any], path: Path) -> tuple[Hook, ...]:
    try:
        return tuple(
            Hook(form_id, datetime.fromisoformat(entry["made_at"]), str(entry["sha256"]))
            for form_id, entries in sorted(value.items())
            for entry in entries
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigError(Message.PRIVATE_FILE, path=path, detail=type(error).__name__) from None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
