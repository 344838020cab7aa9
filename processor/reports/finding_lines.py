"""The lines of a sheet of findings: what each says, and what it stands for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from processor.database import reading
from processor.errors import ContractError, Message
from processor.forms.definition import DATA_CLASSES
from processor.reports.code_words import Meanings
from processor.reports.finding_words import finding_message
from processor.reports.labels import column_label, labels_by_code
from processor.reports.sheet_texts import LEVELS, STATES, pick, say
from processor.store.finding_rights import form_reads
from processor.store.present import Columns, Spot, present_answers, present_versions
from processor.store.work import time_of
from processor.store.work_list import FindingFilter, FindingRow, list_findings
from processor.survey.areas import Unit, read_areas
from processor.survey.checks.catalogue import Entry
from processor.survey.checks.derived_words import ENTRIES
from processor.survey.checks.load import load_book, read_rules
from processor.survey.correctable import is_offered
from processor.survey.sheet_identity import Place, digest, seen_digest

if TYPE_CHECKING:
    from processor.store.open import Store
    from processor.store.scope import Scope
    from processor.survey.columns import Column

MOST = 5000
"""Findings of one sheet: more than anybody fills in, and few enough for one file to be read at once."""
PAGE = 1000


class Line(NamedTuple):
    """One finding as the sheet shows it."""

    cells: Mapping[str, str]
    """By key of `sheet_texts.COLUMNS`; nothing for the columns to fill in."""
    place: Place
    can_correct: bool


@dataclass(frozen=True)
class Lines:
    """Makes the lines of the findings that a scope and a filter show."""

    store: Store
    scope: Scope
    language: str

    def read(self, narrowed: FindingFilter) -> list[Line]:
        """All of them. ContractError SHEET_MANY or SHEET_EMPTY when they make no sheet."""
        rows = list(self._rows(narrowed))
        if not rows:
            raise ContractError(Message.SHEET_EMPTY)
        with reading(self.store.engine) as connection:
            spots = {spot_of(row) for row in rows}
            present = present_answers(self.store, connection, self.scope, spots)
            ids = {row.submission_id for row in rows}
            versions = present_versions(self.store, connection, self.scope, ids)
        return [self._line(row, present, versions) for row in rows]

    def _rows(self, narrowed: FindingFilter) -> Iterator[FindingRow]:
        after, count = None, 0
        while True:
            page = list_findings(self.store, self.scope, narrowed, size=PAGE, after=after)
            count += len(page.rows)
            if count > MOST:
                raise ContractError(Message.SHEET_MANY, limit=MOST)
            yield from page.rows
            if page.after is None:
                return
            after = page.after

    def _line(
        self, row: FindingRow, present: Mapping[Spot, str], versions: Mapping[tuple[str, str], str]
    ) -> Line:
        column = self._columns.any(row.form_id, row.table_name, row.column_name)
        answer = present.get(spot_of(row), "")
        place = self._place(row, answer, versions.get((row.form_id, row.submission_id), ""))
        question = self._columns.question(row.form_id, row.table_name, row.column_name)
        return Line(
            self._cells(row, place, column, answer), place, question is not None and is_offered(question)
        )

    def _place(self, row: FindingRow, answer: str, sha256: str) -> Place:
        names = {name: getattr(row, name) for name in Place._fields if hasattr(row, name)}
        digests = {"answer": digest(answer), "seen": seen_digest(answer)}
        return Place(**names, raw_sha256=sha256, acted_at=time_of(row), **digests)

    def _cells(self, row: FindingRow, place: Place, column: Column | None, answer: str) -> dict[str, str]:
        district, commune = self._area_names(row.area)
        label = column_label(column, self.language) if column else row.unit or say("no_row", self.language)
        return {
            "level": pick(LEVELS[row.severity], self.language),
            "rule": row.rule,
            "message": finding_message(
                self._entries, row.rule, row.values, self.language, self._meanings, row
            ),
            "district": district,
            "commune": commune,
            "officer": row.officer,
            "form": row.form_id,
            "submission": row.submission_id,
            "table": row.table_name,
            "row": place.row_mark,
            "column": row.column_name,
            "label": label,
            "answer": answer,
            "meaning": meaning(column, answer, self.language) if column else "",
            "state": pick(STATES[row.state], self.language),
            "ref": row.ref,
        }

    @cached_property
    def _columns(self) -> Columns:
        return Columns(self.store)

    @cached_property
    def _meanings(self) -> Meanings:
        return Meanings(self.store)

    @cached_property
    def _units(self) -> Mapping[str, Unit]:
        return read_areas(self.store.config.codes).units[2016]

    def _area_names(self, area: str) -> tuple[str, str]:
        commune = self._units.get(area)
        district = self._units.get(commune.parent) if commune else None
        return district.name if district else "", commune.name if commune else area or ""

    @cached_property
    def _entries(self) -> Mapping[str, Entry]:
        config = self.store.config
        return {**ENTRIES, **(read_rules(config.settings) if config.checks else {})}

    def classes(self, lines: Sequence[Line]) -> frozenset[str]:
        """The data classes that the lines may tell of: of their columns, and of all that their rules look at."""
        found: set[str] = {"open"}
        for place in {line.place._replace(ref="", row_key="", submission_id="") for line in lines}:
            found |= self._classes_of(place)
        return frozenset(found)

    def _classes_of(self, place: Place) -> set[str]:
        book = load_book(self.store.config.checks)
        own = [f"{place.table_name}.{place.column_name}"] if place.column_name else []
        rule = book.rules.get(place.rule)
        at = (place.rule, place.table_name, place.column_name)
        cells = self._form_reads.get(at) if place.rule in ENTRIES else frozenset()
        if cells is None or (rule is None and not own and not cells):
            return set(DATA_CLASSES) & self.scope.classes
        family = book.families[rule.family].reads if rule and rule.family else ()
        names = [*own, *(rule.reads if rule else ()), *family, *map(".".join, cells)]
        return {self._class_by_name[name] for name in names if name in self._class_by_name}

    @cached_property
    def _form_reads(self) -> Mapping[tuple[str, str, str], frozenset[tuple[str, str]] | None]:
        return form_reads(self.store)

    @cached_property
    def _class_by_name(self) -> Mapping[str, str]:
        plans = [plan for form in self.store.config.forms for plan in self.store.plans(form.form_id)]
        return {f"{p.name}.{c.name}": c.data_class for p in plans for c in p.columns}


def spot_of(row: FindingRow) -> Spot:
    """The cell that a finding is about."""
    return Spot(row.table_name, row.row_key, row.column_name)


def meaning(column: Column, answer: str, language: str) -> str:
    """Labels of a coded answer, empty for every other."""
    if not column.choices or not answer:
        return ""
    labels = labels_by_code(column.choices, language)
    several = column.question is not None and column.question.kind == "select_multiple"
    return "; ".join(labels.get(code, code) for code in (answer.split() if several else [answer]))
