"""A finished interview as ODK Collect writes it: calculations done, irrelevant questions absent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from xml.sax.saxutils import escape, quoteattr

from processor.errors import FormError, Message
from processor.survey.filled import Filled, Part, Problem
from processor.survey.lists import Lists
from processor.survey.xform import XForm
from processor.survey.xpath_values import Node, to_number

_XMLNS = 'xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms"'


@dataclass(frozen=True)
class Phone:
    """What the phone adds by itself: when the form was open, and whose phone it is."""

    instance_id: str
    start: datetime
    end: datetime
    deviceid: str
    username: str


class Printer:
    """Writes interviews of one form; lists that do not change are kept between interviews."""

    def __init__(self, xform: XForm) -> None:
        self.xform = xform
        self._lists: Lists = {}

    def fill(self, answers: Mapping[str, Any], phone: Phone) -> Filled:
        """The form with the answers and the phone's own values in it."""
        filled = Filled(self.xform, answers, phone.end, self._lists)
        preloads = {
            "start": _stamp(phone.start),
            "end": _stamp(phone.end),
            "today": phone.start.date().isoformat(),
            "deviceid": phone.deviceid,
            "username": phone.username,
            "uid": phone.instance_id,
        }
        for blueprint in self.xform.by_path.values():
            if blueprint.bind.preload in preloads:
                for part in filled.parts(blueprint.path):
                    part.given = preloads[blueprint.bind.preload]
        filled.set_values()
        return filled

    def to_xml(self, answers: Mapping[str, Any], phone: Phone) -> bytes:
        """The XML that is posted. FormError when a phone would not let the interview pass."""
        filled = self.fill(answers, phone)
        for problem in problems(filled, answers):
            detail = f"{problem.kind} {problem.path} = {problem.value!r}"
            raise FormError(Message.PRACTICE_REFUSED, name=phone.instance_id, detail=detail)
        return serialise(filled)


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")


def serialise(filled: Filled) -> bytes:
    """The instance as XML, in the layout of the engine."""
    xform = filled.xform
    namespace = f" xmlns={quoteattr(xform.namespace)}" if xform.namespace != _MODEL_NAMESPACE else ""
    identity = f"id={quoteattr(xform.form_id)} version={quoteattr(xform.version)}"
    head = f"{xform.root.name}{namespace} {identity} {_XMLNS}"
    body = "".join(_elements(filled.root))
    return f"<?xml version='1.0' encoding='UTF-8' ?><{head}>{body}</{xform.root.name}>".encode()


_MODEL_NAMESPACE = "http://www.w3.org/2002/xforms"


def _elements(part: Part) -> Iterator[str]:
    for child in part.children("*"):
        if not child.relevant:
            continue
        if child.blueprint.parts:
            yield f"<{child.name}>{''.join(_elements(child))}</{child.name}>"
            continue
        text = child.text()
        yield f"<{child.name}>{escape(text)}</{child.name}>" if text else f"<{child.name} />"


def problems(filled: Filled, answers: Mapping[str, Any]) -> Iterator[Problem]:
    """Everything a phone would refuse, in the order of the form; the kinds are those of the engine."""
    yield from _unknown(filled.root, answers)
    yield from _rows(filled)
    for part in _everything(filled.root):
        yield from _problem(part)


def _everything(part: Part) -> Iterator[Part]:
    for child in part.children("*"):
        if child.blueprint.parts:
            yield from _everything(child)
        else:
            yield child


def _problem(part: Part) -> Iterator[Problem]:
    bind, form, node = part.blueprint.bind, part.form, cast(Node, part)
    if not part.relevant:
        if part.given is not None and part.given != part.blueprint.default:
            yield Problem("irrelevant", _path(part), part.given)
        return
    if part.value == "":
        if bind.required is not None and bind.required.truth(node, form):
            yield Problem("required", _path(part), "")
    elif bind.constraint is not None and not bind.constraint.truth(node, form):
        yield Problem("constraint", _path(part), part.text())
    elif not _among_choices(part):
        yield Problem("not_a_choice", _path(part), part.text())


def _among_choices(part: Part) -> bool:
    control = part.blueprint.control
    if control is None or control.items is None:
        return True
    codes = part.text().split() if control.kind == "multiple" else [part.text()]
    return all(part.form.shows(part, control, code) for code in codes)


def _rows(filled: Filled) -> Iterator[Problem]:
    """`repeat_count` decides how many rows the phone asks for."""
    for blueprint in filled.xform.by_path.values():
        if blueprint.repeat and blueprint.count is not None:
            parent = next(filled.parts(blueprint.path.rpartition("/")[0]))
            wanted = to_number(blueprint.count.evaluate(cast(Node, parent), filled))
            found = len(parent.children(blueprint.name))
            if wanted != found:
                yield Problem("rows", blueprint.path, f"{found} instead of {wanted:g}")


def _unknown(part: Part, answers: Mapping[str, Any]) -> Iterator[Problem]:
    known = {b.name: b for b in _in_scope(part)}
    for name, value in answers.items():
        if name.startswith("_"):
            continue
        if name not in known:
            yield Problem("unknown", f"{part.blueprint.path}/{name}", str(value))
        elif known[name].repeat:
            rows = part.form.parts(known[name].path)
            for row, values in zip(rows, value, strict=False):
                yield from _unknown(row, values)


def _in_scope(part: Part) -> Iterator[Any]:
    for blueprint in part.blueprint.parts:
        yield blueprint
        if blueprint.parts and not blueprint.repeat:
            yield from _in_scope(Part(part.form, blueprint, part))


def _path(part: Part) -> str:
    steps = (f"{p.name}[{p.number}]" if p.number > 1 else p.name for p in part.chain)
    return "/" + "/".join(steps)
