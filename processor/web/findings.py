"""Findings as work: the list with its filters, acts on many of them, tallies."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from processor.errors import AccessError, ContractError
from processor.store.query import read_submission
from processor.store.work import (
    ACTS,
    FindingRow,
    Tally,
    act,
    count_findings,
    list_findings,
    take_back,
    time_of,
)
from processor.web import findings_asked as asked
from processor.web import findings_told as told
from processor.web.data import Chip
from processor.web.detail import form_title
from processor.web.findings_rows import Choice, choices, lines
from processor.web.findings_tallies import BY, heads, ordered
from processor.web.formats import t
from processor.web.guard import chosen_practice, me, my_scope
from processor.web.service import service

pages = Blueprint("findings", __name__, url_prefix="/findings")
pages.add_app_template_global(time_of, "time_of")
REF = re.compile(r"[0-9a-f]{32}")
MOST = 200
"""Findings of one act: more than a page shows."""


@pages.get("/")
def home() -> str:
    """A page of the list."""
    scope, wanted = my_scope(), _asked()
    narrowed = wanted.as_filter(service().areas)
    size, place = asked.size_of(request.args), {k: request.args.get(k) or None for k in asked.PLACE}
    page = list_findings(service().store, scope, narrowed, size=size, **place)
    by_rule = _by_rule(wanted)
    shown = lines(page.rows, scope)
    return render_template(
        "findings.html",
        asked=wanted,
        chips=_chips(wanted),
        lines=shown,
        page=page,
        rules=_rules(by_rule, wanted),
        counts=_counts(tally for tally in by_rule if wanted.rule in ("", tally.key)),
        nothing_at_all=not (shown or by_rule) and not _anything(),
        told=told.find(request.args.get("told")),
        offered=_offered(line.row for line in shown),
        size=size,
        sizes=asked.SIZES,
        **_shared(wanted),
    )


@pages.get("/summary")
def summary() -> str:
    """How many by rule, commune or officer, each with the list that it counts."""
    wanted = _asked()
    by = request.args.get("by", "")
    by = by if by in BY else BY[0]
    narrowed = wanted.as_filter(service().areas, state=wanted.state or asked.ALL)
    tallies = ordered(count_findings(service().store, my_scope(), by, narrowed))
    return render_template(
        "findings_summary.html",
        asked=wanted,
        chips=_chips(wanted),
        by=by,
        all_by=BY,
        rows=[(tally, *heads(by, tally.key)) for tally in tallies],
        sums=_sums(tallies),
        states=asked.STATES,
        **_shared(wanted),
    )


@pages.post("/act")
def act_on_many() -> Response:
    """Treat the chosen ones; the list then tells what was done."""
    chosen = request.form.getlist("shown" if "all" in request.form else "ref")
    return redirect(_done(chosen, _turn()), 303)


@pages.post("/<form_id>/<instance_id>/act")
def act_on_one(form_id: str, instance_id: str) -> Response:
    """Treat one finding on its submission's page, and lead back there."""
    if read_submission(service().store, form_id, instance_id, my_scope()) is None:
        abort(404)
    kept = {k: v for k, v in request.args.items() if not k.startswith("_") and k not in ("told", "endpoint")}
    kept |= {"form_id": form_id, "instance_id": instance_id}
    back = url_for("data.submission", **kept)  # type: ignore[arg-type]
    return redirect(_done(request.form.getlist("ref")[:1], back) + "#told", 303)


@pages.post("/undo")
def undo() -> Response:
    """Take back an act of the caller: what it has changed and nobody has treated since."""
    found = told.find(request.form.get("key"))
    if found is None or not found.can_undo:
        return redirect(_turn(), 303)
    told.forget(found.key)
    back = take_back(service().store, me(), my_scope(), found.refs, found.moment, t("findings.undone_reason"))
    note = told.keep("undone", refs=back.done, gone=len(back.gone), back=found.back)
    return redirect(_with(found.back, note.key), 303)


def _done(chosen: list[str], back: str) -> str:
    """Act, and the address of the page that tells it."""
    state, reason = request.form.get("act", ""), request.form.get("reason", "").strip()
    refs = list(dict.fromkeys(ref for ref in chosen if REF.fullmatch(ref)))[:MOST]
    kept: dict[str, Any] = {"refs": tuple(refs), "reason": reason, "back": back}
    if state not in ACTS:
        abort(400)
    if not refs:
        return _with(back, told.keep(state, **kept, problem=told.NOTHING_CHOSEN).key)
    try:
        acted = act(service().store, me(), my_scope(), state, refs, reason, seen=_seen(refs))
    except (ContractError, AccessError) as error:
        return _with(back, told.keep(state, **kept, problem=told.words_of(error)).key)
    kept |= {"refs": acted.done, "gone": len(acted.gone), "at": acted.at.isoformat()}
    kept["treated"] = told.treated_by(acted.others)
    return _with(back, told.keep(state, **kept).key)


