"""Which rules made the rows: a hash over the source of everything between raw and tables."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

ROOM = Path(__file__).parent
PARTS = ("flatten.py", "values.py", "prepare.py", "corrections.py", "extra_columns.py", "clean")
"""What decides the content of a cell. Expressions and keys are not used on the way to the tables."""


@cache
def rules_sha256() -> str:
    """Changes with any change of the code that flattens and cleans; rows are then made anew from raw."""
    digest = hashlib.sha256()
    for part in PARTS:
        place = ROOM / part
        for file in sorted(place.glob("*.py")) if place.is_dir() else [place]:
            digest.update(file.name.encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()
