"""Which rules made the rows: a hash over the source of everything between raw and tables."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

ROOM = Path(__file__).parent
PARTS = (
    "flatten.py", "page.py", "table.py", "answer_cells.py", "values.py", "prepare.py", "corrections.py", "extra_columns.py", "clean",
    "checks/derived.py", "checks/derived_asked.py", "checks/derived_at.py", "checks/derived_columns.py",
    "checks/derived_filter.py",
    "checks/derived_form.py", "checks/derived_gate.py", "checks/derived_judges.py", "checks/derived_parts.py", "checks/derived_question.py",
    "checks/derived_quick.py", "checks/derived_reads.py", "checks/derived_rows.py", "checks/derived_rules.py",
    "checks/derived_sight.py", "checks/derived_words.py", "filled.py", "lists.py", "node_values.py", "xform.py",
    "xpath.py", "xpath_code.py", "xpath_functions.py", "xpath_parser.py", "xpath_plain.py", "xpath_rows.py",
    "xpath_rows_calls.py", "xpath_terms.py", "xpath_tokens.py", "xpath_values.py",
)  # fmt: skip
"""What decides the content of a cell, or of a finding that is made with the rows. Keys are not used on the way."""


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
