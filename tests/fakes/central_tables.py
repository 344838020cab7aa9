"""ODK Central: the tables of an export."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from tests.fakes import central_keys
from tests.fakes.central_core import Call
from tests.fakes.central_filter import compile_filter
from tests.fakes.central_state import CentralForm
from tests.fakes.central_submissions import newest_first
from tests.fakes.clock import iso_ms
from tests.fakes.truth import Record
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
