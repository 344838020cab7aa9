"""Columns that say where a row's commune of 2016 is in 2025, beside the code of 2016; nothing is replaced."""

from __future__ import annotations

from collections.abc import Sequence

from processor.errors import AccessError, Message
from processor.reports.labels import label_of
from processor.reports.layout import FileColumn, Show
from processor.reports.texts import text
from processor.survey.areas import CERTAIN, UNRESOLVED, VIA, WHOLE, Areas
from processor.survey.columns import Column

UNITS = ("2016", "2025")
AREA = "_area"
_COLUMNS = (("area_2025", ""), ("area_2025_name", "_name"), ("area_2025_mark", "_mark"))


def add_units(
    layout: Sequence[FileColumn], columns: Sequence[Column], areas: Areas, profile: str, language: str
) -> tuple[FileColumn, ...]:
    """The layout with code, name and mark of 2025 at its end; `columns` are those of the store's rows.

    AccessError when the commune code itself is not among them."""
    place = next((number for number, column in enumerate(columns) if column.name == AREA), None)
    if place is None:
        raise AccessError(Message.CLASS_DENIED, data_class="open")
    shows = {
        "": lambda code: areas.to_2025(code).code,
        "_name": lambda code: areas.to_2025(code).name,
        "_mark": lambda code: areas.to_2025(code).mark,
    }
    taken = {column.heading.casefold() for column in layout} | {column.source.name for column in layout}
    added = []
    for name, part in _COLUMNS:
        while name in taken:
            name += "_"
        labels = {say: text(f"units{part or '_code'}", say) for say in ("vi", "en")}
        source = Column(name, "text", "units", labels=labels)
        heading = label_of(labels, language) if profile == "labels" else name
        heading = f"{heading} ({name})" if heading.casefold() in taken else heading
        show: Show = shows[part]
        added.append(FileColumn(heading, source, place, show))
    return (*layout, *added)


def units_words(areas: Areas, language: str) -> str:
    """How well the crosswalk is known, for the sheet that says what the file is."""
    marks = areas.marks()
    sourced = sum(marks[f"{VIA}:{basis}"] for basis in CERTAIN)
    proposed = sum(1 for mapped in areas.crosswalk.values() if mapped.proposed)
    return text(
        "units_note",
        language,
        whole=marks[WHOLE],
        sourced=sourced,
        proposed=proposed,
        unresolved=marks[UNRESOLVED],
        disputed=", ".join(f"{ours} / {theirs}" for ours, theirs in sorted(areas.disputed.items())) or "–",
    )
