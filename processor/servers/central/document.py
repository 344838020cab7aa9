"""The answers of one submission from its own XML: the exact texts, one request each."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from processor.errors import ConfigError, Message, ServerError
from processor.forms.answers import Answers, SubmissionXml, XmlError
from processor.servers.central.api import Api
from processor.servers.central.row import Row
from processor.servers.central.values import moment, plain_version

UNREADABLE = "@unreadable"
"""Path of the whole text of a submission that is no XML a reader can take: kept, without a form version."""
TRIES = 3


class Content(NamedTuple):
    """The current version of a submission."""

    version_id: str
    form_version: str
    updated_at: datetime
    answers: Answers
    files: int | None = None
    """How many files it names, where that was told with it."""
    sealed: bool = False
    """Encrypted: what the server shows holds no answers, and its files stay there."""
    lost: str = ""
    """Why a sealed one has no answers that can be trusted."""


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

    def __init__(self, api: Api, *, sealed: bool = False) -> None:
        self._api = api
        self._sealed = sealed

    def read(self, form_id: str, row: Row, repeats: Collection[str]) -> Content | None:
        """The current version, None when the submission has just been deleted.

        An encrypted one: without answers, or ConfigError CENTRAL_ENCRYPTED where the settings do not expect any.
        """
        path = self._api.submission(form_id, row.instance_id)
        for _ in range(TRIES):
            answer = self._api.find(f"{path}.xml", expect="xml")
            if answer is None:
                return None
            content = self._parsed(form_id, row, answer.body, repeats)
            if content.version_id == row.instance_id:
                return content
            known = (
                row.version if row.version and row.version[0] == content.version_id else self._version(path)
            )
            if known is None:
                return None
            if content.version_id in ("", known[0]):
                return content._replace(version_id=known[0], updated_at=known[1])
        raise ServerError(Message.CENTRAL_RESTLESS, instance_id=row.instance_id, times=TRIES)

    def _parsed(self, form_id: str, row: Row, body: bytes, repeats: Collection[str]) -> Content:
        """The XML read; an empty version id means: ask the server."""
        try:
            document = SubmissionXml(body)
            if document.encrypted and not self._sealed:
                raise ConfigError(Message.CENTRAL_ENCRYPTED, form_id=form_id)
            parsed = document.read(repeats)
        except XmlError:
            text = body.decode("utf-8", "replace")
            return Content("", "", row.received_at, {UNREADABLE: text})
        first = parsed.instance_id or ("" if row.edited else row.instance_id)
        if document.encrypted:
            return Content(first, plain_version(parsed.version), row.received_at, {}, sealed=True)
        return Content(first, parsed.version, row.received_at, told(parsed.answers))

    def _version(self, path: str) -> tuple[str, datetime] | None:
        """What the server says of the current version: its id and when it came."""
        answer = self._api.find(path)
        if answer is None:
            return None
        version = answer.value["currentVersion"]
        return version["instanceId"], moment(version["createdAt"])
