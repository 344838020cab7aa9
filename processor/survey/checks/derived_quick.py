"""Most answers are as they should be: whether a question is, seen without making nodes; pure.

Expressions that look at answers of the same row, or of the rows around it, and at nothing else, are compiled a
second time to look into the answers directly. That says only that there is nothing to tell; whatever else it
says, or fails at, is judged by the rules themselves (`derived_rules.py`). Calculated answers are taken as they
arrived, as everywhere before all calculations are known to be right.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import lru_cache
from typing import Any, cast

from processor.errors import FormError, Message
from processor.survey.checks.derived_at import At
from processor.survey.checks.derived_form import FormModel, is_same
from processor.survey.checks.derived_parts import is_readable
from processor.survey.checks.derived_reads import Reader, resolved
from processor.survey.checks.derived_words import CALCULATE, CONSTRAINT, FILTER, REQUIRED
from processor.survey.filled import converted, typed, written
from processor.survey.xform import Blueprint
from processor.survey.xpath import CHOSEN, HERE, ROOT, Code, Expression, Parser, Path
from processor.survey.xpath_code import Step
from processor.survey.xpath_plain import PLAIN
from processor.survey.xpath_values import Scope, Value, to_boolean, unpack

_FUNCTIONS = {*PLAIN, "if", "coalesce", "concat", "today", "now"}
"""Those to which no node and the empty text are the same."""

See = Callable[[At], Value]


class QuickForm:
    """One form version, its expressions compiled to look into answers."""

    def __init__(self, model: FormModel, unjudged: Collection[str]) -> None:
        self._model, self._unjudged = model, unjudged
        self._reader: Reader = model.reader
        self._asked: dict[str, See | None] = {}
        self._open: set[str] = set()

    def question(self, blueprint: Blueprint, rules: Collection[str]) -> Quick | None:
        """The question, None when it cannot be looked at in this way."""
        if blueprint.repeat or FILTER in rules:
            return None
        try:
            return Quick(self, self._model, blueprint, rules)
        except FormError:
            return None

    def see(self, expression: Expression, path: str) -> See:
        """What an expression at the node gives. FormError when it looks at other things."""
        return cast(See, _Sight(self, expression.text, path).whole())

    def asked(self, path: str) -> See | None:
        """Whether a node is asked; None for always."""
        if path in self._open:
            raise _refused(path)
        if path not in self._asked:
            self._open.add(path)
            self._asked[path] = self._condition(path)
            self._open.remove(path)
        return self._asked[path]

    def answer(self, read: Path, path: str) -> See:
        """The answer that a path means, seen from `path`: the empty text where it is not asked."""
        if read[0] not in (HERE, ROOT) or CHOSEN in read or "*" in read:
            raise _refused(path)
        target, top = resolved(read, path)
        found, row = self._model.xform.by_path.get(target), self._reader.row(path)
        if found is None:
            return lambda at: ""
        beyond = self._reader.row(target) != self._reader.shared(target, top, row)
        if found.parts or found.repeat or beyond or target in self._unjudged:
            raise _refused(path)
        return _answer(self._level(target), self._model.keys[target], found.bind.type, self.asked(target))

    def _level(self, path: str) -> int:
        return len([*self._reader.chain(self._reader.row(path))]) - 1

    def _condition(self, path: str) -> See | None:
        around, bind = path.rpartition("/")[0], self._model.xform.by_path[path].bind
        outer = self.asked(around) if around else None
        if bind.relevant is None:
            return outer
        return _condition(path, self._level(path), outer, self.see(bind.relevant, path))


def _answer(level: int, key: str, kind: str, asked: See | None) -> See:
    def code(at: At) -> Value:
        at = at.rows[level]
        if asked is not None and not asked(at):
            return ""
        given = at.answers.get(key)
        return _typed(given, kind) if type(given) is str and given else ""

    return code


def _condition(path: str, level: int, outer: See | None, own: See) -> See:
    def code(at: At) -> bool:
        at = at.rows[level]
        known = at.asked.get(path)
        if known is None:
            known = at.asked[path] = bool((outer is None or outer(at)) and to_boolean(own(at)))
        return known

    return code


@lru_cache(maxsize=50_000)
def _typed(given: str, kind: str) -> Value:
    return typed(given, kind) if is_readable(kind, given) else ""


class _Sight(Parser):
    """Compiles an expression of one node to look into answers."""

    def __init__(self, form: QuickForm, text: str, path: str) -> None:
        super().__init__(text)
        self._form, self._at = form, path

    def absolute(self, steps: tuple[Step, ...]) -> Code:
        """The answer itself, in place of its node."""
        return self._answer()

    def relative(self, steps: tuple[Step, ...]) -> Code:
        """The answer itself, in place of its node."""
        return self._answer()

    def whole(self) -> Code:
        """The whole text; FormError also for functions that tell nodes from answers."""
        code = super().whole()
        if not self.functions <= _FUNCTIONS or any(r[0] not in (HERE, ROOT) for r in self.reads):
            raise _refused(self.text)
        return code

    def _answer(self) -> Code:
        return cast("Callable[[Scope], Value]", self._form.answer(self.reads[-1], self._at))


class Quick:
    """One question."""

    def __init__(
        self, form: QuickForm, model: FormModel, blueprint: Blueprint, rules: Collection[str]
    ) -> None:
        bind, path = blueprint.bind, blueprint.path

        def see(rule: str, expression: Expression | None) -> See | None:
            return form.see(expression, path) if rule in rules and expression is not None else None

        self._blueprint, self._type, self._key = blueprint, bind.type, model.keys[path]
        self._asked = form.asked(path)
        self._required = see(REQUIRED, bind.required)
        self._constraint = see(CONSTRAINT, bind.constraint)
        self._calculate = see(CALCULATE, model.computed.get(path))

    def is_clean(self, at: At) -> bool:
        """Whether there is nothing to tell, when all calculations are as they should be."""
        given: Any = at.answers.get(self._key)
        if self._asked is not None and not self._asked(at):
            return not given or bool(self._blueprint.bind.preload)
        if self._calculate is not None:
            return self._is_calculated(given or "", self._calculate(at))
        if not given:
            return self._required is None or not to_boolean(self._required(at))
        if self._constraint is None or not is_readable(self._type, given):
            return True
        return to_boolean(self._constraint(at))

    def _is_calculated(self, given: str, found: Value) -> bool:
        if given and not is_readable(self._type, given):
            return True
        made = written(self._blueprint, converted(unpack(found), self._type))
        return is_same(self._blueprint, given, made)


def _refused(expression: str) -> FormError:
    return FormError(Message.XPATH_UNSUPPORTED, expression=expression, detail="more than answers of the row")
