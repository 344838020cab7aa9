"""How far an import or a file is, and how long it will still take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from processor.web.formats import t

MINUTE = 60


@dataclass(frozen=True)
class Progress:
    """Lines of a sheet or rows of a file, how many are done, since when."""

    sheet: int
    total: int
    done: int = 0
    first: int = 0
    """Lines that were settled before the corrections began."""
    since: str = ""
    """When they began; empty before."""
    problem: str = ""
    """Key of the words for why it stopped."""

    @property
    def is_checking(self) -> bool:
        """All lines are settled, the rules are looked at again."""
        return self.done >= self.total

    def seconds_left(self, now: datetime) -> int | None:
        """At the pace of the corrections so far; None while there is none."""
        made = self.done - self.first
        if not self.since or made <= 0:
            return None
        taken = (now - datetime.fromisoformat(self.since)).total_seconds()
        return max(1, round(taken / made * (self.total - self.done)))


def left_words(progress: Progress | None) -> str:
    """How long it still takes, in words; empty while nobody can say."""
    seconds = progress.seconds_left(datetime.now(UTC)) if progress else None
    if seconds is None or (progress and progress.is_checking):
        return ""
    if seconds < MINUTE:
        return t("sheets.left_seconds", n=seconds)
    return t("sheets.left_minutes", n=round(seconds / MINUTE))
