"""Which answers a person may correct by typing another one; pure."""

from __future__ import annotations

from processor.survey.columns import Column

BY_MACHINE = frozenset(
    (
        "start",
        "end",
        "today",
        "deviceid",
        "username",
        "phonenumber",
        "email",
        "subscriberid",
        "simserial",
        "audit",
    )
)
"""What the phone records by itself: there is no paper against which somebody could correct it."""


def is_offered(column: Column) -> bool:
    """Whether an answer can be typed at all: no file, nothing that the phone records by itself."""
    question = column.question
    if column.origin != "question" or question is None:
        return False
    return question.value_type != "binary" and question.kind not in BY_MACHINE
