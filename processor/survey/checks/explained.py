"""How a survey explains to people what a submission should say: sentences, the figure due, the figure said; pure.

Only the survey's own package knows what is explained. It is a proposal: nothing is decided or stopped by it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from processor.survey.checks.data import Data

Texts = Mapping[str, str]
"""A text by language, `vi` and `en`."""


@dataclass(frozen=True)
class Line:
    """One step of an explanation; `verify`: it rests on a fact from memory."""

    texts: Texts
    verify: bool = False


@dataclass(frozen=True)
class Proposal:
    """The way to a figure, and what the form says; None where there is none."""

    title: Texts
    lines: tuple[Line, ...]
    due: int | None
    said: int | None

    @property
    def verdict(self) -> str:
        """`open` without a figure due, `unsaid` without one in the form, else `equal`, `lower` or `higher`: the form."""
        if self.due is None:
            return "open"
        if self.said is None:
            return "unsaid"
        return "equal" if self.said == self.due else "lower" if self.said < self.due else "higher"


@dataclass(frozen=True)
class Explainer:
    """What a package of checks offers as `EXPLAINER`, if it explains anything."""

    table: str
    """The root table whose submissions it explains."""
    ties: Mapping[str, str]
    """Root table -> column: submissions of one commune with the same value belong together, and only those of them
    are given to `explain`."""
    reads: tuple[str, ...]
    """`table.column` of all that it looks at: who may not see one of them sees no explanation."""
    explain: Callable[[Data, str], tuple[Proposal, ...]]
    """Tables with the submission and what is tied to it, id of the submission -> its explanations."""
