"""All submissions of a form with their state: the cheap lists that prove equality (about 29,000 rows a second).

Central has one list for the living and one for the deleted. A submission that is restored between the two requests
stands in neither; so the living are asked for again, which costs nothing when their ETag has not changed. While it
has not, the answer of the last time is given again, for a day at most: an unchanged form costs one small request, in a
process that has just begun, too (`list_file.py`). Only what is of one moment is kept for that: one that was deleted
after the deleted were listed still counts as living in this answer.

A list is one answer without pages (offsets would lose rows while others are deleted). It is turned into small rows
while it comes, and its text is never held.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from datetime import datetime
from sys import intern
from typing import Any

from processor.errors import ContractError, Message
from processor.servers.central.api import EXTENDED, Api
from processor.servers.central.list_file import KnownList, ListFile, States
from processor.servers.central.row import Row
from processor.servers.central.values import is_practice, moment, review_of
from processor.servers.http import Answer
from processor.servers.http_items import Hook
from processor.servers.protocol import SubmissionState


class Lists:
    """Reads the lists of forms; remembers the last one of each, beyond this process."""

    def __init__(self, api: Api, file: ListFile) -> None:
        self._api = api
        self._file = file
        self._known: dict[str, KnownList] = {}

    def states(self, form_id: str) -> Iterable[SubmissionState]:
        """Every submission that the server has, each once."""
        before, now = self._remembered(form_id), time.time()
        first = self._living(form_id, before.tag if before else "")
        if first is None:
            assert before is not None  # nothing is asked for with an ETag that nobody has
            self._known[form_id] = before
            return before.states.values()
        deleted = _by_id(self._ask(form_id, _STATES, deleted=True).value)
        tag, after = self._living(form_id, first[0]) or first
        found = {**first[1], **deleted, **after}
        self._remember(form_id, KnownList(tag, now, found), deleted.keys() | after.keys())
        return found.values()

    def _living(self, form_id: str, tag: str) -> tuple[str, States] | None:
        """Their ETag and the living, None when they are still those of the ETag `tag`."""
        answer = self._ask(form_id, _STATES, tag=tag)
        return None if answer.status == 304 else (answer.headers.get("ETag", ""), _by_id(answer.value))

    def _remembered(self, form_id: str) -> KnownList | None:
        known = self._known.get(form_id) or self._file.read(form_id)
        return known if known is not None and known.is_believed else None

    def _remember(self, form_id: str, known: KnownList, certain: Set[str]) -> None:
        """What left the living after the deleted were listed may be purged, and no ETag would ever tell."""
        self.forget(form_id)
        if known.states.keys() <= certain:
            self._known[form_id] = known
            self._file.write(form_id, known)

    def forget(self, form_id: str) -> None:
        """Ask for everything next time, whatever the ETag says."""
        self._known.pop(form_id, None)
        self._file.remove(form_id)

    def rows(self, form_id: str) -> tuple[Sequence[Row], datetime]:
        """Every submission for a reading from the beginning, and the server's clock before it was listed."""
        self.forget(form_id)
        answer = self._ask(form_id, _ROWS)
        if answer.date is None:
            raise ContractError(Message.CENTRAL_ANSWER, what="a list without Date")
        found = {row.instance_id: row for row in answer.value}
        found |= {row.instance_id: row for row in self._ask(form_id, _ROWS, deleted=True).value}
        return tuple(found.values()), answer.date

    def count(self, form_id: str) -> int:
        """How many living submissions the form's description names."""
        return int(self._api.get(self._api.form(form_id), headers=EXTENDED)["submissions"])

    def deleted(self, form_id: str) -> Mapping[str, Row]:
        """The deleted submissions with their current versions."""
        return {row.instance_id: row for row in self._ask(form_id, _ROWS, deleted=True).value}

    def _ask(self, form_id: str, hook: Hook, *, deleted: bool = False, tag: str = "") -> Answer:
        return self._api.request(
            "GET",
            f"{self._api.form(form_id)}/submissions",
            params={"deleted": "true"} if deleted else {},
            headers=EXTENDED | ({"If-None-Match": tag} if tag else {}),
            ok=(200, 304) if tag else (200,),
            items=hook,
        )


def _hook(make: Callable[[Mapping[str, Any]], Any]) -> Hook:
    """What is kept of an object of the list: inner ones come first, and become what their parent needs."""

    def small(entry: dict[str, Any]) -> Any:
        if "currentVersion" in entry:
            return make(entry)
        if "instanceId" in entry:
            return entry["instanceId"], entry["createdAt"]
        return entry.get("displayName") or ""

    return small


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


def _state(entry: Mapping[str, Any]) -> SubmissionState:
    root, version_id = entry["instanceId"], entry["currentVersion"][0]
    return SubmissionState(
        instance_id=root,
        version_id=root if version_id == root else version_id,
        deleted=entry["deletedAt"] is not None,
        practice=is_practice(entry.get("submitter") or ""),
        review_state=review_of(entry["reviewState"]),
    )


_ROWS, _STATES = _hook(_row), _hook(_state)


def _by_id(states: Iterable[SubmissionState]) -> States:
    return {state.instance_id: state for state in states}
