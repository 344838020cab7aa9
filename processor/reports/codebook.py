"""The codebook: what every column of a file is, where it comes from and what its codes mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from processor.forms.definition import Choice, Form, Section
from processor.reports.labels import choices_of, label_of
from processor.reports.layout import FileColumn
from processor.reports.stat_names import SPSS, STATA, variable_names
from processor.reports.texts import text
from processor.survey.columns import DERIVED, Column, derived_name

HEADINGS = (
    ("book_heading", 30),
    ("book_name", 24),
    ("book_label_vi", 40),
    ("book_label_en", 40),
    ("book_group", 28),
    ("book_code", 12),
    ("book_type", 14),
    ("book_class", 12),
    ("book_origin", 32),
    ("book_versions", 24),
    ("book_relevant", 30),
    ("book_calculation", 30),
    ("book_list", 18),
    ("book_choices", 40),
    ("book_stata", 24),
    ("book_spss", 24),
)
CHOICE_HEADINGS = (
    ("book_list", 24),
    ("book_choice_code", 12),
    ("book_label_vi", 40),
    ("book_label_en", 40),
)
IN_CELL = 40
"""Longer lists stand on their own sheet only (communes); a CSV codebook has them in the cell."""


@dataclass(frozen=True)
class Codebook:
    """The columns of a file with the form that asked for them."""

    layout: tuple[FileColumn, ...]
    sections: dict[str, Section]
    language: str

    @classmethod
    def of(cls, layout: Sequence[FileColumn], versions: Sequence[Form], language: str) -> Codebook:
        """The newest wording of a group counts."""
        sections = {i.path: i for form in versions for i in form.items if isinstance(i, Section)}
        return cls(tuple(layout), sections, language)

    def headings(self) -> list[tuple[str, int]]:
        """Headings of the rows, with widths."""
        return [(text(key, self.language), width) for key, width in HEADINGS]

    def rows(self, *, in_cell: int | None = IN_CELL) -> Iterator[list[str]]:
        """One row per column of the table; `in_cell` limits the choices listed in a cell."""
        headings: dict[str, list[str]] = {}
        for written in self.layout:
            headings.setdefault(written.source.name, []).append(written.heading)
        names = self._list_names()
        sources = {written.source.name: written.source for written in self.layout}
        others = _other_names(sources)
        for name, column in sources.items():
            listed = names.get(name, "")
            about = (*self._about(column), listed, self._choices(column, in_cell))
            yield ["; ".join(headings[name]), *about, *others[name]]

    def choice_headings(self) -> list[tuple[str, int]]:
        """Headings of the choice rows, with widths."""
        return [(text(key, self.language), width) for key, width in CHOICE_HEADINGS]

    def choice_rows(self) -> Iterator[list[str]]:
        """Every option of every list once."""
        written: set[str] = set()
        names = self._list_names()
        for column in self.layout:
            name = names.get(column.source.name)
            if name is None or name in written:
                continue
            written.add(name)
            for choice in choices_of(column.source):
                yield [name, choice.name, label_of(choice.labels, "vi"), label_of(choice.labels, "en")]

    def _about(self, column: Column) -> list[str]:
        question = column.question
        return [
            column.name,
            label_of(column.labels, "vi"),
            label_of(column.labels, "en"),
            self._group(column),
            question.code if question else "",
            text(f"type_{column.type}", self.language),
            text(f"class_{column.data_class}", self.language),
            self._origin(column),
            ", ".join(column.versions),
            question.relevant if question else "",
            question.calculation if question else "",
        ]

    def _group(self, column: Column) -> str:
        parts = column.path.split("/")[:-1]
        paths = ["/".join(parts[: n + 1]) for n in range(len(parts))]
        sections = (self.sections.get(path) for path in paths)
        titles = (label_of(section.labels, self.language) for section in sections if section)
        return " › ".join(title for title in titles if title) or "/".join(parts)

    def _origin(self, column: Column) -> str:
        question = column.question
        if question is None:
            return text(f"origin_{column.origin}", self.language)
        if column.origin == "question":
            kind = "calculate" if question.kind == "calculate" else "question"
            return text(f"origin_{kind}", self.language)
        values = {"question": question.name, "choice": column.choice, "rule": _rule(column)}
        return text(f"origin_{column.origin}", self.language, **values)

    def _choices(self, column: Column, limit: int | None) -> str:
        choices = choices_of(column)
        if limit is not None and len(choices) > limit:
            sheet = text("sheet_choices", self.language)
            return text("see_choices", self.language, count=len(choices), sheet=sheet)
        return "\n".join(f"{c.name} = {label_of(c.labels, self.language)}" for c in choices)

    def _list_names(self) -> dict[str, str]:
        """Name of the choice list by column. One list may have grown with the versions of one
        column only: such a list is named with its column."""
        lists: dict[str, tuple[Choice, ...]] = {}
        names: dict[str, str] = {}
        for column in (c.source for c in self.layout):
            choices = choices_of(column)
            if not choices:
                continue
            name = column.question.list_name if column.question else column.name
            if lists.setdefault(name, choices) != choices:
                name = f"{name} ({column.name})"
                lists[name] = choices
            names[column.name] = name
        return names


def _other_names(names: Iterable[str]) -> dict[str, list[str]]:
    """What each column is called in Stata and in SPSS; empty where that is its name."""
    names = list(names)
    found = [variable_names(names, naming) for naming in (STATA, SPSS)]
    return {
        name: ["" if other == name else other for other in others]
        for name, *others in zip(names, *found, strict=True)
    }


def _rule(column: Column) -> str:
    """The cleaning rules that make a derived column."""
    question = column.question
    if question is None or column.origin != "derived":
        return ""
    added = DERIVED.get(question.clean_as, ())
    return next((rules for suffix, *_, rules in added if derived_name(question, suffix) == column.name), "")
