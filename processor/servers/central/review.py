"""Writing a review state back to Central, with a comment, once."""

from __future__ import annotations

from urllib.parse import quote

from processor.errors import Message, ServerError
from processor.servers.central.api import Api
from processor.servers.central.values import review_to


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
        path = self._api.submission(form_id, instance_id)
        found = self._api.find(path)
        if found is None:
            raise ServerError(Message.SUBMISSION_UNKNOWN, instance_id=instance_id, form_id=form_id)
        if found.value["reviewState"] == wanted:
            return False
        headers = {"X-Action-Notes": quote(comment, safe="")} if comment else {}
        self._api.request("PATCH", path, json={"reviewState": wanted}, headers=headers)
        return True
