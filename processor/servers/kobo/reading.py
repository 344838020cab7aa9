"""From rows of the JSON list to submissions whose answers come from the XML.

The XML of many rows is asked for by one query on `_id` and paired with the rows by instanceID, as XML does not tell
the `_id`. What cannot be paired without doubt is asked for one by one.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from processor.errors import Message, ServerError
from processor.forms.answers import Answers, ParsedSubmission, SubmissionXml, XmlError, read_submission
from processor.servers.kobo.api import Api, asset_path
from processor.servers.kobo.assets import VERSION_UID
from processor.servers.kobo.content import Content
from processor.servers.kobo.index import MOST, TRIES, Index
from processor.servers.kobo.xml_list import ListError, kobo_version, split_list
from processor.servers.protocol import Attachment, Submission

if TYPE_CHECKING:
    from processor.servers.kobo.assets import Assets
    from processor.servers.kobo.files import Files
    from processor.servers.kobo.rows import Row
    from processor.servers.kobo.users import Names

log = logging.getLogger(__name__)

FEW = 150
"""So many `_id`s fit into an address; more are asked for as a range."""
_SERVERS_OWN = frozenset(("formhub/uuid", "meta/rootUuid", "_version_", "__version__"))
"""Answers that Kobo adds to every form: no question of ours, and absent on other servers."""
_NUMBERED = re.compile(r"_version__\d+")
"""The same of a workbook that was exported and imported again."""


class Document:
    """One submission's XML and the version of the form by which it was read."""

    def __init__(self, parsed: ParsedSubmission, content: Content | None, kobo: str) -> None:
        self.parsed = parsed
        self.content = content
        self.kobo_version = kobo

    @property
    def uuid(self) -> str:
        """As `_uuid` is written; empty when the XML has no instanceID."""
        return self.parsed.instance_id.removeprefix("uuid:")


class Found(NamedTuple):
    """What became of rows, by `_id`. A row that is nowhere here has XML that cannot be read."""

    pairs: dict[int, tuple[Row, Document]]
    ghosts: set[int]
    """Rows that the JSON shows and whose XML is 404."""
    gone: set[int]
    """Rows that were deleted since they were listed."""


