"""Reads a multipart post within bounds: small in memory, nothing stored before the XML is accepted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from werkzeug.exceptions import RequestEntityTooLarge

from processor.errors import Message
from processor.forms.answers import MAX_BYTES
from processor.servers.builtin.receiving import Arrival, PostError, Sender, read_arrival

if TYPE_CHECKING:
    from flask import Request

    from processor.servers.builtin.files import FileStore
    from processor.servers.builtin.publishing import Catalogue

XML_PART = "xml_submission_file"
MAX_POST = 40_000_000
MAX_FIELDS = 100_000
"""Fields that are no files: `*isIncomplete*` and nothing else that we know of."""


def read_post(catalogue: Catalogue, files: FileStore, sender: Sender, request: Request) -> Arrival:
    """The post with its files on disk; PostError or XmlError when it is not one that can be taken.

    Files that the XML does not name are no part of the submission and are left out.
    """
    request.max_content_length = MAX_POST
    request.max_form_memory_size = MAX_FIELDS
    if (request.content_length or 0) > MAX_POST:
        raise RequestEntityTooLarge
    if XML_PART not in request.files:
        raise PostError(Message.POST_PART, found=_found(request))
    xml = request.files[XML_PART].stream.read(MAX_BYTES + 1)
    arrival = read_arrival(catalogue, sender, xml)
    named = {name: request.files[name] for name in arrival.names if name in request.files}
    return replace(arrival, files={name: files.put(part.stream) for name, part in named.items()})


def _found(request: Request) -> str:
    """What came instead, without its content."""
    parts = ", ".join(sorted(request.files))[:200]
    return f"{request.mimetype or 'no type'} with the parts: {parts or 'none'}"
