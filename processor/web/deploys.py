"""Changing a questionnaire in the browser: an edited workbook comes in, is checked, compared, ticked, deployed."""

from __future__ import annotations

import secrets
from io import BytesIO
from typing import TYPE_CHECKING

from flask import Blueprint, abort, flash, redirect, request, send_file, url_for
from werkzeug.wrappers import Response

from processor.errors import ConfigError, FormError, Message
from processor.rollback import find_rollback
from processor.web.behind import AwayError
from processor.web.deploy_draft import Accepted, Draft, Drafts
from processor.web.deploy_job import DIFFERENT, Run, is_running, read_run, start
from processor.web.deploy_pages import differences_page, outcome_page, ready_of, try_page
from processor.web.deploy_upload import BadUploadError, read_upload
from processor.web.formats import t
from processor.web.forms import XLSX, home_page
from processor.web.guard import for_roles, me
from processor.web.kept_files import folder, sweep
from processor.web.service import service

if TYPE_CHECKING:
    from pathlib import Path

    from processor.config import FormConfig

pages = Blueprint("deploys", __name__, url_prefix="/forms")
Answer = Response | str | tuple[str, int]


@pages.post("/upload")
@for_roles("admin")
def upload() -> Answer:
    """Take an edited workbook; its form id says which form it is."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return home_page({"file": t("deploy.no_file")}, 400)
    place = folder("forms")
    sweep(place)  # what a kill has left
    path = place / f"{secrets.token_hex(8)}.xlsx"
    try:
        sent.save(path)
        path.chmod(0o600)
        return _take(path, sent.filename)
    except BadUploadError as error:
        return home_page({"file": t(error.key, **error.values)}, 400)
    finally:
        path.unlink(missing_ok=True)


@pages.post("/<form_id>/folder")
@for_roles("admin")
def take_folder(form_id: str) -> Answer:
    """Make the workbook in the folder the draft: somebody has edited it there."""
    path = _entry(form_id).workbook
    try:
        return _take(path, path.name)
    except (BadUploadError, FileNotFoundError) as error:
        values = error.values if isinstance(error, BadUploadError) else {}
        key = error.key if isinstance(error, BadUploadError) else "deploy.bad.SHEETS"
        return home_page({"file": t(key, **values)}, 400)


def _take(path: Path, name: str) -> Response:
    found = read_upload(path, service().config)
    drafts = _drafts(found.form_id)
    if is_running(found.form_id):
        return _running(found.form_id)
    before = drafts.find()
    drafts.save(found.content, me(), version=found.version, name=name)
    flash("deploy.replaced" if before else "deploy.taken")
    return redirect(url_for("deploys.draft", form_id=found.form_id), 303)


@pages.post("/<form_id>/rollback")
@for_roles("admin")
def rollback(form_id: str) -> Answer:
    """Make a draft of an earlier version's content under a new version."""
    entry, drafts = _entry(form_id), _drafts(form_id)
    if is_running(form_id):
        return _running(form_id)
    standing = drafts.find()
    if standing and not standing.back_to:
        return home_page({"back": t("deploy.back_busy", version=standing.version)}, 409)
    config, store = service().config, service().store
    try:
        found = find_rollback(config, service().server, store, entry, request.form.get("version", ""))
    except AwayError:
        return home_page({"back": t("deploy.away")}, 503)
    except FormError as error:
        known = error.message is Message.FORM_ROLLBACK_NONE
        words = "deploy.back_none" if known else "deploy.back_unfit"
        return home_page({"back": t(words, version=request.form.get("version", ""))}, 409)
    if found.workbook is None:
        return home_page({"back": t("deploy.back_same", version=found.back_to, now=found.version)}, 409)
    named = f"{form_id}_{found.back_to}.xlsx"
    drafts.save(found.workbook, me(), version=found.version, name=named, back_to=found.back_to)
    return redirect(url_for("deploys.draft", form_id=form_id), 303)


@pages.get("/<form_id>/draft")
@for_roles("admin")
def draft(form_id: str) -> Answer:
    """What the check says, and what would change."""
    return differences_page(_entry(form_id), _drafts(form_id), {})


@pages.get("/<form_id>/draft.xlsx")
@for_roles("admin")
def workbook(form_id: str) -> Response:
    """The draft itself."""
    _entry(form_id)
    drafts = _drafts(form_id)
    found = drafts.find()
    if found is None:
        abort(404)
    named = f"{form_id}_{found.version}.xlsx"
    content = BytesIO(drafts.workbook(found))
    return send_file(content, mimetype=XLSX, as_attachment=True, download_name=named)


