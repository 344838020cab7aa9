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

if TYPE_CHECKING:
    from processor.config import Config, FormConfig
    from processor.servers.protocol import FormServer
    from processor.store.open import Store

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
        self._woken: set[str] = set()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._failing: dict[str, object] = {}
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
        if self._stop.is_set():
            return
        error = worker.submit(
            pull, self._store, self._server, form, progress=lambda _seen: self._check_stop()
        ).exception()
        self._tell(form.form_id, error)

    def _check_stop(self) -> None:
        if self._stop.is_set():
            raise StoppedError(Message.PULL_STOPPED)

    def _tell(self, form_id: str, error: BaseException | None) -> None:
        if isinstance(error, StoppedError):
            return
        if error is None:
            if self._failing.pop(form_id, None):
                log.info("pull of %s works again", form_id)
            return
        known = error.message if isinstance(error, ProcessorError) else type(error)
        if self._failing.get(form_id) != known:
            self._failing[form_id] = known
            text = str(error) if isinstance(error, ProcessorError) else type(error).__name__
            log.error("pull of %s failed, will be tried again: %s", form_id, text)
