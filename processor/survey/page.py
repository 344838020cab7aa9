"""The answers of a page of submissions, laid out in columns once for all who look at them; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

from processor.forms.answers import Answers
from processor.survey.records import Document


@dataclass
class Rows:
    """All rows of one repeat, or the submissions themselves, in their order."""

    answers: list[Answers] = field(default_factory=list)
    """The mapping that holds the cells of each row."""
    above: list[int] = field(default_factory=list)
    """The place of the row around each, among the rows of its own repeat."""
    numbers: list[int] = field(default_factory=list)
    """Each row's number in the row around it, from 1."""
    roots: Sequence[int] = ()
    """The place of each row's submission."""
    columns: dict[str, Sequence[Any]] = field(default_factory=dict)
    """What has been taken of the answers so far, by path."""


class Page:
    """Submissions of one form. `around` has for each repeat (its path in the answers) the one around it, or `""`."""

    def __init__(self, documents: Sequence[Document], around: Mapping[str, str]) -> None:
        self.documents, self.around = documents, around
        size = len(documents)
        self._rows = {"": Rows([d.answers for d in documents], [0] * size, [1] * size, range(size))}

    def rows(self, path: str) -> Rows:
        """The rows of a repeat; the submissions for `""`."""
        if path not in self._rows:
            around = self.around[path]
            self._rows[path] = _inside(self.rows(around), self.take(around, (path,))[0])
        return self._rows[path]

    def take(self, path: str, keys: Collection[str]) -> list[Sequence[Any]]:
        """The answers of all rows to each of the questions `keys`, None where there is none."""
        rows = self.rows(path)
        missing = tuple([key for key in keys if key not in rows.columns])
        if missing:
            taken = [tuple(map(answers.get, missing)) for answers in rows.answers]
            rows.columns.update(zip(missing, zip(*taken, strict=True) if taken else repeat(()), strict=False))
        return [rows.columns[key] for key in keys]


def _inside(around: Rows, lists: Iterable[Any]) -> Rows:
    """The rows in these lists; what is none has no rows."""
    found, roots = Rows(), list[int]()
    for place, (root, inner) in enumerate(zip(around.roots, lists, strict=True)):
        if isinstance(inner, list):
            found.answers += inner
            found.above += repeat(place, len(inner))
            found.numbers += range(1, len(inner) + 1)
            roots += repeat(root, len(inner))
    found.roots = roots
    return found
