"""Tables for the tests of checks: rows given as dicts over the real forms' columns, cleaned as the pull does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC
from functools import cache
from typing import Any

import pandas as pd

from processor.forms.answers import read_submission
from processor.forms.xlsform import read_package
from processor.practice.interview import Printer
from processor.practice.people import households
from processor.survey.checks.catalogue import Entry
from processor.survey.checks.data import Data
from processor.survey.checks.hits import Found
from processor.survey.checks.load import read_rules
from processor.survey.checks.nghe_an import BOOK
from processor.survey.checks.reference import Reference
from processor.survey.checks.run import check_family, check_own
from processor.survey.clean.table import clean
from processor.survey.columns import plan_tables
from processor.survey.plan import TablePlan
from processor.survey.prepare import prepare
from processor.survey.records import Document
from processor.survey.xform import read_xform
from tests.conftest import ROOT
from tests.survey.make import document

FORMS = {"phieu_c": ("c", "c.xlsx"), "phieu_c1": ("c1", "c1.xlsx")}
AREA = "sec_a/commune_code"
RULES = ROOT / "config"
SYSTEM = {
    "_form_version": "1",
    "_raw_sha256": "00",
    "_received_at": "2016-03-10T02:00:00+00:00",
    "_updated_at": "2016-03-10T02:00:00+00:00",
    "_pulled_at": "2016-03-10T03:00:00+00:00",
    "_submitter": "16663-01",
    "_review_state": "received",
    "_area": "16663",
    "_practice": 0,
}
Row = Mapping[str, Any]


@cache
def plans() -> dict[str, TablePlan]:
    """Plans of the four tables by name."""
    found: dict[str, TablePlan] = {}
    for table, workbook in FORMS.values():
        package = read_package(ROOT / "xlsforms" / workbook, ROOT / "xlsforms" / "media")
        found.update({plan.name: plan for plan in plan_tables(table, [package.form])})
    return found


@cache
def reference() -> Reference:
    """The project's own code tables."""
    return Reference(ROOT / "config" / "codes")


@cache
def entries() -> dict[str, Entry]:
    """The whole catalogue."""
    return read_rules(RULES)


def data(*, refer: Reference | None = None, **tables: Sequence[Row]) -> Data:
    """Clean tables of these rows; what a row does not name is empty, what ties it to others is filled in.

    Roots get `submission_id` `<table>:0`, `<table>:1`…; rows of repeats name their root by `of` (default 0).
    """
    frames = {name: _frame(name, tables.get(name, ())) for name in plans()}
    return Data({name: clean(plans()[name], f).frame for name, f in frames.items()}, refer or reference())


def _frame(name: str, rows: Sequence[Row]) -> pd.DataFrame:
    filled = [_filled(name, number, row) for number, row in enumerate(rows)]
    columns = [column.name for column in plans()[name].columns]
    for row in filled:
        assert set(row) <= set(columns), f"{name} has no {set(row) - set(columns)}"
    cells = [[row.get(column) for column in columns] for row in filled]
    return pd.DataFrame(cells, columns=columns, dtype=object)


def _filled(name: str, number: int, row: Row) -> dict[str, Any]:
    known = {column.name for column in plans()[name].columns}
    base = {k: v for k, v in SYSTEM.items() if k in known}
    root, _, repeat = name.partition("_")
    if not repeat:
        return {**base, "submission_id": f"{root}:{number}", **row}
    of = row.get("of", 0)
    key, line = f"{root}:{of}", row.get("row_no", number + 1)
    keys = {"submission_id": key, "parent_key": key, "row_key": f"{key}/{repeat}[{line}]", "row_no": line}
    return {**base, **keys, **{k: v for k, v in row.items() if k != "of"}}


def run(rule: str, tables: Data) -> list[Found]:
    """What this one rule finds (its catalogue entry switched on); its message says what every code means."""
    from tests.checks.codes_said import unsaid

    book, known = BOOK, {rule: entries()[rule]}
    family = book.rules[rule].family
    checked = check_family(book, known, tables, family) if family else check_own(book, known, tables)
    assert not checked.not_checked and not checked.broken, checked
    assert not (codes := [code for found in checked.found for code in unsaid(found)]), codes
    return list(checked.found)


def fired(rule: str, tables: Data) -> list[str]:
    """The row keys (or units) for which the rule fires."""
    return [found.row_key or found.unit for found in run(rule, tables)]


@cache
def printers() -> dict[str, tuple[Printer, tuple[str, ...]]]:
    """What writes interviews of each form, and the paths of its repeats."""
    media = ROOT / "xlsforms" / "media"
    found: dict[str, tuple[Printer, tuple[str, ...]]] = {}
    for form_id, (_, workbook) in FORMS.items():
        package = read_package(ROOT / "xlsforms" / workbook, media)
        repeats = tuple(section.path for section in package.form.repeats)
        found[form_id] = (Printer(read_xform(package.xform, media)), repeats)
    return found


@cache
def practice_documents(number: int, seed: int = 2016, mistakes: float = 0.0) -> Mapping[str, list[Document]]:
    """Submissions of practice households by form, as phones send them (marked as survey data)."""
    found: dict[str, list[Document]] = {form_id: [] for form_id in FORMS}
    for household in households(ROOT / "config" / "codes", number=number, seed=seed, mistakes=mistakes):
        for interview in household.interviews:
            printer, repeats = printers()[interview.form_id]
            parsed = read_submission(printer.to_xml(interview.answers, interview.phone), repeats)
            received = interview.phone.end.astimezone(UTC)
            found[interview.form_id].append(
                document(parsed.answers, parsed.instance_id, received_at=received, updated_at=received)
            )
    return found


@cache
def practice(number: int, seed: int = 2016, mistakes: float = 0.0) -> Mapping[str, pd.DataFrame]:
    """Clean tables of practice households as the pull makes them."""
    documents = practice_documents(number, seed, mistakes)
    frames: dict[str, pd.DataFrame] = {}
    for form_id in FORMS:
        own = [plan for plan in plans().values() if plan.form_id == form_id]
        frames.update(prepare(own, AREA, documents[form_id]).frames)
    return frames
