"""What a difference between two versions of a questionnaire is; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["refused", "careful", "fine"]

LEVELS: tuple[Level, ...] = ("refused", "careful", "fine")
"""`refused` would break the tables or lose answers, `careful` needs a second look, `fine` is safe."""


@dataclass(frozen=True)
class Difference:
    """One change, as the author of the workbook would name it; its sentence is in `difference_words`."""

    kind: str
    path: str
    """The question or group (as the older version has it, unless it is new) or the list; `""`: the form."""
    old: str
    new: str
    level: Level
    touches: tuple[tuple[str, str], ...] = ()
    """Stored answers that the change concerns: (path of the question, code), code `""` for all answers."""
    since: str = ""
    """The older version that it is about, when it is not the newest one."""
    is_key: bool = False
    """It concerns the question by which the settings tell area or date."""

    @property
    def identity(self) -> tuple[str, str, str]:
        """The same for one change seen from several versions."""
        return self.kind, self.path, self.new
