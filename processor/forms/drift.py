"""Whether workbook, form server and tables have the same versions of a questionnaire; pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from processor.servers.protocol import DeployedForm, FormPackage

HEADS = ("form", "version", "workbook", "server", "store", "media")


@dataclass(frozen=True)
class Status:
    """One version of a form: where it is, and what is not as it should be."""

    form_id: str
    version: str
    workbook: str
    server: str
    store: str
    media: str
    drifts: bool

    @property
    def cells(self) -> tuple[str, ...]:
        """In the order of `HEADS`."""
        return self.form_id, self.version, self.workbook, self.server, self.store, self.media


def find_drift(
    package: FormPackage, form_id: str, deployed: Sequence[DeployedForm], stored: Mapping[str, str]
) -> Iterator[Status]:
    """A line for each version, the oldest first. `stored`: version -> MD5 of the XForm published then.

    Drift is: a workbook that is not what phones get now, a version of the server without tables, a
    list that differs. A version in the tables alone is none: it came from another form server.
    """
    on_server = {d.version: d for d in deployed if d.form_id == form_id}
    for version in dict.fromkeys((*stored, *on_server, package.form.version)):
        yield _status(package, form_id, version, on_server.get(version), stored.get(version))


def _status(
    package: FormPackage, form_id: str, version: str, served: DeployedForm | None, md5: str | None
) -> Status:
    workbook = _workbook(package, version, md5)
    media = _media(package, served) if workbook != "-" and served else "-"
    server = "-" if served is None else "current" if served.current else "older"
    stale = workbook != "-" and (workbook != "same" or server != "current")
    drifts = stale or media not in ("-", "same") or (served is not None and md5 is None)
    return Status(form_id, version, workbook, server, "yes" if md5 else "-", media, drifts)


def _workbook(package: FormPackage, version: str, md5: str | None) -> str:
    """Whether the workbook has this version, and gives the XForm that was published under it."""
    if package.form.version != version:
        return "-"
    if md5 is None:
        return "new"
    found = hashlib.md5(package.xform, usedforsecurity=False).hexdigest()  # the protocol's hash of a form
    return "same" if md5 == found else "changed"


def _media(package: FormPackage, served: DeployedForm) -> str:
    """`same`, or the names of the files whose MD5 differs or that one side lacks."""
    ours = {(m.name, m.md5) for m in package.media}
    return ", ".join(sorted({name for name, _ in ours ^ set(served.media)})) or "same"


def as_table(lines: Sequence[Status]) -> Iterator[str]:
    """The lines as text in columns; `!` before what drifts."""
    rows = [HEADS, *(line.cells for line in lines)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(HEADS))]
    marks = ["  ", *("! " if line.drifts else "  " for line in lines)]
    for mark, row in zip(marks, rows, strict=True):
        yield (mark + "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True))).rstrip()
