"""Where the answers of a submission stand while its questions are judged; pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from processor.survey.checks.data import ZONE_HOURS
from processor.survey.checks.derived_form import FormModel
from processor.survey.checks.derived_parts import Arrived
from processor.survey.filled import Part
from processor.survey.records import Document
from processor.survey.xpath import Expression

ZONE = timezone(timedelta(hours=ZONE_HOURS))

Row = Mapping[str, Any]


class Submission:
    """One submission. Calculations of `computed` are made anew, the others are taken as they arrived.

    Its nodes are made when they are needed, which is seldom; the clock is when the server received it.
    """

    def __init__(self, model: FormModel, document: Document, computed: Mapping[str, Expression]) -> None:
        self._model, self._document, self._computed = model, document, computed
        self._form: Arrived | None = None
        self.id, self._now = document.submission_id, document.received_at.astimezone(ZONE)

    def now(self) -> datetime:
        """When it was received, as the clock showed it there."""
        return self._now

    def part(self, path: str, numbers: tuple[int, ...]) -> Part:
        """The node of a path, in the rows of these numbers."""
        if self._form is None:
            self._form = Arrived(self._model, self._document.answers, self._now, self._computed)
        found, rows = self._form.root, iter(numbers)
        for name in path.split("/")[2:]:
            kids = found.children(name)
            found = kids[next(rows) - 1] if kids[0].blueprint.repeat else kids[0]
        return found


class At:
    """A row of a submission, the root included."""

    __slots__ = ("answers", "asked", "environment", "key", "numbers", "rows")

    def __init__(self, submission: Submission, answers: Row, around: At | None = None) -> None:
        self.environment, self.answers = submission, answers
        self.rows: tuple[At, ...] = (*around.rows, self) if around else (self,)
        self.asked: dict[str, bool] = {}
        """Whether a node of the row is asked, as far as it is known."""
        self.numbers: tuple[int, ...] = ()
        self.key = submission.id

    def inside(self, answers: Row, name: str, number: int) -> At:
        """A row of the repeat `name` inside this one."""
        found = At(self.environment, answers, self)
        found.numbers, found.key = (*self.numbers, number), f"{self.key}/{name}[{number}]"
        return found
