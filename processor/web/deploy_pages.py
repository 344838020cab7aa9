"""The pages of a draft: check and differences, the dry run, the deploy and how it ended."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from processor.errors import FormError
from processor.publish import prepare
from processor.publish_compare import Parcel, parcels
from processor.rollback import as_workbook
from processor.web.behind import AwayError
from processor.web.deploy_check import looked
from processor.web.deploy_compare import Comparison, against, compared
from processor.web.deploy_draft import Check, Draft, Drafts
from processor.web.deploy_job import PHASES, STOPPED, is_running, read_run
from processor.web.detail import form_title
from processor.web.guard import me
from processor.web.language import current
from processor.web.service import service

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processor.config import FormConfig
    from processor.servers.protocol import DeployedForm, FormPackage

GROUPS = ("refused", "lowered", "careful", "fine")


@dataclass(frozen=True)
class DraftReady:
    """A draft with all that pages say of it."""

    check: Check | None = None
    package: FormPackage | None = None
    comparison: Comparison | None = None
    deployed: list[DeployedForm] | None = None
    """None while the form server does not say."""

    def current(self, form_id: str) -> DeployedForm | None:
        """What phones get now, as far as the form server says."""
        return next((d for d in self.deployed or () if d.form_id == form_id and d.current), None)


@dataclass(frozen=True)
class _Known:
    """What the form server has said a moment ago."""

    found: list[DeployedForm]

    def deployed(self) -> list[DeployedForm]:
        return self.found


def ready_of(entry: FormConfig, drafts: Drafts, draft: Draft | None) -> DraftReady:
    """Check and compare; what has been looked at before is known."""
    if draft is None:
        return DraftReady()
    found = looked(service().config, drafts, draft)
    if found.package is None:
        return DraftReady(found.check)
    deployed = _deployed()
    comparison = compared(service().store, entry, found.package, deployed, current())
    return DraftReady(found.check, found.package, comparison, deployed)


def _deployed() -> list[DeployedForm] | None:
    try:
        return service().server.deployed()
    except AwayError:
        return None


def differences_page(
    entry: FormConfig, drafts: Drafts, problems: Mapping[str, str], status: int = 200
) -> Response | tuple[str, int]:
    """Check and differences of the draft; without one, what to do."""
    if is_running(entry.form_id):
        return redirect(url_for("deploys.outcome", form_id=entry.form_id), 303)
    draft = drafts.find()
    ready = ready_of(entry, drafts, draft)
    version = request.args.get("against", "")
    shown = ready.comparison
    if version and ready.package:
        shown = against(service().store, entry, ready.package, version, current())
    if shown is None:
        version, shown = "", ready.comparison
    return _page(
        "forms_draft.html",
        entry,
        draft,
        status,
        ready=ready,
        shown=_groups(shown),
        against=version,
        versions=[form.version for form in reversed(service().store.versions(entry.form_id))],
        ticked=_ticked(draft),
        problems=problems,
        stopped=_stopped(drafts, draft),
    )


def _groups(comparison: Comparison | None) -> list[tuple[str, list[Any]]]:
    if comparison is None:
        return []
    fine = [line for line in comparison.lines if line.level == "fine"]
    lists = (comparison.refused, comparison.lowered, comparison.careful, fine)
    return [(name, found) for name, found in zip(GROUPS, lists, strict=True) if found]


def _ticked(draft: Draft | None) -> set[str]:
    """What this person has ticked before, as the page shows it again."""
    kept = draft.accepted if draft and draft.accepted and draft.accepted.username == me().username else None
    return {*kept.seen, *(("allow",) if kept.allow else ())} if kept else set()


def _stopped(drafts: Drafts, draft: Draft | None) -> str:
    """Key of the words for why the last deploy of just this draft came to nothing."""
    run = read_run(drafts)
    if run is None or draft is None or run.sha256 != draft.sha256:
        return ""
    return run.problem if run.is_over else STOPPED


def try_page(
    entry: FormConfig, drafts: Drafts, problems: Mapping[str, str], status: int = 200
) -> Response | tuple[str, int]:
    """What would be sent; leads back while something is not ticked."""
    draft = drafts.find()
    ready = ready_of(entry, drafts, draft)
    back = redirect(url_for("deploys.draft", form_id=entry.form_id), 303)
    if draft is None or ready.package is None or ready.comparison is None:
        return back
    if not ready.comparison.is_accepted(draft.accepted, me().username):
        return back
    try:
        sent = _sent(entry, drafts, draft, ready)
    except FormError:
        return back
    return _page(
        "forms_try.html",
        entry,
        draft,
        503 if sent is None else status,
        ready=ready,
        sent=sent,
        away=sent is None,
        problems=problems,
        current=ready.current(entry.form_id),
        stopped=_stopped(drafts, draft),
        writable=os.access(entry.workbook.parent, os.W_OK),
        folder=entry.workbook.parent.name,
    )


def _sent(entry: FormConfig, drafts: Drafts, draft: Draft, ready: DraftReady) -> list[Parcel] | None:
    """The dry run of the command, empty when the form server has just this; None while it does not say."""
    if ready.deployed is None:
        return None
    config, allow = service().config, draft.accepted is not None and draft.accepted.allow
    with as_workbook(entry, drafts.workbook(draft)) as workbook:
        found = prepare(
            config,
            _Known(ready.deployed),
            service().store,
            workbook,
            allow_class_change=allow,
            package=ready.package,
        )
    return parcels(found.package, found.current) if found.package else []


def outcome_page(entry: FormConfig, drafts: Drafts, *, refused: bool = False) -> str:
    """How far the deploy is; who does it, for somebody who wanted to do the same."""
    run, running = read_run(drafts), is_running(entry.form_id)
    return render_template(
        "forms_deploy.html",
        entry=entry,
        title=form_title(entry.form_id),
        run=run,
        running=running,
        problem="" if run is None or running else run.problem or ("" if run.is_over else STOPPED),
        phases=PHASES[:-1],
        draft=drafts.find(),
        refused=refused,
        kind=service().server.kind,
    )


def _page(
    template: str, entry: FormConfig, draft: Draft | None, status: int, **values: Any
) -> tuple[str, int]:
    title, kind = form_title(entry.form_id), service().server.kind
    return render_template(template, entry=entry, title=title, draft=draft, kind=kind, **values), status
