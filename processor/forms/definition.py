"""A questionnaire as data: forms, fields, choices. Pure: no network, no database, no files.

Made from the tree that pyxform builds of an XLSForm (`tree.from_tree`), stored as JSON beside each
deployed version (`to_json`, `from_json`), so that old submissions can be flattened by the version
that asked for them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from dataclasses import field as dataclass_field
from typing import Any

DATA_CLASSES = ("open", "personal", "sensitive", "secret")
"""Protection of a column, from anyone with the area to only those named for it (HIV)."""

ORIGINS = ("sourced", "law", "reconstructed", "added")
"""Where a question comes from: the found official text, a law, rebuilt, or new on the phone."""

CLEAN_AS = (
    "person_name",
    "other_name",
    "place_name",
    "village",
    "birth_year",
    "birth_month",
    "birth_day",
    "month",
    "amount",
    "coefficient",
    "document_no",
    "phone",
    "id_number",
    "health_card",
    "ethnic",
    "free_text",
    "sex",
    "interview_date",
)
"""What cleaning does with an answer; beside these `code:N`, a code padded with zeros to N places.

`sex` and `interview_date` change nothing: rules for other answers look there."""

SILENT = {"note"}
"""Shown on the phone, never an answer."""

Labels = Mapping[str, str]
"""Text by language code (`vi`, `en`); the key is `""` where the form has no languages."""


@dataclass(frozen=True)
class Choice:
    """One option: `name` is the stored code, `extra` the columns that choice filters use."""

    name: str
    labels: Labels
    extra: Mapping[str, str]


@dataclass(frozen=True)
class Field:
    """One row of the survey sheet that is a question, a calculation or metadata."""

    path: str
    """`sec_a/district_code`: groups and repeats included, the root left out."""
    name: str
    kind: str
    """pyxform's type word: text, integer, select_one, calculate, geopoint, image, ..."""
    value_type: str
    """What the answer is: string, int, decimal, date, time, dateTime, geopoint, binary."""
    repeat: str
    """Path of the innermost repeat around it, `""` at the root."""
    labels: Labels
    hints: Labels
    code: str = ""
    """Number of the question on paper (`C.A01`)."""
    origin: str = ""
    list_name: str = ""
    itemset_file: str = ""
    data_class: str = ""
    clean_as: str = ""
    required: str = ""
    required_messages: Labels = dataclass_field(default_factory=dict)
    relevant: str = ""
    constraint: str = ""
    constraint_messages: Labels = dataclass_field(default_factory=dict)
    calculation: str = ""
    trigger: str = ""
    """The question whose new answer sets this one by `calculation`, once and correctable; empty for
    ordinary calculations."""
    choice_filter: str = ""
    default: str = ""
    appearance: str = ""
    guidance_hints: Labels = dataclass_field(default_factory=dict)
    parameters: str = ""
    """What the sheet's column says (`max-pixels=1024`), each `key=value`, in order of the keys."""
    former_name: str = ""
    """Names that the question had in earlier versions, separated by spaces: they share one column."""

    @property
    def is_select(self) -> bool:
        """Whether the answer is a code of a choice list."""
        return self.kind in ("select_one", "select_multiple")


@dataclass(frozen=True)
class Section:
    """A group or repeat, for reading order and headings."""

    path: str
    kind: str
    labels: Labels
    repeat: str
    relevant: str = ""
    repeat_count: str = ""


@dataclass(frozen=True)
class Form:
    """One version of a questionnaire."""

    form_id: str
    version: str
    title: str
    languages: tuple[str, ...]
    default_language: str
    items: tuple[Field | Section, ...]
    """Fields and sections in the order of the sheet."""
    choices: Mapping[str, tuple[Choice, ...]]

    @property
    def fields(self) -> Iterator[Field]:
        """All questions, calculations and metadata, in order, notes left out."""
        return (i for i in self.items if isinstance(i, Field) and i.kind not in SILENT)

    @property
    def repeats(self) -> tuple[Section, ...]:
        """All repeats, outer before inner."""
        return tuple(i for i in self.items if isinstance(i, Section) and i.kind == "repeat")


def to_json(form: Form) -> str:
    """Canonical JSON of the form; `from_json` gives an equal form back."""
    items = [{"_": "section" if isinstance(i, Section) else "field", **asdict(i)} for i in form.items]
    choices = {name: [asdict(c) for c in options] for name, options in form.choices.items()}
    head = {k: getattr(form, k) for k in ("form_id", "version", "title", "languages", "default_language")}
    body = {**head, "items": items, "choices": choices}
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_json(text: str) -> Form:
    """The form that `to_json` wrote."""
    raw = json.loads(text)
    items = tuple(_item(dict(item)) for item in raw.pop("items"))
    choices = {name: tuple(Choice(**c) for c in options) for name, options in raw.pop("choices").items()}
    raw["languages"] = tuple(raw["languages"])
    return Form(items=items, choices=choices, **raw)


def _item(item: dict[str, Any]) -> Field | Section:
    if item.pop("_") == "section":
        return Section(**item)
    return Field(**item)