def _seen(refs: list[str]) -> dict[str, str]:
    """When each had been treated last as the page showed it: what somebody has treated since is left alone."""
    return {ref: request.form.get(f"seen-{ref}", "") for ref in refs}


def _with(address: str, key: str) -> str:
    """The address of a page, always one of ours, that tells the outcome of this key."""
    return f"{address}{'&' if '?' in address else '?'}told={key}"


def _asked() -> asked.Asked:
    forms = [form.form_id for form in service().config.forms]
    return asked.read(request.args, service().areas, my_scope().area, forms)


def _shared(wanted: asked.Asked) -> dict[str, Any]:
    """What both pages show."""
    return {
        "areas": service().areas,
        "area": my_scope().area,
        "forms": [(form.form_id, form_title(form.form_id)) for form in service().config.forms],
        "short": {form.form_id: form.table.upper() for form in service().config.forms},
        "turn": _turn,
        "kept": {k: v for k, v in request.args.items() if k in asked.KEPT and v},
        "practice_shown": chosen_practice() == "practice",
        "level_names": [level for level in asked.LEVELS if level],
    }


def _turn(endpoint: str = "findings.home", **arguments: Any) -> str:
    """An address with the filters in it."""
    kept: dict[str, Any] = {k: v for k, v in request.args.items() if k in (*asked.KEPT, *asked.PLACE) and v}
    if arguments.keys() & set(asked.PLACE):
        kept = {k: v for k, v in kept.items() if k not in asked.PLACE}  # there is one place
    found = {**kept, **arguments}
    return url_for(endpoint, **{k: v for k, v in found.items() if v is not None})


def _by_rule(wanted: asked.Asked) -> tuple[Tally, ...]:
    """Of all levels and rules, with the other filters: for the counts and the choice of a rule."""
    narrowed = wanted.as_filter(service().areas, levels=(), rule="")
    return count_findings(service().store, my_scope(), "rule", narrowed)


def _counts(tallies: Iterable[Tally]) -> dict[str, int]:
    counts = dict.fromkeys("EWI", 0)
    for tally in tallies:
        for level, number in tally.severities.items():
            counts[level] = counts.get(level, 0) + number
    return counts


def _rules(tallies: Iterable[Tally], wanted: asked.Asked) -> list[tuple[str, int]]:
    """(rule, how many) of the levels that are shown; the one in force whatever it has."""
    levels = asked.LEVELS[wanted.level]
    found = {
        tally.key: sum(n for level, n in tally.severities.items() if level in levels) for tally in tallies
    }
    return [(rule, number) for rule, number in found.items() if number or rule == wanted.rule]


def _anything() -> bool:
    """Whether there is any finding, settled or not, that the caller may see."""
    return bool(count_findings(service().store, my_scope(), "rule"))


def _offered(rows: Iterable[FindingRow]) -> list[Choice]:
    """What can be done with at least one of the rows, in the order of `ACTS`."""
    found = {choice.state for row in rows for choice in choices(row, me().role) if not choice.why_not}
    return [Choice(state) for state in ACTS if state in found]


def _sums(tallies: Iterable[Tally]) -> Tally:
    total = Tally("")
    for tally in tallies:
        total.total += tally.total
        for name in ("states", "severities"):
            sums = getattr(total, name)
            for key, number in getattr(tally, name).items():
                sums[key] = sums.get(key, 0) + number
    return total


def _chips(wanted: asked.Asked) -> list[Chip]:
    """Each filter in force, with the address that drops it."""
    areas, here = service().areas, request.endpoint or "findings.home"
    found = [
        ("form", t("findings.form"), form_title(wanted.form) if wanted.form else ""),
        ("level", t("findings.level"), t(f"findings.level.{wanted.level}") if wanted.level else ""),
        ("state", t("data.state"), t(f"findings.state.{wanted.state}") if wanted.state else ""),
        ("rule", t("findings.rule"), wanted.rule),
        ("district", t("area.district"), areas.name(wanted.district)),
        ("commune", t("area.commune"), areas.name(wanted.commune)),
        ("officer", t("officer"), wanted.officer),
    ]
    by = request.args.get("by") if here == "findings.summary" else None
    dropped: dict[str, dict[str, Any]] = {"district": {"district": None, "commune": None}}
    return [
        Chip(label, value, _turn(here, **{"after": None, "by": by, **dropped.get(name, {name: None})}))
        for name, label, value in found
        if value
    ]
