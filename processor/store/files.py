"""Files of submissions as the raw copy knows them: by their hash; the bytes lie with the form server's client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processor.database import reading
from processor.store.raw import read_current

if TYPE_CHECKING:
    from processor.store.open import Store


def file_hash(store: Store, form_id: str, instance_id: str, name: str) -> str | None:
    """SHA-256 of a file of the newest version, None when it has not arrived. The caller has asked for the rights."""
    with reading(store.engine) as connection:
        held = read_current(connection, form_id, after="", size=1, among=[instance_id])
    return next((f.sha256 for one in held for f in one.submission.attachments if f.name == name), None)
