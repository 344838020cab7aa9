"""The form server as the pages see it: asked once and briefly, never waited for, and remembered when it is away.

The built-in server is in this process and is asked as it is. Another one may be slow or gone: then the pages say
since when, show what is known, and do not ask again for a moment.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from processor.errors import Message, ProcessorError, ServerError
from processor.servers.abilities import Keeps, Seals
from processor.servers.open import opened

if TYPE_CHECKING:
    from processor.config import Config
    from processor.servers.officers import Desk
    from processor.servers.protocol import AppUser, DeployedForm, FormServer

PAUSE = 20.0
"""Seconds in which a server that has just failed is not asked again: people must not queue behind it."""
TOLD = 300.0
"""Seconds for which a page's failure is told: later nobody knows whether it is still so."""
SLOTS, QUEUE = 4, 2.0
"""So many may wait for the server at once, others give up after so many seconds: pages and hooks need threads, too."""
FRESH = 60.0
"""Seconds for which the list of officers is not asked for again."""
OF_ONE = frozenset(
    {
        Message.KOBO_USER_UNKNOWN,
        Message.KOBO_REVOKE,
        Message.KOBO_REVOKE_SELF,
        Message.OFFICER_STILL,
        Message.KOBO_PRACTICE_MISSING,
        Message.KOBO_PRACTICE_NAMED,
        Message.CENTRAL_OFFICER_TWICE,
    }
)
"""What a server says of one officer; everything else is about the server."""
LOGIN = frozenset({Message.CENTRAL_LOGIN, Message.CENTRAL_SESSION, Message.KOBO_LOGIN})
RIGHTS = frozenset({Message.CENTRAL_RIGHTS, Message.KOBO_RIGHTS})
AWAY = frozenset(
    {Message.HTTP_UNREACHABLE, Message.HTTP_INCOMPLETE, Message.HTTP_NOT_DATA, Message.HTTP_UNSURE}
)
T = TypeVar("T")
log = logging.getLogger(__name__)


class AwayError(ServerError):
    """The form server does not answer as it should; the page goes on without it."""


@dataclass(frozen=True)
class Trouble:
    """What is wrong with the form server. `kind` chooses the words: away, login, rights or other."""

    kind: str
    since: datetime
    text: str
    """The error itself, for administrators: our own text, nothing personal."""


def about_server(error: ProcessorError) -> bool:
    """Whether an error is about the form server itself."""
    name = error.message.name
    return name.startswith(("HTTP_", "CENTRAL_", "KOBO_")) and error.message not in OF_ONE


def trouble_of(error: ProcessorError, since: datetime) -> Trouble:
    """The words for an error."""
    for kind, messages in (("away", AWAY), ("login", LOGIN), ("rights", RIGHTS)):
        if error.message in messages:
            return Trouble(kind, since, str(error))
    return Trouble("other", since, str(error))


def _away(since: datetime) -> AwayError:
    return AwayError(Message.SERVER_AWAY, since=since.isoformat(timespec="minutes"))


class Behind:
    """One form server and its desk, for every page of this process."""

    def __init__(self, server: FormServer, desk: Desk) -> None:
        self.kind = server.name
        self.desk = desk
        self._server = server
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(SLOTS)
        self._trouble: Trouble | None = None
        self._failed_at = 0.0
        self._officers: tuple[float, list[AppUser]] | None = None

    @property
    def local(self) -> bool:
        """Whether the form server is part of this program."""
        return self.kind == "builtin"

    @property
    def seals(self) -> bool:
        """Whether submissions are encrypted there, so that their files cannot be shown here."""
        return isinstance(self._server, Seals) and self._server.seals

    @property
    def lacks_passphrase(self) -> bool:
        """Whether pulls in the background wait for a person with the passphrase."""
        return isinstance(self._server, Seals) and self._server.lacks_passphrase

    @property
    def trouble(self) -> Trouble | None:
        """What was wrong when a page asked last; None when that is long ago."""
        return self._trouble if time.monotonic() - self._failed_at < TOLD else None

    def ask(self, act: Callable[[], T]) -> T:
        """Do it on the form server; AwayError at once while it is known to be away."""
        if self.local:
            return act()
        trouble = self.trouble
        if trouble is not None and time.monotonic() - self._failed_at < PAUSE:
            raise _away(trouble.since)
        if not self._slots.acquire(timeout=QUEUE):
            raise _away(datetime.now(UTC))
        try:
            result = act()
        except ProcessorError as error:
            if not about_server(error):
                raise
            raise _away(self._note(error).since) from error
        finally:
            self._slots.release()
        self._trouble = None
        return result

    def _note(self, error: ProcessorError) -> Trouble:
        with self._lock:
            before = self.trouble
            self._trouble = trouble_of(error, before.since if before else datetime.now(UTC))
            self._failed_at = time.monotonic()
            if before is None:
                log.warning("the pages cannot use the form server: %s", error)
            return self._trouble

    def officers(self) -> list[AppUser]:
        """Everybody who may or might send, as the server says now; AwayError when it does not."""
        found = self.ask(self.desk.officers)
        self._officers = (time.monotonic(), found)
        return found

    def app_users(self) -> list[AppUser]:
        """The same for pages that need it beside other things: lately, or as known last."""
        if self.local:
            return self.desk.officers()
        kept = self._officers
        if kept is not None and time.monotonic() - kept[0] < FRESH:
            return kept[1]
        try:
            return self.officers()
        except AwayError:
            return kept[1] if kept is not None else self.desk.remembered()

    def changed(self) -> None:
        """Somebody was added or revoked: the list is asked for again."""
        self._officers = None

    def deployed(self) -> list[DeployedForm]:
        """All versions on the server."""
        return self.ask(self._server.deployed)

    @contextmanager
    def patient(self, config: Config) -> Iterator[FormServer]:
        """The form server for work that goes on while nobody waits: one that tries again and again."""
        if self.local:
            yield self._server
            return
        with opened(config) as server:
            yield server

    def attachment(self, form_id: str, instance_id: str, name: str) -> Path | None:
        """A local file with the bytes of a submission's file; None when it has not arrived."""
        return self.ask(lambda: self._server.attachment(form_id, instance_id, name))

    def kept(self, form_id: str, instance_id: str, name: str, sha256: str) -> Path | None:
        """The file as the last pull fetched it; the form server is not asked."""
        server = self._server
        return server.kept(form_id, instance_id, name, sha256) if isinstance(server, Keeps) else None
