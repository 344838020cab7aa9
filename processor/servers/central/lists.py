"""All submissions of a form with their state: the cheap lists that prove equality (about 29,000 rows a second).

Central has one list for the living and one for the deleted. A submission that is restored between the two requests
stands in neither; so the living are asked for again, which costs nothing when their ETag has not changed. While it
has not, the answer of the last time is given again: an unchanged form costs one small request. Only what is of one
moment is kept for that: one that was deleted after the deleted were listed still counts as living in this answer.

A list is one answer without pages (offsets would lose rows while others are deleted). It is turned into small rows
while it is parsed, so that it takes little more memory than its own text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from sys import intern
from typing import Any

from processor.errors import ContractError, Message
from processor.servers.central.api import EXTENDED, Api
from processor.servers.central.row import Row
from processor.servers.central.values import is_practice, moment, review_of
from processor.servers.http import Answer
from processor.servers.protocol import SubmissionState

States = Mapping[str, SubmissionState]


@dataclass
class _Known:
    """What the living were when they had this ETag, and everything that was listed then."""

    tag: str
    live: States
    all: States = field(default_factory=dict)


class Lists:
    """Reads the lists of forms; remembers the last one of each."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._known: dict[str, _Known] = {}

    def states(self, form_id: str) -> Iterable[SubmissionState]:
        """Every submission that the server has, each once."""
        before = self._known.get(form_id)
        first = self._live(form_id, before)
        if first is before and before is not None:
            return before.all.values()
        deleted = _states(self._ask(form_id, deleted=True).value)
        second = self._live(form_id, first)
        second.all = {**first.live, **deleted, **second.live}
        self._remember(form_id, second, deleted)
        return second.all.values()

    def _remember(self, form_id: str, second: _Known, deleted: States) -> None:
        """What left the living after the deleted were listed may be purged, and no ETag would ever tell."""
        if second.all.keys() <= deleted.keys() | second.live.keys():
            self._known[form_id] = second
        else:
            self.forget(form_id)

    def forget(self, form_id: str) -> None:
        """Ask for everything next time, whatever the ETag says."""
        self._known.pop(form_id, None)

    def rows(self, form_id: str) -> tuple[Sequence[Row], datetime]:
        """Every submission for a first reading, and the server's clock before it was listed."""
        answer = self._ask(form_id)
        if answer.date is None:
            raise ContractError(Message.CENTRAL_ANSWER, what="a list without Date")
        found = {row.instance_id: row for row in answer.value}
        found |= {row.instance_id: row for row in self._ask(form_id, deleted=True).value}
        return tuple(found.values()), answer.date

    def count(self, form_id: str) -> int:
        """How many living submissions the form's description names."""
        return int(self._api.get(self._api.form(form_id), headers=EXTENDED)["submissions"])

    def deleted(self, form_id: str) -> Mapping[str, Row]:
        """The deleted submissions with their current versions."""
        return {row.instance_id: row for row in self._ask(form_id, deleted=True).value}

    def _live(self, form_id: str, before: _Known | None) -> _Known:
        """The living, or what is known of them when nothing has happened to any of them."""
        answer = self._ask(form_id, tag=before.tag if before else "")
        if answer.status == 304:
            if before is None:
                raise ContractError(Message.CENTRAL_ANSWER, what="304 to a request without If-None-Match")
            return before
        return _Known(answer.headers.get("ETag", ""), _states(answer.value))

    def _ask(self, form_id: str, *, deleted: bool = False, tag: str = "") -> Answer:
        return self._api.request(
            "GET",
            f"{self._api.form(form_id)}/submissions",
            params={"deleted": "true"} if deleted else {},
            headers=EXTENDED | ({"If-None-Match": tag} if tag else {}),
            ok=(200, 304) if tag else (200,),
            items=_small,
        )


def _small(entry: dict[str, Any]) -> Any:
    """What is kept of an object of the list: inner ones come first, and become what their parent needs."""
    if "currentVersion" in entry:
        return _row(entry)
    if "instanceId" in entry:
        return entry["instanceId"], entry["createdAt"]
    return entry.get("displayName") or ""


def _row(entry: Mapping[str, Any]) -> Row:
    """Most were never edited: then id and time of the version are those of the submission, read and held once."""
    root, created = entry["instanceId"], entry["createdAt"]
    version_id, arrived = entry["currentVersion"]
    received_at = moment(created)
    return Row(
        instance_id=root,
        received_at=received_at,
        deleted=entry["deletedAt"] is not None,
        review_state=review_of(entry["reviewState"]),
        submitter=intern(entry.get("submitter") or ""),
        edited=version_id != root,
        version=(
            root if version_id == root else version_id,
            received_at if arrived == created else moment(arrived),
        ),
    )


def _states(rows: Iterable[Row]) -> dict[str, SubmissionState]:
    return {row.instance_id: _state(row) for row in rows}


def _state(row: Row) -> SubmissionState:
    version_id = row.version[0] if row.version else row.instance_id
    return SubmissionState(
        row.instance_id, version_id, row.deleted, is_practice(row.submitter), row.review_state
    )
