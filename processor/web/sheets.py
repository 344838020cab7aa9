"""Working in Excel: a sheet of findings goes out, comes back filled in, is looked at, then done."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from processor.errors import AccessError, ContractError, Message
from processor.reports.refused_sheet import write_refused
from processor.store.scope import Scope
from processor.store.sheet_file import Sheet
from processor.store.sheet_plan import READY, Step, plan_sheet
from processor.web.downloads import LONGEST_PURPOSE
from processor.web.formats import t
from processor.web.guard import me, my_scope
from processor.web.kept_files import export_path, folder, sweep
from processor.web.language import current
from processor.web.service import service
from processor.web.sheet_job import STOPPED, is_running, start
from processor.web.sheet_keep import Kept
from processor.web.sheet_progress import left_words
from processor.web.sheet_rows import SHOWN, counts, ordered, sheet_rows
from processor.web.sheets_out import filters, home_page, key, make_sheet, problems_of

pages = Blueprint("sheets", __name__, url_prefix="/sheets")
BAD = {
    Message.SHEET_LARGE: "sheets.bad.SHEET_LARGE",
    Message.SHEET_UNREADABLE: "sheets.bad.SHEET_UNREADABLE",
    Message.SHEET_FOREIGN: "sheets.bad.SHEET_FOREIGN",
    Message.SHEET_COLUMNS: "sheets.bad.SHEET_COLUMNS",
}


@pages.get("/")
def home() -> str:
    """Which findings to take, what was taken, where to bring a sheet back."""
    return home_page({})


@pages.post("/")
def make() -> Response | tuple[str, int]:
    """Make the sheet; the page then leads to it."""
    classes = frozenset({"open", *request.form.getlist("classes")})
    purpose = request.form.get("purpose", "").strip()
    if not classes <= me().classes:
        abort(403)
    if len(purpose) > LONGEST_PURPOSE:
        return home_page({"purpose": "downloads.long_purpose"}), 400
    try:
        number = make_sheet(replace(my_scope(), classes=classes), purpose)
    except (ContractError, AccessError) as error:
        return home_page(problems_of(error)), 400
    return redirect(_with_choice(made=number), 303)


def _with_choice(**arguments: Any) -> str:
    found: dict[str, Any] = {**filters(), **arguments}
    return url_for("sheets.home", **found)


@pages.post("/upload")
def upload() -> Response | tuple[str, int]:
    """Take a filled sheet, as far as it is one, and show what it would do."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return home_page({"file": "sheets.no_file"}), 400
    token = secrets.token_hex(16)
    kept = Kept(token)
    kept.save(sent)
    try:
        kept.sheet(key())
    except ContractError as error:
        kept.drop()
        return home_page({"file": _bad(error)}), 400
    return redirect(url_for("sheets.look", token=token), 303)


@pages.get("/<token>")
def look(token: str) -> Response | str:
    """The preview, or after the import its outcome."""
    kept = Kept(token)
    running = is_running(kept)
    if done := kept.result():
        return _lines(token, done.steps, done.sheet, done.untouched, practice=done.practice, done=True)
    progress = kept.progress()
    if running:
        return render_template("sheets_progress.html", told=progress, left=left_words(progress), token=token)
    if not kept.file.is_file():
        return _over()
    problem = (progress.problem or STOPPED) if progress else ""
    return _preview(token, kept.sheet(key()), problem)


def _preview(token: str, sheet: Sheet, problem: str = "") -> str:
    steps = plan_sheet(service().store, me(), _scope(sheet), sheet)
    identity = sheet.identity
    made = {"made_by": identity.username, "made_at": identity.made_at}
    return _lines(
        token, steps, identity.sheet, sheet.untouched, practice=identity.practice, problem=problem, made=made
    )


@pages.post("/<token>/import")
def confirm(token: str) -> Response | tuple[str, int]:
    """Begin to do what is ready, as it is judged then; refused while another sheet is being imported."""
    kept = Kept(token)
    if not kept.file.is_file():
        return redirect(url_for("sheets.look", token=token), 303)
    sheet = kept.sheet(key())
    kept.begin(sheet.identity.sheet)
    start(kept, _scope(sheet), sheet)
    progress = kept.progress()
    if progress is not None and progress.problem:
        kept.forget_progress()
        return _preview(token, sheet, progress.problem), 503
    return redirect(url_for("sheets.look", token=token), 303)


@pages.post("/<token>/drop")
def drop(token: str) -> Response:
    """Do not import it."""
    kept = Kept(token)
    if is_running(kept):
        return redirect(url_for("sheets.look", token=token), 303)
    kept.drop()
    flash("sheets.cancelled")
    return redirect(url_for("sheets.home"), 303)


@pages.post("/<token>/refused")
def refused(token: str) -> Response:
    """The lines that were refused, as a file; in the ledger like every other."""
    done = Kept(token).result()
    if done is None or not any(step.why for step in done.steps):
        return _over()
    sweep(folder())
    draft = folder() / f"{secrets.token_hex(8)}.xlsx"
    scope = my_scope("practice" if done.practice else "survey")
    purpose = t("sheets.refused_purpose", no=done.sheet)
    receipt = write_refused(
        service().store, scope, me(), draft, steps=done.steps, language=current(), purpose=purpose
    )
    draft.rename(export_path(receipt.download_id, "xlsx"))
    return redirect(url_for("downloads.file", download_id=receipt.download_id), 303)


def _over() -> Response:
    flash("sheets.over")
    return redirect(url_for("sheets.home"), 303)


def _bad(error: ContractError) -> str:
    """Key of the words for a sheet that cannot be read or imported; another error is raised again."""
    if error.message not in BAD:
        raise error
    return BAD[error.message]


def _scope(sheet: Sheet) -> Scope:
    """The caller's own rights, over the data that the sheet is of."""
    return my_scope("practice" if sheet.identity.practice else "survey")


def _lines(
    token: str,
    steps: list[Step],
    number: int,
    untouched: int,
    *,
    practice: bool,
    done: bool = False,
    problem: str = "",
    made: Mapping[str, Any] | None = None,
) -> str:
    outcome = request.args.get("outcome", "")
    told = ordered(step for step in steps if outcome in ("", step.outcome))
    return render_template(
        "sheets_lines.html",
        token=token,
        number=number,
        rows=sheet_rows(told),
        found=len(told),
        limit=SHOWN,
        counts=counts(steps),
        outcome=outcome,
        untouched=untouched,
        ready=sum(step.outcome == READY for step in steps),
        refused=sum(bool(step.why) for step in steps),
        practice_sheet=practice,
        done=done,
        problem=problem,
        **(made or {}),
    )
