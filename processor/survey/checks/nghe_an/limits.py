"""A threshold of the catalogue as messages show it; pure."""

from __future__ import annotations


def limit(number: float) -> float:
    """12.0 is shown as 12, 2.5 stays."""
    return int(number) if number.is_integer() else number
