"""The file of the lines of a sheet that were refused, each with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from processor.reports.delivery import deliver
from processor.reports.finding_sheet import REFUSED, TABLE, as_receipt, open_sheet_book
from processor.reports.job import Written
from processor.reports.sheet_texts import REFUSED_COLUMNS, pick, say
from processor.reports.step_words import new_words, step_column, why_words
from processor.store.ledger import Entry
from processor.store.present import Columns
from processor.store.sheet_file import FILLED

if TYPE_CHECKING:
    from processor.reports.export import Person, Receipt
    from processor.store.open import Store
    from processor.store.scope import Scope
    from processor.store.sheet_plan import Step


@dataclass(frozen=True)
class _Refused:
    """One file in the making."""

    columns: Columns
    steps: Sequence[Step]
    entry: Entry
    language: str
    zone: ZoneInfo

    def make(self, path: Path, _download_id: int) -> Written:
        """One sheet, texts only."""
        title = say("refused_title", self.language)
        book = open_sheet_book(path, title, self.entry, self.language, self.zone)
        columns = [(pick(texts[:2], self.language), texts[2]) for texts in REFUSED_COLUMNS.values()]
        count = book.add_sheet(title, columns, map(self._row, self.steps))
        book.close()
        return Written(count, tuple(book.notes.lines(self.language)))

    def _row(self, step: Step) -> list[str]:
        place, fill = step.place, step.fill
        said = {
            "line": str(fill.number),
            "why": why_words(self.columns, step, self.language, self.zone),
            "ref": fill.ref,
            "answer": step.present or "",
            **{name: fill.text(name) for name in FILLED},
        }
        if place is not None and step.why != "hidden":
            names = {"rule": place.rule, "submission": place.submission_id, "table": place.table_name}
            said |= names | {"row": place.row_mark, "column": place.column_name}
            said["new_meaning"] = self._meaning(step)
        return [said.get(key, "") for key in REFUSED_COLUMNS]

    def _meaning(self, step: Step) -> str:
        """The new answer with its label, where that says more than what was typed."""
        said = new_words(self.columns, step, self.language)
        return "" if said == step.fill.text("new") else said


def write_refused(
    store: Store,
    scope: Scope,
    user: Person,
    target: Path,
    *,
    steps: Sequence[Step],
    language: str,
    purpose: str,
) -> Receipt:
    """Write the refused ones of the steps; the purpose is that of the sheet they come from."""
    steps = [step for step in steps if step.why]
    known = Columns(store)
    columns = [column for step in steps if (column := step_column(known, step)) is not None]
    classes = {"open", *(column.data_class for column in columns)}
    area = scope.area.communes
    entry = Entry(
        user_id=user.id,
        username=user.username,
        table_name=TABLE,
        file_format="xlsx",
        profile=REFUSED,
        areas="*" if area is None else " ".join(sorted(area)),
        classes=" ".join(sorted(classes & scope.classes)),
        practice=scope.practice != "survey",
        purpose=purpose,
    )
    sheet = _Refused(known, steps, entry, language, ZoneInfo(store.config.timezone))
    return as_receipt(deliver(store.engine, entry, target, sheet.make), target, datetime.now(UTC))
