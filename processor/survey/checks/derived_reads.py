"""What a condition of a form looks at, through calculations and relevance, whatever comes; pure.

An expression names nodes; a computed node looks at others, and a node that is not relevant does not exist,
so its conditions are looked at as well. All paths of an expression count, also those that an evaluation may
not come to: who judges rights or keeps verdicts by it can only be too careful.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from processor.survey.filled import LAST_SAVED
from processor.survey.xform import XForm
from processor.survey.xpath import Expression
from processor.survey.xpath_parser import ANYWHERE, CHOSEN, HERE, LIST, Path

_NAMED_LIST = re.compile(r"instance\(\s*['\"]([^'\"]+)")
_UNBOUND = {"jr:choice-name"}
"""Functions that look at nodes which stand in no path."""


@dataclass
class Needs:
    """All that a verdict at a node depends on; paths are those of the XForm."""

    own: set[str] = field(default_factory=set)
    """Questions in the row of the node, or around it, whose answers are looked at."""
    wide: set[str] = field(default_factory=set)
    """Questions of which all rows are looked at."""
    rows: set[str] = field(default_factory=set)
    """Repeats whose rows are counted."""
    computed: set[str] = field(default_factory=set)
    """Calculations on the way: they are made anew, what arrived in their place is not looked at."""
    functions: set[str] = field(default_factory=set)
    refused: list[Expression] = field(default_factory=list)
    """Expressions that are not understood, or look at a list that the form lacks."""
    everything: bool = False
    """What is looked at cannot be told."""

    @property
    def nodes(self) -> set[str]:
        """Every node whose answer plays a part."""
        return self.own | self.wide | self.computed


Task = tuple[str, str, str]
"""What to look at (`value`, `relevance`), of which node, seen from which row (path of a repeat)."""


class Reader:
    """Follows the expressions of one form."""

    def __init__(self, xform: XForm, computed: Mapping[str, Expression]) -> None:
        self._xform, self._computed = xform, computed
        self._repeats = [path for path, b in xform.by_path.items() if b.repeat]
        self._known: dict[str, str] = {}

    def needs(self, path: str, expressions: Iterable[Expression | None]) -> Needs:
        """What the expressions at the node `path`, its answer and whether it is asked depend on."""
        repeat = self._xform.by_path[path].repeat
        node = path.rpartition("/")[0] if repeat else path  # how many rows there are is asked outside of them
        needs, row = Needs(), self.row(node)
        tasks: list[Task] = [("answer", path, row), ("relevance", path, row)]
        for expression in expressions:
            tasks += self._of_expression(needs, expression, node, row)
        seen: set[Task] = set()
        while tasks:
            task = tasks.pop()
            if task not in seen:
                seen.add(task)
                tasks += self._follow(needs, *task)
        return needs

    def row(self, path: str) -> str:
        """The innermost repeat around a node, or the repeat itself; empty at the root."""
        found = self._known.get(path)
        if found is None:
            inside = (r for r in self._repeats if _inside(path, r))
            found = self._known[path] = max(inside, key=len, default="")
        return found

    def is_conditional(self, path: str) -> bool:
        """Whether the node, or a group or repeat around it, is asked under a condition."""
        return any(b.bind.relevant is not None for p in _around(path) if (b := self._xform.by_path.get(p)))

    def chain(self, row: str) -> Iterator[str]:
        """The rows from the root, which is empty, down to this one."""
        yield ""
        yield from sorted((r for r in self._repeats if _inside(row, r)), key=len)

    def around(self, row: str) -> str:
        """The repeat around the rows of a repeat."""
        return self.row(row.rpartition("/")[0])

    def _follow(self, needs: Needs, what: str, path: str, row: str) -> Iterator[Task]:
        blueprint = self._xform.by_path.get(path)
        if blueprint is None:
            return  # no such node: nothing is there to be looked at
        if what == "relevance":
            yield from self._of_expression(needs, blueprint.bind.relevant, path, row)
            if around := path.rpartition("/")[0]:
                yield ("relevance", around, row)
        elif what == "value" and path in self._computed:
            needs.computed.add(path)
            yield from self._of_expression(needs, self._computed[path], path, row)
        elif not blueprint.parts:
            (needs.own if self.row(path) in ("", *_around(row)) else needs.wide).add(path)

    def _of_expression(
        self, needs: Needs, expression: Expression | None, path: str, row: str
    ) -> Iterator[Task]:
        if expression is None:
            return
        if expression.refused is not None or self._lacks_list(expression):
            needs.refused.append(expression)
        needs.functions |= expression.functions
        needs.everything |= bool(expression.functions & _UNBOUND)
        for read in expression.reads:
            if read[0] == LIST:
                continue
            if read[0] == ANYWHERE or "*" in read:
                needs.everything = True
                continue
            target, top = resolved(read, path)
            seen_from = self.shared(target, top, row)
            needs.rows |= {r for r in self._repeats if _inside(target, r) and not _inside(seen_from, r)}
            yield ("value", target, seen_from)
            yield ("relevance", target, seen_from)

    def shared(self, target: str, top: str, row: str) -> str:
        """The row that a node seen from `row` is sure to be in: what is beyond it is all rows."""
        shared = (r for r in self._repeats if _inside(target, r) and _inside(top, r) and _inside(row, r))
        return max(shared, key=len, default="")

    def _lacks_list(self, expression: Expression) -> bool:
        names = set(_NAMED_LIST.findall(expression.text)) - {LAST_SAVED}
        return not names <= self._xform.lists.keys()


def _inside(path: str, repeat: str) -> bool:
    return path == repeat or path.startswith(repeat + "/")


def _around(row: str) -> Iterator[str]:
    """The row and all paths around it."""
    while row:
        yield row
        row = row.rpartition("/")[0]


def resolved(read: Path, path: str) -> tuple[str, str]:
    """The node that a path means, seen from `path`, and the highest one from which it goes down again."""
    steps = path.split("/") if read[0] == HERE else [""]
    top = None
    for name in read[1:]:
        if name in ("..", CHOSEN):
            highest = steps[:-1]
            steps = highest if name == ".." else steps
            top = highest if top is None else min(top, highest, key=len)
        elif name != ".":
            steps = [*steps, name]
    return "/".join(steps), "/".join(steps if top is None else top)
