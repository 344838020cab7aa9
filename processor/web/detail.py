"""One submission for its page: parts, files, versions, findings that stand nowhere else."""

from __future__ import annotations

from typing import Any

from processor.forms.definition import Form
from processor.store.detail import Detail
from processor.store.scope import Scope
from processor.store.work import FindingRow, read_findings, read_history
from processor.survey.columns import TablePlan
from processor.web import listing
from processor.web.findings_rows import choices, is_unverified, text_of, unsettled, value_of, where_of
from processor.web.guard import me
from processor.web.language import current
from processor.web.reading import Part, Reader, files_of, marks_of
from processor.web.rules import rule_text
from processor.web.service import service


def form_title(form_id: str) -> str:
    """The title of the newest version, the id before the first publishing."""
    versions = service().store.versions(form_id)
    return versions[-1].title if versions else form_id


def view(form_id: str, found: Detail, scope: Scope, *, show_empty: bool) -> dict[str, Any]:
    """What the template shows."""
    plans = service().store.plans(form_id)
    form = _form_of(form_id, found)
    standing = read_findings(service().store, form_id, found.listed.instance_id, scope)
    marks = marks_of(found.changes, standing, plans)
    by_path = {plan.path: plan for plan in plans}
    by_table = {plan.name: plan for plan in plans}
    repeats = {plan.path: found.repeats[plan.name] for plan in plans if plan.path}
    reader = Reader(form, by_path, scope, current(), marks, repeats, show_empty)
    parts = reader.parts(found.root) if found.root else []
    return {
        "listed": found.listed,
        "heading": _heading(plans[0], found, scope) if plans else "",
        "parts": parts,
        "loose": _loose(standing, parts),
        "errors": unsettled(standing, "E"),
        "warnings": unsettled(standing, "W"),
        "history": read_history(service().store, form_id, found.listed.instance_id, scope)[::-1],
        "versions": found.versions,
        "files_stay": service().server.seals,
        "files": sorted(open_files(form_id, found, scope)),
        "rule_text": lambda rule, value=None: rule_text(service().config.settings, rule, current(), value),
        "count_of": unsettled,
        "text_of": text_of,
        "unverified": is_unverified,
        "value_of": value_of,
        "where_of": lambda row: where_of(by_table.get(row.table_name), row.row_key, row.column_name),
        "choices_of": lambda row: choices(row, me().role),
        "old_form": form.version != service().store.form(form_id).version,
    }


def _form_of(form_id: str, found: Detail) -> Form:
    """The version that asked, so that the order and the words are those of the interview."""
    versions = service().store.versions(form_id)
    return next((v for v in versions if v.version == found.listed.form_version), versions[-1])


def _heading(plan: TablePlan, found: Detail, scope: Scope) -> str:
    column = listing.title_column(plan, scope)
    return str(found.root.get(column.name) or "") if column else ""


def _loose(findings: tuple[FindingRow, ...], parts: list[Part]) -> list[FindingRow]:
    """Findings about columns that the form does not show as a question."""
    placed = {f.ref for part in parts for f in part.findings}
    return [f for f in findings if f.ref not in placed]


def place(found: Detail) -> tuple[str, str, str, str]:
    """(district code, its name, commune code, its name), empty for an unknown commune."""
    areas, commune = service().areas, found.listed.area
    district = areas.district_of.get(commune, "")
    return district, areas.name(district), commune, areas.name(commune)


def open_files(form_id: str, found: Detail, scope: Scope) -> set[str]:
    """Names of the files that answers of this submission name and the caller's classes show."""
    names: set[str] = set()
    for plan in service().store.plans(form_id):
        rows = found.repeats[plan.name] if plan.path else [found.root]
        for column in files_of(plan.columns, scope):
            names.update(str(row[column.name]) for row in rows if row.get(column.name))
    return names
