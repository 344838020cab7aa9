"""A workbook between its upload and its deploy: one a form, private, the same after a restart.

The workbook's file is named by its content, `draft.json` beside it says which one counts: a crash in between
leaves the old draft or the new one, and what somebody compared is what is deployed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from processor.private import PrivateJson, write_private

if TYPE_CHECKING:
    from processor.store.access import User

NAME_LIMIT = 80


@dataclass(frozen=True)
class Check:
    """What the check found; `stamp` is what it depends on beside the workbook."""

    stamp: str
    problems: tuple[Mapping[str, str], ...] = ()
    """As `forms.problem_words.Told`."""
    looks: tuple[Mapping[str, str], ...] = ()
    validated: bool = True
    """ODK Validate ran, too."""


@dataclass(frozen=True)
class Accepted:
    """What somebody ticked on the page of differences."""

    username: str
    seen: tuple[str, ...]
    """Marks of the differences (`deploy_compare.mark`)."""
    allow: bool
    """He allows lower data classes."""


@dataclass(frozen=True)
class Draft:
    """A workbook that may be deployed."""

    form_id: str
    version: str
    sha256: str
    name: str
    """Of the file that was sent."""
    username: str
    full_name: str
    at: str
    back_to: str = ""
    """The version whose content it brings back."""
    check: Check | None = None
    accepted: Accepted | None = None

    @property
    def moment(self) -> datetime:
        """When it came."""
        return datetime.fromisoformat(self.at)


@dataclass(frozen=True)
class Drafts:
    """The draft of one form; `place` is a folder for it alone."""

    place: Path
    form_id: str
    _file: PrivateJson = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_file", PrivateJson(self.place / "draft.json"))

    def find(self) -> Draft | None:
        """The draft; None when there is none."""
        return _draft(self._file.read().get("draft"))

    def workbook(self, draft: Draft) -> bytes:
        """Its bytes. FileNotFoundError when another one has taken its place."""
        return self.path(draft.sha256).read_bytes()

    def path(self, sha256: str) -> Path:
        """Where the workbook of that content lies."""
        return self.place / f"{sha256[:16]}.xlsx"

    def save(self, content: bytes, user: User, *, version: str, name: str, back_to: str = "") -> Draft:
        """Make this the draft of the form; one that was there is gone."""
        sha256, now = hashlib.sha256(content).hexdigest(), datetime.now(UTC).isoformat()
        who = (user.username, user.full_name)
        draft = Draft(self.form_id, version, sha256, name[-NAME_LIMIT:], *who, now, back_to)
        self.place.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(self.path(sha256), content)
        with self._file.changing() as kept:
            kept.clear()
            kept["draft"] = asdict(draft)
        self._sweep(sha256)
        return draft

    def note(self, draft: Draft, *, check: Check | None = None, accepted: Accepted | None = None) -> bool:
        """Keep what was found, or ticked; False when meanwhile another workbook is the draft."""
        with self._file.changing() as kept:
            found = kept.get("draft")
            if not found or found["sha256"] != draft.sha256:
                return False
            found.update({k: asdict(v) for k, v in (("check", check), ("accepted", accepted)) if v})
            return True

    def drop(self, sha256: str = "") -> None:
        """Set it aside, if it is still this one; `restore` takes it back."""
        with self._file.changing() as kept:
            if kept.get("draft") and sha256 in ("", kept["draft"]["sha256"]):
                kept["dropped"] = kept.pop("draft")

    def dropped(self) -> Draft | None:
        """The one that was set aside last, until another one comes."""
        return _draft(self._file.read().get("dropped"))

    def restore(self) -> bool:
        """Take back the one that was set aside; False when there is none, or another draft stands."""
        with self._file.changing() as kept:
            if kept.get("draft") or not kept.get("dropped"):
                return False
            kept["draft"] = kept.pop("dropped")
            return True

    def finish(self, draft: Draft) -> None:
        """It has been deployed: nothing is left of it."""
        with self._file.changing() as kept:
            if kept.get("draft") and kept["draft"]["sha256"] == draft.sha256:
                kept.clear()
        self._sweep("")

    def _sweep(self, sha256: str) -> None:
        keep = {self.path(value) for value in (sha256, *self._standing())}
        for path in self.place.glob("*.xlsx"):
            if path not in keep:
                with suppress(FileNotFoundError):
                    path.unlink()

    def _standing(self) -> Iterable[str]:
        return [d["sha256"] for d in self._file.read().values() if d]


def _draft(values: dict[str, Any] | None) -> Draft | None:
    if not values:
        return None
    check, accepted = values.get("check"), values.get("accepted")
    if check:
        lists = {name: tuple(check[name]) for name in ("problems", "looks")}
        check = Check(**{**check, **lists})
    if accepted:
        accepted = Accepted(**{**accepted, "seen": tuple(accepted["seen"])})
    return Draft(**{**values, "check": check, "accepted": accepted})
