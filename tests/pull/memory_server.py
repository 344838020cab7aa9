"""A form server in memory that implements the protocol, for histories that are made by the tests.

The checkpoint is the number of the last event; like a real server it delivers a submission in its
present version, once per call, and may be told to repeat pages, to cut them anywhere or to hold
something back.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from processor.servers.protocol import (
    AppUser,
    Attachment,
    DeployedForm,
    FormPackage,
    Page,
    Submission,
    SubmissionState,
)

START = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)


class MemoryServer:
    name = "memory"

    def __init__(self) -> None:
        self.current: dict[str, Submission] = {}
        self.changed_at: dict[str, int] = {}
        self.withheld: set[str] = set()
        self.repeat_pages = False
        self.shuffle: Random | None = None
        self.events = itertools.count(1)
        self.before_ids: Callable[[], None] | None = None

    def put(self, submission: Submission) -> None:
        self.current[submission.instance_id] = submission
        self.changed_at[submission.instance_id] = next(self.events)

    def change(self, instance_id: str, **values: object) -> None:
        self.put(replace(self.current[instance_id], **values))

    def remove(self, instance_id: str) -> None:
        """As if it had never been."""
        del self.current[instance_id], self.changed_at[instance_id]

    def changed(self, form_id: str, checkpoint: str | None, page_size: int) -> Iterator[Page]:
        since = int(checkpoint or 0)
        order = sorted((at, key) for key, at in self.changed_at.items() if at > since)
        delivered = [(at, key) for at, key in order if key not in self.withheld]
        if self.shuffle and delivered:
            yield from self._shuffled(delivered, checkpoint, page_size)
            return
        for part in _parts(delivered, page_size):
            page = self._page(part, str(part[-1][0]))
            yield page
            if self.repeat_pages:
                yield page

    def _shuffled(self, delivered: list, checkpoint: str | None, size: int) -> Iterator[Page]:
        """Without order a checkpoint is only known at the end."""
        last = str(delivered[-1][0])
        mixed = self.shuffle.sample(delivered, len(delivered))
        for part in _parts(mixed, size):
            yield self._page(part, checkpoint or "0")
        yield self._page(mixed[:1], last)

    def _page(self, part: list, checkpoint: str) -> Page:
        return Page(tuple(self.current[key] for _at, key in part), checkpoint)

    def ids(self, form_id: str) -> Iterator[SubmissionState]:
        if self.before_ids:
            self.before_ids()
        for s in list(self.current.values()):
            yield SubmissionState(s.instance_id, s.version_id, s.deleted, s.practice, s.review_state)

    def deploy(self, package: FormPackage) -> DeployedForm:
        raise NotImplementedError

    def deployed(self) -> list[DeployedForm]:
        return []

    def attachment(self, form_id: str, instance_id: str, name: str) -> Path | None:
        return None

    def app_users(self) -> list[AppUser]:
        return []


def _parts(items: list, size: int) -> Iterator[list]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def submission(number: int, answers: dict, *, form_version: str = "1", **values: object) -> Submission:
    at = START + timedelta(minutes=number)
    key = f"uuid:{number:04d}"
    given = {
        "form_id": "phieu_c",
        "instance_id": key,
        "version_id": key,
        "form_version": form_version,
        "answers": answers,
        "received_at": at,
        "updated_at": at,
        "submitter": "16663-01",
    }
    return Submission(**(given | values))


def late_file(present: bool) -> tuple[Attachment, ...]:
    return (Attachment("house.jpg", 10 if present else None, "ab" * 32 if present else None),)
