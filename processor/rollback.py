"""Going back: the content of an earlier version, published again under a new version.

Phones only move forward, and a version never gets other content; so the earlier workbook gets a new version
and is deployed like any other. It also takes the place of the workbook in xlsforms/: that one is the truth of
the structure, and the next deploy starts from it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile
from zoneinfo import ZoneInfo

from processor.errors import FormError, Message

if TYPE_CHECKING:
    from processor.config import Config, FormConfig
    from processor.forms.definition import Form
    from processor.publish import Tells
    from processor.store.open import Store

LONGEST_NUMBER = 10
"""Digits of `yyyymmddrr`; longer numbers are none that we would count on from."""


@dataclass(frozen=True)
class Rollback:
    """What goes back: `workbook` is the earlier one with its new version, None when phones have it already."""

    form_id: str
    back_to: str
    version: str
    workbook: bytes | None


def find_rollback(
    config: Config, server: Tells, store: Store, entry: FormConfig, to: str | None = None
) -> Rollback:
    """The earlier version, `to` or the one before that of the phones, ready to be deployed; nothing is written.

    FormError FORM_ROLLBACK_NONE when there is no such version. Run again after an interruption it finds the
    workbook that it made, and makes no second version.
    """
    deployed = [d for d in server.deployed() if d.form_id == entry.form_id]
    current = next((d.version for d in deployed if d.current), "")
    versions = {form.version: form for form in store.versions(entry.form_id)}
    begun = _begun(config, entry, versions, current)
    target = _target(entry.form_id, versions, current, to or _went_back(store, entry, current), begun)
    if current in versions and _same(versions[current], versions[target]):
        return Rollback(entry.form_id, target, current, None)
    if begun is not None and _same(begun, versions[target]):
        return Rollback(entry.form_id, target, begun.version, entry.workbook.read_bytes())
    today = datetime.now(ZoneInfo(config.timezone)).date()
    version = next_version({*versions, *(d.version for d in deployed)}, today)
    workbook = store.workbook(entry.form_id, target)
    assert workbook is not None  # every registered version has one
    return Rollback(entry.form_id, target, version, _stamped(config, entry, workbook, target, version))


@contextmanager
def as_workbook(entry: FormConfig, workbook: bytes) -> Iterator[FormConfig]:
    """The settings of the form with these bytes as its workbook, for the length of the block."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, entry.workbook.name)
        path.write_bytes(workbook)
        yield replace(entry, workbook=path)


def put_in_place(store: Store, entry: FormConfig, workbook: bytes, version: str) -> Path | None:
    """Make it the workbook in xlsforms/; where the replaced one is kept, None when the store has it."""
    kept = None
    before = entry.workbook.read_bytes() if entry.workbook.is_file() else b""
    stored = {store.workbook(entry.form_id, form.version) for form in store.versions(entry.form_id)}
    if before == workbook:
        return None
    if before and before not in stored:
        kept = entry.workbook.with_name(f"{entry.workbook.stem}.before-{version}.xlsx")
        kept.write_bytes(before)
    partial = entry.workbook.with_suffix(".part")
    partial.write_bytes(workbook)
    partial.replace(entry.workbook)
    return kept


def next_version(known: Collection[str], today: date) -> str:
    """`yyyymmddrr` of today, or above the highest number that is known: never one that was used."""
    numbers = [int(v) for v in known if v.isdecimal() and len(v) <= LONGEST_NUMBER]
    return str(max([int(f"{today:%Y%m%d}01"), *(number + 1 for number in numbers)]))


def _went_back(store: Store, entry: FormConfig, current: str) -> str:
    """Where the present version went back to: going back again without a goal stays there."""
    from processor.store.deploys import list_deploys

    rows = list_deploys(store, entry.form_id)
    return next((row.back_to for row in rows if row.version == current and row.back_to), "")


def _target(form_id: str, versions: dict[str, Form], current: str, to: str, begun: Form | None) -> str:
    order = list(versions)
    earlier = order[: order.index(current)] if current in versions else order
    chosen: str | None = to
    if not to and begun is not None:  # an interrupted run had chosen
        chosen = next((v for v in earlier if _same(versions[v], begun)), None)
    elif not to:
        now = versions.get(current)
        others = (v for v in reversed(earlier) if now is None or not _same(versions[v], now))
        chosen = next(others, None)
    if chosen is None or chosen not in earlier:
        expected = ", ".join(earlier) or "(nothing before the version that phones have)"
        raise FormError(Message.FORM_ROLLBACK_NONE, form_id=form_id, found=to, expected=expected)
    return chosen


def _begun(config: Config, entry: FormConfig, versions: dict[str, Form], current: str) -> Form | None:
    """The workbook in its place, when it brings back a version and the tables do not know it yet."""
    from processor.forms.xlsform import read_package

    if not entry.workbook.is_file():
        return None
    try:
        form = read_package(entry.workbook, config.media).form
    except FormError:  # it is about to be replaced
        return None
    if form.version in versions or not any(_same(form, known) for known in versions.values()):
        return None
    newest = next(reversed(versions), "")
    waits = current in ("", newest) or current == form.version
    return form if waits and not _same(form, versions[newest]) else None


def _same(first: Form, second: Form) -> bool:
    """Whether they differ in nothing but the version and what lists in files say today."""
    return _content(first) == _content(second)


def _content(form: Form) -> object:
    files = {item.list_name for item in form.fields if item.itemset_file}
    choices = {name: options for name, options in form.choices.items() if name not in files}
    return replace(form, version="", choices=choices)


def _stamped(config: Config, entry: FormConfig, workbook: bytes, old: str, new: str) -> bytes:
    """The workbook with another version; FormError when anything else would come out different."""
    from processor.forms.xlsform import read_package

    stamped = _with_version(workbook, new, entry.form_id, old)
    with as_workbook(entry, workbook) as before, as_workbook(entry, stamped) as after:
        was, now = (read_package(e.workbook, config.media).form for e in (before, after))
    if now.version != new or not _same(was, now):
        raise _unfit(entry.form_id, old, "its cells would not stay what they are")
    return stamped


def _with_version(workbook: bytes, version: str, form_id: str, old: str) -> bytes:
    from openpyxl import load_workbook

    try:
        book = load_workbook(BytesIO(workbook))
        sheet = book["settings"]
        column = next(c.column for c in sheet[1] if str(c.value or "").strip() == "version")
    except (OSError, ValueError, KeyError, BadZipFile, StopIteration) as error:
        raise _unfit(form_id, old, "its settings sheet has no column `version`") from error
    sheet.cell(row=2, column=column).value = version
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _unfit(form_id: str, version: str, detail: str) -> FormError:
    return FormError(Message.FORM_ROLLBACK_WORKBOOK, form_id=form_id, version=version, detail=detail)
