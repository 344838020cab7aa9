"""Columns that say where a row's commune of 2016 is in 2025, beside the code of 2016; nothing is replaced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from processor.errors import AccessError, Message
from processor.reports.labels import label_of, labels_by_code
from processor.reports.layout import FileColumn, Show
from processor.reports.texts import LANGUAGES, MARKS, text
from processor.survey.areas import CERTAIN, UNRESOLVED, VIA, WHOLE, Areas
from processor.survey.columns import Column

UNITS = ("2016", "2025")
AREA = "_area"


def add_units(
    layout: Sequence[FileColumn], columns: Sequence[Column], areas: Areas, profile: str, language: str
) -> tuple[FileColumn, ...]:
    """The layout with code, name and mark of 2025 at its end; `columns` are those of the store's rows.

    AccessError when the commune code itself is not among them."""
    place = next((number for number, column in enumerate(columns) if column.name == AREA), None)
    if place is None:
        raise AccessError(Message.CLASS_DENIED, data_class="open")
    taken = {column.heading.casefold() for column in layout} | {column.source.name for column in layout}
    added: list[FileColumn] = []
    for wanted, show in _wanted(areas, profile, language):
        source = replace(wanted, name=_free(wanted.name, taken))
        heading = label_of(source.labels, language) if profile == "labels" else source.name
        heading = f"{heading} ({source.name})" if heading.casefold() in taken else heading
        added.append(FileColumn(heading, source, place, show))
        if profile == "both" and source.choices:
            beside = _free(f"{source.name}_label", taken)
            added.append(FileColumn(beside, source, place, _in_words(show, language)))
    return (*layout, *added)


def _wanted(areas: Areas, profile: str, language: str) -> Iterator[tuple[Column, Show]]:
    """The columns of 2025 with what makes their cells of a code of 2016; labels are for reading, so is the mark."""

    def mark(code: str) -> str:
        return areas.to_2025(code).mark

    yield _column("area_2025", "units_code"), lambda code: areas.to_2025(code).code
    yield _column("area_2025_name", "units_name"), lambda code: areas.to_2025(code).name
    marked = replace(_column("area_2025_mark", "units_mark"), choices=MARKS)
    yield marked, _in_words(mark, language) if profile == "labels" else mark


def _column(name: str, key: str) -> Column:
    return Column(name, "text", "units", labels={say: text(key, say) for say in LANGUAGES})


def _in_words(show: Show, language: str) -> Show:
    """The label of the code that `show` gives."""
    labels = labels_by_code(MARKS, language)
    return lambda value: labels.get(show(value), show(value))


def _free(name: str, taken: set[str]) -> str:
    """The name, made longer while another column has it."""
    while name in taken:
        name += "_"
    return name


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
