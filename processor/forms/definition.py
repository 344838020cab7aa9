"""A questionnaire as data: forms, fields, choices. Pure: no network, no database, no files.

Built from the tree that pyxform makes of an XLSForm (`from_tree`), stored as JSON beside each
deployed version (`to_json`, `from_json`), so that old submissions can be flattened by the version
that asked for them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from dataclasses import field as dataclass_field
from typing import Any

from processor.errors import FormError, Message

DATA_CLASSES = ("open", "personal", "sensitive", "secret")
"""Protection of a column, from anyone with the area to only those named for it (HIV)."""

STRUCTURE = {"group", "repeat"}
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
    list_name: str = ""
    itemset_file: str = ""
    data_class: str = ""
    clean_as: str = ""
    required: str = ""
    relevant: str = ""
    constraint: str = ""
    constraint_messages: Labels = dataclass_field(default_factory=dict)
    calculation: str = ""
    appearance: str = ""

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


def from_tree(tree: Mapping[str, Any], source: str, file_choices: Mapping[str, Sequence[Choice]]) -> Form:
    """A form from pyxform's tree. `file_choices` holds the lists of `select_one_from_file`,
    keyed by file name. FormError when the settings lack the id or the version."""
    form_id, version = tree.get("id_string"), tree.get("version")
    if not form_id or not version:
        raise FormError(Message.FORM_NO_ID, name=source, key="version" if form_id else "form_id")
    items = tuple(_walk(tree.get("children", ()), "", ""))
    languages = tuple(dict.fromkeys(k for i in items for k in i.labels if k))
    return Form(
        form_id=str(form_id),
        version=str(version),
        title=str(tree.get("title", form_id)),
        languages=languages or ("",),
        default_language=_language(str(tree.get("default_language", ""))),
        items=items,
        choices=_choices(tree, file_choices),
    )


def _walk(children: Sequence[Mapping[str, Any]], prefix: str, repeat: str) -> Iterator[Field | Section]:
    for node in children:
        path = f"{prefix}{node['name']}"
        kind = node["type"]
        if kind in STRUCTURE:
            bind = node.get("bind", {})
            yield Section(
                path=path,
                kind=kind,
                labels=_labels(node.get("label")),
                repeat=repeat,
                relevant=bind.get("relevant", ""),
                repeat_count=node.get("control", {}).get("jr:count", ""),
            )
            inner = path if kind == "repeat" else repeat
            yield from _walk(node.get("children", ()), path + "/", inner)
        else:
            yield _field(node, path, repeat)


_VALUE_TYPES = {
    "integer": "int",
    "decimal": "decimal",
    "range": "decimal",
    "date": "date",
    "today": "date",
    "time": "time",
    "dateTime": "dateTime",
    "datetime": "dateTime",
    "start": "dateTime",
    "end": "dateTime",
    "geopoint": "geopoint",
    "start-geopoint": "geopoint",
    "image": "binary",
    "photo": "binary",
    "audio": "binary",
    "video": "binary",
    "file": "binary",
    "audit": "binary",
}

_KINDS = {
    "select one": "select_one",
    "select all that apply": "select_multiple",
    "select one from file": "select_one",
    "select multiple from file": "select_multiple",
    "photo": "image",
}


def _field(node: Mapping[str, Any], path: str, repeat: str) -> Field:
    bind = node.get("bind", {})
    kind = _KINDS.get(node["type"], node["type"])
    itemset = str(node.get("itemset", ""))
    return Field(
        path=path,
        name=node["name"],
        kind=kind,
        value_type=str(bind.get("type") or _VALUE_TYPES.get(kind, "string")),
        repeat=repeat,
        labels=_labels(node.get("label")),
        hints=_labels(node.get("hint")),
        code=str(node.get("code", "")),
        list_name=str(node.get("list_name", "")) or itemset,
        itemset_file=itemset if "." in itemset else "",
        data_class=str(node.get("data_class", "")),
        clean_as=str(node.get("clean_as", "")),
        required=str(bind.get("required", "")),
        relevant=str(bind.get("relevant", "")),
        constraint=str(bind.get("constraint", "")),
        constraint_messages=_labels(bind.get("jr:constraintMsg")),
        calculation=str(bind.get("calculate", "")),
        appearance=str(node.get("control", {}).get("appearance", "")),
    )


def _language(header: str) -> str:
    """`Tiếng Việt (vi)` -> `vi`."""
    return header.rpartition("(")[2].rstrip(")").strip() if header.endswith(")") else header


def _labels(value: Any) -> Labels:
    if isinstance(value, Mapping):
        return {_language(language): str(text) for language, text in value.items()}
    return {"": str(value)} if value else {}


_CHOICE_COLUMNS = {"name", "label", "list_name", "media", "sms_option"}


def _choices(
    tree: Mapping[str, Any], file_choices: Mapping[str, Sequence[Choice]]
) -> dict[str, tuple[Choice, ...]]:
    lists = {
        name: tuple(_choice(option) for option in options)
        for name, options in (tree.get("choices") or {}).items()
    }
    return lists | {name: tuple(options) for name, options in file_choices.items()}


def _choice(option: Mapping[str, Any]) -> Choice:
    extra = {k: str(v) for k, v in option.items() if k not in _CHOICE_COLUMNS and isinstance(v, str)}
    return Choice(str(option["name"]), _labels(option.get("label")), extra)


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
