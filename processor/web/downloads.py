"""Files: choose, make, take; everybody sees the own rows of the ledger, administrators all.

A file waits for a day in a folder of the service. It is handed out to the person who made it, and
each time only if that person's rights of that moment still cover what is in it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from processor.forms.definition import DATA_CLASSES
from processor.reports import export
from processor.reports.choice import FORMATS, PROFILES, STATISTICS, file_name, needs_purpose
from processor.reports.export import write_codebook
from processor.reports.units import UNITS
from processor.store.access import EVERYWHERE
from processor.store.ledger import Download, list_downloads
from processor.store.query import count_rows
from processor.store.scope import Scope
from processor.survey.columns import TablePlan
from processor.web.file_job import Wanted, begin_file, find_file, forget_file, running_file
from processor.web.formats import zone
from processor.web.guard import chosen_practice, me, my_scope
from processor.web.kept_files import export_path, folder, read_notes, sweep
from processor.web.language import current
from processor.web.service import service
from processor.web.sheet_progress import left_words

pages = Blueprint("downloads", __name__, url_prefix="/downloads")
LONGEST_PURPOSE = 500
MIME = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "dta": "application/x-stata-dta",
    "sav": "application/x-spss-sav",
}


@dataclass(frozen=True)
class Order:
    """A file that somebody asks for."""

    table: str
    district: str
    profile: str
    file_format: str
    classes: frozenset[str]
    purpose: str
    units: str


@pages.get("/")
def home() -> str:
    """What can be downloaded, and what was."""
    first = next(iter(_tables()), None)
    order = Order(
        table=request.args.get("table", first.name if first else ""),
        district=request.args.get("district", ""),
        profile=PROFILES[0],
        file_format=FORMATS[0],
        classes=me().classes - {"secret"},
        purpose="",
        units=UNITS[0],
    )
    return _page(order, {})


@pages.post("/")
def make() -> Response | tuple[str, int]:
    """Make the file; its receipt is then on the page."""
    order, scope = _order(request.form), my_scope()
    problems = _problems(order, scope)
    if problems:
        return _page(order, problems), 400
    sweep(folder())
    wanted = _wanted(order, scope)
    if order.file_format in STATISTICS and wanted.cells > export.MAX_CELLS:
        return _page(order, {"profile": "downloads.too_large"}), 400
    if wanted.is_large():
        return redirect(url_for("downloads.making", token=begin_file(wanted).token), 303)
    return redirect(url_for("downloads.home", made=wanted.write()), 303)


@pages.get("/making/<token>")
def making(token: str) -> Response | str:
    """How far a large file of the caller is; when it is there, the page that hands it out."""
    job = find_file(token, me().id)
    if job is None or job.is_lost:
        flash("downloads.over")
        return redirect(url_for("downloads.home"), 303)
    if job.error is not None:
        forget_file(job)
        raise job.error
    if job.made is not None:
        return redirect(url_for("downloads.home", made=job.made), 303)
    return render_template(
        "downloads_making.html",
        told=job.told,
        left=left_words(job.told),
        token=token,
        practice_shown=job.wanted.scope.practice == "practice",
    )


def _wanted(order: Order, scope: Scope) -> Wanted:
    return Wanted(
        service().store,
        me(),
        replace(scope, classes=order.classes),
        folder(),
        order.table,
        service().areas.inside(order.district) if order.district else None,
        order.profile,
        order.file_format,
        current(),
        order.purpose,
        order.units,
    )


@pages.get("/<int:download_id>/file")
def file(download_id: int) -> Response:
    """The file, if it is the caller's own and the caller may see all of it today."""
    found = _mine(download_id)
    path = export_path(found.id, found.file_format)
    if found.state != "done" or not path.is_file():
        abort(404)
    if not covers(my_scope("both"), found):
        abort(403)
    name = file_name(
        found.table_name,
        profile=found.profile,
        file_format=found.file_format,
        practice=found.practice,
        at=found.at.astimezone(zone()),
    )
    return send_file(path.resolve(), mimetype=MIME[found.file_format], as_attachment=True, download_name=name)


