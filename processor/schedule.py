"""Pulls in the background: every few minutes, and soon after the form server says "something came".

A wake-up carries no data and may be lost: the next round brings the same. Several wake-ups within
a moment make one pull. A failure is logged as one line, without personal data, when it begins and
when it ends; the pull is tried again in the next round.
"""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from processor.errors import Message, ProcessorError
from processor.pull import pull
from processor.reviews import send_waiting
from processor.servers.abilities import Seals
from processor.store.lease import LeaseError

if TYPE_CHECKING:
    from processor.config import Config, FormConfig
    from processor.servers.protocol import FormServer
    from processor.store.open import Store
    from processor.store.pulls import PullRecord

GATHER_SECONDS = 2.0
"""How long wake-ups are gathered before a pull: phones send several forms in a row."""
log = logging.getLogger(__name__)


class StoppedError(ProcessorError):
    """The service ends; the pull goes on at the next start."""


class Scheduler:
    """A thread that keeps the copy up to date until it is stopped."""

    def __init__(
        self, store: Store, server: FormServer, config: Config, *, gather: float = GATHER_SECONDS
    ) -> None:
        self._store = store
        self._server = server
        self._forms = {form.form_id: form for form in config.forms}
        self._interval = max(1, config.web.pull_minutes) * 60.0
        self._gather = gather
        self._full_days = config.pull.full_days
        self._writes_back = config.write_back.reviews
        self._woken: set[str] = set()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._failing: dict[str, object] = {}
        self._errors: dict[str, ProcessorError] = {}
        self._thread = threading.Thread(target=self._run, name="pull", daemon=True)

    def start(self) -> None:
        """Begin with a pull of every form, so that nothing waits for the first round."""
        self._thread.start()

    def wake(self, form_id: str) -> None:
        """Pull this form soon. Cheap, from any thread, with any text."""
        if form_id in self._forms:
            with self._lock:
                self._woken.add(form_id)
                self._wake.set()

    @property
    def failures(self) -> tuple[ProcessorError, ...]:
        """What fails in the background now, for the pages."""
        return tuple(self._errors.copy().values())

    def stop(self, timeout: float | None = 30) -> None:
        """End; a running pull stops after the page that it is storing."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _run(self) -> None:
        with ThreadPoolExecutor(1, thread_name_prefix="pull-work") as worker:
            due = set(self._forms)
            next_round = time.monotonic() + self._interval
            while not self._stop.is_set():
                for form in [f for f in self._forms.values() if f.form_id in due]:
                    self._pull(worker, form)
                self._wake.wait(max(0.0, next_round - time.monotonic()))
                due = self._due(next_round)
                if time.monotonic() >= next_round:
                    next_round = time.monotonic() + self._interval

    def _due(self, next_round: float) -> set[str]:
        """Forms to pull now: those woken, or all when the round begins."""
        if time.monotonic() >= next_round:
            self._clear()
            return set(self._forms)
        self._stop.wait(self._gather)
        return self._clear()

    def _clear(self) -> set[str]:
        with self._lock:
            self._wake.clear()
            woken, self._woken = self._woken, set()
            return woken

    def _pull(self, worker: ThreadPoolExecutor, form: FormConfig) -> None:
        """One pull; whatever goes wrong in it ends as a line in the log, never as a dead thread."""
        if self._stop.is_set() or self._lacks_passphrase(form.form_id):
            return
        pulled = worker.submit(
            pull,
            self._store,
            self._server,
            form,
            full_days=self._full_days,
            progress=lambda _seen: self._check_stop(),
        )
        error = pulled.exception()
        self._tell(f"pull of {form.form_id}", error)
        if error is None:
            _tell_moves(pulled.result())
            if self._writes_back:
                self._send_reviews(worker)

    def _lacks_passphrase(self, form_id: str) -> bool:
        """Nobody is here to type it: the form stays as it is, pages say so, and the log once."""
        server = self._server
        lacks = isinstance(server, Seals) and server.lacks_passphrase
        what = f"background pull of {form_id}"
        if lacks and what not in self._failing:
            self._failing[what] = Message.PULL_LOCKED
            log.warning("%s", Message.PULL_LOCKED.value.format(form_id=form_id))
        return lacks

    def _send_reviews(self, worker: ThreadPoolExecutor) -> None:
        """What waits goes to the form server; what was written there comes back with the next pull."""
        sending = worker.submit(send_waiting, self._store, self._server)
        error = sending.exception()
        if isinstance(error, LeaseError):  # another process is just sending it
            return
        self._tell("sending of reviews", error)
        if error is None:
            told = sending.result()
            if told.sent or told.refused or told.problem:
                log.info("%s", told.sentence)
            for form_id in told.forms:
                self.wake(form_id)

    def _check_stop(self) -> None:
        if self._stop.is_set():
            raise StoppedError(Message.PULL_STOPPED)

    def _tell(self, what: str, error: BaseException | None) -> None:
        if isinstance(error, StoppedError):
            return
        if isinstance(error, ProcessorError):
            self._errors[what] = error
        else:
            self._errors.pop(what, None)
        if error is None:
            if self._failing.pop(what, None):
                log.info("%s works again", what)
            return
        known = error.message if isinstance(error, ProcessorError) else type(error)
        if self._failing.get(what) != known:
            self._failing[what] = known
            text = str(error) if isinstance(error, ProcessorError) else type(error).__name__
            log.error("%s failed, will be tried again: %s", what, text)


def _tell_moves(record: PullRecord) -> None:
    """One line for a pull that brought something or found a difference; the others would fill the log."""
    if record.has_moves or not record.is_equal:
        log.info("%s", record.sentence)
