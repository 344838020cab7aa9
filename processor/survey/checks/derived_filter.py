"""Whether a filter shows a code, asked once for each set of answers that decide over it; pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from processor.survey.checks.derived_at import At, Submission
from processor.survey.checks.derived_form import FormModel
from processor.survey.checks.derived_reads import Reader
from processor.survey.checks.derived_rows import Layout
from processor.survey.checks.derived_rules import Rules
from processor.survey.checks.derived_words import FILTER
from processor.survey.records import Document
from processor.survey.xform import Blueprint
from processor.survey.xpath_terms import refused

_LOOKED_AT = {"instance", "current", "selected", "not", "string", "number", "true", "false"}
"""Functions to which no node and the empty text are the same, and which look at nothing else."""
KEPT = 20_000
"""Sets of answers that are kept of one filter."""
_THEN = datetime(2000, 1, 1, tzinfo=UTC)


class Filter:
    """The filter of one question. FormError when it is decided by more than answers of the row and around it."""

    def __init__(self, model: FormModel, layout: Layout, blueprint: Blueprint, arrived: Reader) -> None:
        control = blueprint.control
        assert control is not None
        assert control.items is not None
        self._model, self._layout, self._path = model, layout, blueprint.path
        needs = arrived.needs(blueprint.path, [control.items])
        deep = model.reader.around(layout.path) if layout.path else ""
        more = needs.everything or needs.wide or needs.rows or needs.computed or needs.refused
        if more or deep or not needs.functions <= _LOOKED_AT:
            raise refused(control.items.text)
        self._nodes = sorted(needs.own)
        self._places = [layout.answer(node) for node in self._nodes]
        self._rules = Rules(model, blueprint, frozenset({FILTER}))
        self._known: dict[tuple[str, ...], bool] = {}

    @property
    def places(self) -> Sequence[int]:
        """Where the answers stand that decide over it."""
        return self._places

    def passes(self, *key: str) -> bool:
        """Whether the answer that is given is among the choices, as far as it is in the list at all."""
        known = self._known.get(key)
        if known is None:
            known = self._ask(key)
            if len(self._known) < KEPT:
                self._known[key] = known
        return known

    def _ask(self, key: tuple[str, ...]) -> bool:
        """The rule itself, over a submission of these answers."""
        root: dict[str, Any] = {}
        inside: dict[str, Any] = {}
        for node, answer in zip(self._nodes, key, strict=True):
            (inside if self._model.reader.row(node) else root)[self._model.keys[node]] = answer
        if self._layout.path:
            root[self._model.keys[self._layout.path]] = [inside]
        document = Document("", "", "", _THEN, _THEN, _THEN, "", "", False, root)
        at = At(Submission(self._model, document, {}), root)
        part = at.environment.part(self._path, (1,) if self._layout.path else ())
        return not self._rules.judge(part)