@pages.post("/codebook/<table_name>")
def codebook(table_name: str) -> Response:
    """The codebook of a table: no people's data, in the ledger all the same."""
    if table_name not in {plan.name for plan in _tables()}:
        abort(404)
    sweep(folder())
    draft = folder() / f"{secrets.token_hex(8)}.xlsx"
    receipt = write_codebook(
        service().store, table_name, my_scope(), me(), draft, file_format="xlsx", language=current()
    )
    draft.rename(export_path(receipt.download_id, "xlsx"))
    return redirect(url_for("downloads.file", download_id=receipt.download_id), 303)


def covers(scope: Scope, found: Download) -> bool:
    """Whether these rights still hold everything that the file was made with."""
    if not set(found.classes.split()) <= scope.classes:
        return False
    if scope.area.communes is None:
        return True
    areas = found.areas.split()
    return EVERYWHERE not in areas and all(scope.area.allows(code) for code in areas)


def _page(order: Order, problems: dict[str, str]) -> str:
    scope, store = my_scope(), service().store
    everybody = me().role == "admin" and "ledger" in request.args
    ledger = list_downloads(service().engine, None if everybody else me().id, size=50)
    made = next((d for d in ledger if str(d.id) == request.args.get("made")), ledger[0] if ledger else None)
    ready = {d.id for d in ledger if _can_take(d)}
    return render_template(
        "downloads.html",
        order=order,
        problems=problems,
        tables=[(plan, count_rows(store, plan.name, scope)) for plan in _tables()],
        needs={plan.name: needs_purpose(store, plan.name, scope) for plan in _tables()},
        profiles=PROFILES,
        file_formats=FORMATS,
        units=UNITS,
        classes=DATA_CLASSES[1:],
        held=me().classes,
        districts=service().areas.offered(scope.area),
        ledger=ledger,
        made=made,
        everybody=everybody,
        ready=ready,
        notes=read_notes(made.id) if made and made.id in ready else [],
        running=running_file(me().id),
        practice_shown=chosen_practice() == "practice",
    )


def _can_take(found: Download) -> bool:
    """Whether the file is still there for the caller."""
    mine = found.user_id == me().id and found.state == "done"
    return mine and covers(my_scope("both"), found) and export_path(found.id, found.file_format).is_file()


def _order(form: Mapping[str, Any]) -> Order:
    return Order(
        table=form.get("table", ""),
        district=form.get("district", ""),
        profile=form.get("profile", ""),
        file_format=form.get("file_format", ""),
        classes=frozenset({"open", *request.form.getlist("classes")}),
        purpose=form.get("purpose", "").strip(),
        units=form.get("units", UNITS[0]),
    )


def _problems(order: Order, scope: Scope) -> dict[str, str]:
    """What is wrong with the order; rights are not a matter of wording and end in 403."""
    problems = {}
    if order.table not in {plan.name for plan in _tables()}:
        problems["table"] = "downloads.bad_table"
    if order.district and order.district not in service().areas.offered(scope.area):
        problems["district"] = "downloads.bad_district"
    if order.units not in UNITS:
        problems["units"] = "downloads.bad_units"
    if order.profile not in PROFILES or order.file_format not in FORMATS:
        problems["profile"] = "downloads.bad_format"
    if not order.classes <= scope.classes:
        abort(403)
    if len(order.purpose) > LONGEST_PURPOSE:
        problems["purpose"] = "downloads.long_purpose"
    if not problems and not order.purpose and _needs_purpose(order, scope):
        problems["purpose"] = "downloads.no_purpose"
    return problems


def _needs_purpose(order: Order, scope: Scope) -> bool:
    return needs_purpose(service().store, order.table, replace(scope, classes=order.classes))


def _tables() -> list[TablePlan]:
    store = service().store
    return [plan for form in service().config.forms for plan in store.plans(form.form_id)]


def _mine(download_id: int) -> Download:
    """The ledger's row if it is the caller's own, else 404."""
    found = list_downloads(service().engine, me().id, size=1, before=download_id + 1)
    if not found or found[0].id != download_id:
        abort(404)
    return found[0]
