"""Submissions: the list with its filters and search, one submission, its files."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from processor.config import FormConfig
from processor.store.detail import Detail, read_submission
from processor.store.list_columns import forget_list_columns, read_list_columns, save_list_columns
from processor.store.query import ListPage, list_submissions
from processor.store.scope import Scope
from processor.web import asked, detail, findings_told, listing, searches
from processor.web.attachments import fetched, send
from processor.web.formats import t
from processor.web.guard import chosen_practice, me, my_scope
from processor.web.language import current
from processor.web.service import service

pages = Blueprint("data", __name__, url_prefix="/data")


class Chip(NamedTuple):
    """A filter in force."""

    label: str
    value: str
    drop: str
    """The address without it."""


@pages.get("/")
def home() -> Response:
    """The list of the first form."""
    return redirect(url_for("data.submissions", form_id=service().config.forms[0].form_id))


@pages.post("/search")
def search_any() -> Response:
    """Quick search from any page, in the first form."""
    return _search(service().config.forms[0])


@pages.post("/<form_id>/search")
def search(form_id: str) -> Response:
    """Keep what was typed on the server and show the list of what it finds."""
    return _search(_form(form_id))


def _search(form: FormConfig) -> Response:
    key = searches.keep(request.form.get("text", ""))
    kept = {k: v for k, v in request.args.items() if k in asked.KEPT and k != "q"}
    return redirect(url_for("data.submissions", form_id=form.form_id, q=key, **kept), 303)  # type: ignore[arg-type]


@pages.get("/<form_id>/")
def submissions(form_id: str) -> str:
    """A page of the list."""
    form, scope, store = _form(form_id), my_scope(), service().store
    plans = store.plans(form_id)
    if not plans:
        return render_template("data_none.html", form=form, forms=_tabs(scope))
    wanted = asked.read(request.args, service().areas, scope.area)
    saved = read_list_columns(service().engine, me().id, form_id)
    skipped, named = (form.area, form.date or ""), request.args.get("cols")
    columns = listing.shown_columns(named, saved, plans[0], skipped, scope)
    title = listing.title_column(plans[0], scope)
    names = [c.name for c in (*([title] if title else []), *columns)]
    page = _page(form_id, scope, wanted, names)
    return render_template(
        "data_list.html",
        form=form,
        forms=_tabs(scope),
        asked=wanted,
        chips=_chips(wanted),
        page=page,
        title=title,
        columns=columns,
        heads=listing.heads_of(columns, scope, current()),
        choosable=listing.choosable(store.form(form_id), plans[0], current()),
        shown={c.name for c in columns},
        saved=saved is not None,
        areas=service().areas,
        area=scope.area,
        cells=listing.cells_of,
        turn=_turn,
        kept={k: v for k, v in request.args.items() if k in asked.KEPT and v},
        size=asked.size_of(request.args),
        sizes=asked.SIZES,
        practice_shown=chosen_practice() == "practice",
    )


@pages.post("/<form_id>/columns")
def columns(form_id: str) -> Response:
    """Keep the chosen columns for this user, or forget them; the list then shows those."""
    _form(form_id)
    if "usual" in request.form:
        forget_list_columns(service().engine, me().id, form_id)
        return redirect(_turn(cols=None), 303)
    plans = service().store.plans(form_id)
    named = ",".join(request.form.getlist("c"))
    chosen = (
        [c.name for c in listing.columns_of(named, plans[0], ()) if my_scope().shows(c.data_class)]
        if plans
        else []
    )
    save_list_columns(service().engine, me().id, form_id, chosen)
    return redirect(_turn(cols=None), 303)


def _page(form_id: str, scope: Scope, wanted: asked.Asked, names: list[str]) -> ListPage:
    return list_submissions(
        service().store,
        form_id,
        scope,
        wanted.as_filter(service().areas),
        names,
        size=asked.size_of(request.args),
        after=request.args.get("after"),
        before=request.args.get("before"),
    )


def _turn(endpoint: str = "data.submissions", **arguments: Any) -> str:
    """An address with the list's filters in it."""
    kept = {k: v for k, v in request.args.items() if k in asked.KEPT and v}
    found = {**kept, "form_id": request.view_args["form_id"] if request.view_args else "", **arguments}
    return url_for(endpoint, **{k: v for k, v in found.items() if v is not None})