class Reader:
    """Reads the XML of rows."""

    def __init__(
        self, api: Api, assets: Assets, index: Index, files: Files, practice: frozenset[str], names: Names
    ) -> None:
        self._api = api
        self._practice = practice
        self._names = names
        self._assets = assets
        self._index = index
        self._files = files

    def documents(self, asset: str, rows: Sequence[Row], listed: Sequence[bytes] | None = None) -> Found:
        """The XML of rows; what can be paired without doubt together, the rest one by one.

        `listed`: what `listed` gave for them before.
        """
        paired = self._pair(asset, rows, self.listed(asset, rows) if listed is None else listed)
        pairs = {row.number: (row, paired[row.number]) for row in rows if row.number in paired}
        found = Found(pairs, set(), set())
        for row in rows:
            if row.number not in paired:
                self._single(asset, row.number, found)
        return found

    def is_practice(self, row: Row) -> bool:
        """Whether an account for training sent it."""
        return row.submitter in self._practice

    def submissions(self, form_id: str, asset: str, found: list[tuple[Row, Document]]) -> list[Submission]:
        """The submissions of rows, their files fetched; the order stays."""
        files = self._files.fetch_all(asset, [row for row, _ in found])
        return [
            _submission(form_id, row, document, files, self._names.code(row.submitter), self.is_practice(row))
            for row, document in found
        ]

    def _pair(self, asset: str, rows: Sequence[Row], listed: Sequence[bytes]) -> dict[int, Document]:
        """Documents by `_id`, where a row and a document are the only ones of their uuid."""
        documents: dict[str, list[Document]] = {}
        for xml in listed:
            document = self._document(asset, xml)
            if document is not None:
                documents.setdefault(document.uuid, []).append(document)
        uuids = Counter(row.uuid for row in rows)
        return {
            row.number: documents[row.uuid][0]
            for row in rows
            if uuids[row.uuid] == 1 and len(documents.get(row.uuid, ())) == 1
        }

    def listed(self, asset: str, rows: Sequence[Row]) -> list[bytes]:
        """The XML that the server lists for rows, unread; there may be more or less than they are."""
        query, detail = _query(rows), ""
        for _ in range(TRIES):
            answer = self._api.xml(asset_path(asset, "data"), query=query, limit=MOST)
            try:
                return split_list(answer.body)
            except ListError as error:
                detail = str(error)
        raise ServerError(Message.KOBO_ROWS, detail=detail, attempts=TRIES)

    def _single(self, asset: str, number: int, found: Found) -> None:
        """A row and its XML, both of the same version."""
        for _ in range(TRIES):
            row = self._index.one(asset, number)
            answer = self._api.xml(asset_path(asset, "data", str(number)), ok=(200, 404))
            if row is None:
                found.gone.add(number)
                return
            if answer.status == 404:
                (found.ghosts if self._index.one(asset, number) else found.gone).add(number)
                return
            document = self._document(asset, answer.body)
            if document is None:
                return
            if document.uuid in (row.uuid, ""):
                found.pairs[number] = (row, document)
                return
        raise ServerError(Message.KOBO_MOVING, number=number)

    def _document(self, asset: str, xml: bytes) -> Document | None:
        """None for what cannot be read: it is told, blocks no other, and the comparison shows it as missing."""
        try:
            kobo = kobo_version(xml) or _version_of_root(xml)
            content = self._assets.version(asset, kobo)
            repeats = content.repeats if content else self._assets.repeats(asset)
            return Document(read_submission(xml, repeats), content, kobo)
        except XmlError as error:
            log.error("A submission of KoboToolbox asset %s cannot be read: %s", asset, error.message.name)
            return None


def _version_of_root(xml: bytes) -> str:
    """Kobo's version where a client writes it into the root tag; nothing when another one stands there."""
    version = SubmissionXml(xml).version
    return version if VERSION_UID.fullmatch(version) else ""


def _query(rows: Iterable[Row]) -> dict[str, Any]:
    numbers = [row.number for row in rows]
    if len(numbers) <= FEW:
        return {"_id": {"$in": numbers}}
    return {"_id": {"$gte": min(numbers), "$lte": max(numbers)}}


def _asked(answers: Answers) -> Answers:
    """Without what the server adds."""
    own = answers.keys() & _SERVERS_OWN
    if "_version__" in "\n".join(answers.keys() - own):  # one look instead of one for each path
        own |= {path for path in answers if _NUMBERED.fullmatch(path)}
    found = dict(answers)
    for path in own:
        del found[path]
    return found


def _named(answers: Answers, content: Content) -> Iterator[str]:
    """As `named_files`, in no order, and only where the form has files and repeats."""
    for path in answers.keys() & content.binaries:
        if name := answers[path]:
            yield str(name)
    for path in answers.keys() & content.repeats:
        for row in answers[path]:
            assert isinstance(row, dict)  # a repeat is a list of rows
            yield from _named(row, content)


def _submission(
    form_id: str,
    row: Row,
    document: Document,
    files: Mapping[tuple[int, str], Attachment],
    submitter: str,
    practice: bool,
) -> Submission:
    content = document.content
    answers = _asked(document.parsed.answers)
    named = _named(answers, content) if content else ()
    arrived = {file.name: files[row.number, file.name] for file in row.files}
    expected = {name: Attachment(name) for name in named}
    return Submission(
        form_id=form_id,
        instance_id=row.root,
        version_id=row.version_id,
        form_version=(content.version if content else "") or document.kobo_version or document.parsed.version,
        answers=answers,
        received_at=row.at,
        updated_at=row.modified or row.at,
        submitter=submitter,
        practice=practice,
        review_state=row.review,
        attachments=tuple(a for _, a in sorted({**expected, **arrived}.items())),
    )
