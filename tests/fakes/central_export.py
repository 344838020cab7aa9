"""ODK Central: submissions as CSV and as a zip of CSVs: the raw text of every answer, removed questions on demand."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from werkzeug.wrappers import Response

from tests.fakes import central_keys
from tests.fakes.central_core import Call, CentralForm, Problem, not_found, problem_reply, server_error
from tests.fakes.central_filter import DatabaseError, compile_filter
from tests.fakes.central_submissions import event_tag, newest_first, unchanged
from tests.fakes.clock import iso_ms
from tests.fakes.truth import Record
from tests.fakes.web import Routes
from tests.fakes.xform import Field, local, read_instance, texts

_FRONT = ["SubmissionDate"]
_BACK = [
    "KEY",
    "SubmitterID",
    "SubmitterName",
    "AttachmentsPresent",
    "AttachmentsExpected",
    "Status",
    "ReviewState",
    "DeviceID",
    "Edits",
    "FormVersion",
]
_STATUS = {
    "notDecrypted": "not decrypted",
    "missingEncryptedFormData": "missing encrypted form data",
    None: "",
}
_POINT = ("Latitude", "Longitude", "Altitude", "Accuracy")


def register(routes: Routes) -> None:
    """Add the routes of this part."""
    base = "/v1/projects/{project}/forms/{form}/submissions"
    routes.add("GET", base + ".csv", root_csv)
    routes.add("GET POST", base + ".csv.zip", zipped)


class Table:
    """One CSV: the root or a repeat. `fields` are the leaves that belong to it."""

    def __init__(self, export: Export, path: str) -> None:
        self.export = export
        self.path = path
        self.fields = list(self._leaves(path))
        self.rows: list[list[str]] = []
        self.choices = {f.path: sorted(export.seen.get(f.path, ())) for f in self.fields}

    def _leaves(self, path: str) -> Iterator[Field]:
        for field in self.export.fields:
            if field.path.startswith(path + "/") and self.export.home(field) == path:
                yield field

    def header(self) -> list[str]:
        names: list[str] = []
        for field in self.fields:
            path = field.path[len(self.path) + 1 :]
            name = path.replace("/", "-") if self.export.paths else field.name
            names += [f"{name}-{p}" for p in _POINT] if field.type == "geopoint" else [name]
            names += [f"{name}/{choice}" for choice in self.choices[field.path]]
        return [*_FRONT, *names, *_BACK] if not self.path else [*names, "PARENT_KEY", "KEY"]

    def cells(self, element: Element | None) -> list[str]:
        cells: list[str] = []
        found = {} if element is None else texts(element, self.export.repeat_names, self.path[1:])
        for field in self.fields:
            text = found.get(field.path[1:], "")
            if field.type == "geopoint":
                cells += (text.split(" ") + [""] * 4)[:4] if text else [""] * 4
            else:
                cells.append(text)
            cells += [str(int(choice in text.split())) for choice in self.choices[field.path]]
        return cells

    def csv(self) -> bytes:
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.header())
        writer.writerows(self.rows)
        return out.getvalue().encode()


class Export:
    """One export with the options of its query; deleted submissions are never in it, whatever the filter says."""

    def __init__(self, call: Call, form: CentralForm) -> None:
        args = call.request.args
        self.call = call
        self.form = form
        self.paths = args.get("groupPaths") != "false"
        self.fields = _fields(form, removed=args.get("deletedFields") == "true")
        self.repeats = {f.path for f in self.fields if f.type == "repeat"}
        self.repeat_names = {path[1:] for path in self.repeats}
        self.fields = [f for f in self.fields if f.type not in ("repeat", "structure")]
        self.records = self._records()
        self.roots = [(r, self._root(r)) for r in self.records]
        self.seen: dict[str, set[str]] = {}
        if args.get("splitSelectMultiples") == "true":
            for _, root in self.roots:
                self._see(root, "")
        self.tables = {path: Table(self, path) for path in ["", *sorted(self.repeats)]}
        for record, root in self.roots:
            self._fill(record, root)

    def home(self, field: Field) -> str:
        """The repeat in which a field stands, "" for the root."""
        path = field.path.rpartition("/")[0]
        while path and path not in self.repeats:
            path = path.rpartition("/")[0]
        return path

    def _records(self) -> list[Record]:
        text = self.call.request.args.get("$filter")
        records = list(self.form.true.records.values())
        records = [r for r in records if r.deleted_at is None]
        if text is not None:
            keep = compile_filter(text, self.call.api.clock.now())
            records = [r for r in records if keep(r)]
        return newest_first(records)

    def _root(self, record: Record) -> Element | None:
        xml: bytes | None = record.current.xml
        if central_keys.is_encrypted(record):
            project = next(p for p in self.call.api.projects.values() if self.form in p.forms.values())
            given = self.call.request.form if self.call.request.method == "POST" else {}
            xml = central_keys.plain_xml(record, project, dict(given))
        instance = read_instance(xml) if xml else None
        return instance.root if instance else None

    def _see(self, element: Element | None, path: str) -> None:
        multiples = {f.path for f in self.fields if f.multiple}
        for child in () if element is None else element:
            here = f"{path}/{local(child.tag)}"
            if here in multiples:
                self.seen.setdefault(here, set()).update((child.text or "").split())
            self._see(child, here)

    def _fill(self, record: Record, root: Element | None) -> None:
        self.tables[""].rows.append(
            [iso_ms(record.created_at) or "", *self.tables[""].cells(root), *_system(record, root)]
        )
        if root is not None:
            self._fill_repeats(root, "", record.root, record.root)

    def _fill_repeats(self, element: Element, path: str, parent: str, key: str) -> None:
        counts: dict[str, int] = {}
        for child in element:
            here = f"{path}/{local(child.tag)}"
            inner = f"{key}/{local(child.tag)}"
            if here in self.repeats:
                counts[here] = counts.get(here, 0) + 1
                inner += f"[{counts[here]}]"
                self.tables[here].rows.append([*self.tables[here].cells(child), parent, inner])
                self._fill_repeats(child, here, inner, inner)
            elif len(child):
                self._fill_repeats(child, here, parent, inner)


def _fields(form: CentralForm, *, removed: bool) -> list[Field]:
    assert form.published is not None
    fields = dict(form.published.description.by_path)
    if removed:
        for version in reversed(form.true.versions):
            for path, field in version.description.by_path.items():
                fields.setdefault(path, field)
    return list(fields.values())


def _system(record: Record, root: Element | None) -> list[str]:
    first, files = record.versions[0], record.current.files
    status = _STATUS[central_keys.status(record)] if root is None else ""
    return [
        record.root,
        str(first.actor.id),
        first.actor.name,
        str(sum(f is not None for f in files.values())),
        str(len(files)),
        status,
        record.review or "",
        first.device or "",
        str(len(record.versions) - 1),
        first.form_version,
    ]


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