def _chips(wanted: asked.Asked) -> list[Chip]:
    """Each filter in force, with the address that drops it."""
    areas = service().areas
    found = [
        ("district", t("area.district"), areas.name(wanted.district)),
        ("commune", t("area.commune"), areas.name(wanted.commune)),
        ("officer", t("officer"), wanted.officer),
        ("state", t("data.state"), t(f"state.{wanted.state}") if wanted.state else ""),
        ("from", t("filter.from"), request.args.get("from", "") if wanted.received_from else ""),
        ("to", t("filter.to"), request.args.get("to", "") if wanted.received_to else ""),
        ("q", t("search.chip"), wanted.search),
    ]
    without: dict[str, dict[str, Any]] = {"district": {"district": None, "commune": None}}
    return [
        Chip(label, value, _turn(**without.get(name, {name: None}))) for name, label, value in found if value
    ]


@pages.get("/<form_id>/<instance_id>")
def submission(form_id: str, instance_id: str) -> str:
    """One submission in reading order."""
    form, scope = _form(form_id), my_scope()
    found = _found(form_id, instance_id, scope)
    wanted = asked.read(request.args, service().areas, scope.area)
    return render_template(
        "submission.html",
        form=form,
        form_name=detail.form_title(form_id),
        place=detail.place(found),
        turn=_turn,
        neighbours=_neighbours(instance_id, _page(form_id, scope, wanted, []), wanted),
        practice_shown=chosen_practice() == "practice",
        show_empty="all" in request.args,
        told=findings_told.find(request.args.get("told")),
        **detail.view(form_id, found, scope, show_empty="all" in request.args),
    )


def _neighbours(instance_id: str, page: ListPage, wanted: asked.Asked) -> dict[str, Any]:
    """Where the submission stands in the list from which it was opened; empty when it is not in it."""
    ids = [row.instance_id for row in page.rows]
    if instance_id not in ids:
        return {}
    at = ids.index(instance_id)
    turned = {k: request.args.get(k) for k in ("after", "before")}
    found: dict[str, Any] = {"no": page.first_no + at, "total": page.total, "prev": None, "next": None}
    if at > 0:
        found["prev"] = _turn("data.submission", instance_id=ids[at - 1], **turned)
    elif page.before:
        found["prev"] = _edge(wanted, before=page.before)
    if at + 1 < len(ids):
        found["next"] = _turn("data.submission", instance_id=ids[at + 1], **turned)
    elif page.after:
        found["next"] = _edge(wanted, after=page.after)
    return found


def _edge(wanted: asked.Asked, **key: str) -> str | None:
    """The nearest submission on the neighbouring page."""
    form_id = request.view_args["form_id"] if request.view_args else ""
    page = list_submissions(
        service().store,
        form_id,
        my_scope(),
        wanted.as_filter(service().areas),
        [],
        size=asked.size_of(request.args),
        after=key.get("after"),
        before=key.get("before"),
    )
    if not page.rows:
        return None
    row = page.rows[0] if "after" in key else page.rows[-1]
    return _turn("data.submission", instance_id=row.instance_id, **key)


@pages.get("/<form_id>/<instance_id>/files/<name>")
def file(form_id: str, instance_id: str, name: str) -> Response:
    """A file of a submission, for those who may see both the submission and the question."""
    scope = my_scope()
    found = _found(form_id, instance_id, scope)
    if name not in detail.open_files(form_id, found, scope):
        abort(404)
    path = fetched(form_id, instance_id, name)
    if path is None:
        abort(404)
    return send(path)


def _found(form_id: str, instance_id: str, scope: Scope) -> Detail:
    """The submission, or 404: one of another area is not told apart from one that is not there."""
    _form(form_id)
    found = read_submission(service().store, form_id, instance_id, scope)
    if found is None:
        abort(404)
    return found


def _form(form_id: str) -> FormConfig:
    """The form's settings, or 404."""
    found = next((entry for entry in service().config.forms if entry.form_id == form_id), None)
    if found is None:
        abort(404)
    return found


def _tabs(scope: Scope) -> list[tuple[str, str]]:
    """(form id, title) of the forms."""
    return [(entry.form_id, detail.form_title(entry.form_id)) for entry in service().config.forms]
