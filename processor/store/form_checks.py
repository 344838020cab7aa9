"""The checks that follow from the form itself, for every version that the registry has.

Made once when the first submission of a version is loaded, or a page asks who may see a finding. A version
whose XForm is not kept (it was registered by an earlier release) gets it from its workbook, when that gives
exactly the XForm that was published; else its submissions are loaded, and it is told that it is not checked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple
from xml.etree.ElementTree import ParseError

from processor.errors import ProcessorError

if TYPE_CHECKING:
    from processor.forms.definition import Form
    from processor.store.open import Store
    from processor.survey.checks.derived import Cell, FormChecks, Rule
    from processor.survey.plan import TablePlan
    from processor.survey.xform import XForm


class Source(NamedTuple):
    """What a version was published as; `workbook` only where the XForm is not kept."""

    xform: bytes | None
    md5: str
    workbook: bytes


class NotChecked(NamedTuple):
    """A question (its path in the form) that a rule does not look at, and the expression that is the cause.

    Without rule and path nothing of the version is checked; `expression` is then what is wrong with it.
    """

    form_id: str
    version: str
    rule: str
    path: str
    expression: str


@dataclass
class VersionChecks:
    """The checks of all versions of one form, each made when it is first asked for."""

    forms: Sequence[Form]
    sources: Mapping[str, Source]
    plans: Sequence[TablePlan]

    def __post_init__(self) -> None:
        self._made: dict[str, FormChecks | str] = {}

    def get(self, version: str) -> FormChecks | None:
        """The checks of a version, None where they cannot be made."""
        found = self._of(version)
        return None if isinstance(found, str) else found

    def not_checked(self) -> Iterator[NotChecked]:
        """What no submission of a version is checked for."""
        for form in self.forms:
            found = self._of(form.version)
            if isinstance(found, str):
                yield NotChecked(form.form_id, form.version, "", "", found)
                continue
            for name, expression in found.not_checked.items():
                rule, _, node = name.partition(" ")
                path = found.model.keys[node]
                yield NotChecked(form.form_id, form.version, rule, path, expression)

    def reads(self) -> Mapping[Rule, frozenset[Cell] | None]:
        """All columns that a finding of a rule at a column may tell of, in whatever version it was made."""
        found: dict[Rule, frozenset[Cell] | None] = {}
        for form in self.forms:
            checks = self.get(form.version)
            for key, cells in checks.reads.items() if checks else ():
                before = found.get(key, frozenset())
                found[key] = None if before is None or cells is None else before | cells
        return found

    def _of(self, version: str) -> FormChecks | str:
        if version not in self._made:
            self._made[version] = self._make(version)
        return self._made[version]

    def _make(self, version: str) -> FormChecks | str:
        from processor.survey.checks.derived import FormChecks
        from processor.survey.checks.derived_form import FormModel

        form = next((f for f in self.forms if f.version == version), None)
        if form is None or version not in self.sources:
            return "no such version"
        try:
            xform = _read(form, _bytes_of(self.sources[version]))
            return FormChecks(FormModel(form, xform, self.plans))
        except (ProcessorError, ParseError, ValueError, LookupError, AssertionError) as error:
            return f"{type(error).__name__}: {error}"


def read_form_not_checked(store: Store) -> tuple[NotChecked, ...]:
    """Everything in all versions of all forms that the form's own checks cannot look at."""
    return tuple(
        found for form in store.config.forms for found in store.registered(form.form_id).checks.not_checked()
    )


def _bytes_of(source: Source) -> bytes:
    """The XForm that was published. ValueError when there is no telling what it was."""
    if source.xform is not None:
        return source.xform
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert

    try:
        xform: bytes = convert(source.workbook, file_type=".xlsx").xform.encode()
    except (PyXFormError, OSError) as error:
        raise ValueError(f"its workbook cannot be read ({error})") from error
    if hashlib.md5(xform, usedforsecurity=False).hexdigest() != source.md5:
        raise ValueError("its XForm is not kept, and its workbook gives another one today")
    return xform


def _read(form: Form, xml: bytes) -> XForm:
    """The XForm with the lists that come in files; one that is not there is no empty list, but none."""
    from processor.survey.xform import compile_or_raise_later, read_xform

    xform = read_xform(xml, compiled=compile_or_raise_later)
    files = {name.rpartition(".")[0]: name for name in form.choices if name.endswith(".csv")}
    lists = {name: items for name, items in xform.lists.items() if items}
    for name in xform.lists.keys() & files.keys():
        choices = form.choices[files[name]]
        lists[name] = tuple(
            {"name": c.name, "label": next(iter(c.labels.values()), ""), **c.extra} for c in choices
        )
    return replace(xform, lists=lists)
