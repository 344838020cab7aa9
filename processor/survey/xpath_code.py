"""What the pieces of an expression do when it is evaluated: operators, paths, predicates; pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from processor.survey.xpath_functions import call as call
from processor.survey.xpath_functions import nodes as nodes_of
from processor.survey.xpath_parser import Path, Step
from processor.survey.xpath_values import Node, Scope, Value, equal, to_boolean, to_number

Code = Callable[[Scope], Value]


def constant(word: str, kind: str) -> Code:
    """A literal."""
    value: Value = word[1:-1] if kind == "literal" else float(word)
    return lambda scope: value


def either(left: Code, right: Code) -> Code:
    """`or`."""
    return lambda scope: to_boolean(left(scope)) or to_boolean(right(scope))


def both(left: Code, right: Code) -> Code:
    """`and`."""
    return lambda scope: to_boolean(left(scope)) and to_boolean(right(scope))


def equals(left: Code, right: Code, wanted: bool) -> Code:
    """`=` and `!=`."""
    return lambda scope: equal(left(scope), right(scope)) is wanted


def compares(compare: Callable[[float, float], bool], left: Code, right: Code) -> Code:
    """Order of two numbers."""
    return lambda scope: compare(to_number(left(scope)), to_number(right(scope)))


def computes(compute: Callable[[float, float], float], left: Code, right: Code) -> Code:
    """Arithmetic of two numbers."""
    return lambda scope: compute(to_number(left(scope)), to_number(right(scope)))


def negative(number: Code) -> Code:
    """The number with the other sign."""
    return lambda scope: -to_number(number(scope))


def absolute(steps: tuple[Step[Code], ...], _read: Path) -> Code:
    """A path from the root; a name around the place where it stands means the same row."""

    if not any(step.predicates for step in steps):
        return _plain_absolute(tuple(step.name for step in steps))

    def code(scope: Scope) -> Value:
        chain, same = scope.node.chain, 0
        if chain[0].name != steps[0].name:  # inside the predicate of a list: the form is where it began
            chain = scope.current.chain
        for ancestor, step in zip(chain, steps, strict=False):
            if ancestor.name != step.name or step.predicates:
                break
            same += 1
        return _walk([chain[same - 1]], steps[same:], scope) if same else []

    return code


def _plain_absolute(names: tuple[str, ...]) -> Code:
    """The same for a path without predicates, which most are."""

    def code(scope: Scope) -> Value:
        chain = scope.node.chain
        if chain[0].name != names[0]:
            chain = scope.current.chain
        same = 0
        for ancestor, name in zip(chain, names, strict=False):
            if ancestor.name != name:
                break
            same += 1
        if not same:
            return []
        nodes: Sequence[Node] = (chain[same - 1],)
        for name in names[same:]:
            if name == "..":
                nodes = list(dict.fromkeys(n.parent for n in nodes if n.parent is not None))
            elif name != "." and len(nodes) == 1:
                nodes = nodes[0].children(name)
            elif name != ".":
                nodes = [child for node in nodes for child in node.children(name)]
        return [node for node in nodes if node.relevant]

    return code


def relative(steps: tuple[Step[Code], ...], _read: Path) -> Code:
    """A path from the node."""
    if steps == (Step(".", ()),):
        return lambda scope: [scope.node] if scope.node.relevant else []
    return lambda scope: _walk([scope.node], steps, scope)


def from_(start: Code, steps: tuple[Step[Code], ...]) -> Code:
    """A path from the nodes of another expression."""
    return lambda scope: _walk(nodes_of(start(scope)), steps, scope)


def filtered(start: Code, predicates: tuple[Code, ...]) -> Code:
    """Nodes of another expression that pass the predicates."""
    return lambda scope: _keep(nodes_of(start(scope)), predicates, scope)


def _walk(nodes: Sequence[Node], steps: tuple[Step[Code], ...], scope: Scope) -> list[Node]:
    """The relevant nodes at the end of `steps`; rows of a repeat keep their order."""
    for step in steps:
        if step.name == "..":
            nodes = list(dict.fromkeys(n.parent for n in nodes if n.parent is not None))
        elif step.name != ".":
            nodes = [child for node in nodes for child in node.children(step.name)]
        if step.predicates:
            nodes = _keep(nodes, step.predicates, scope)
    return [node for node in nodes if node.relevant]


def _keep(nodes: Sequence[Node], predicates: tuple[Code, ...], scope: Scope) -> list[Node]:
    for predicate in predicates:
        kept = []
        for number, node in enumerate(nodes, 1):
            found = predicate(Scope(node, scope.environment, scope.current, number))
            if found == number if isinstance(found, float) else to_boolean(found):
                kept.append(node)
        nodes = kept
    return list(nodes)
