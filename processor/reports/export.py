"""The one way out for files: rights, then the ledger, then the file, then the ledger again.

A file appears under its name complete, or not at all; whatever happens, the ledger has a row from
before the first byte.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from processor.errors import AccessError, ContractError, Message
from processor.reports.choice import BOOK_FORMATS, STATISTICS, check_options, check_purpose
from processor.reports.codebook import Codebook
from processor.reports.delivery import deliver
from processor.reports.info import Facts, area_words, copy_words
from processor.reports.job import Job, Make
from processor.reports.layout import lay_out
from processor.reports.units import UNITS, add_units, units_words
from processor.store.ledger import Entry
from processor.store.rows import count_rows
from processor.store.scope import Scope
from processor.store.visible import visible_columns
from processor.survey.areas import read_areas

if TYPE_CHECKING:
    from processor.store.open import Store
    from processor.survey.columns import Column

MAX_XLSX_COLUMNS = 16_384
MAX_CELLS = 25_000_000
"""Of a Stata or SPSS file: they are made in memory, 33 bytes a cell (docs/files.md)."""
CODEBOOK = "codebook"
"""Profile of a codebook in the ledger."""


class Person(Protocol):
    """Who takes the file; a `User` is one."""

    @property
    def id(self) -> int:
        """Number of the user, 0 at the command line."""

    @property
    def username(self) -> str:
        """The name that stands in the ledger."""


@dataclass(frozen=True)
class Receipt:
    """Proof of a download."""

    download_id: int
    path: Path
    rows: int
    columns: int
    left_out: int
    """Columns of the table that the scope does not show."""
    size: int
    sha256: str
    at: datetime
    notes: tuple[str, ...]
    """What could not be written as it is stored, in the file's language."""


def write_table(
    store: Store,
    table_name: str,
    scope: Scope,
    user: Person,
    target: Path,
    *,
    file_format: str,
    profile: str,
    language: str,
    purpose: str,
    communes: frozenset[str] | None = None,
    units: str = UNITS[0],
    progress: Callable[[int], None] | None = None,
) -> Receipt:
    """Write the visible rows and columns of a table to `target`, which is replaced if it exists.

    With `units` 2025, code, name and mark of the commune of 2025 stand beside the code of 2016.

    `progress` is told how many rows are written, now and then and at the end of the rows.

    AccessError when the scope shows nothing of it, or people's data are asked for without a
    purpose; ConfigError when the disk does not take the file. The ledger has either attempt.
    """
    check_options(file_format, language, profile, units)
    columns = _columns(store, table_name, scope)
    purpose = check_purpose(columns, purpose)
    entry = Entry(
        user_id=user.id,
        username=user.username,
        table_name=table_name,
        file_format=file_format,
        profile=profile,
        areas=_areas(scope, communes),
        classes=" ".join(sorted({c.data_class for c in columns})),
        practice=scope.practice != "survey",
        purpose=purpose,
        units=units,
    )
    job = replace(_job(store, scope, columns, entry, language, communes, units), progress=progress)
    if file_format in STATISTICS:
        _check_size(job)
    makers = dict.fromkeys(STATISTICS, job.statistics)
    return _deliver(job, target, {"csv": job.csv, "xlsx": job.xlsx, **makers}[file_format])


def write_codebook(
    store: Store,
    table_name: str,
    scope: Scope,
    user: Person,
    target: Path,
    *,
    file_format: str,
    language: str,
) -> Receipt:
    """Write the codebook of the columns that the scope shows; it has nobody's data in it."""
    check_options(file_format, language, formats=BOOK_FORMATS)
    columns = _columns(store, table_name, scope)
    classes = " ".join(sorted({c.data_class for c in columns}))
    entry = Entry(user.id, user.username, table_name, file_format, CODEBOOK, "", classes, False, "")
    job = _job(store, scope, columns, entry, language, None)
    return _deliver(job, target, {"csv": job.codebook_csv, "xlsx": job.codebook_xlsx}[file_format])


def _columns(store: Store, table_name: str, scope: Scope) -> tuple[Column, ...]:
    columns = visible_columns(store.plan(table_name), scope)
    if not columns:
        raise AccessError(Message.CLASS_DENIED, data_class="open")
    return columns


def _areas(scope: Scope, communes: frozenset[str] | None) -> str:
    """The communes whose rows the file holds, as the ledger writes them."""
    area = scope.area if communes is None else scope.area.narrowed(communes)
    if area.communes is None:
        return "*"
    if not area.communes:
        raise AccessError(Message.AREA_DENIED)
    return " ".join(sorted(area.communes))


def _job(
    store: Store,
    scope: Scope,
    columns: Sequence[Column],
    entry: Entry,
    language: str,
    communes: frozenset[str] | None,
    units: str = UNITS[0],
) -> Job:
    plan = store.plan(entry.table_name)
    profile = _profile(entry)
    layout = lay_out(columns, profile, language)
    areas = read_areas(store.config.codes) if units == "2025" else None
    if areas:
        layout = add_units(layout, columns, areas, profile, language)
    if entry.file_format == "xlsx" and len(layout) > MAX_XLSX_COLUMNS:
        raise ContractError(Message.EXPORT_WIDE, found=len(layout), expected=MAX_XLSX_COLUMNS)
    versions = store.versions(plan.form_id)
    zone = ZoneInfo(store.config.timezone)
    facts = Facts(
        plan=plan,
        scope=scope,
        entry=entry,
        at=datetime.now(zone),
        columns=len(layout),
        left_out=len(plan.columns) - len(columns),
        versions=tuple(form.version for form in versions),
        areas=area_words(store, plan, entry.areas, language),
        copy=copy_words(store, plan.form_id, language, zone),
        language=language,
        units=units_words(areas, language) if areas else "",
    )
    return Job(store, communes, layout, Codebook.of(layout, versions, language), facts, zone)


def count_cells(store: Store, table_name: str, scope: Scope, communes: frozenset[str] | None) -> int:
    """Rows times columns of what a scope shows of a table."""
    rows = count_rows(store, table_name, scope, communes=communes)
    return rows * len(visible_columns(store.plan(table_name), scope))


def _check_size(job: Job) -> None:
    """ContractError when the table would need more memory than a server has to spare."""
    found = count_cells(job.store, job.facts.plan.name, job.facts.scope, job.communes)
    if found > MAX_CELLS:
        raise ContractError(Message.EXPORT_LARGE, found=found, expected=MAX_CELLS)


def _profile(entry: Entry) -> str:
    """Which columns the file has. Stata and SPSS call columns by their names, also where labels are asked for."""
    if entry.profile == CODEBOOK:
        return "codes"
    return "both" if entry.file_format in STATISTICS and entry.profile == "labels" else entry.profile


def _deliver(job: Job, target: Path, make: Make) -> Receipt:
    done, facts = deliver(job.store.engine, job.facts.entry, target, make), job.facts
    return Receipt(
        download_id=done.download_id,
        path=target,
        rows=done.written.rows,
        columns=facts.columns if done.written.columns is None else done.written.columns,
        left_out=facts.left_out,
        size=done.size,
        sha256=done.sha256,
        at=facts.at.astimezone(UTC),
        notes=done.written.notes,
    )
