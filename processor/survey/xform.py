"""The XForm as a phone reads it: the empty instance, what binds its nodes, the lists it uses.

Everything a filled form must obey comes from this file alone, as in ODK Collect.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from processor.errors import FormError
from processor.survey.xpath import Expression, compile_expression
from processor.survey.xpath_values import Scope, Value

_X = "{http://www.w3.org/2002/xforms}"
_JR = "{http://openrosa.org/javarosa}"
_MODEL = f"{{http://www.w3.org/1999/xhtml}}head/{_X}model"


@dataclass(frozen=True)
class Bind:
    """What holds for all nodes of one path."""

    type: str = "string"
    relevant: Expression | None = None
    calculate: Expression | None = None
    constraint: Expression | None = None
    required: Expression | None = None
    readonly: bool = False
    preload: str = ""


@dataclass(frozen=True)
class Control:
    """How a question is answered: `select` and `multiple` for choices taken from `items`."""

    kind: str
    items: Expression | None = None
    code: str = "name"
    label: str = ""


@dataclass(frozen=True)
class SetValue:
    """A value that the phone sets by itself: when the form opens, or when `trigger` is answered."""

    target: str
    value: Expression | None
    trigger: str = ""


@dataclass(frozen=True)
class Blueprint:
    """One element of the instance; `repeat` rows are made from it, `count` says how many."""

    name: str
    path: str
    bind: Bind
    control: Control | None
    default: str
    parts: tuple[Blueprint, ...]
    repeat: bool = False
    count: Expression | None = None


@dataclass(frozen=True)
class XForm:
    """One version of a questionnaire as it came to the phone."""

    form_id: str
    version: str
    root: Blueprint
    lists: Mapping[str, tuple[Mapping[str, str], ...]]
    """Secondary instances by id: their items."""
    texts: Mapping[str, str]
    """Texts by id in the form's default language."""
    set_values: tuple[SetValue, ...] = ()
    namespace: str = ""
    by_path: Mapping[str, Blueprint] = field(default_factory=dict)


Compile = Callable[[str], Expression]


def compile_or_raise_later(text: str) -> Expression:
    """The expression; one that is not understood raises its FormError when it is evaluated, not now."""
    try:
        return compile_expression(text)
    except FormError as error:
        refused = error

    def code(_scope: Scope) -> Value:
        raise refused

    return Expression(text, code, refused=refused)


def read_xform(xml: bytes, media: Path | None = None, compiled: Compile = compile_expression) -> XForm:
    """The form in `xml`; lists outside of it are read from the folder `media`.

    FormError when an expression is not understood, unless `compiled` puts it off.
    """
    document = fromstring(xml)
    model = document.find(_MODEL)
    assert model is not None, "an XForm without a model"
    instances = model.findall(f"{_X}instance")
    data = instances[0][0]
    reader = _Reader(model, document, compiled)
    root = reader.blueprint(data, "")
    return XForm(
        form_id=data.get("id", ""),
        version=data.get("version", ""),
        root=root,
        lists={i.get("id", ""): tuple(_items(i, media)) for i in instances[1:]},
        texts=_texts(model),
        set_values=tuple(_set_values(document, compiled)),
        namespace=data.tag.partition("}")[0].lstrip("{") if "}" in data.tag else "",
        by_path={b.path: b for b in _all(root)},
    )


def _all(blueprint: Blueprint) -> Iterator[Blueprint]:
    yield blueprint
    for part in blueprint.parts:
        yield from _all(part)


class _Reader:
    def __init__(self, model: Element, document: Element, compiled: Compile) -> None:
        self.compiled = compiled
        self.binds = {b.get("nodeset", ""): _bind(b, compiled) for b in model.findall(f"{_X}bind")}
        self.controls = dict(_controls(document, compiled))
        self.counts = {r.get("nodeset", ""): r.get(f"{_JR}count") for r in document.iter(f"{_X}repeat")}

    def blueprint(self, element: Element, prefix: str) -> Blueprint:
        name = element.tag.rpartition("}")[2]
        path = f"{prefix}/{name}"
        parts: dict[str, Blueprint] = {}
        for child in element:  # a repeat stands twice, as template and as first row: one is enough
            part = self.blueprint(child, path)
            parts.setdefault(part.name, part)
        count = self.counts.get(path)
        return Blueprint(
            name,
            path,
            self.binds.get(path, Bind()),
            self.controls.get(path),
            (element.text or "").strip(),
            tuple(parts.values()),
            path in self.counts,
            self.compiled(count) if count else None,
        )


def _bind(element: Element, compiled: Compile) -> Bind:
    def expression(name: str) -> Expression | None:
        text = element.get(name)
        return compiled(text) if text else None

    return Bind(
        type=element.get("type", "string").rpartition(":")[2],
        relevant=expression("relevant"),
        calculate=expression("calculate"),
        constraint=expression("constraint"),
        required=expression("required"),
        readonly=element.get("readonly") == "true()",
        preload=element.get(f"{_JR}preloadParams") or element.get(f"{_JR}preload") or "",
    )


_SELECTS = {f"{_X}select1": "select", f"{_X}select": "multiple"}


def _controls(document: Element, compiled: Compile) -> Iterator[tuple[str, Control]]:
    for kind in (
        "input",
        "select1",
        "select",
        "upload",
        "trigger",
        "range",
        "{http://www.opendatakit.org/xforms}rank",
    ):
        for element in document.iter(kind if kind.startswith("{") else _X + kind):
            yield element.get("ref", ""), _control(element, compiled)


def _control(element: Element, compiled: Compile) -> Control:
    itemset = element.find(f"{_X}itemset")
    kind = _SELECTS.get(element.tag, "input")
    if itemset is None:
        return Control(kind)
    value, label = itemset.find(f"{_X}value"), itemset.find(f"{_X}label")
    assert value is not None
    nodeset = compiled(itemset.get("nodeset", ""))
    return Control(kind, nodeset, value.get("ref", "name"), label.get("ref", "") if label is not None else "")


def _set_values(document: Element, compiled: Compile) -> Iterator[SetValue]:
    """Dynamic defaults stand in the model; values set by an answer stand inside its control."""
    parents = {child: parent for parent in document.iter() for child in parent}
    for element in document.iter(f"{_X}setvalue"):
        value = element.get("value")
        events = element.get("event", "").split()
        trigger = parents[element].get("ref", "") if "xforms-value-changed" in events else ""
        yield SetValue(element.get("ref", ""), compiled(value) if value else None, trigger)


def _items(instance: Element, media: Path | None) -> Iterator[dict[str, str]]:
    source = instance.get("src", "")
    if source.endswith(".csv") and media is not None:
        with (media / source.rpartition("/")[2]).open(encoding="utf-8-sig", newline="") as stream:
            yield from csv.DictReader(stream)
    for item in instance.iter(f"{_X}item"):
        yield {child.tag.rpartition("}")[2]: child.text or "" for child in item}


def _texts(model: Element) -> dict[str, str]:
    translations = model.findall(f"{_X}itext/{_X}translation")
    chosen = next((t for t in translations if t.get("default")), translations[0] if translations else None)
    found: dict[str, str] = {}
    for text in chosen if chosen is not None else ():
        value = text.find(f"{_X}value[@form='long']")
        value = text.find(f"{_X}value") if value is None else value
        found[text.get("id", "")] = "".join(value.itertext()).strip() if value is not None else ""
    return found
