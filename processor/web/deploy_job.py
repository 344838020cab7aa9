"""A deploy in the background: it goes on whether a browser is open or not, one a form.

How far it is stands in a file beside the draft, so a service that starts again after a kill says that the deploy
stopped half-way. Deploying again is the remedy: each step of it is idempotent, and the draft is still there.
"""

from __future__ import annotations

import json
import logging
import threading
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from processor.errors import FormError, Message, ProcessorError, ServerError
from processor.private import write_private
from processor.publish import Published, prepare, send, turn
from processor.rollback import as_workbook, put_in_place
from processor.store.lease import LeaseError
from processor.web.background import begin, tasks
from processor.web.behind import about_server
from processor.web.deploy_compare import mark
from processor.web.service import service

if TYPE_CHECKING:
    from processor.servers.protocol import FormPackage, FormServer
    from processor.store.access import User
    from processor.web.deploy_draft import Draft, Drafts
    from processor.web.service import Service

KEY = "deploy_jobs"
MOMENT = 1.0
"""Seconds that the click waits: the built-in server is done by then, and nobody need look at a bar."""
Phase = Literal["compare", "send", "place", "end"]
PHASES: tuple[Phase, ...] = ("compare", "send", "place", "end")
DIFFERENT, BUSY, SERVER = "deploy.bad.DIFFERENT", "deploy.bad.BUSY", "deploy.bad.SERVER"
FORM, FOLDER, BROKEN = "deploy.bad.FORM", "deploy.bad.FOLDER", "deploy.bad.BROKEN"
STOPPED = "deploy.bad.STOPPED"
COMPARED = (Message.FORM_REFUSED, Message.FORM_VERSION_OLD)
log = logging.getLogger(__name__)


class DifferentError(Exception):
    """What was ticked is not all that would change now."""


class FolderError(Exception):
    """The form server has the version, but the workbook cannot be put into its folder."""


@dataclass(frozen=True)
class Run:
    """How far a deploy is, or how it ended."""

    version: str
    back_to: str
    sha256: str
    username: str
    full_name: str
    at: str
    phase: Phase = "compare"
    problem: str = ""
    """Key of the words for why it ended too early."""
    detail: str = ""
    """The error itself, for administrators."""
    changed: bool = False
    kept: str = ""
    """Name of the workbook that stood in the folder and was never published."""

    @property
    def moment(self) -> datetime:
        """When it began."""
        return datetime.fromisoformat(self.at)

    @property
    def is_over(self) -> bool:
        """It came to an end, good or bad: it was not killed."""
        return self.phase == "end" or bool(self.problem)


def read_run(drafts: Drafts) -> Run | None:
    """The last deploy from a page, as it was noted last."""
    path = drafts.place / "run.json"
    return Run(**json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None


@dataclass
class Job:
    """One deploy that was started in this process."""

    service: Service
    drafts: Drafts
    draft: Draft
    package: FormPackage
    user: User
    thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        draft, user = self.draft, self.user
        who = (user.username, user.full_name, datetime.now(UTC).isoformat())
        self._note(Run(draft.version, draft.back_to, draft.sha256, *who))
        self.thread = threading.Thread(target=self._run, name="deploy", daemon=True)

    @property
    def is_over(self) -> bool:
        """Ended: its outcome stands in the file."""
        return self.thread.ident is not None and not self.thread.is_alive()

    def _run(self) -> None:
        """Whatever goes wrong ends as words on the page and a line in the log, never as a dead thread."""
        try:
            with turn(self.service.store, self.draft.form_id):
                self._deploy()
        except Exception as error:  # noqa: BLE001 - told on the page and in the log
            problem = _problem(error)
            detail = str(error) if isinstance(error, ProcessorError) else type(error).__name__
            self._note(replace(self.told, problem=problem, detail=detail))

    def _deploy(self) -> None:
        config = self.service.config
        with self.service.server.patient(config) as server:
            done = self._send(server)
        self._note(replace(self.told, phase="place", changed=done.changed))
        kept = self._put_in_place()
        self.drafts.finish(self.draft)
        self._note(replace(self.told, phase="end", kept=kept))
        if self.service.scheduler is not None:
            self.service.scheduler.wake(self.draft.form_id)

    def _send(self, server: FormServer) -> Published:
        """Compare again, then do as the command does. DifferentError when something new is to be ticked."""
        config, store, draft = self.service.config, self.service.store, self.draft
        entry, content, ticked = config.form(draft.form_id), self.drafts.workbook(draft), draft.accepted
        allow = ticked is not None and ticked.allow
        options = {"back_to": draft.back_to, "package": self.package}
        with as_workbook(entry, content) as workbook:
            ready = prepare(config, server, store, workbook, allow_class_change=allow, **options)  # type: ignore[arg-type]
        if not {mark(d) for d in ready.careful} <= set(ticked.seen if ticked else ()):
            raise DifferentError
        self._note(replace(self.told, phase="send"))
        return send(server, store, ready, actor=self.user.username)

    def _put_in_place(self) -> str:
        store, draft = self.service.store, self.draft
        entry = self.service.config.form(draft.form_id)
        try:
            kept = put_in_place(store, entry, self.drafts.workbook(draft), draft.version)
        except OSError as error:
            raise FolderError from error
        return kept.name if kept else ""

    def _note(self, told: Run) -> None:
        self.told = told
        write_private(self.drafts.place / "run.json", json.dumps(asdict(told)).encode())


def _problem(error: Exception) -> str:
    """Key of the words; the log has the kind of error, never a value."""
    message = error.message if isinstance(error, ProcessorError) else None
    name = message.name if message else type(error).__name__
    log.error("a deploy stopped: %s", name)
    if isinstance(error, DifferentError) or message in COMPARED:
        return DIFFERENT
    if isinstance(error, LeaseError):
        return BUSY
    if isinstance(error, FormError):
        return FORM
    if isinstance(error, ProcessorError) and (isinstance(error, ServerError) or about_server(error)):
        return SERVER
    return FOLDER if isinstance(error, FolderError) else BROKEN


def start(drafts: Drafts, draft: Draft, package: FormPackage, user: User) -> Run:
    """Deploy in the background, unless the form is just being deployed: then that run, whoever's it is."""
    rooms = service()
    job = begin(KEY, draft.form_id, lambda: Job(rooms, drafts, draft, package, user))
    job.thread.join(MOMENT)
    return job.told


def is_running(form_id: str) -> bool:
    """Whether this process deploys the form now."""
    job: Job | None = tasks(KEY).get(form_id)
    return job is not None and job.thread.is_alive()
