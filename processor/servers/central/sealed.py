"""The answers of a project with managed encryption, where the settings allow it: by the export with the passphrase.

What an encrypted submission shows without the passphrase (its manifest) is read one by one, and tells exactly which
version is the current one and which form version it was filled in. The export then gives the answers, and they are
taken only when they name that same version (`meta/instanceID`); otherwise the submission comes without answers and
with the reason. The decrypted export is held in memory and never written to a file.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import islice

from processor.errors import ConfigError, Message, ServerError
from processor.forms.answers import Answers
from processor.servers.central.api import Api, RefusedError
from processor.servers.central.catalogue import Fields, Layout
from processor.servers.central.document import Content, Documents
from processor.servers.central.export import DAMAGED, OPTIONS, Builder, Span, System, read_zip
from processor.servers.central.export_table import UnexplainedError
from processor.servers.central.head import IDS, by_ids, read_sealed
from processor.servers.central.passphrase import Passphrase
from processor.servers.central.row import Row

WRONG = "400.12"
"""Central's answer to a wrong passphrase, and to one submission whose key cannot be opened."""
MOST_BROKEN = 5
"""So many submissions may each break off an export; more of them are no accident, and an error."""
CONTROLS = 5
"""So many other submissions are tried before a passphrase is called wrong."""
NOBODY = "uuid:00000000-0000-0000-0000-000000000000"
"""An id that no submission has: an export of nothing shows whether exports work at all."""
MISSING = "its encrypted answers have not arrived; the phone has to send it again."
SHUT = "its key is not the one of the passphrase."
ABSENT = "the export does not have it."
OTHER = "the answers in the export do not name the version that the server says is current."
BROKEN = "the export breaks off at it, so it is damaged."
_MISSING = "missing encrypted form data"


class _BrokenError(Exception):
    """The export ended before its end, each time; or the server could not decrypt what it should hold."""


class Sealed:
    """Reads contents of encrypted and of plain submissions of one project."""

    def __init__(self, api: Api, documents: Documents, passphrase: Passphrase, workers: int) -> None:
        self._api = api
        self._documents = documents
        self._passphrase = passphrase
        self._workers = workers

    def read(
        self, form_id: str, rows: Sequence[Row], since: datetime, fields: Fields
    ) -> Mapping[str, Content]:
        """The contents of those that live; ConfigError without the right passphrase, where one is needed.

        ServerError when no whole export can be had, or one that the form does not explain.
        """
        live = [row for row in rows if not row.deleted]
        with ThreadPoolExecutor(self._workers) as pool:
            shown = pool.map(lambda row: self._documents.read(form_id, row, fields.repeats), live)
            found = {row.instance_id: c for row, c in zip(live, shown, strict=True) if c is not None}
        shut = [row for row in live if row.instance_id in found and found[row.instance_id].sealed]
        if shut:
            opened = _Opening(self._api, form_id, fields, since, self._keys(form_id)).read(shut)
            for row in shut:
                found[row.instance_id] = _joined(found[row.instance_id], opened.get(row.instance_id))
        return found

    def _keys(self, form_id: str) -> Mapping[str, str]:
        """What the export is asked with: the passphrase under the number of the project's key."""
        passphrase = self._passphrase.read()
        keys = self._api.get(f"{self._api.form(form_id)}/submissions/keys")
        return {str(key["id"]): passphrase for key in keys if key["managed"]}


def _joined(manifest: Content, opened: tuple[str, Answers] | None) -> Content:
    """The manifest with the answers, if they are those of this version; otherwise with the reason."""
    status, answers = opened if opened is not None else (ABSENT, {})
    if not status and answers.get("meta/instanceID") == manifest.version_id:
        return manifest._replace(answers=answers)
    reason = {"": OTHER, ABSENT: ABSENT, BROKEN: BROKEN, _MISSING: MISSING}.get(status, SHUT)
    return manifest._replace(lost=reason)


