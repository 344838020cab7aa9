"""All submissions of a form with their state: the cheap lists that prove equality (about 29,000 rows a second).

Central has one list for the living and one for the deleted. A submission that is restored between the two requests
stands in neither; so the living are asked for again, which costs nothing when their ETag has not changed. While it
has not, the answer of the last time is given again: an unchanged form costs one small request.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from processor.errors import ContractError, Message
from processor.servers.central.api import EXTENDED, Api
from processor.servers.central.values import is_practice, moment, review_of
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
        deleted = _states(self._get(form_id, deleted="true"))
        second = self._live(form_id, first)
        second.all = {**first.live, **deleted, **second.live}
        self._known[form_id] = second
        return second.all.values()

    def deleted_versions(self, form_id: str) -> Mapping[str, tuple[str, datetime]]:
        """Id and arrival of the current version of every deleted submission."""
        return {
            entry["instanceId"]: (
                entry["currentVersion"]["instanceId"],
                moment(entry["currentVersion"]["createdAt"]),
            )
            for entry in self._get(form_id, deleted="true")
        }

    def _live(self, form_id: str, before: _Known | None) -> _Known:
        """The living, or what is known of them when nothing has happened to any of them."""
        headers = EXTENDED | ({"If-None-Match": before.tag} if before and before.tag else {})
        path = f"{self._api.form(form_id)}/submissions"
        answer = self._api.request("GET", path, headers=headers, ok=(200, 304))
        if answer.status == 304:
            if before is None:
                raise ContractError(Message.CENTRAL_ANSWER, what="304 to a request without If-None-Match")
            return before
        return _Known(answer.headers.get("ETag", ""), _states(answer.value))

    def _get(self, form_id: str, **query: str) -> Any:
        return self._api.get(f"{self._api.form(form_id)}/submissions", params=query, headers=EXTENDED)


def _states(entries: Iterable[Mapping[str, Any]]) -> dict[str, SubmissionState]:
    return {entry["instanceId"]: _state(entry) for entry in entries}


def _state(entry: Mapping[str, Any]) -> SubmissionState:
    submitter = entry.get("submitter") or {}
    return SubmissionState(
        instance_id=entry["instanceId"],
        version_id=entry["currentVersion"]["instanceId"],
        deleted=entry["deletedAt"] is not None,
        practice=is_practice(submitter.get("displayName") or ""),
        review_state=review_of(entry["reviewState"]),
    )
