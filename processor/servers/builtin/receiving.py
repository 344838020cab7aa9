"""Takes submissions in: what a post means, and one transaction that stores all of it or nothing.

The rules are those of phones that try again until they hear "stored": the same XML any number of
times is one submission; files may come later with the same XML; the same id with other XML is a
conflict; an edit names the version it replaces.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Row, and_, select

from processor.errors import Message, ProcessorError
from processor.forms.answers import ParsedSubmission, SubmissionXml, named_files
from processor.servers.builtin.tables import attachments, submissions, versions

if TYPE_CHECKING:
    from processor.servers.builtin.files import StoredFile
    from processor.servers.builtin.inbox import Inbox, Ticket
    from processor.servers.builtin.publishing import Catalogue
    from processor.servers.protocol import AppUser

ID_LIMIT = 200


class PostError(ProcessorError):
    """The post is not taken; the phone keeps the form and shows the message."""


class MissingError(PostError):
    """It speaks of something that the server does not have."""


class ConflictError(PostError):
    """It contradicts what the server has."""


class Sender(NamedTuple):
    """Who sends, with which phone and program."""

    officer: AppUser
    device_id: str = ""
    user_agent: str = ""


@dataclass(frozen=True)
class Arrival:
    """One post, read and checked as far as it can be without the database's lock."""

    sender: Sender
    parsed: ParsedSubmission
    xml: bytes
    sha256: str
    names: tuple[str, ...]
    """The files that the XML names."""
    files: Mapping[str, StoredFile]
    """Those of them that came with this post; they are on disk."""


def read_arrival(catalogue: Catalogue, sender: Sender, xml: bytes) -> Arrival:
    """Read the XML of a post. XmlError when it is none, PostError when it is not for this server."""
    document = SubmissionXml(xml)
    if document.encrypted:
        raise PostError(Message.POST_ENCRYPTED)
    if not document.form_id:
        raise PostError(Message.POST_NO_FORM)
    known = catalogue.known(document.form_id, document.version)
    if known is None:
        raise _unknown_form(catalogue, document)
    parsed = document.read(known.repeats)
    _check_ids(parsed)
    names = tuple(dict.fromkeys(named_files(parsed.answers, known.file_paths)))
    return Arrival(sender, parsed, xml, hashlib.sha256(xml).hexdigest(), names, {})


def _check_ids(parsed: ParsedSubmission) -> None:
    ids = (parsed.instance_id, parsed.deprecated_id) if parsed.deprecated_id else (parsed.instance_id,)
    for text in ids:
        if not 0 < len(text) <= ID_LIMIT or not text.isprintable() or " " in text:
            raise PostError(Message.POST_ID, found=text[:ID_LIMIT], limit=ID_LIMIT)


def _unknown_form(catalogue: Catalogue, document: SubmissionXml) -> MissingError:
    known = catalogue.versions(document.form_id)
    if not known:
        return MissingError(Message.POST_FORM_UNKNOWN, form_id=document.form_id)
    found, newest = document.version, known[0]
    return MissingError(Message.POST_VERSION_UNKNOWN, form_id=document.form_id, found=found, newest=newest)


def receive(inbox: Inbox, arrival: Arrival) -> bool:
    """Store the post; True when it changed anything. On return it is committed and on disk.

    ConflictError or MissingError when it contradicts what is there; then nothing of it is stored.
    """
    with inbox.writing() as ticket:
        known = _version(ticket, arrival, arrival.parsed.instance_id)
        if known is not None:
            return _repeated(ticket, arrival, known)
        if arrival.parsed.deprecated_id:
            _edit(ticket, arrival)
        else:
            _create(ticket, arrival)
        return True


def _version(ticket: Ticket, arrival: Arrival, version_id: str) -> Row[Any] | None:
    query = (
        select(versions.c.version_id, versions.c.instance_id, versions.c.no, versions.c.sha256)
        .add_columns(submissions.c.version_id.label("current"), submissions.c.practice, submissions.c.deleted)
        .join(submissions, _same_root())
        .where(versions.c.form_id == arrival.parsed.form_id, versions.c.version_id == version_id)
    )
    return ticket.connection.execute(query).one_or_none()


def _same_root() -> Any:
    return and_(
        submissions.c.form_id == versions.c.form_id, submissions.c.instance_id == versions.c.instance_id
    )


def _repeated(ticket: Ticket, arrival: Arrival, known: Row[Any]) -> bool:
    """The same XML again, perhaps with more of its files."""
    if known.sha256 != arrival.sha256:
        raise ConflictError(Message.POST_CONFLICT, instance_id=known.version_id)
    have = {row.name: row.sha256 for row in _attachments(ticket, arrival, known.version_id)}
    new = {n: f for n, f in arrival.files.items() if n in have and have[n] != f.sha256}
    for name, stored in new.items():
        where = _attachment(arrival, known.version_id, name)
        values = {"size": stored.size, "sha256": stored.sha256, "arrived_at": ticket.at}
        ticket.connection.execute(attachments.update().where(where).values(values))
    if new and known.current == known.version_id:
        _update_root(ticket, arrival, known.instance_id, {})
    return bool(new)