class _Opening:
    """One reading of some submissions with a passphrase."""

    def __init__(
        self, api: Api, form_id: str, fields: Fields, since: datetime, keys: Mapping[str, str]
    ) -> None:
        self._api = api
        self._form_id = form_id
        self._layout = fields.layout
        self._since = since
        self._keys = keys
        self._broken = 0
        self._worked = False
        self._opened = False
        self._refused = False

    def read(self, rows: Sequence[Row]) -> Mapping[str, tuple[str, Answers]]:
        """Status and answers by root id, as the export says, for these rows at least."""
        if self._layout is None:
            raise ServerError(Message.CENTRAL_SEALED_COLUMNS, form_id=self._form_id)
        found = self._parts(sorted(rows, key=lambda row: row.received_at), self._layout)
        if self._refused and not self._opened:
            self._require_passphrase(rows, self._layout)
        elif not self._worked:  # a submission is called damaged only when an export without it is whole
            try:
                self._export(by_ids([NOBODY]), self._layout)
            except _BrokenError:
                raise self._give_up() from None
        return found

    def _parts(self, rows: Sequence[Row], layout: Layout) -> dict[str, tuple[str, Answers]]:
        """One export; when one submission breaks it off, halves, until that one is alone."""
        try:
            found = self._export(self._filter(rows), layout)
            self._opened |= any(found.get(row.instance_id, (ABSENT,))[0] == "" for row in rows)
            return found
        except _BrokenError:
            if len(rows) > 1:
                middle = len(rows) // 2
                return self._parts(rows[:middle], layout) | self._parts(rows[middle:], layout)
        self._broken += 1
        if self._broken > MOST_BROKEN:
            if self._refused and not self._opened:
                self._require_passphrase(rows, layout)
            raise self._give_up()
        return {rows[0].instance_id: (BROKEN, {})}

    def _require_passphrase(self, rows: Sequence[Row], layout: Layout) -> None:
        """ConfigError unless the passphrase opens some other submission: then those refused are damaged."""
        for one in islice(read_sealed(self._api, self._form_id, {row.instance_id for row in rows}), CONTROLS):
            try:
                if self._export(by_ids([one]), layout).get(one, (ABSENT,))[0] == "":
                    return
            except _BrokenError:
                continue
        raise ConfigError(Message.CENTRAL_PASSPHRASE_WRONG, form_id=self._form_id)

    def _give_up(self) -> ServerError:
        return ServerError(Message.CENTRAL_SEALED_BROKEN, form_id=self._form_id, count=self._broken)

    def _filter(self, rows: Sequence[Row]) -> str:
        """Few by their ids, so that nothing else is decrypted; many by when they came."""
        if len(rows) <= IDS:
            return by_ids([row.instance_id for row in rows])
        return Span(self._since, rows[0].received_at, rows[-1].received_at).filter

    def _export(self, condition: str, layout: Layout) -> dict[str, tuple[str, Answers]]:
        path = f"{self._api.form(self._form_id)}/submissions.csv.zip"
        query = {**OPTIONS, "$filter": condition}
        builder = _SealedBuilder(layout)
        try:
            answer = self._api.request("POST", path, params=query, data=self._keys, expect="any", safe=True)
            read_zip(io.BytesIO(answer.body), self._form_id, layout, builder)
        except RefusedError as error:
            if error.code != WRONG:
                raise
            self._refused = True
            raise _BrokenError from None
        except UnexplainedError:
            raise ServerError(Message.CENTRAL_SEALED_COLUMNS, form_id=self._form_id) from None
        except DAMAGED:
            raise _BrokenError from None
        except ServerError as error:
            if error.message is Message.HTTP_INCOMPLETE:
                raise _BrokenError from None
            raise
        self._worked = True
        return builder.found


class _SealedBuilder(Builder):
    """Notes status and answers of every submission of an export."""

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout, {})
        self.found: dict[str, tuple[str, Answers]] = {}

    def root(self, system: System, answers: Answers) -> None:
        """A submission, exact or not."""
        super().root(system, answers)
        self.found[system.key] = (system.status, answers)
