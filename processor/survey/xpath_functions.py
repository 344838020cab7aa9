"""Functions and operators of expressions; every one behaves as JavaRosa's of the same name; pure."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence

from processor.errors import FormError, Message
from processor.survey.xpath_plain import PLAIN
from processor.survey.xpath_values import Node, Scope, Value, text_of, to_boolean, to_number, unpack

Code = Callable[[Scope], Value]


def _divide(left: float, right: float) -> float:
    if right == 0:
        return math.nan if left == 0 or math.isnan(left) else math.copysign(math.inf, left)
    return left / right


def _remainder(left: float, right: float) -> float:
    return math.nan if right == 0 or math.isinf(left) else math.fmod(left, right)


ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "div": _divide,
    "mod": _remainder,
}
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def nodes(value: Value) -> list[Node]:
    """The nodes of a set; FormError when the value is not a set of nodes."""
    if isinstance(value, list):
        return value
    raise FormError(Message.XPATH_UNSUPPORTED, expression=text_of(value), detail="a path into a plain value")


def call(name: str, arguments: Sequence[Code]) -> Code | None:
    """Code for a function call; None when the function, or that number of arguments, is not supported."""
    special = _SPECIAL.get((name, len(arguments))) or _SPECIAL.get((name, -1))
    if special is not None:
        return special(tuple(arguments))
    low, high, function = PLAIN.get(name, (0, -1, None))
    if function is None or not low <= len(arguments) <= high:
        return None
    return _plain(function, tuple(arguments))


def _plain(function: Callable[..., Value], arguments: tuple[Code, ...]) -> Code:
    if len(arguments) == 1:
        only = arguments[0]
        return lambda scope: function(unpack(only(scope)))
    return lambda scope: function(*[unpack(argument(scope)) for argument in arguments])


# ---- functions that look at the scope, at nodes, or only at some of their arguments


def _if(arguments: tuple[Code, ...]) -> Code:
    condition, then, otherwise = arguments
    return lambda scope: unpack(then(scope) if to_boolean(condition(scope)) else otherwise(scope))


def _coalesce(arguments: tuple[Code, ...]) -> Code:
    def code(scope: Scope) -> Value:
        value: Value = ""
        for argument in arguments:
            value = unpack(argument(scope))
            if value != "" and not (isinstance(value, float) and math.isnan(value)):
                break
        return value

    return code


def _once(arguments: tuple[Code, ...]) -> Code:
    """The first evaluation stays; a form is filled here in one go, so there is only one."""
    return lambda scope: unpack(arguments[0](scope))


def _position(arguments: tuple[Code, ...]) -> Code:
    if not arguments:
        return lambda scope: float(scope.position)
    return lambda scope: float(nodes(arguments[0](scope))[0].position)


def _sum(arguments: tuple[Code, ...]) -> Code:
    def code(scope: Scope) -> Value:
        values = (node.value for node in nodes(arguments[0](scope)))
        return float(sum(to_number(value) for value in values if value != ""))

    return code


def _count(arguments: tuple[Code, ...]) -> Code:
    return lambda scope: float(len(nodes(arguments[0](scope))))


def _count_non_empty(arguments: tuple[Code, ...]) -> Code:
    return lambda scope: float(sum(node.value != "" for node in nodes(arguments[0](scope))))


def _texts(arguments: tuple[Code, ...], scope: Scope) -> list[str]:
    found: list[str] = []
    for argument in arguments:
        value = argument(scope)
        found += [text_of(n.value) for n in value] if isinstance(value, list) else [text_of(value)]
    return found


def _concat(arguments: tuple[Code, ...]) -> Code:
    return lambda scope: "".join(_texts(arguments, scope))


def _join(arguments: tuple[Code, ...]) -> Code:
    separator, *rest = arguments
    return lambda scope: text_of(separator(scope)).join(_texts(tuple(rest), scope))


def _extreme(choose: Callable[[list[float]], float]) -> Callable[[tuple[Code, ...]], Code]:
    def make(arguments: tuple[Code, ...]) -> Code:
        def code(scope: Scope) -> Value:
            values = [v for a in arguments for v in _numbers(a(scope))]
            return choose(values) if values and not any(map(math.isnan, values)) else math.nan

        return code

    return make


def _numbers(value: Value) -> list[float]:
    if isinstance(value, list):
        return [to_number(node.value) for node in value if node.value != ""]
    return [to_number(value)]


def _instance(arguments: tuple[Code, ...]) -> Code:
    return lambda scope: [scope.environment.instance(text_of(arguments[0](scope)))]


def _choice_name(arguments: tuple[Code, ...]) -> Code:
    code, path = arguments
    return lambda scope: scope.environment.choice_label(
        text_of(path(scope)).strip(), text_of(code(scope)), scope.current
    )


def _current(_arguments: tuple[Code, ...]) -> Code:
    return lambda scope: [scope.current]


def _today(_arguments: tuple[Code, ...]) -> Code:
    return lambda scope: scope.environment.now().date()


def _now(_arguments: tuple[Code, ...]) -> Code:
    return lambda scope: scope.environment.now()


_SPECIAL: dict[tuple[str, int], Callable[[tuple[Code, ...]], Code]] = {
    ("if", 3): _if,
    ("coalesce", -1): _coalesce,
    ("once", 1): _once,
    ("position", 0): _position,
    ("position", 1): _position,
    ("sum", 1): _sum,
    ("count", 1): _count,
    ("count-non-empty", 1): _count_non_empty,
    ("concat", -1): _concat,
    ("join", -1): _join,
    ("min", -1): _extreme(min),
    ("max", -1): _extreme(max),
    ("instance", 1): _instance,
    ("jr:choice-name", 2): _choice_name,
    ("current", 0): _current,
    ("today", 0): _today,
    ("now", 0): _now,
}
