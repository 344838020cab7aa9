"""The sheet "Thông tin": what the file is, whose rows, by whom, for what, and how far to trust it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from processor.forms.definition import DATA_CLASSES
from processor.reports.labels import label_of
from processor.reports.texts import text
from processor.store.progress import last_pulls
from processor.store.pulls import DIFFERS, EQUAL, INCOMPLETE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processor.store.ledger import Entry
    from processor.store.open import Store
    from processor.store.scope import Scope
    from processor.survey.columns import TablePlan


@dataclass(frozen=True)
class Facts:
    """Everything the sheet tells, except what is known only when the rows are written."""

    plan: TablePlan
    scope: Scope
    entry: Entry
    at: datetime
    columns: int
    left_out: int
    versions: tuple[str, ...]
    areas: str
    copy: str
    language: str
    units: str = ""
    """What the columns of 2025 are worth; empty where there are none."""

    def title(self) -> str:
        """What the data are, in words."""
        return label_of(self.plan.labels, self.language) or self.plan.name

    def mark(self) -> str:
        """What every page must say when there is practice data in the file; empty when not."""
        marks = {"survey": "", "practice": "practice_mark", "both": "practice_both"}
        key = marks[self.scope.practice]
        return text(key, self.language) if key else ""

    def rows(self, download_id: int, count: int, notes: Sequence[str]) -> Iterator[list[str]]:
        """Lines of item and value."""
        entry, say = self.entry, self.language
        present = entry.classes.split()
        classes = ", ".join(text(f"class_{name}", say) for name in DATA_CLASSES if name in present)
        for key, value in (
            ("practice", self.mark() or text("practice_none", say)),
            ("what", self.title()),
            ("table", self.plan.name),
            ("area", self.areas),
            ("rows", str(count)),
            ("columns", str(self.columns)),
            ("left_out", str(self.left_out)),
            ("classes", classes),
            ("profile", text(f"profile_{entry.profile}", say)),
            ("when", f"{self.at:%d/%m/%Y %H:%M:%S} (UTC{self.at:%z})"),
            ("user", entry.username),
            ("purpose", entry.purpose or text("no_purpose", say)),
            ("ledger", str(download_id)),
            ("versions", ", ".join(self.versions)),
            ("copy", self.copy),
            *((("units", self.units),) if self.units else ()),
            *(("note", note) for note in notes),
        ):
            yield [text(f"info_{key}", say), value]


def area_words(store: Store, plan: TablePlan, areas: str, language: str) -> str:
    """The communes of the file by code and name, or the whole province."""
    if areas == "*":
        return text("whole_province", language)
    path = store.config.form(plan.form_id).area
    root = store.plans(plan.form_id)[0]
    asked = next((c for c in root.columns if c.path == path and c.origin == "question"), None)
    names = {c.name: label_of(c.labels, language) for c in asked.choices} if asked else {}
    return ", ".join(f"{code} {names.get(code, '')}".strip() for code in areas.split())


def copy_words(store: Store, form_id: str, language: str, zone: ZoneInfo) -> str:
    """The reconciliation line of the form's newest pull."""
    pull = last_pulls(store).get(form_id)
    if pull is None:
        return text("copy_unknown", language)
    keys = {EQUAL: "copy_equal", INCOMPLETE: "copy_incomplete", DIFFERS: "copy_differs"}
    at = (pull.ended_at or pull.started_at).astimezone(zone)
    values = {"at": f"{at:%d/%m/%Y %H:%M}", "server": pull.server_count, "copy": pull.copy_count}
    key = keys.get(pull.state, "copy_unproven")
    return text(key, language, **values, missing=pull.incomplete)
