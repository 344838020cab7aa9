"""Attachments in a local cache: downloaded once, checked against the server's MD5, asked for again with it."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Mapping
from pathlib import Path

from processor.errors import Message, ServerError
from processor.servers.central.api import Api, part
from processor.servers.protocol import STAYS, Attachment

TRIES = 3
ANSWERS = "submission.xml.enc"
"""The file with the encrypted answers."""
_TAG = re.compile(r'(?:W/)?"([0-9a-f]{32})"')


class Files:
    """The cache is keyed by hashes: names come from strangers and never become paths."""

    def __init__(self, api: Api, folder: Path) -> None:
        self._api = api
        self._folder = folder / "files"

    def of(self, form_id: str, instance_id: str) -> tuple[Attachment, ...]:
        """The files that the current version names, in order of name; those that have arrived are in the cache."""
        answer = self._api.find(f"{self._api.submission(form_id, instance_id)}/attachments")
        listed = [] if answer is None else answer.value
        return tuple(
            self._attachment(form_id, instance_id, f) for f in sorted(listed, key=lambda f: f["name"])
        )

    def kept_there(self, form_id: str, instance_id: str) -> tuple[Attachment, ...]:
        """The files of an encrypted submission: which have arrived is told, none is fetched (`Attachment.sha256`).

        The encrypted answers are no file of the interview, except while they are missing: they are waited for.
        """
        answer = self._api.find(f"{self._api.submission(form_id, instance_id)}/attachments")
        listed = [] if answer is None else answer.value
        told = ((str(f["name"]), bool(f["exists"])) for f in sorted(listed, key=lambda f: f["name"]))
        return tuple(
            Attachment(name, None, STAYS if there else None)
            for name, there in told
            if not (there and name == ANSWERS)
        )

    def _attachment(self, form_id: str, instance_id: str, listed: Mapping[str, object]) -> Attachment:
        name = str(listed["name"])
        path = self.get(form_id, instance_id, name) if listed["exists"] else None
        if path is None:
            return Attachment(name)
        return Attachment(name, path.stat().st_size, _digest(path, "sha256"))

    def get(self, form_id: str, instance_id: str, name: str) -> Path | None:
        """A local file with the bytes that the server has now; None while it has none."""
        stem = self._stem(form_id, instance_id, name)
        stem.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        known = _known(stem)
        address = f"{self._api.submission(form_id, instance_id)}/attachments/{part(name)}"
        for _ in range(TRIES):
            try:
                return self._refresh(address, stem, known)
            except _DamagedError:
                continue
        raise ServerError(Message.CENTRAL_FILE, instance_id=instance_id, times=TRIES)

    def kept(self, form_id: str, instance_id: str, name: str, sha256: str) -> Path | None:
        """The local file, when it has just these bytes; nothing is asked."""
        known = _known(self._stem(form_id, instance_id, name))
        return known if known is not None and _digest(known, "sha256") == sha256 else None

    def _stem(self, form_id: str, instance_id: str, name: str) -> Path:
        key = hashlib.sha256("\0".join((form_id, instance_id, name)).encode()).hexdigest()
        return self._folder / key[:2] / key

    def _refresh(self, address: str, stem: Path, known: Path | None) -> Path | None:
        headers = {"If-None-Match": f'"{known.suffix[1:]}"'} if known else {}
        fresh = stem.with_name(f"new-{uuid.uuid4().hex}")
        found = self._api.download(address, fresh, ok=(200, 304), headers=headers)
        if found is None or found.status == 304:
            return known if found else None
        try:
            tag = _TAG.fullmatch(found.headers.get("ETag", ""))
            if tag is None or _digest(fresh, "md5") != tag[1]:
                raise _DamagedError
            kept = fresh.replace(stem.with_name(f"{stem.name}.{tag[1]}"))
        finally:
            fresh.unlink(missing_ok=True)
        if known is not None and known != kept:
            known.unlink(missing_ok=True)
        return kept


class _DamagedError(Exception):
    """The bytes are not those that the server's MD5 speaks of."""


def _known(stem: Path) -> Path | None:
    return next(stem.parent.glob(f"{stem.name}.*"), None)


def _digest(path: Path, kind: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.new(kind, usedforsecurity=False)).hexdigest()