@pages.post("/<form_id>/draft/drop")
@for_roles("admin")
def drop(form_id: str) -> Answer:
    """Set the draft aside."""
    _entry(form_id)
    if is_running(form_id):
        return _running(form_id)
    _drafts(form_id).drop(request.form.get("sha256", ""))
    return redirect(url_for("forms.home", dropped=form_id), 303)


@pages.post("/<form_id>/draft/restore")
@for_roles("admin")
def restore(form_id: str) -> Response:
    """Take back the draft that was set aside."""
    _entry(form_id)
    flash("deploy.restored" if _drafts(form_id).restore() else "deploy.not_restored")
    return redirect(url_for("deploys.draft", form_id=form_id), 303)


@pages.post("/<form_id>/draft/accept")
@for_roles("admin")
def accept(form_id: str) -> Answer:
    """Keep what was ticked, and go on when that is all."""
    entry, drafts = _entry(form_id), _drafts(form_id)
    found = _same_draft(drafts)
    if found is None:
        return differences_page(entry, drafts, {"draft": t("deploy.bad.OTHER")}, 409)
    seen, allow = tuple(request.form.getlist("seen")), "allow" in request.form
    drafts.note(found, accepted=Accepted(me().username, seen, allow))
    comparison = ready_of(entry, drafts, drafts.find()).comparison
    if comparison is None or not comparison.is_accepted(Accepted(me().username, seen, allow), me().username):
        return differences_page(entry, drafts, {"seen": t("deploy.tick_all")}, 400)
    return redirect(url_for("deploys.try_out", form_id=form_id), 303)


@pages.get("/<form_id>/draft/try")
@for_roles("admin")
def try_out(form_id: str) -> Answer:
    """What would be sent; nothing is."""
    return try_page(_entry(form_id), _drafts(form_id), {})


@pages.post("/<form_id>/draft/deploy")
@for_roles("admin")
def deploy(form_id: str) -> Answer:
    """Deploy just the draft that was looked at."""
    entry, drafts = _entry(form_id), _drafts(form_id)
    if is_running(form_id):
        return _refused_for(entry, drafts)
    found = _same_draft(drafts)
    if found is None:
        return differences_page(entry, drafts, {"draft": t("deploy.bad.OTHER")}, 409)
    try:
        service().server.deployed()
    except AwayError:
        return try_page(entry, drafts, {}, 503)
    ready = ready_of(entry, drafts, found)
    if ready.package is None or ready.comparison is None:
        return differences_page(entry, drafts, {}, 409)
    if not ready.comparison.is_accepted(found.accepted, me().username):
        return differences_page(entry, drafts, {"seen": t(DIFFERENT)}, 409)
    return _told(entry, drafts, found, start(drafts, found, ready.package, me()))


def _told(entry: FormConfig, drafts: Drafts, found: Draft, run: Run) -> Answer:
    if (run.username, run.sha256) != (me().username, found.sha256):
        return _refused_for(entry, drafts)
    if run.problem == DIFFERENT:
        return differences_page(entry, drafts, {"seen": t(DIFFERENT)}, 409)
    return redirect(url_for("deploys.outcome", form_id=entry.form_id), 303)


@pages.get("/<form_id>/deploy")
@for_roles("admin")
def outcome(form_id: str) -> Answer:
    """How far the deploy is, or how it ended."""
    return outcome_page(_entry(form_id), _drafts(form_id))


def _entry(form_id: str) -> FormConfig:
    try:
        return service().config.form(form_id)
    except ConfigError:
        abort(404)


def _drafts(form_id: str) -> Drafts:
    return Drafts(folder("forms") / form_id, form_id)


def _same_draft(drafts: Drafts) -> Draft | None:
    """The draft, if it is the one that the page showed."""
    found = drafts.find()
    return found if found and found.sha256 == request.form.get("sha256") else None


def _running(form_id: str) -> Response:
    """Somebody deploys it: there it is to be seen."""
    return redirect(url_for("deploys.outcome", form_id=form_id), 303)


def _refused_for(entry: FormConfig, drafts: Drafts) -> Answer:
    run = read_run(drafts)
    if run is not None and run.username == me().username:
        return _running(entry.form_id)
    return outcome_page(entry, drafts, refused=True), 409
