"""The ledger of corrections: what was corrected, what waits for a decision, undoing.

The dialogue in which a correction is made is in `corrections_new.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from processor.errors import ProcessorError
from processor.store.corrections import apply_again, check_after, drop, restore, undo
from processor.store.corrections_list import list_corrections, read_correction, read_events
from processor.web.corrections_asked import ALL, FILTERS, PAGE, STATES, read, read_rows
from processor.web.corrections_read import lines_of, names_of
from processor.web.corrections_words import REASON, refusal
from processor.web.detail import form_title
from processor.web.guard import chosen_practice, me, my_scope
from processor.web.service import service

pages = Blueprint("corrections", __name__, url_prefix="/corrections")
Page = Response | tuple[str, int] | str


@dataclass
class Outcome:
    """What was decided, and why some was not."""

    done: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)


@pages.get("/")
def home() -> str:
    """What waits for a decision, or whatever the filters ask for."""
    return _ledger()


def _ledger(outcome: Outcome | None = None, problems: Mapping[str, str] | None = None) -> str:
    scope = my_scope()
    wanted = read(request.args, scope.area)
    last = request.args.get("before", "")
    rows = read_rows(scope, wanted, int(last) if last.isdigit() and len(last) < 19 else None)
    shown, more = rows[:PAGE], rows[PAGE:]
    return render_template(
        "corrections.html",
        lines=lines_of(shown),
        names=names_of(shown),
        older=shown[-1].id if more else None,
        asked=wanted,
        states=(*STATES, ALL),
        forms=[(f.form_id, form_title(f.form_id)) for f in service().config.forms],
        areas=service().areas,
        area=scope.area,
        outcome=outcome or Outcome(),
        problems=problems or {},
        numbers=_numbers(request.args.get("done", "").split(",")),
        narrowed=any(wanted[1:]),
        ever=bool(rows or list_corrections(service().store, scope, size=1)),
        practice_shown=chosen_practice() == "practice",
    )


@pages.get("/<int:number>")
def one(number: int) -> str:
    """One correction with everything that is known of it."""
    return _one(number)


def _one(number: int, problems: Mapping[str, str] | None = None) -> str:
    row = read_correction(service().store, my_scope(), number)
    if row is None:
        abort(404)
    others = list_corrections(
        service().store, my_scope(), form_id=row.form_id, submission_id=row.submission_id, size=PAGE
    )
    cell = (row.table_name, row.row_key, row.column_name)
    same = [o for o in others if (o.table_name, o.row_key, o.column_name) == cell and o.id != row.id]
    return render_template(
        "corrections_one.html",
        line=lines_of([row])[0],
        name=names_of([row]).get(row.submission_id),
        others=lines_of(same),
        events=read_events(service().store, my_scope(), number),
        place=service().areas.name(row.area),
        problems=problems or {},
        practice_shown=chosen_practice() == "practice",
    )


@pages.post("/decide")
def decide() -> Page:
    """Apply chosen corrections again, or drop them: each as it was shown, the others stay."""
    act = {"apply": _apply, "drop": _drop}.get(request.form.get("act", ""))
    chosen, reason = _numbers(request.form.getlist("n")), request.form.get("reason", "")
    if act is None:
        abort(400)
    problems = {} if chosen else {"n": "corrections.choose"}
    problems |= {} if reason.strip() else {"reason": REASON}
    if problems:
        return _again(chosen, problems)
    outcome = _each(chosen, lambda number: act(number, reason))
    if outcome.refused:
        return (
            (_ledger(outcome), 409)
            if not _single()
            else _again(chosen, {"n": next(iter(outcome.refused.values()))}, 409)
        )
    numbers = ",".join(map(str, outcome.done))
    return redirect(_back(done=numbers, act=request.form["act"]), 303)


def _apply(number: int, reason: str) -> int:
    seen = request.form.get(f"seen-{number}", "")
    return apply_again(service().store, me(), my_scope(), number, reason=reason, seen=seen, check=False)


def _drop(number: int, reason: str) -> int:
    seen = request.form.get(f"seen-{number}", "")
    drop(service().store, me(), my_scope(), number, reason=reason, seen=seen, check=False)
    return number


@pages.post("/undo")
def undo_some() -> Page:
    """Take corrections back."""
    chosen, reason = _numbers(request.form.getlist("n")), request.form.get("reason", "")
    if not chosen:
        abort(400)
    if not reason.strip():
        return _again(chosen, {"reason": REASON})
    first = read_correction(service().store, my_scope(), chosen[0])
    if first is None:
        abort(404)
    outcome = _each(chosen, lambda number: _undo(number, reason))
    if outcome.refused:
        return _again(chosen, {"n": next(iter(outcome.refused.values()))}, 409)
    if request.form.get("back") == "submission":
        return redirect(
            url_for(
                "data.submission", form_id=first.form_id, instance_id=first.submission_id, undone=first.id
            ),
            303,
        )
    return redirect(_back(done=",".join(map(str, outcome.done)), act="undo"), 303)


@pages.post("/restore")
def restore_some() -> Page:
    """Take back that corrections were dropped."""
    chosen, reason = _numbers(request.form.getlist("n")), request.form.get("reason", "")
    if not chosen:
        abort(400)
    if not reason.strip():
        return _again(chosen, {"reason": REASON})
    outcome = _each(chosen, lambda number: _restore(number, reason))
    if outcome.refused:
        return _again(chosen, {"n": next(iter(outcome.refused.values()))}, 409)
    return redirect(_back(done=",".join(map(str, outcome.done)), act="restore"), 303)


def _undo(number: int, reason: str) -> int:
    undo(service().store, me(), my_scope(), number, reason=reason)
    return number


def _restore(number: int, reason: str) -> int:
    restore(service().store, me(), my_scope(), number, reason=reason, check=False)
    return number


def _each(chosen: Sequence[int], act: Callable[[int], int]) -> Outcome:
    """One after the other; a refusal of one is told and stops none, checks run once."""
    outcome = Outcome()
    for number in chosen:
        try:
            outcome.done.append(act(number))
        except ProcessorError as error:
            outcome.refused[number] = refusal(error)
    if outcome.done:
        check_after(service().store)
    return outcome


def _single() -> bool:
    return request.form.get("page") == "one"


def _again(chosen: Sequence[int], problems: Mapping[str, str], status: int = 400) -> Page:
    """The page from which it came, with what was typed and what is wrong with it."""
    if _single() and chosen:
        return _one(chosen[0], problems), status
    return _ledger(problems=problems), status


def _back(**more: Any) -> str:
    kept = {name: request.args.get(name) for name in FILTERS}
    return url_for("corrections.home", **{k: v for k, v in {**kept, **more}.items() if v})


def _numbers(texts: Sequence[str]) -> list[int]:
    """Numbers of corrections, each once."""
    return list(
        dict.fromkeys(int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19)
    )
