"""Reads the tree that pyxform builds of an XLSForm; pure.

pyxform keeps columns it does not know (`code`, `data_class`, `origin`, `clean_as`) as keys of the
question and leaves them out of the XForm; here they become fields of the definition.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from processor.errors import FormError, Message
from processor.forms.definition import Choice, Field, Form, Labels, Section
from processor.forms.search_tail import without_tail

STRUCTURE = {"group", "repeat"}


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
        origin=str(node.get("origin", "")),
        list_name=str(node.get("list_name", "")) or itemset,
        itemset_file=itemset if "." in itemset else "",
        data_class=str(node.get("data_class", "")),
        clean_as=str(node.get("clean_as", "")),
        required=str(bind.get("required", "")),
        required_messages=_labels(bind.get("jr:requiredMsg")),
        relevant=str(bind.get("relevant", "")),
        constraint=str(bind.get("constraint", "")),
        constraint_messages=_labels(bind.get("jr:constraintMsg")),
        calculation=str(bind.get("calculate", "")),
        trigger=_trigger(node.get("trigger")),
        choice_filter=str(node.get("choice_filter", "")),
        default=str(node.get("default", "")),
        appearance=str(node.get("control", {}).get("appearance", "")),
        guidance_hints=_labels(node.get("guidance_hint")),
        parameters=_parameters(node.get("parameters")),
        former_name=" ".join(str(node.get("former_name", "")).split()),
    )


def _parameters(value: Any) -> str:
    if isinstance(value, Mapping):
        return " ".join(f"{key}={value[key]}" for key in sorted(value))
    return str(value or "")


def _trigger(value: Any) -> str:
    return ", ".join(value) if isinstance(value, (list, tuple)) else str(value or "")


def _language(header: str) -> str:
    """`Tiếng Việt (vi)` -> `vi`."""
    return header.rpartition("(")[2].rstrip(")").strip() if header.endswith(")") else header


def _labels(value: Any) -> Labels:
    if isinstance(value, Mapping):
        return {_language(language): str(text) for language, text in value.items()}
    return {"": str(value)} if value else {}


_CHOICE_COLUMNS = {"name", "label", "list_name", "media", "sms_option", "source_mark"}
"""Not for choice filters; `source_mark` says where the list comes from."""


def _choices(
    tree: Mapping[str, Any], file_choices: Mapping[str, Sequence[Choice]]
) -> dict[str, tuple[Choice, ...]]:
    lists = {
        name: tuple(_choice(option) for option in options)
        for name, options in (tree.get("choices") or {}).items()
    }
    return lists | {name: tuple(options) for name, options in file_choices.items()}


def _choice(option: Mapping[str, Any]) -> Choice:
    labels = {language: without_tail(text) for language, text in _labels(option.get("label")).items()}
    extra = {k: str(v) for k, v in option.items() if k not in _CHOICE_COLUMNS and isinstance(v, str)}
    return Choice(str(option["name"]), labels, extra)
