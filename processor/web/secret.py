"""The key that signs form tokens: made at the first start, readable by the service alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def read_secret(data: Path) -> str:
    """The key in the data folder; the same at every start and in every process."""
    path = data / "web_secret"
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}")
    if not path.exists():
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)  # whole or not at all, and the first process wins
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii")
