"""Forms on the built-in server: every version ever published stays, and stays accepted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, func, select

from processor.database import reading
from processor.errors import FormError, Message
from processor.forms.definition import Form, from_json, to_json
from processor.servers.builtin.tables import forms, media
from processor.servers.protocol import DeployedForm

if TYPE_CHECKING:
    from processor.servers.builtin.inbox import Inbox, Ticket
    from processor.servers.protocol import FormPackage

NAME_LIMIT = 200
Key = tuple[str, str]


class KnownForm:
    """One published version, as receiving needs it; never changes, so it may be kept."""

    def __init__(self, definition: str) -> None:
        self._definition = definition

    @cached_property
    def _form(self) -> Form:
        return from_json(self._definition)

    @cached_property
    def repeats(self) -> frozenset[str]:
        """Paths of the repeats."""
        return frozenset(section.path for section in self._form.repeats)

    @cached_property
    def file_paths(self) -> frozenset[str]:
        """Paths of the questions whose answers name files."""
        return frozenset(f.path for f in self._form.fields if f.value_type == "binary")


class MediaRow(NamedTuple):
    """A file of a form version."""

    name: str
    md5: str
    sha256: str


class Catalogue:
    """Reads and writes the published forms."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._known: dict[Key, KnownForm] = {}

    def deploy(self, package: FormPackage) -> DeployedForm:
        """Publish a version; the same XForm and media again change nothing.

        FormError FORM_VERSION_TAKEN when the version is published with other content.
        """
        key = (package.form.form_id, package.form.version)
        for name in key:
            if not is_address_part(name):
                raise FormError(Message.FORM_ADDRESS, form_id=key[0], found=name, limit=NAME_LIMIT)
        files = [_store(self._inbox, m) for m in sorted(package.media, key=lambda m: m.name)]
        with self._inbox.writing() as ticket:
            found = _find(ticket.connection, key)
            if found is None:
                _insert(ticket, package, files)
                found = _find(ticket.connection, key)
                assert found is not None  # just written, in this transaction
            _check_same(found, package, files)
            return found

    def deployed(self) -> list[DeployedForm]:
        """All versions of all forms, oldest first within a form."""
        with reading(self._inbox.engine) as connection:
            return list(_select(connection))

    def known(self, form_id: str, version: str) -> KnownForm | None:
        """A published version, None when it is not."""
        key = (form_id, version)
        if key not in self._known:
            query = select(forms.c.definition).where(forms.c.form_id == form_id, forms.c.version == version)
            with reading(self._inbox.engine) as connection:
                definition = connection.execute(query).scalar_one_or_none()
            if definition is None:
                return None
            self._known[key] = KnownForm(definition)
        return self._known[key]

    def versions(self, form_id: str) -> list[str]:
        """Published versions of a form, newest first; empty when the form is unknown."""
        query = select(forms.c.version).where(forms.c.form_id == form_id).order_by(forms.c.no.desc())
        with reading(self._inbox.engine) as connection:
            return list(connection.execute(query).scalars())

    def xform(self, form_id: str, version: str) -> bytes | None:
        """The XForm, the very bytes that were published."""
        query = select(forms.c.xform).where(forms.c.form_id == form_id, forms.c.version == version)
        with reading(self._inbox.engine) as connection:
            return connection.execute(query).scalar_one_or_none()

    def media(self, form_id: str, version: str) -> list[MediaRow]:
        """The files of a version, in order of name."""
        with reading(self._inbox.engine) as connection:
            return _media(connection, (form_id, version))


def is_address_part(text: str) -> bool:
    """Whether the text can stand in an address between two slashes, and be a key."""
    return 0 < len(text) <= NAME_LIMIT and text.isprintable() and "/" not in text and text not in (".", "..")


def _store(inbox: Inbox, file: Any) -> MediaRow:
    """Hash what is stored, not what was read earlier: phones compare it with what they are served."""
    content = file.path.read_bytes()
    return MediaRow(file.name, _md5(content), inbox.files.put(BytesIO(content)).sha256)


def _insert(ticket: Ticket, package: FormPackage, files: list[MediaRow]) -> None:
    form = package.form
    newest = select(func.coalesce(func.max(forms.c.no), 0)).where(forms.c.form_id == form.form_id)
    row = {
        "form_id": form.form_id,
        "version": form.version,
        "no": ticket.connection.execute(newest).scalar_one() + 1,
        "title": form.title,
        "definition": to_json(form),
        "xform": package.xform,
        "xform_md5": _md5(package.xform),
        "deployed_at": ticket.at,
    }
    ticket.connection.execute(forms.insert(), row)
    if files:
        key = {"form_id": form.form_id, "version": form.version}
        ticket.connection.execute(media.insert(), [key | f._asdict() for f in files])


def _check_same(found: DeployedForm, package: FormPackage, files: list[MediaRow]) -> None:
    same = found.xform_md5 == _md5(package.xform) and found.media == tuple((f.name, f.md5) for f in files)
    if not same:
        raise FormError(Message.FORM_VERSION_TAKEN, form_id=found.form_id, version=found.version)


def _md5(content: bytes) -> str:
    """The protocol's hash of a form."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _find(connection: Connection, key: Key) -> DeployedForm | None:
    return next((d for d in _select(connection, key[0]) if d.version == key[1]), None)


def _select(connection: Connection, form_id: str | None = None) -> Iterator[DeployedForm]:
    other = forms.alias()
    newest = select(func.max(other.c.no)).where(other.c.form_id == forms.c.form_id).scalar_subquery()
    columns = (c for c in forms.columns if c.name not in ("definition", "xform"))
    query = select(*columns, newest.label("newest")).order_by(forms.c.form_id, forms.c.no)
    if form_id is not None:
        query = query.where(forms.c.form_id == form_id)
    for row in connection.execute(query).all():
        yield DeployedForm(
            form_id=row.form_id,
            version=row.version,
            title=row.title,
            xform_md5=row.xform_md5,
            media=tuple((m.name, m.md5) for m in _media(connection, (row.form_id, row.version))),
            deployed_at=datetime.fromisoformat(row.deployed_at),
            current=row.no == row.newest,
        )


def _media(connection: Connection, key: Key) -> list[MediaRow]:
    query = (
        select(media.c.name, media.c.md5, media.c.sha256)
        .where(media.c.form_id == key[0], media.c.version == key[1])
        .order_by(media.c.name)
    )
    return [MediaRow(*row) for row in connection.execute(query)]
