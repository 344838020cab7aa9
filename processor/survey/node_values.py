"""Values of the nodes of a form: an answer's text in its type, a computed value, and how each is written; pure."""

from __future__ import annotations

from datetime import date, datetime

from processor.survey.xform import Blueprint
from processor.survey.xpath_values import Value, text_of, to_number


def typed(text: str, kind: str) -> Value:
    """An answer's text in the type that expressions compute with."""
    if not text:
        return ""
    if kind in ("int", "integer", "decimal", "long"):
        return to_number(text)
    if kind == "date":
        return date.fromisoformat(text[:10])
    return datetime.fromisoformat(text) if kind == "dateTime" else text


def written(blueprint: Blueprint, value: Value) -> str:
    """A value of a node as it stands in the XML."""
    kind = blueprint.bind.type
    if isinstance(value, float) and kind == "decimal" and blueprint.bind.calculate is None:
        return repr(value)  # a typed 44 becomes 44.0, a computed one stays 44
    if kind == "geopoint" and isinstance(value, str) and value:
        return " ".join(repr(float(number)) for number in value.split())
    return text_of(value)


def converted(value: Value, kind: str) -> Value:
    """What the engine keeps of a computed value: truth as 1 or 0, no number as nothing."""
    if isinstance(value, bool):
        value = "1" if value else "0"
    elif value != value:
        return ""
    if kind in ("int", "integer", "decimal", "long"):
        number = to_number(value)
        if number != number:
            return ""
        return number if kind == "decimal" else float(int(number))
    return typed(text_of(value), kind)
