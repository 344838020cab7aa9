"""A sheet between its preview and its import, and the outcome until it has been read: private, for one person.

The address carries a random token; the names of the files are made of token and user, so another user's token
leads to nothing.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import current_app

from processor.private import write_private
from processor.store.expiring import digest
from processor.store.sheet_file import FILLED, Fill, Sheet, read_sheet
from processor.store.sheet_plan import Step
from processor.survey.sheet_identity import Identity, Place
from processor.web.guard import me
from processor.web.kept_files import folder, sweep
from processor.web.sheet_progress import Progress

if TYPE_CHECKING:
    from werkzeug.datastructures import FileStorage

KEPT = timedelta(hours=1)
READ, MOST_READ = "sheets_read", 4
"""Where sheets that were read stay, and how many."""
TOKEN = re.compile(r"[0-9a-f]{32}")
_OF_STEP = ("outcome", "deed", "new", "why", "expected", "present", "touched", "who", "at")


@dataclass(frozen=True)
class Result:
    """What an import did."""

    sheet: int
    practice: bool
    untouched: int
    steps: list[Step]


class Kept:
    """The files of one token and this user."""

    def __init__(self, token: str) -> None:
        place = folder("sheets")
        sweep(place, KEPT)
        name = digest("sheet", f"{me().id}:{token}") if TOKEN.fullmatch(token) else "none"
        self.name, self.token = name, token
        self.file = place / f"{name}.xlsx"
        self._result = place / f"{name}.json"
        self._progress = place / f"{name}.run"
        self._newest = place / f"{digest('sheet', str(me().id))}.last"

    def save(self, upload: FileStorage) -> None:
        """Keep what was sent, for this service's account alone."""
        with os.fdopen(os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
            upload.save(target)

    def sheet(self, key: bytes) -> Sheet:
        """What was sent; ContractError SHEET_… when it is no sheet of ours. Reading takes a second or two, so
        the last ones stay in memory."""
        known: dict[str, Sheet] = current_app.extensions.setdefault(READ, {})
        found = known.get(self.name)
        if found is None:
            found = known[self.name] = read_sheet(self.file, key)
            for name in list(known)[:-MOST_READ]:
                known.pop(name, None)
        return found

    def begin(self, number: int) -> None:
        """It is being imported: the file stays for another while, and its person finds the way back to it."""
        os.utime(self.file)
        write_private(self._newest, json.dumps({"token": self.token, "sheet": number}).encode())

    def newest(self) -> dict[str, Any] | None:
        """Token and number of the sheet that this person has imported last."""
        return _read(self._newest) if self._newest.is_file() else None

    def note(self, progress: Progress) -> None:
        """How far the import is."""
        write_private(self._progress, json.dumps(asdict(progress)).encode())

    def progress(self) -> Progress | None:
        """As it was noted last; also of an import that a kill has stopped."""
        return Progress(**_read(self._progress)) if self._progress.is_file() else None

    def forget_progress(self) -> None:
        """It has been told why the import stopped."""
        self._progress.unlink(missing_ok=True)

    def finish(self, identity: Identity, untouched: int, steps: list[Step]) -> None:
        """The sheet is done with: only its outcome stays. The first outcome holds: a second click does nothing."""
        if not self._result.exists():
            told = {"sheet": identity.sheet, "practice": identity.practice, "untouched": untouched}
            write_private(self._result, json.dumps({**told, "steps": list(map(_told, steps))}).encode())
        self.drop()

    def drop(self) -> None:
        """Forget the sheet."""
        self.file.unlink(missing_ok=True)
        self.forget_progress()

    def result(self) -> Result | None:
        """The outcome of the import, None before it and when it was kept for too long."""
        if not self._result.is_file():
            return None
        values = _read(self._result)
        return Result(**{**values, "steps": [_step(told) for told in values["steps"]]})


def _read(path: Path) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return values


def _told(step: Step) -> dict[str, Any]:
    fill = step.fill
    texts = {name: fill.text(name) for name in FILLED if name in fill.values}
    own = {"number": fill.number, "ref": fill.ref, "fixed": dict(fill.fixed), "values": texts}
    return {"fill": own, "place": step.place, **{name: getattr(step, name) for name in _OF_STEP}}


def _step(told: dict[str, Any]) -> Step:
    place = Place(*told["place"]) if told["place"] else None
    return Step(Fill(**told["fill"]), place=place, **{name: told[name] for name in _OF_STEP})
