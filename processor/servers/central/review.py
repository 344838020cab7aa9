"""Writing a review state back to Central, with a comment, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from processor.errors import Message
from processor.servers.abilities import ReviewRefusedError, Stand
from processor.servers.central.api import Api, RefusedError
from processor.servers.central.values import review_of, review_to

UPDATE = "submission.update"
_FINAL = ("400", "409")
"""Kinds of refusals that stay the same however often one asks."""


class Reviews:
    """The review states of one project's submissions."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def set(self, form_id: str, instance_id: str, state: str, comment: str = "") -> bool:
        """Set the state; False when it was so already, then nothing is written.

        Even the same state again would move the submission's time of change and add to its history. The comment goes
        with the state in one request (the header is percent-encoded, which Central undoes), so that neither is
        written without the other or twice.
        """
        wanted = review_to(state)
        if self._find(form_id, instance_id)["reviewState"] == wanted:
            return False
        headers = {"X-Action-Notes": quote(comment, safe="")} if comment else {}
        path = self._api.submission(form_id, instance_id)
        self._api.request("PATCH", path, json={"reviewState": wanted}, headers=headers)
        return True

    def stand(self, form_id: str, instance_id: str) -> Stand:
        """Version, state, and how many reviews and comments there were so far."""
        found = self._find(form_id, instance_id)
        mark = f"{len(self._updates(form_id, instance_id))}+{len(self._comments(form_id, instance_id))}"
        return Stand(found["currentVersion"]["instanceId"], review_of(found["reviewState"]), mark)

    def was_written(self, form_id: str, instance_id: str, since: str, state: str, comment: str) -> bool:
        """Whether the history behind the mark holds the state with the comment, or the comment by itself."""
        updates, comments = (int(number) for number in since.split("+"))
        notes = (comment, quote(comment, safe="")) if comment else (None, "")
        newer = _newer(self._updates(form_id, instance_id), updates)
        if any(_state(entry) == review_to(state) and entry.get("notes") in notes for entry in newer):
            return True
        added = _newer(self._comments(form_id, instance_id), comments) if comment else []
        return any(entry["body"] == comment for entry in added)

    def write(self, form_id: str, instance_id: str, state: str, comment: str) -> bool:
        """`set`; and where the state is so already, the comment alone, which moves nothing."""
        try:
            if self.set(form_id, instance_id, state, comment):
                return True
            if comment:
                path = f"{self._api.submission(form_id, instance_id)}/comments"
                self._api.request("POST", path, json={"body": comment})
            return bool(comment)
        except RefusedError as error:
            if error.code.partition(".")[0] in _FINAL:
                raise ReviewRefusedError(error.message, **error.values) from None
            raise

    def _find(self, form_id: str, instance_id: str) -> Mapping[str, Any]:
        found = self._api.find(self._api.submission(form_id, instance_id))
        if found is None:
            raise ReviewRefusedError(Message.SUBMISSION_UNKNOWN, instance_id=instance_id, form_id=form_id)
        value: Mapping[str, Any] = found.value
        return value

    def _updates(self, form_id: str, instance_id: str) -> list[Mapping[str, Any]]:
        """Reviews so far, newest first."""
        listed = self._list(form_id, instance_id, "audits")
        return [entry for entry in listed if entry["action"] == UPDATE]

    def _comments(self, form_id: str, instance_id: str) -> list[Mapping[str, Any]]:
        """Comments so far, newest first."""
        return self._list(form_id, instance_id, "comments")

    def _list(self, form_id: str, instance_id: str, name: str) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = self._api.get(f"{self._api.submission(form_id, instance_id)}/{name}")
        return found


def _newer(entries: list[Mapping[str, Any]], known: int) -> list[Mapping[str, Any]]:
    """Those behind the first `known` ones; lists begin with the newest."""
    return entries[: max(0, len(entries) - known)]


def _state(entry: Mapping[str, Any]) -> Any:
    return (entry.get("details") or {}).get("reviewState", "")
