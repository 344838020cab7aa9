"""Rules for numbers of health insurance cards: R-C39, R-C40; pure functions of one value."""

from __future__ import annotations

import re

from processor.survey.clean import facts
from processor.survey.clean.text import compose, straight_quotes

_LOOSE = re.compile(r"[\s\-\u2010-\u2015\u2212]+")
_CARD = re.compile(rf"[A-Z]{{2}}[1-5]{facts.HEALTH_PROVINCE}[0-9]{{10}}")


def card_number(text: str) -> str | None:
    """R-C39: `bt 2 40 1234567890` -> `BT2401234567890`; nothing left is no answer."""
    if text.isascii() and text.isalnum() and text.isupper():
        return text  # nearly all are so: nothing below would change them
    bare = _LOOSE.sub("", text)
    # One letter to one: `ß` would become two, and the rule would not stand still.
    upper = "".join(u if len(u := letter.upper()) == 1 else letter for letter in bare)
    return straight_quotes(compose(upper)) or None


def is_unusual(number: str) -> bool:
    """R-C40: not two letters, a benefit level and twelve digits of this province."""
    return _CARD.fullmatch(number) is None
