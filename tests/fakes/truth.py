"""What is true on the server, whichever API shows it: form versions and the history of every submission.

Tests compare with `expected(form_id)`: current answers as texts of the XML, state and files. While `hold()` is on, changes
are stamped at once but become visible only with `release()`, as a transaction that commits late.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.fakes.clock import Clock
from tests.fakes.xform import Description, Texts, files_named, read_instance, texts


@dataclass
class File:
    """The bytes of a file that has arrived."""

    content: bytes
    type: str
    at: datetime
    uid: str = ""

    @property
    def md5(self) -> str:
        """Hash as the servers write it."""
        return hashlib.md5(self.content).hexdigest()

    @property
    def sha256(self) -> str:
        """Hash as our store writes it."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass
class FormVersion:
    """One version of a form; `media` are the files that phones get."""

    description: Description
    xml: bytes
    at: datetime
    xlsx: bytes | None = None
    media: dict[str, File] = field(default_factory=dict)
    published: datetime | None = None
    name: str = ""
    """The server's own name of the version."""


@dataclass
class Version:
    """One version of a submission; a file that is named but has not arrived is None."""

    instance_id: str
    xml: bytes
    form_version: str
    at: datetime
    actor: Any
    number: int
    files: dict[str, File | None] = field(default_factory=dict)
    device: str | None = None
    agent: str | None = None
    deprecated_id: str = ""

    @property
    def name(self) -> str | None:
        """instanceName as Central shows it: not even unescaped."""
        found = re.search(rb"<(?:\w+:)?instanceName>([^<]+)<", self.xml)
        return found[1].decode() if found else None


@dataclass
class Record:
    """A submission with its history; `review` is the server's own word for its state."""

    root: str
    number: int
    created_at: datetime
    versions: list[Version]
    updated_at: datetime | None = None
    deleted_at: datetime | None = None
    review: Any = None
    events: int = 0
    comments: list[dict[str, Any]] = field(default_factory=list)
    ghost: bool = False
    """Shown by KoboToolbox as JSON though its transaction failed."""

    @property
    def current(self) -> Version:
        """The newest version."""
        return self.versions[-1]


@dataclass(frozen=True)
class Expected:
    """What a faithful copy holds of one submission."""

    instance_id: str
    version_id: str
    form_version: str
    answers: Texts
    review_state: str
    deleted: bool
    attachments: dict[str, str | None]
    """SHA-256 by file name; None while the file has not arrived."""
    submitter: str
    received_at: datetime


@dataclass
class TrueForm:
    """A form with its versions (oldest first) and its submissions (in order of their stamps)."""

    form_id: str
    key: str
    versions: list[FormVersion] = field(default_factory=list)
    records: dict[str, Record] = field(default_factory=dict)
    index: dict[str, Record] = field(default_factory=dict)
    """Submission by the instanceID of any of its versions."""

    @property
    def repeats(self) -> frozenset[str]:
        """Repeats of all versions."""
        return frozenset().union(*(v.description.repeats for v in self.versions))

    def version(self, name: str) -> FormVersion | None:
        """The version that the XForm or the server calls so."""
        return next((v for v in self.versions if name in (v.description.version, v.name)), None)

    def find(self, instance_id: str) -> tuple[Record, Version] | None:
        """The submission that has or had a version of this id."""
        record = self.index.get(instance_id)
        if record is None or self.records.get(record.root) is not record:
            return None
        return record, next(v for v in record.versions if v.instance_id == instance_id)


class Truth:
    """All forms of one server. The server's rules are in the API modules; here is only what they decided."""

    def __init__(self, clock: Clock, neutral: Callable[[Any], str], submitter: Callable[[Any], str]) -> None:
        self.clock = clock
        self.forms: dict[str, TrueForm] = {}
        self.numbers = itertools.count(1)
        self.version_numbers = itertools.count(1)
        self._neutral = neutral
        self._submitter = submitter
        self._held: list[Callable[[], None]] | None = None
        self._room: int | None = None

    def form(self, form_id: str) -> TrueForm:
        """A form by its key or its form id."""
        if form_id in self.forms:
            return self.forms[form_id]
        return next(form for form in self.forms.values() if form.form_id == form_id)

    def hold(self, changes: int | None = None) -> None:
        """From now on changes (or only the next few) are stamped but not visible."""
        self._held = []
        self._room = changes

    def release(self) -> None:
        """What was held becomes visible, in order."""
        held, self._held = self._held or [], None
        for change in held:
            change()

    def commit(self, change: Callable[[], None]) -> None:
        """Let a change become visible now or, while held, later."""
        if self._held is None or (self._room is not None and len(self._held) >= self._room):
            change()
        else:
            self._held.append(change)

    def add(self, form: TrueForm, record: Record) -> None:
        """A new submission."""

        def change() -> None:
            form.records[record.root] = record
            form.index[record.root] = record

        self.commit(change)

    def edit(self, form: TrueForm, record: Record, version: Version, review: Any, *, moved: bool) -> None:
        """A new version; `moved`: the server writes a time of change."""
        at = version.at if moved else record.updated_at

        def change() -> None:
            record.versions.append(version)
            form.index[version.instance_id] = record
            record.review, record.updated_at = review, at
            record.events += 1

        self.commit(change)

    def expected(self, form_id: str) -> dict[str, Expected]:
        """The present state of every submission, deleted ones included, by root id."""
        form = self.form(form_id)
        return {
            root: self._expected(form, record) for root, record in form.records.items() if not record.ghost
        }

    def _expected(self, form: TrueForm, record: Record) -> Expected:
        version = record.current
        instance = read_instance(version.xml)
        assert instance is not None
        return Expected(
            instance_id=record.root,
            version_id=version.instance_id,
            form_version=instance.version,
            answers=texts(instance.root, form.repeats),
            review_state=self._neutral(record),
            deleted=record.deleted_at is not None,
            attachments={name: file.sha256 if file else None for name, file in version.files.items()},
            submitter=self._submitter(record.versions[0].actor),
            received_at=record.created_at,
        )

    def all_records(self) -> Iterator[Record]:
        """Every submission of every form."""
        for form in self.forms.values():
            yield from form.records.values()


def expected_files(xml: bytes, description: Description) -> list[str]:
    """Which files a submission should have, by a form version."""
    instance = read_instance(xml)
    return [] if instance is None else files_named(instance.root, description.binaries)
