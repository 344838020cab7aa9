"""What the pull reads: new submissions and hinted changes, the list of ids, chosen submissions.

`changed` brings what can be found cheaply; `ids` is the authority: what differs from it is read with `fetch`, and
what it does not hold is deleted on the server. See docs/kobo.md for the reasons.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from processor.errors import Message, ServerError
from processor.servers.kobo.api import Api, asset_path
from processor.servers.kobo.checkpoint import OVERLAP, Checkpoint, Mark, read_checkpoint
from processor.servers.kobo.history import STAMP, Hints
from processor.servers.kobo.index import MOST, TRIES, Index
from processor.servers.kobo.state import RowState, load_state
from processor.servers.kobo.xml_list import total
from processor.servers.protocol import Page, Submission, SubmissionState

if TYPE_CHECKING:
    from processor.servers.kobo.assets import Assets
    from processor.servers.kobo.reading import Found, Reader
    from processor.servers.kobo.rows import Row

log = logging.getLogger(__name__)
T = TypeVar("T")

ROOTS = 50
"""Root ids in one query, so that the address stays below the limits of proxies."""
LAST = 2**53 - 1
"""An `_id` behind every row: JSON holds no larger number exactly."""
FILES = 100
"""New files at most between two pages, so that the pull is never silent for long."""


class Feed:
    """Reads the submissions of all forms of one server."""

    def __init__(self, api: Api, assets: Assets, index: Index, reader: Reader, folder: Path) -> None:
        self._api = api
        self._assets = assets
        self._index = index
        self._reader = reader
        self._hints = Hints(api, index)
        self._folder = folder

    def changed(self, form_id: str, checkpoint: str | None, page_size: int) -> Iterator[Page]:
        """Hinted changes since the checkpoint, then all rows behind it, lowest `_id` first."""
        asset = self._assets.readable(form_id)
        start = read_checkpoint(checkpoint, asset)
        if start is not None:
            yield from self._hinted(form_id, asset, start)
        yield from self._walk(form_id, asset, start, page_size)

    def checkpoint_at(self, form_id: str, at: datetime) -> str:
        """The checkpoint just before the first row that came at a moment or later.

        ServerError where the server tells no times of edits: they would be missed in silence.
        """
        asset = self._assets.readable(form_id)
        if not self._hints.tells(asset, at):
            raise ServerError(Message.PULL_SINCE_SERVER, form_id=form_id)
        row = self._index.first(asset, {"_submission_time": {"$gte": at.strftime(STAMP)}})
        return Checkpoint(asset, row.number - 1 if row else LAST, at).write()

    def _hinted(self, form_id: str, asset: str, start: Checkpoint) -> Iterator[Page]:
        """Changes since the checkpoint. With the last of them its moment moves: each is read once."""
        parts = list(_parts(self._hints.since(asset, start.at), ROOTS))
        reached = max(start.at, self._index.clock - OVERLAP)
        for number, part in enumerate(parts, 1):
            submissions, _ = self._fetch(form_id, asset, part)
            at = reached if number == len(parts) else start.at
            if submissions:
                yield Page(tuple(submissions), start._replace(at=at).write())

    def _walk(self, form_id: str, asset: str, start: Checkpoint | None, page_size: int) -> Iterator[Page]:
        state = load_state(self._folder, asset)
        after = start.number if start else 0
        mark: Mark | None = None
        for rows, listed, at in self._ahead(asset, after, page_size):
            mark = mark or Mark(after, at)
            found = self._reader.documents(asset, rows, listed)
            _learn(state, after, rows, found)
            after = rows[-1].number
            for part in _by_files(rows):
                mark.pass_by(part)
                pairs = [found.pairs[row.number] for row in part if row.number in found.pairs]
                submissions = self._reader.submissions(form_id, asset, pairs)
                if submissions:
                    yield Page(tuple(submissions), Checkpoint(asset, mark.number, at).write())

    def _ahead(self, asset: str, after: int, size: int) -> Iterator[tuple[list[Row], list[bytes], datetime]]:
        """Pages with their XML and the end of what was settled then; the next is fetched while one is worked on."""
        pages = self._index.walk(asset, after, size=size)

        def following() -> tuple[list[Row], list[bytes], datetime] | None:
            rows = next(pages, None)
            at = self._index.clock - OVERLAP
            return None if rows is None else (rows, self._reader.listed(asset, rows), at)

        with ThreadPoolExecutor(1) as worker:
            waiting = worker.submit(following)
            while (page := waiting.result()) is not None:
                waiting = worker.submit(following)
                yield page

    def fetch(self, form_id: str, instance_ids: Sequence[str]) -> Iterator[Page]:
        """The given submissions as they are now, and which of them are gone; moves no checkpoint."""
        asset = self._assets.readable(form_id)
        for part in _parts(list(dict.fromkeys(instance_ids)), ROOTS):
            submissions, listed = self._fetch(form_id, asset, part)
            yield Page(tuple(submissions), "", tuple(root for root in part if root not in listed))

    def _fetch(self, form_id: str, asset: str, roots: Sequence[str]) -> tuple[list[Submission], set[str]]:
        """Submissions, and the roots that are on the server: one whose XML cannot be read is not gone."""
        rows = self._index.all(asset, query={"meta/rootUuid": {"$in": list(roots)}})
        if not rows:
            return [], set()
        found = self._reader.documents(asset, rows)
        newest = {found.pairs[n][0].root: found.pairs[n] for n in sorted(found.pairs)}
        listed = {row.root for row in rows if row.number not in found.ghosts | found.gone}
        return self._reader.submissions(form_id, asset, list(newest.values())), listed

    def ids(self, form_id: str) -> Iterator[SubmissionState]:
        """Every submission once. Rows without XML are none; deleted ones leave no trace and are absent."""
        asset = self._assets.readable(form_id)
        rows = self._complete(form_id, asset)
        none = self._without_xml(asset, rows)
        newest = {row.root: row for row in rows if row.number not in none}
        return (self._state(row) for row in newest.values())

    def ghosts(self, form_id: str) -> int:
        """How many rows without XML the last list had."""
        return len(load_state(self._folder, self._assets.readable(form_id)).ghosts)

    def _state(self, row: Row) -> SubmissionState:
        return SubmissionState(
            instance_id=row.root,
            version_id=row.version_id,
            deleted=False,
            practice=self._reader.is_practice(row),
            review_state=row.review,
            attachments_present=len(row.files),
        )

    def _complete(self, form_id: str, asset: str) -> list[Row]:
        """All rows. The XML list counts what is stored: more than is listed means that some cannot be seen."""
        for _ in range(TRIES):
            stored = total(self._api.xml(asset_path(asset, "data"), limit=1).body)
            rows = self._index.all(asset)
            if len(rows) >= stored:
                return rows
        raise ServerError(Message.KOBO_UNINDEXED, form_id=form_id, expected=stored, found=len(rows))

    def _without_xml(self, asset: str, rows: list[Row]) -> set[int]:
        """The `_id`s of ghosts: a row is looked at when it is new, was one, or shares its root."""
        state = load_state(self._folder, asset)
        sharing = _sharing(rows)
        doubtful = [
            row for row in rows if row.number > state.verified or row.number in state.ghosts | sharing
        ]
        ghosts: set[int] = set()
        gone: set[int] = set()
        for part in _parts(doubtful, MOST):
            found = self._reader.documents(asset, part)
            ghosts |= found.ghosts
            gone |= found.gone
        verified = max(state.verified, rows[-1].number if rows else 0)
        if (ghosts, verified) != (state.ghosts, state.verified):
            state.ghosts, state.verified = ghosts, verified
            state.save()
        if ghosts:
            log.warning("KoboToolbox asset %s lists %d row(s) that have no XML", asset, len(ghosts))
        return ghosts | gone


def _learn(state: RowState, after: int, rows: list[Row], found: Found) -> None:
    """Remember which rows have no XML. The mark moves with a walk that began at it or before."""
    before = (state.verified, set(state.ghosts))
    state.ghosts = (state.ghosts - {row.number for row in rows}) | found.ghosts
    if after <= state.verified:
        state.verified = max(state.verified, rows[-1].number)
    if before != (state.verified, state.ghosts):
        state.save()


def _sharing(rows: Iterable[Row]) -> set[int]:
    """The `_id`s of rows whose root another row has too."""
    by_root: dict[str, list[int]] = {}
    for row in rows:
        by_root.setdefault(row.root, []).append(row.number)
    return {number for numbers in by_root.values() if len(numbers) > 1 for number in numbers}


def _by_files(rows: list[Row]) -> Iterator[list[Row]]:
    """The rows in parts with a bounded number of files."""
    part: list[Row] = []
    files = 0
    for row in rows:
        if part and files + len(row.files) > FILES:
            yield part
            part, files = [], 0
        part.append(row)
        files += len(row.files)
    if part:
        yield part


def _parts(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
