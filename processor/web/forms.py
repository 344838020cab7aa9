"""The questionnaires: what is published since when, what each version brought, the workbooks, the ledger of deploys."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

from flask import Blueprint, abort, render_template, request, send_file
from werkzeug.wrappers import Response

from processor.servers.protocol import DeployedForm
from processor.store.deploys import list_deploys
from processor.store.published import list_published
from processor.web import detail
from processor.web.behind import AwayError
from processor.web.deploy_upload import MEGABYTES
from processor.web.forms_now import now
from processor.web.guard import for_roles, my_scope
from processor.web.service import service

pages = Blueprint("forms", __name__, url_prefix="/forms")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pages.get("/")
@for_roles("admin")
def home() -> tuple[str, int]:
    """All forms and versions."""
    return home_page({})


def home_page(problems: Mapping[str, str], status: int = 200) -> tuple[str, int]:
    """The same with what is wrong with something that was sent here."""
    scope, store = my_scope("both"), service().store
    current = _current()
    forms = [
        {
            "id": entry.form_id,
            "title": detail.form_title(entry.form_id),
            "workbook": entry.workbook.name,
            "current": current.get(entry.form_id) if current is not None else None,
            "now": now(entry, current.get(entry.form_id) if current is not None else None),
            "versions": list_published(store, entry.form_id, scope),
            "tables": store.plans(entry.form_id),
            "deploys": list_deploys(store, entry.form_id),
        }
        for entry in service().config.forms
    ]
    page = render_template(
        "forms.html",
        forms=forms,
        known=current is not None,
        kind=service().server.kind,
        problems=problems,
        limit=MEGABYTES,
        dropped=request.args.get("dropped", ""),
    )
    return page, status


def _current() -> dict[str, DeployedForm] | None:
    """What phones get now by form; None while the form server does not say."""
    try:
        return {d.form_id: d for d in service().server.deployed() if d.current}
    except AwayError:
        return None


@pages.get("/<form_id>/<version>.xlsx")
@for_roles("admin")
def workbook(form_id: str, version: str) -> Response:
    """The workbook from which a version was published."""
    found = service().store.workbook(form_id, version)
    if found is None:
        abort(404)
    return send_file(
        BytesIO(found), mimetype=XLSX, as_attachment=True, download_name=f"{form_id}_{version}.xlsx"
    )
