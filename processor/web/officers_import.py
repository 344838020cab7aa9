"""A list of enumerators from a file: looked at line by line, then taken as a whole; for administrators.

Between the two nothing is kept on the service: the page carries the list, and it is looked at again.
"""

from __future__ import annotations

import csv
import secrets
from collections import Counter
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from processor.errors import ConfigError, ContractError, Message
from processor.servers.builtin.roster import COLUMNS, Listed, Roster, Wrong, look_through
from processor.servers.officers import ADDED, CHANGED, KEPT, UNCHANGED
from processor.store.sheet_file import check_size
from processor.web.guard import for_roles
from processor.web.kept_files import folder, sweep
from processor.web.officers_job import newest, start
from processor.web.officers_list import list_page
from processor.web.service import service

if TYPE_CHECKING:
    from processor.servers.protocol import AppUser

pages = Blueprint("roster", __name__, url_prefix="/officers/import")
KINDS = (".csv", ".xlsx")
NO_COMMUNE = "no_commune"
"""Five digits, but no commune of the survey has them: phones would be offered no village."""


@pages.post("/")
@for_roles("admin")
def upload() -> str | tuple[str, int]:
    """What the file would do, line by line; nothing is done."""
    sent = request.files.get("file")
    suffix = Path(sent.filename or "").suffix.lower() if sent else ""
    if sent is None or suffix not in KINDS:
        return list_page({"file": "officers.import.no_file"}), 400
    path = _draft(suffix)
    try:
        sent.save(path)
        return _preview(_look(path))
    except (ConfigError, ContractError) as error:
        return list_page({"file": _bad(error)}), 400
    finally:
        path.unlink(missing_ok=True)


def _draft(suffix: str) -> Path:
    place = folder("officers-import")
    sweep(place)
    return place / f"{secrets.token_hex(16)}{suffix}"


def _look(path: Path) -> Roster:
    """The lines of a file; a commune that the survey does not have is wrong here."""
    if path.suffix == ".xlsx":
        check_size(path)
    found, communes = look_through(path), service().areas.communes
    lost = [e for e in found.listed if e.user.area and e.user.area not in communes]
    wrong = [*found.wrong, *(Wrong(e.line, _no_commune(e.user)) for e in lost)]
    kept = [entry for entry in found.listed if entry not in lost]
    return Roster(kept, sorted(wrong, key=lambda entry: entry.line))


def _no_commune(user: AppUser) -> ConfigError:
    expected = "a commune of the survey"
    return ConfigError(Message.OFFICER_FIELD, field="area", expected=expected, found=user.area)


def _bad(error: ConfigError | ContractError) -> str:
    """Key of the words for a file that is no list."""
    large = error.message is Message.SHEET_LARGE
    return "officers.import.large" if large else "officers.import.unreadable"


def _preview(found: Roster, *, problem: str = "") -> str:
    known = {officer.code: officer for officer in service().server.officers()}
    lines = [(entry, _change(entry.user, known.get(entry.user.code)), known) for entry in found.listed]
    return render_template(
        "officers_import.html",
        lines=lines,
        counts=Counter(change for _entry, change, _known in lines),
        wrong=[(line, _words(error), error) for line, error in found.wrong],
        text=_text(found.listed),
        problem=problem,
        areas=service().areas,
    )


def _change(user: AppUser, known: AppUser | None) -> str:
    """What is to be expected; the form server has the last word."""
    if known is None:
        return ADDED
    if not known.active:
        return KEPT
    return UNCHANGED if (user.name, user.area) == (known.name, known.area) else CHANGED


def _words(error: ConfigError) -> str:
    """Key of the words for a line."""
    if error.message is Message.OFFICER_TWICE:
        return "officers.import.twice"
    return f"officers.bad_{error.values['field']}"


def _text(listed: Sequence[Listed]) -> str:
    stream = StringIO()
    csv.writer(stream).writerows([COLUMNS, *((e.user.code, e.user.name, e.user.area) for e in listed)])
    return stream.getvalue()


@pages.post("/confirm")
@for_roles("admin")
def confirm() -> Response | str | tuple[str, int]:
    """Let them send, in the background."""
    path = _draft(".csv")
    try:
        path.write_text(request.form.get("list", ""), encoding="utf-8", newline="")
        found = _look(path)
    except ConfigError as error:
        return list_page({"file": _bad(error)}), 400
    finally:
        path.unlink(missing_ok=True)
    if found.wrong or not found.listed:
        return _preview(found), 400
    if not start(found.listed, again="again" in request.form):
        return _preview(found, problem="officers.import.busy"), 409
    return redirect(url_for("roster.progress"), 303)


@pages.get("/progress")
@for_roles("admin")
def progress() -> Response | str:
    """How far it is, or what came of it."""
    job = newest()
    if job is None:
        flash("officers.import.none")
        return redirect(url_for("officers.home"), 303)
    running = job.is_running
    return render_template("officers_progress.html", job=job, running=running, total=len(job.listed))
