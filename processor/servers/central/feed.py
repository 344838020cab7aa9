"""The changes of a form as submissions: which ones by OData, their answers by XML or by the export.

A checkpoint is `<server and project>:<moment>`. The moment is the server's own clock when the increment began, less
an overlap, and never the newest stamp seen: Central stamps a submission before it commits it, so an older stamp may
become visible after a newer one. One of another server or project means: from the beginning.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

from processor.servers.central import head
from processor.servers.central.api import Api
from processor.servers.central.catalogue import Catalogue, Fields
from processor.servers.central.document import Content, Documents
from processor.servers.central.export import Export, Span
from processor.servers.central.export_table import UnexplainedError
from processor.servers.central.files import Files
from processor.servers.central.lists import Lists
from processor.servers.central.passphrase import Passphrase
from processor.servers.central.row import Row
from processor.servers.central.sealed import Sealed
from processor.servers.central.settings import CentralSettings
from processor.servers.central.values import EPOCH, is_practice, moment, officer_code, written
from processor.servers.protocol import SEALED, Page, Submission

log = logging.getLogger(__name__)

SLICE = 2000
"""Submissions of one export; the answers of two are held in memory, those of one and of the next one."""
SEALED_SLICE = 1000
"""The same of a sealed project, where each also costs a request of its own before the first page."""
WORKERS = 4
"""Requests at a time: enough to hide the way to the server, few enough for its processor."""
S = TypeVar("S")
T = TypeVar("T")
PATIENCE = 30.0
"""Seconds after which a page is given out, full or not: photos may take long, and the lease of a pull ends."""


class Feed:
    """Reads changes and single submissions of one project."""

    def __init__(
        self,
        api: Api,
        settings: CentralSettings,
        catalogue: Catalogue,
        lists: Lists,
        files: Files,
        passphrase: Passphrase,
    ) -> None:
        self._api = api
        self._settings = settings
        self._catalogue = catalogue
        self._lists = lists
        self._files = files
        self._documents = Documents(api, sealed=settings.sealed)
        self._sealed = Sealed(api, self._documents, passphrase, WORKERS) if settings.sealed else None
        self._export = Export(api, settings.cache)
        self._name = hashlib.sha256(settings.place.encode()).hexdigest()[:12]

    def changed(self, form_id: str, checkpoint: str | None, page_size: int) -> Iterator[Page]:
        """Submissions that moved since the checkpoint, in the order in which they first came.

        The checkpoint of a page before the last resumes after it, so a killed first pull goes on where it was.
        """
        since = self._position(checkpoint)
        rows, at = self._moved(form_id, since)
        safe = at - self._settings.overlap
        rows = sorted(rows, key=lambda row: (row.received_at, row.instance_id))
        for last, page in _pages(self._read_all(form_id, rows, since), page_size):
            reached = safe if last else min(max(since, page[-1].received_at), safe)
            yield Page(tuple(page), f"{self._name}:{written(reached)}")

    def _moved(self, form_id: str, since: datetime) -> tuple[Sequence[Row], datetime]:
        """What moved since; from the beginning on the lists tell everything, four times faster than OData."""
        if since == EPOCH:
            return self._lists.rows(form_id)
        found = head.read_changed(self._api, form_id, since)
        return found.rows, found.at

    def fetch(self, form_id: str, instance_ids: Sequence[str]) -> Iterator[Page]:
        """Given submissions as they are now, and which of them are gone; moves no checkpoint."""
        for asked, rows in head.read_some(self._api, form_id, list(dict.fromkeys(instance_ids))):
            gone = tuple(sorted(set(asked) - {row.instance_id for row in rows}))
            yield Page(tuple(self._read_all(form_id, rows, EPOCH)), "", gone)

    def checkpoint_at(self, at: datetime) -> str:
        """The checkpoint of a moment: what moved at it or later follows."""
        return f"{self._name}:{written(at)}"

    def _position(self, checkpoint: str | None) -> datetime:
        name, _, text = (checkpoint or "").partition(":")
        return moment(text) if name == self._name else EPOCH

    def _read_all(self, form_id: str, rows: Sequence[Row], since: datetime) -> Iterator[Submission]:
        """Rows with their answers, in their order; exports are asked for one slice ahead."""
        live = any(not row.deleted for row in rows)
        fields = self._catalogue.fields(form_id) if live else Fields(())
        size = SLICE if self._sealed is None else SEALED_SLICE
        slices = [rows[start : start + size] for start in range(0, len(rows), size)]
        for part, contents in _ahead(slices, lambda part: self._exported(form_id, part, since, fields)):
            yield from self._read(form_id, part, contents, fields)

    def _read(
        self, form_id: str, rows: Sequence[Row], contents: Mapping[str, Content], fields: Fields
    ) -> Iterator[Submission]:
        """One that has just been deleted is left to the next increment."""
        untold = any(row.deleted and row.version is None for row in rows)
        deleted = self._lists.deleted(form_id) if untold else {}

        def read(row: Row) -> Submission | None:
            if row.deleted:
                return _deleted(form_id, row, deleted)
            content = contents.get(row.instance_id)
            if content is None and self._sealed is None:
                content = self._documents.read(form_id, row, fields.repeats)
            return self._submission(form_id, row, content) if content else None

        pool = ThreadPoolExecutor(WORKERS)
        try:
            asked = {
                row.instance_id: pool.submit(read, row) for row in rows if self._is_asked_for(row, contents)
            }
            for row in rows:
                future = asked.pop(row.instance_id, None)
                if found := read(row) if future is None else future.result():
                    yield found
        finally:
            pool.shutdown(cancel_futures=True)

    def _is_asked_for(self, row: Row, contents: Mapping[str, Content]) -> bool:
        """Whether a submission costs requests of its own: for its XML, or to learn of its files."""
        content = contents.get(row.instance_id)
        if row.deleted or content is None:
            return not row.deleted and self._sealed is None
        return _may_have_files(row, content)

    def _exported(
        self, form_id: str, rows: Sequence[Row], since: datetime, fields: Fields
    ) -> Mapping[str, Content]:
        """What the export says exactly, when there are many to read; otherwise nothing. Of a sealed project all."""
        if self._sealed is not None:
            return self._sealed.read(form_id, rows, since, fields)
        plain = {row.instance_id: row for row in rows if not (row.edited or row.deleted)}
        if len(plain) < self._settings.bulk:
            return {}
        came = [row.received_at for row in plain.values()]
        try:
            if fields.layout is None:
                raise UnexplainedError
            return self._export.read(form_id, fields.layout, Span(since, min(came), max(came)), plain)
        except UnexplainedError:
            log.warning("form %s: the export is not as its fields explain; reading one by one", form_id)
            return {}

    def _submission(self, form_id: str, row: Row, content: Content) -> Submission:
        of = self._files.kept_there if content.sealed else self._files.of
        return Submission(
            form_id=form_id,
            instance_id=row.instance_id,
            version_id=content.version_id,
            form_version="" if content.lost else content.form_version,
            answers={SEALED: content.lost} if content.lost else content.answers,
            received_at=row.received_at,
            updated_at=content.updated_at,
            submitter=officer_code(row.submitter),
            practice=is_practice(row.submitter),
            review_state=row.review_state,
            attachments=of(form_id, row.instance_id) if _may_have_files(row, content) else (),
            content_known=not content.lost,
        )


def _may_have_files(row: Row, content: Content) -> bool:
    """Whether files have to be asked for: an edit may have come since their number was told."""
    told = row.files if content.files is None else content.files
    return told != 0 or content.version_id != row.instance_id


def _deleted(form_id: str, row: Row, deleted: Mapping[str, Row]) -> Submission | None:
    """The state of a deleted submission: Central shows its answers to nobody."""
    version = row.version or (deleted[row.instance_id].version if row.instance_id in deleted else None)
    if version is None:  # restored or purged meanwhile: the comparison of ids tells
        return None
    return Submission(
        form_id=form_id,
        instance_id=row.instance_id,
        version_id=version[0],
        form_version=row.form_version,
        answers={},
        received_at=row.received_at,
        updated_at=version[1],
        submitter=officer_code(row.submitter),
        practice=is_practice(row.submitter),
        deleted=True,
        review_state=row.review_state,
        content_known=False,
    )


def _ahead(parts: Sequence[S], work: Callable[[S], T]) -> Iterator[tuple[S, T]]:
    """Each part with the work done on it, while the work on the next one goes on already."""
    pool = ThreadPoolExecutor(1)
    try:
        waiting = deque((part, pool.submit(work, part)) for part in parts[:1])
        for following in (*parts[1:], None):
            if following is not None:
                waiting.append((following, pool.submit(work, following)))
            if waiting:
                part, future = waiting.popleft()
                yield part, future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _pages(submissions: Iterator[Submission], size: int) -> Iterator[tuple[bool, list[Submission]]]:
    """Pages, each with whether it is the last; a page that takes long is given out before it is full."""
    page: list[Submission] = []
    began = time.monotonic()
    for submission in submissions:
        if len(page) >= size or (page and time.monotonic() - began > PATIENCE):
            yield False, page
            page, began = [], time.monotonic()
        page.append(submission)
    if page:
        yield True, page
