"""A sheet of findings on its way out: which findings, with what purpose, where the file waits."""

from __future__ import annotations

import secrets
from typing import Any

from flask import render_template, request

from processor.errors import AccessError, ContractError, Message
from processor.forms.definition import DATA_CLASSES
from processor.reports.finding_lines import MOST
from processor.reports.finding_sheet import write_sheet
from processor.store.ledger import Download, list_downloads
from processor.store.scope import Scope
from processor.store.sheet_file import MAX_BYTES
from processor.store.work import count_findings
from processor.survey.sheet_identity import sheet_key
from processor.web import findings_asked as asked
from processor.web.detail import form_title
from processor.web.formats import t
from processor.web.guard import chosen_practice, me, my_scope
from processor.web.kept_files import export_path, folder, sweep
from processor.web.language import current
from processor.web.secret import read_secret
from processor.web.service import service
from processor.web.sheet_job import is_running
from processor.web.sheet_keep import KEPT, Kept

STANDS = ("running", "stopped", "done")
"""How the newest import stands."""


def key() -> bytes:
    """What signs sheets."""
    return sheet_key(read_secret(service().config.data))


def make_sheet(scope: Scope, purpose: str) -> int:
    """Make the file; its number in the ledger."""
    sweep(folder())
    draft = folder() / f"{secrets.token_hex(8)}.xlsx"
    wanted = asked_for()
    receipt = write_sheet(
        service().store,
        scope,
        me(),
        draft,
        narrowed=wanted.as_filter(service().areas, rule=wanted.rule),
        language=current(),
        purpose=purpose,
        key=key(),
    )
    draft.rename(export_path(receipt.download_id, "xlsx"))
    return receipt.download_id


def problems_of(error: ContractError | AccessError) -> dict[str, str]:
    """What keeps a sheet from being made, by field; another error is raised again."""
    if error.message is Message.SHEET_EMPTY:
        return {"choice": "sheets.none"}
    if error.message is Message.SHEET_MANY:
        return {"choice": t("sheets.many", limit=MOST)}
    if error.message is Message.EXPORT_PURPOSE:
        return {"purpose": "downloads.no_purpose"}
    raise error


def asked_for() -> asked.Asked:
    """The choice that the address makes, in the words of the list of findings."""
    forms = [form.form_id for form in service().config.forms]
    return asked.read(request.args, service().areas, my_scope().area, forms)


def filters() -> dict[str, str]:
    """The arguments of the choice that are in the address."""
    return {k: v for k, v in request.args.items() if k in asked.FILTERS and v}


def home_page(problems: dict[str, str]) -> str:
    """The page of the choice, with what is to correct."""
    sweep(folder("sheets"), KEPT)
    wanted = asked_for()
    narrowed = wanted.as_filter(service().areas, rule=wanted.rule)
    tallies = count_findings(service().store, my_scope(), "rule", narrowed)
    chosen = (
        request.form.getlist("classes") if request.endpoint == "sheets.make" else me().classes - {"secret"}
    )
    return render_template(
        "sheets.html",
        asked=wanted,
        areas=service().areas,
        area=my_scope().area,
        forms=[(form.form_id, form_title(form.form_id)) for form in service().config.forms],
        kept=filters(),
        level_names=[level for level in asked.LEVELS if level],
        count=sum(tally.total for tally in tallies),
        most=MOST,
        limit=MAX_BYTES >> 20,
        classes=[name for name in DATA_CLASSES[1:] if name in me().classes],
        chosen=chosen,
        made=_made(),
        newest=_newest(),
        problems=problems,
        practice_shown=chosen_practice() == "practice",
    )


def _newest() -> dict[str, Any] | None:
    """Token and number of the sheet that the caller has imported last, and how it stands; None when it is over."""
    newest = Kept("").newest()
    if newest is None:
        return None
    kept = Kept(newest["token"])
    if is_running(kept):
        return {**newest, "stands": STANDS[0]}
    if kept.result() is not None:
        return {**newest, "stands": STANDS[2]}
    return {**newest, "stands": STANDS[1]} if kept.progress() is not None and kept.file.is_file() else None


def _made() -> Download | None:
    """The sheet that was just made, if it is the caller's own and still there."""
    wanted = request.args.get("made", "")
    if not wanted.isdecimal() or len(wanted) > 9:
        return None
    row = next(iter(list_downloads(service().engine, me().id, size=1, before=int(wanted) + 1)), None)
    ready = row is not None and str(row.id) == wanted and export_path(row.id, "xlsx").is_file()
    return row if ready else None
