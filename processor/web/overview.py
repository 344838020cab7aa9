"""How far the survey is, and whether its numbers can be trusted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from processor.store.access import EVERYWHERE
from processor.store.progress import active_officers, count_submissions, last_pulls, silent_officers
from processor.store.scope import Practice, Scope
from processor.web import progress, recon
from processor.web.formats import here, t, today, zone
from processor.web.guard import me, my_scope
from processor.web.service import service

pages = Blueprint("overview", __name__)

SILENT_DAYS = 2
SILENT_SHOWN = 8
WAIT_FOR_PULL = 120
"""Seconds after which the page no longer waits for a pull that was asked for."""


@pages.get("/healthz")
def health() -> tuple[dict[str, str], int]:
    """Whether pages and database answer; tells nothing else."""
    last_pulls(service().store)
    return {"status": "ok"}, 200


@pages.get("/")
def home() -> Response | str:
    """The overview of the caller's area, or of one district of it."""
    if "data" not in request.args:
        only = _only_data()
        if only == "practice":
            return redirect(here(data=only))
    scope = my_scope()
    district = _district(scope)
    narrowed = progress.narrow(scope, service().areas, district)
    found, silent = progress.forms(narrowed), _silent(narrowed)
    return render_template(
        "overview.html",
        practice_shown=scope.practice == "practice",
        has_practice=_has("practice"),
        place=_place(scope, district),
        districts=service().areas.offered(scope.area),
        district=district,
        today=today(),
        total=sum(form.counts.total for form in found),
        forms=found,
        recon_lines=_recon_lines(),
        pulling=_pulling(),
        can_pull=service().scheduler is not None and not service().server.lacks_passphrase,
        silent=silent[:SILENT_SHOWN],
        has_officers=bool(active_officers(narrowed, service().server.app_users())),
        figures=_figures(found, silent),
        **progress.tables(narrowed, found, district),
    )


@pages.post("/pull")
def pull_now() -> Response:
    """Wake the thread that pulls; the page then waits for it."""
    scheduler = service().scheduler
    if scheduler is not None:
        for form in service().config.forms:
            scheduler.wake(form.form_id)
    asked_at = str(int(datetime.now(UTC).timestamp()))
    return redirect(url_for("overview.home", pulling=asked_at, district=request.args.get("district")), 303)


def _only_data() -> Practice | None:
    """Practice when there is nothing else to show."""
    return "practice" if not _has("survey") and _has("practice") else None


def _has(practice: Practice) -> bool:
    scope = my_scope(practice)
    store = service().store
    return any(count_submissions(store, form.form_id, scope).total for form in service().config.forms)


def _district(scope: Scope) -> str:
    """The district in the address, or the only one that the caller has."""
    offered = service().areas.offered(scope.area)
    wanted = request.args.get("district", "")
    if wanted in offered:
        return wanted
    return next(iter(offered), "") if len(offered) == 1 else ""


def _place(scope: Scope, district: str) -> str:
    if district:
        return service().areas.name(district)
    return t("area.all") if scope.area.communes is None else t("area.mine")


def _recon_lines() -> list[recon.Line]:
    """One line per form; the counts are of the whole province, so only its staff see them."""
    pulls = last_pulls(service().store)
    minutes, now = service().config.web.pull_minutes, datetime.now(UTC)
    whole = EVERYWHERE in me().areas
    forms = service().config.forms
    behind = service().server
    sealing = recon.Sealing(behind.seals, behind.lacks_passphrase)
    return [
        recon.line(form, pulls.get(form.form_id), now, minutes, counts=whole, sealing=sealing)
        for form in forms
    ]


def _pulling() -> bool:
    """Whether a pull that was asked for on this page has not ended yet."""
    asked = request.args.get("pulling", "")
    if not asked.isdecimal() or len(asked) > 12:
        return False
    since = datetime.fromtimestamp(int(asked), UTC)
    if (datetime.now(UTC) - since).total_seconds() > WAIT_FOR_PULL:
        return False
    pulls = last_pulls(service().store)
    return any(not recon.ended_since(pulls.get(f.form_id), since) for f in service().config.forms)


def _silent(scope: Scope) -> list[dict[str, Any]]:
    officers = {officer.code: officer for officer in service().server.app_users()}
    found = silent_officers(service().store, scope, officers.values(), days=SILENT_DAYS)
    return [
        {
            "code": silent.code,
            "name": officers[silent.code].name,
            "place": service().areas.name(silent.area),
            "last": silent.last_received,
            "days": (today() - silent.last_received.astimezone(zone()).date()).days
            if silent.last_received
            else None,
        }
        for silent in found
    ]


def _figures(found: list[progress.FormProgress], silent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Figures with what to compare them with."""
    figures = [
        {"label": t("overview.received", form=form.short), "value": form.counts.total, "note": form.week_note}
        for form in found
    ]
    today_count = sum(form.counts.today for form in found)
    week = sum(form.mean for form in found)
    waiting = sum(form.counts.waiting_for_files for form in found)
    incomplete = sum(form.counts.incomplete for form in found)
    return [
        *figures,
        {
            "label": t("overview.today"),
            "value": today_count,
            "note": t("overview.mean", n=progress.said(week)),
        },
        {"label": t("overview.files"), "value": waiting, "note": t("overview.files_note")},
        {"label": t("overview.incomplete"), "value": incomplete, "note": t("overview.incomplete_note")},
        {"label": t("overview.silent"), "value": len(silent), "note": t("overview.silent_note")},
    ]
