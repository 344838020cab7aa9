"""A history that fails, cut down to the steps without which it would not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from tests.pull.server_steps import Plan

MOST = 400
"""So many shorter histories are tried; each takes about half a second."""


def shrink(plan: Plan, fails: Callable[[Plan], bool], most: int = MOST) -> Plan:
    """The plan after leaving out, while it still fails, halves, then less, then parts of single steps."""
    left = most
    size = max(len(plan.steps) // 2, 1)
    while size:
        for shorter in _without(plan, size):
            if not left:
                return plan
            left -= 1
            if fails(shorter):
                plan = shorter
                break
        else:
            size //= 2
    return plan


def _without(plan: Plan, size: int) -> Iterator[Plan]:
    """The plan without so many steps in a row, the last ones first; then, one by one, without faults and work."""
    for end in range(len(plan.steps), 0, -size):
        yield replace(plan, steps=plan.steps[: max(end - size, 0)] + plan.steps[end:])
    if size > 1:
        return
    for place, step in enumerate(plan.steps):
        for smaller in _smaller(step):
            yield replace(plan, steps=[*plan.steps[:place], smaller, *plan.steps[place + 1 :]])


def _smaller(step: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """A step without one thing of one of its lists (faults, work of others, members)."""
    for place, value in enumerate(step):
        for out in range(len(value) if isinstance(value, list) else 0):
            yield *step[:place], [*value[:out], *value[out + 1 :]], *step[place + 1 :]
