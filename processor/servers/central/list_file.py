"""The last whole list of a form beside its ETag, kept for the next process: it then asks only whether it still stands.

What is kept is the server's list, never ours: the copy is compared with it as with a fresh one, and a list from which
the copy differs is thrown away (`Lists.forget`). A file that is damaged, of another server or form, or older than a
day is no list. Ids, versions and states stand in it, no answers; only the service's account may read it.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path
from sys import intern
from typing import Any, NamedTuple

from processor.private import write_private
from processor.servers.protocol import SubmissionState

DAY = 24 * 3600.0
"""How long a list is believed, whatever its ETag says."""
LINE = 1000
"""Rows of a line of the file."""
FORMAT = 1
"""Of the file: one of another format is not found."""
States = Mapping[str, SubmissionState]


class KnownList(NamedTuple):
    """Everything that was listed when the living had this ETag, and when that was by our clock."""

    tag: str
    read_at: float
    states: States

    @property
    def is_believed(self) -> bool:
        """Whether it is worth asking with."""
        return bool(self.tag) and 0 <= time.time() - self.read_at < DAY


class ListFile:
    """The lists of one project in a folder, a file for each form."""

    def __init__(self, folder: Path, place: str) -> None:
        """`place` tells one project on one server from all others."""
        self._folder = folder / "lists"
        self._place = place

    def read(self, form_id: str) -> KnownList | None:
        """The list, None when there is none that can be believed."""
        try:
            content = self._path(form_id).read_bytes()
        except OSError:
            return None
        body, _, digest = content.rpartition(b"\n")
        if hashlib.sha256(body).hexdigest().encode() != digest:
            return None
        head, *lines = body.split(b"\n")
        tag, read_at = json.loads(head)
        states = (_state(row) for line in lines for row in json.loads(line))
        return KnownList(tag, read_at, {state.instance_id: state for state in states})

    def write(self, form_id: str, known: KnownList) -> None:
        """Keep this one instead of the last one; without room for it the next process reads the list again."""
        with suppress(OSError):
            self._write(form_id, known)

    def _write(self, form_id: str, known: KnownList) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        body = b"\n".join((_dumps([known.tag, known.read_at]), *_lines(known.states.values())))
        write_private(self._path(form_id), body + b"\n" + hashlib.sha256(body).hexdigest().encode())

    def remove(self, form_id: str) -> None:
        """Keep none."""
        self._path(form_id).unlink(missing_ok=True)

    def _path(self, form_id: str) -> Path:
        """By a hash: form ids come from elsewhere and never become paths."""
        key = hashlib.sha256(f"{FORMAT}\0{self._place}\0{form_id}".encode()).hexdigest()
        return self._folder / f"{key[:32]}.json"


def _lines(states: Iterable[SubmissionState]) -> Iterator[bytes]:
    rows = map(_row, states)
    while chunk := list(islice(rows, LINE)):
        yield _dumps(chunk)


def _dumps(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _row(state: SubmissionState) -> list[Any]:
    """Most were never edited: then the version has the submission's id."""
    version = "" if state.version_id == state.instance_id else state.version_id
    return [state.instance_id, version, int(state.deleted), int(state.practice), state.review_state]


def _state(row: list[Any]) -> SubmissionState:
    key, version, deleted, practice, review_state = row
    return SubmissionState(key, version or key, bool(deleted), bool(practice), intern(review_state))
