"""The dialogue in which a person corrects one answer: the question, what stands there, the new answer, reason, source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from processor.errors import AccessError, ContractError, Message, ProcessorError
from processor.store.corrections import correct
from processor.store.corrections_check import TEXT_LIMIT, Cell, Found, check_seen
from processor.store.corrections_list import read_correction
from processor.store.corrections_preview import look, preview
from processor.store.detail import read_submission
from processor.survey.corrections import find_column
from processor.web import detail
from processor.web.corrections_field import (
    Typed,
    Writing,
    as_value,
    choices_of,
    is_offered,
    prefilled,
    read,
    widget_of,
)
from processor.web.corrections_read import naming
from processor.web.corrections_told import Told, told_in_words
from processor.web.corrections_words import REASON, SOURCE, refusal
from processor.web.formats import t, zone
from processor.web.guard import chosen_practice, me, my_scope
from processor.web.language import current
from processor.web.reading import Answer, Part
from processor.web.service import service

pages = Blueprint("correct", __name__, url_prefix="/corrections/new")
PLACE = ("form", "submission", "table", "row", "column")
Page = Response | tuple[str, int] | str


class Place(NamedTuple):
    """The cell of the address, as the caller may see it."""

    heading: str
    words: Mapping[str, Any]
    """What says findings in words."""
    part: str
    block: str
    answer: Answer
    cell: Cell
    found: Found


class Sent(NamedTuple):
    """What was typed."""

    values: list[str]
    clear: bool
    reason: str
    source: str
    away: bool
    """Whether the person knows that the submission leaves the own area."""


@pages.get("/")
def new() -> str:
    """The empty dialogue."""
    place = _place()
    return _page(place, None)


@pages.post("/")
def save() -> Page:
    """Show what would follow, or correct; refused with words, and with all that was typed."""
    sent = _sent()
    try:
        place = _place()
    except NotFound:
        return _gone(sent)
    seen = place.cell._replace(raw_sha256=request.form.get("seen", ""))
    touched = request.form.get("touched", 0, type=int)
    typed, problems = _check(place, sent)
    if problems:
        return _page(place, sent, problems), 400
    try:
        check_seen(place.found, touched)
        told = preview(service().store, my_scope(), seen, typed.text)
        leaves = not my_scope().area.allows(told.area)
        if request.form.get("act") != "save" or (leaves and not sent.away):
            return _page(place, sent, told=told_in_words(place.cell, typed.text, told))
        number = _correct(seen, typed.text, sent, touched)
    except ProcessorError as error:
        return _refused(place, sent, typed, error)
    return redirect(_after(place, number), 303)


def _correct(cell: Cell, new: str | None, sent: Sent, touched: int) -> int:
    store, scope = service().store, my_scope()
    return correct(store, me(), scope, cell, new, reason=sent.reason, source=sent.source, touched=touched)


def _sent() -> Sent:
    form = request.form
    reason, source = (form.get(name, "").strip() for name in ("reason", "source"))
    return Sent(form.getlist("value"), "clear" in form, reason, source, "away" in form)


def _place() -> Place:
    """The cell of the address, or 404: one that the caller may not see is not told from one that is none."""
    form_id, instance_id, table, row, column = (request.args.get(name, "") for name in PLACE)
    scope = my_scope()
    if form_id not in _forms():
        abort(404)
    submission = read_submission(service().store, form_id, instance_id, scope)
    if submission is None or not submission.root:
        abort(404)
    view = detail.view(form_id, submission, scope, show_empty=True)
    shown = _answer(view["parts"], (table, row, column))
    cell = Cell(form_id, instance_id, table, row, column, submission.versions[-1].sha256)
    try:
        found = look(service().store, scope, cell)
    except (AccessError, ContractError):
        abort(404)
    if shown is None or not is_offered(found.column):
        abort(404)
    return Place(view["heading"], view, *shown, cell, found)


def _answer(parts: Sequence[Part], place: tuple[str, str, str]) -> tuple[str, str, Answer] | None:
    """The answer as the submission's page shows it, with the headings over it."""
    for part in parts:
        row = ""
        for block in part.blocks:
            row = block.title if block.is_row else row
            for answer in block.answers:
                if (answer.table, answer.row_key, answer.column) == place:
                    return part.title, row if "[" in answer.row_key else block.title, answer
    return None


