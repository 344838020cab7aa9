"""What a pull would bring, without writing anything: `processor pull --dry-run`.

What the server says has changed is read and compared in memory; its list of ids shows the rest. A first pull
is not read at all: every submission of the list is new.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from processor.database import reading
from processor.pull import PAGE_SIZE, quiet
from processor.servers.abilities import checkpoint_at
from processor.servers.protocol import Rereads, SubmissionState
from processor.store import intake
from processor.store.pulls import read_checkpoint
from processor.store.tables import submissions

if TYPE_CHECKING:
    from processor.config import FormConfig
    from processor.servers.protocol import FormServer, Page
    from processor.store.intake import Current
    from processor.store.open import Store

CHUNK = 5000
Fetch = Callable[[list[str]], Iterable["Page"]]
KINDS = {
    "created": "new",
    "edited": "edited",
    "deleted": "deleted",
    "restored": "restored",
    "reviewed": "re-reviewed",
    "updated": "otherwise changed",
}


@dataclass(frozen=True)
class Outlook:
    """What would come for one form, each submission counted once."""

    form_id: str
    moves: Counter[str]
    server_count: int
    copy_count: int
    only_copy: int
    """Live here, unknown to a server that never forgets: no pull mends that."""

    @property
    def is_equal(self) -> bool:
        """Whether nothing would come."""
        return not (self.moves.total() or self.only_copy)

    @property
    def sentence(self) -> str:
        """The line that is printed."""
        moves = ", ".join(f"{self.moves[kind]} {word}" for kind, word in KINDS.items())
        strange = f", {self.only_copy} ONLY IN THE COPY" if self.only_copy else ""
        counts = f"server {self.server_count}, copy {self.copy_count}"
        return f"{self.form_id}: would come: {moves}{strange}; {counts}. Nothing was written."


@dataclass
class _Look:
    """The copy as it is, and what was read of the server so far."""

    store: Store
    form_id: str
    hides_deleted: bool
    moves: Counter[str] = field(default_factory=Counter)
    seen: dict[str, tuple[Current | None, Current]] = field(default_factory=dict)
    """What we hold of each submission that was read (None: nothing), and what we would hold."""

    def read(self, pages: Iterable[Page], progress: Callable[[int], None]) -> None:
        """Take pages as a pull would, in memory."""
        read = 0
        for page in pages:
            ids = [s.instance_id for s in page.submissions]
            known = self._known(ids)
            held = known | {key: self.seen[key][1] for key in ids if key in self.seen}
            delta = intake.compare_page(page.submissions, held, 0, datetime.now(UTC), intake.Counts())
            for key, after in delta.current.items():
                self.seen[key] = (known.get(key), after)
            read += len(page.submissions)
            progress(read)

    def compare(self, listing: Iterator[SubmissionState], fetch: Fetch) -> tuple[int, int, int]:
        """The server's list beside what we would hold then: live on the server, live here, live here only.

        Submissions that miss files, of which the list does not say whether they have come, are read by id.
        """
        server = matched = 0
        silent: list[str] = []
        while chunk := list(islice(listing, CHUNK)):
            known = self._known([state.instance_id for state in chunk])
            for state in chunk:
                before = known.get(state.instance_id)
                server += not state.deleted
                matched += before is not None and not before.deleted
                if state.instance_id in self.seen:
                    continue
                if self.hides_deleted and before is not None and _is_silent(before, state):
                    silent.append(state.instance_id)
                else:
                    self.moves[self._listed(before, state)] += 1
        self.read(fetch(silent) if silent else (), quiet)
        for before, after in self.seen.values():
            self.moves[_kind(before, after)] += 1
        copy = self._live()
        return server, copy, copy - matched

    def _listed(self, before: Current | None, state: SubmissionState) -> str:
        """What the list alone says of a submission; of deleted ones some servers show no version to compare."""
        if before is None:
            return "" if state.deleted else "created"
        files = before.attachments_present if state.attachments_present is None else state.attachments_present
        hidden = self.hides_deleted and state.deleted
        after = before._replace(
            version_id=before.version_id if hidden else state.version_id,
            deleted=state.deleted,
            review_state=state.review_state,
            practice=state.practice,
            attachments_present=before.attachments_present if state.deleted else files,
        )
        return _kind(before, after)

    def _known(self, ids: list[str]) -> dict[str, Current]:
        with reading(self.store.engine) as connection:
            return intake.read_known(connection, self.form_id, ids)

    def _live(self) -> int:
        c = submissions.c
        query = select(func.count()).select_from(submissions)
        with reading(self.store.engine) as connection:
            found = connection.execute(query.where(c.form_id == self.form_id, c.deleted.is_(False)))
            return int(found.scalar_one())


def foresee(
    store: Store,
    server: FormServer,
    form: FormConfig,
    *,
    full: bool = False,
    since: datetime | None = None,
    progress: Callable[[int], None] = quiet,
) -> Outlook:
    """What `pull` with the same options would bring; neither lease nor record is made.

    The databases refuse writing when the store was opened by `open_unchanged`.
    """
    form_id = form.form_id
    look = _Look(store, form_id, isinstance(server, Rereads))
    with reading(store.engine) as connection:
        kept = read_checkpoint(connection, form_id)
    starts = [checkpoint_at(server, form_id, since)] if since else []
    if kept is not None:
        for start in [None] if full else [*starts, kept]:
            look.read(server.changed(form_id, start, PAGE_SIZE), progress)
    on_server, copy, only_copy = look.compare(iter(server.ids(form_id)), partial(_fetch, server, form_id))
    if look.hides_deleted:  # what such a server does not list is deleted there
        look.moves["deleted"] += only_copy
        only_copy = 0
    del look.moves[""]
    return Outlook(form_id, +look.moves, on_server, copy, only_copy)


def _fetch(server: FormServer, form_id: str, ids: Sequence[str]) -> Iterator[Page]:
    return server.fetch(form_id, sorted(ids)) if isinstance(server, Rereads) else iter(())


def _is_silent(before: Current, state: SubmissionState) -> bool:
    """Whether files are missing and the list does not say if they have come; a pull reads these again, too."""
    missing = before.attachments_present < before.attachments_expected
    return missing and state.attachments_present is None and not (before.deleted or state.deleted)


def _kind(before: Current | None, after: Current) -> str:
    """The word for a change; empty when there is none."""
    if before is None:
        return "deleted" if after.deleted else "created"
    if before.deleted != after.deleted:
        return "deleted" if after.deleted else "restored"
    if before.version_id != after.version_id:
        return "edited"
    if before.review_state != after.review_state:
        return "reviewed"
    same = before._replace(area="", problem="", pulled_at=after.pulled_at)
    return "" if same == after._replace(area="", problem="") else "updated"