def _create(ticket: Ticket, arrival: Arrival) -> None:
    """A new submission, or the second life of one whose content was removed."""
    parsed, officer = arrival.parsed, arrival.sender.officer
    row = {
        "form_id": parsed.form_id,
        "instance_id": parsed.instance_id,
        "seq": ticket.seq,
        "version_id": parsed.instance_id,
        "form_version": parsed.version,
        "submitter": officer.code,
        "practice": officer.practice,
        "received_at": ticket.at,
        "updated_at": ticket.at,
        "deleted": False,
        "removed": False,
        "review_state": "received",
    }
    _drop_removed(ticket, arrival)
    ticket.connection.execute(submissions.insert(), row)
    _add_version(ticket, arrival, parsed.instance_id, 1)
    _name_files(ticket, arrival, {})


def _drop_removed(ticket: Ticket, arrival: Arrival) -> None:
    c = submissions.c
    where = and_(c.form_id == arrival.parsed.form_id, c.instance_id == arrival.parsed.instance_id, c.removed)
    ticket.connection.execute(submissions.delete().where(where))


def _edit(ticket: Ticket, arrival: Arrival) -> None:
    """A new version of a submission; its first sender, its practice flag and its key stay."""
    parsed = arrival.parsed
    old = _version(ticket, arrival, parsed.deprecated_id)
    if old is None:
        raise MissingError(Message.POST_EDIT_UNKNOWN, deprecated_id=parsed.deprecated_id)
    if old.current != old.version_id:
        raise ConflictError(Message.POST_EDIT_STALE, deprecated_id=parsed.deprecated_id)
    if old.deleted:
        raise ConflictError(Message.POST_EDIT_DELETED, deprecated_id=parsed.deprecated_id)
    if old.practice != arrival.sender.officer.practice:
        raise ConflictError(Message.POST_EDIT_PRACTICE, deprecated_id=parsed.deprecated_id)
    carried = {row.name: row for row in _attachments(ticket, arrival, old.version_id)}
    _add_version(ticket, arrival, old.instance_id, old.no + 1)
    _name_files(ticket, arrival, carried)
    changes = {
        "version_id": parsed.instance_id,
        "form_version": parsed.version,
        "updated_at": ticket.at,
        "review_state": "edited",
    }
    _update_root(ticket, arrival, old.instance_id, changes)


def _update_root(ticket: Ticket, arrival: Arrival, instance_id: str, changes: Mapping[str, Any]) -> None:
    c = submissions.c
    where = and_(c.form_id == arrival.parsed.form_id, c.instance_id == instance_id)
    ticket.connection.execute(submissions.update().where(where).values(seq=ticket.seq, **changes))


def _add_version(ticket: Ticket, arrival: Arrival, root: str, no: int) -> None:
    sender = arrival.sender
    row = {
        "form_id": arrival.parsed.form_id,
        "version_id": arrival.parsed.instance_id,
        "instance_id": root,
        "no": no,
        "form_version": arrival.parsed.version,
        "xml": arrival.xml,
        "sha256": arrival.sha256,
        "received_at": ticket.at,
        "officer": sender.officer.code,
        "device_id": sender.device_id,
        "user_agent": sender.user_agent,
    }
    ticket.connection.execute(versions.insert(), row)


def _name_files(ticket: Ticket, arrival: Arrival, carried: Mapping[str, Row[Any]]) -> None:
    """One row for every file that the XML names; an edit keeps the files it still names."""
    rows = []
    for name in arrival.names:
        stored = arrival.files.get(name) or carried.get(name)
        rows.append(
            {
                "form_id": arrival.parsed.form_id,
                "version_id": arrival.parsed.instance_id,
                "name": name,
                "size": stored.size if stored else None,
                "sha256": stored.sha256 if stored else None,
                "arrived_at": ticket.at if stored and stored.sha256 else None,
            }
        )
    if rows:
        ticket.connection.execute(attachments.insert(), rows)


def _attachments(ticket: Ticket, arrival: Arrival, version_id: str) -> list[Row[Any]]:
    c = attachments.c
    query = select(c.name, c.size, c.sha256).where(
        c.form_id == arrival.parsed.form_id, c.version_id == version_id
    )
    return list(ticket.connection.execute(query))


def _attachment(arrival: Arrival, version_id: str, name: str) -> Any:
    c = attachments.c
    return and_(c.form_id == arrival.parsed.form_id, c.version_id == version_id, c.name == name)