def _check(place: Place, sent: Sent) -> tuple[Typed, dict[str, str]]:
    """The new answer, and what is wrong with what was typed."""
    problems: dict[str, str] = {}
    typed = Typed() if sent.clear else read(place.found.column, sent.values, _writing())
    if sent.clear and any(sent.values) and sent.values != _filled(place):
        problems["value"] = "corrections.both"
    elif typed.problem:
        problems["value"] = t(typed.problem, found=" ".join(sent.values))
    elif typed.text is None and not sent.clear:
        problems["value"] = "corrections.empty"
    elif typed.text == place.found.now:
        problems["value"] = "corrections.same"
    elif typed.text == place.found.old:
        problems["value"] = "corrections.same_old"
    for name, text, missing in (("reason", sent.reason, REASON), ("source", sent.source, SOURCE)):
        if not text:
            problems[name] = missing
        elif len(text) > TEXT_LIMIT:
            problems[name] = t("corrections.long_text", limit=TEXT_LIMIT)
    return typed, problems


def _gone(sent: Sent) -> Page:
    """The row went with a newer version: what was typed is shown, so that it can be typed elsewhere."""
    form_id, instance_id, table, _row, name = (request.args.get(name, "") for name in PLACE)
    scope = my_scope()
    column = find_column(service().store.plans(form_id), table, name) if form_id in _forms() else None
    if column is None or not scope.shows(column.data_class):
        abort(404)
    if read_submission(service().store, form_id, instance_id, scope) is None:
        abort(404)
    asked = {"form_id": form_id, "instance_id": instance_id, "sent": sent, "label": naming(column)[1]}
    return render_template(
        "corrections_gone.html", **asked, practice_shown=chosen_practice() == "practice"
    ), 409


def _forms() -> set[str]:
    return {form.form_id for form in service().config.forms}


def _refused(place: Place, sent: Sent, typed: Typed, error: ProcessorError) -> Page:
    if isinstance(error, AccessError):
        abort(404)
    stale = error.message in (Message.CORRECT_STALE, Message.CORRECT_MEANWHILE)
    text = refusal(error)
    try:
        place = _place()  # as it is now
    except NotFound:
        return _gone(sent)
    return _page(place, sent, {"seen" if stale else "value": text}), 409


def _after(place: Place, number: int) -> str:
    """The submission with a note, unless it is in another area now."""
    form_id, instance_id = place.cell.form_id, place.cell.submission_id
    if read_correction(service().store, my_scope(), number) is None:
        flash("corrections.moved")
        return url_for("corrections.home")
    return url_for("data.submission", form_id=form_id, instance_id=instance_id, corrected=number)


def _page(
    place: Place, sent: Sent | None, problems: Mapping[str, str] | None = None, told: Told | None = None
) -> str:
    found, language = place.found, current()
    return render_template(
        "corrections_new.html",
        place=place,
        form_name=detail.form_title(place.cell.form_id),
        old=as_value(found.column, found.old, language),
        now=as_value(found.column, found.now, language),
        holding=read_correction(service().store, my_scope(), found.holding) if found.holding else None,
        widget=widget_of(found.column),
        choices=choices_of(found.column, language),
        values=sent.values if sent else _filled(place),
        sent=sent,
        problems=problems or {},
        told=told,
        limit=TEXT_LIMIT,
        practice_shown=chosen_practice() == "practice",
    )


def _filled(place: Place) -> list[str]:
    """What the field shows at first: the answer that holds."""
    now = place.found.now
    if widget_of(place.found.column) == "checks":
        return (now or "").split()
    text = prefilled(place.found.column, now, _writing())
    return [text] if text else []


def _writing() -> Writing:
    return Writing(current(), zone())
