"""The answers of one submission from its own XML: the exact texts, one request each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from processor.errors import ConfigError, Message, ServerError
from processor.forms.answers import Answers, SubmissionXml, XmlError
from processor.servers.central.api import Api
from processor.servers.central.head import Row
from processor.servers.central.values import moment

UNREADABLE = "@unreadable"
"""Path of the whole text of a submission that is no XML a reader can take: kept, and found as unknown."""
TRIES = 3


class Content(NamedTuple):
    """The current version of a submission."""

    version_id: str
    form_version: str
    updated_at: datetime
    answers: Answers


def told(answers: Answers) -> Answers:
    """The answers that have text. The export cannot tell an empty element from an absent one, so neither do we."""
    found: Answers = {}
    for path, value in answers.items():
        if isinstance(value, list):
            if value:
                found[path] = [told(row) for row in value]
        elif value:
            found[path] = value
    return found


class Documents:
    """Reads submissions one by one; safe for several threads."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def read(self, form_id: str, row: Row, repeats: Collection[str]) -> Content | None:
        """The current version, None when the submission has just been deleted."""
        path = self._api.submission(form_id, row.instance_id)
        for _ in range(TRIES):
            answer = self._api.find(f"{path}.xml", expect="xml")
            if answer is None:
                return None
            content = _parsed(form_id, row, answer.body, repeats)
            if content.version_id == row.instance_id:
                return content
            version = self._version(path)
            if version is None:
                return None
            if not content.version_id or version["instanceId"] == content.version_id:
                arrived = moment(version["createdAt"])
                return content._replace(version_id=version["instanceId"], updated_at=arrived)
        raise ServerError(Message.CENTRAL_RESTLESS, instance_id=row.instance_id, times=TRIES)

    def _version(self, path: str) -> Mapping[str, Any] | None:
        """What the server says of the current version: its id and when it came."""
        answer = self._api.find(path)
        if answer is None:
            return None
        version: Mapping[str, Any] = answer.value["currentVersion"]
        return version


def _parsed(form_id: str, row: Row, body: bytes, repeats: Collection[str]) -> Content:
    """The XML read; an empty version id means: ask the server."""
    try:
        document = SubmissionXml(body)
        if document.encrypted:
            raise ConfigError(Message.CENTRAL_ENCRYPTED, form_id=form_id)
        parsed = document.read(repeats)
    except XmlError:
        text = body.decode("utf-8", "replace")
        return Content("", row.form_version, row.received_at, {UNREADABLE: text})
    first = parsed.instance_id or ("" if row.edits else row.instance_id)
    return Content(first, parsed.version, row.received_at, told(parsed.answers))
