"""ODK Central: submissions as CSV and as a zip of CSVs: the raw text of every answer, removed questions on demand."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from werkzeug.wrappers import Response

from tests.fakes.central_core import Call, Problem, not_found, problem_reply, server_error
from tests.fakes.central_filter import DatabaseError
from tests.fakes.central_state import CentralForm
from tests.fakes.central_submissions import event_tag, newest_first, unchanged
from tests.fakes.central_tables import Export
from tests.fakes.truth import Record
from tests.fakes.web import Routes


def register(routes: Routes) -> None:
    """Add the routes of this part."""
    base = "/v1/projects/{project}/forms/{form}/submissions"
    routes.add("GET", base + ".csv", root_csv)
    routes.add("GET POST", base + ".csv.zip", zipped)


def _begin(call: Call, project: str, form: str) -> tuple[CentralForm, Export]:
    found = call.form(project, form)
    if found.published is None:
        raise not_found()
    export = Export(call, found)
    call.api.audit("form.submission.export", call.who, found, None)
    return found, export


def root_csv(call: Call, project: str, form: str) -> Response:
    """The root table."""
    try:
        export = _begin(call, project, form)[1]
    except DatabaseError:
        return server_error()
    tag = event_tag(export.records)
    kind = "text/csv; charset=utf-8"
    body = export.tables[""].csv()
    return unchanged(call, tag) or _file(f"{form}.csv", [body], tag, kind)


def zipped(call: Call, project: str, form: str) -> Response:
    """All tables, and all files in one flat folder unless `attachments=false`."""
    try:
        export = _begin(call, project, form)[1]
    except DatabaseError:
        return server_error()
    except Problem as problem:
        return _with_tag(call, project, form, problem)
    tag = event_tag(export.records)
    if call.request.method == "GET" and (cached := unchanged(call, tag)):
        return cached
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, table in export.tables.items():
            tail = "-" + path.rpartition("/")[2] if path else ""
            archive.writestr(f"{form}{tail}.csv", table.csv())
        with_files = call.request.args.get("attachments") != "false"
        if with_files:
            _add_files(archive, form, export.records)
    name = f"{form}.zip" if with_files else f"{form}.csv.zip"
    data = out.getvalue()
    parts = [data[i : i + 65536] for i in range(0, len(data), 65536)]
    return _file(name, parts, tag, "application/zip")


def _with_tag(call: Call, project: str, form: str, problem: Problem) -> Response:
    """Even an error carries the ETag of the rows."""
    response = problem_reply(problem, openrosa=False)
    if problem.code == "400.12":
        live = [r for r in call.form(project, form).true.records.values() if r.deleted_at is None]
        response.headers["ETag"] = event_tag(newest_first(live))
    return response


def _add_files(archive: zipfile.ZipFile, form: str, records: list[Record]) -> None:
    log: list[str] = []
    for record in records:
        for name, file in record.current.files.items():
            if file is None:
                continue
            if name == "audit.csv":
                lines = file.content.decode().splitlines()[1:]
                log += [f"{record.root},{line}{',' * (10 - line.count(','))}" for line in lines]
            else:
                archive.writestr(f"media/{name}", file.content)
    if log:
        head = "instance ID,event,node,start,end,latitude,longitude,accuracy,old-value,new-value,user,change-reason"
        archive.writestr(f"{form} - audit.csv", "\n".join([head, *log]) + "\n")


def _file(name: str, parts: list[Any], tag: str, kind: str) -> Response:
    shown = f"attachment; filename=\"{name}\"; filename*=UTF-8''{name}"
    return Response(iter(parts), 200, {"ETag": tag, "Content-Disposition": shown}, content_type=kind)
