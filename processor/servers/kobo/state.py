"""What was learned of one asset's rows, in a small file. It saves requests; when it is lost, rows are asked again.

`verified`: every row up to this `_id` was seen with its XML, except the ghosts. A ghost is a row that the JSON shows
and whose XML is 404: its transaction failed, or has not ended yet, so it is asked again each time.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class RowState:
    """Of one asset."""

    path: Path
    verified: int = 0
    ghosts: set[int] = field(default_factory=set)

    def save(self) -> None:
        """Write it whole or not at all."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"verified": self.verified, "ghosts": sorted(self.ghosts)})
        partial = self.path.with_name(f"{self.path.name}.{os.getpid()}.part")
        partial.write_text(text, encoding="ascii")
        partial.replace(self.path)


def load_state(folder: Path, asset: str) -> RowState:
    """What is remembered of an asset; nothing when the file is missing or damaged."""
    path = folder / asset / "rows.json"
    try:
        raw = json.loads(path.read_text(encoding="ascii"))
        return RowState(path, int(raw["verified"]), {int(n) for n in raw["ghosts"]})
    except (OSError, ValueError, KeyError, TypeError):
        return RowState(path)
