"""The addresses of the phones, as the OpenRosa pages and ODK Collect have them.

The token in the address says who it is; without a good one nothing is told, least of all an empty
list, at which phones would delete their forms. 403 and not 401: a 401 makes Collect ask the officer
for a password that nobody has.
"""

from __future__ import annotations

import errno
import logging
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, g, request, send_file, url_for
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.http import http_date

from processor.errors import Message, ProcessorError
from processor.forms.answers import XmlError
from processor.servers.builtin import documents
from processor.servers.builtin.messages import FAULT, RECEIVED, answer
from processor.servers.builtin.posting import MAX_POST, read_post
from processor.servers.builtin.receiving import MissingError, PostError, Sender

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processor.servers.builtin.server import BuiltinServer
    from processor.servers.protocol import DeployedForm

ACCEPT_BYTES = 10_000_000
"""How much Collect should put into one post; it splits the files of a form accordingly."""
DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
SQL_DISK_FULL = ("53100", "database or disk is full", "disk I/O error")
ADVISORY_LENGTH = 300
CHECKED = frozenset({"openrosa.form_list", "openrosa.manifest", "openrosa.submit"})
log = logging.getLogger(__name__)


def blueprint(server: BuiltinServer) -> Blueprint:
    """The OpenRosa addresses of `server` under `/v1/key/<token>`."""
    phones = Blueprint("openrosa", __name__, url_prefix="/v1/key/<token>")
    phones.before_request(lambda: _enter(server))
    phones.after_request(_add_headers)
    _add_pages(phones, server)
    _add_errors(phones)
    return phones


def _add_pages(phones: Blueprint, server: BuiltinServer) -> None:
    pages = {
        "/formList": ("form_list", _form_list),
        "/forms/<form_id>/<version>/manifest": ("manifest", _manifest),
        "/forms/<form_id>/<version>/form.xml": ("form_xml", _form_xml),
        "/forms/<form_id>/<version>/media/<name>": ("media", _media),
    }
    for address, (name, view) in pages.items():
        phones.add_url_rule(address, name, _bound(view, server))
    submit = _bound(_submit, server)
    phones.add_url_rule("/submission", "submit", submit, methods=["HEAD", "POST"])


def _bound(view, server):  # type: ignore[no-untyped-def]  # any view of this module
    def page(token: str, **parts: str) -> Response:
        found: Response = view(server, token, **parts)
        return found

    return page


def _enter(server: BuiltinServer) -> None:
    """Who it is and whether it speaks OpenRosa; before anything is read or told."""
    assert request.view_args is not None  # every address has a token
    officer = server.officers.by_token(request.view_args["token"])
    if officer is None:
        raise PostError(Message.POST_TOKEN)
    if not officer.active:
        raise PostError(Message.POST_REVOKED, code=officer.code)
    version = request.headers.get("X-OpenRosa-Version")
    if request.endpoint in CHECKED and version != "1.0":
        raise PostError(Message.POST_OPENROSA, found=(version or "")[:20])
    g.officer = officer


def _add_headers(response: Response) -> Response:
    response.headers["X-OpenRosa-Version"] = "1.0"
    response.headers["X-OpenRosa-Accept-Content-Length"] = str(ACCEPT_BYTES)
    response.headers.setdefault("Date", http_date())
    response.headers.setdefault("Cache-Control", "no-cache")
    return response


def _form_list(server: BuiltinServer, token: str) -> Response:
    forms = server.deployed()
    if not forms:
        raise PostError(Message.POST_NO_FORMS)
    every, wanted = request.args.get("listAllVersions") == "true", request.args.get("formID")
    shown = [f for f in forms if (every or f.current) and wanted in (None, f.form_id)]
    return _cached(documents.form_list([_entry(server, token, form) for form in shown]))


def _entry(server: BuiltinServer, token: str, form: DeployedForm) -> Mapping[str, str]:
    where = {"token": token, "form_id": form.form_id, "version": form.version}
    entry = {"formID": form.form_id, "name": form.title, "version": form.version}
    entry["hash"] = f"md5:{form.xform_md5}"
    if request.args.get("verbose") == "true":
        entry["descriptionText"] = f"{form.title} ({form.version})"
    entry["downloadUrl"] = _absolute(server, "form_xml", where)
    if form.media:
        entry["manifestUrl"] = _absolute(server, "manifest", where)
    return entry


def _absolute(server: BuiltinServer, endpoint: str, where: Mapping[str, Any]) -> str:
    base = server.config.web.public_url or request.host_url
    return base.rstrip("/") + url_for(f"openrosa.{endpoint}", **where)


def _manifest(server: BuiltinServer, token: str, form_id: str, version: str) -> Response:
    _known(server, form_id, version)
    where = {"token": token, "form_id": form_id, "version": version}
    entries = [
        {
            "filename": file.name,
            "hash": f"md5:{file.md5}",
            "downloadUrl": _absolute(server, "media", {**where, "name": file.name}),
        }
        for file in server.catalogue.media(form_id, version)
    ]
    return _cached(documents.manifest(entries))


def _form_xml(server: BuiltinServer, token: str, form_id: str, version: str) -> Response:
    return _cached(_known(server, form_id, version))


def _known(server: BuiltinServer, form_id: str, version: str) -> bytes:
    xform = server.catalogue.xform(form_id, version)
    if xform is None:
        raise MissingError(Message.POST_NOTHING)
    return xform


def _media(server: BuiltinServer, token: str, form_id: str, version: str, name: str) -> Response:
    for file in server.catalogue.media(form_id, version):
        if file.name == name:
            path = server.inbox.files.path(file.sha256).resolve()
            return send_file(path, download_name=name, etag=file.md5, conditional=True, max_age=0)
    raise MissingError(Message.POST_NOTHING)


def _cached(body: bytes) -> Response:
    """XML with a tag of its content: a phone that has it is told so with 304."""
    response = _xml(body, 200)
    response.add_etag()
    return response.make_conditional(request)  # type: ignore[return-value]


def _xml(body: bytes, status: int) -> Response:
    return Response(body, status, content_type="text/xml; charset=utf-8")


def _submit(server: BuiltinServer, token: str) -> Response:
    if request.method == "HEAD":
        return Response(status=204)
    device, agent = request.args.get("deviceID", ""), request.headers.get("User-Agent", "")
    sender = Sender(g.officer, device[:ADVISORY_LENGTH], agent[:ADVISORY_LENGTH])
    server.receive(read_post(server.catalogue, server.inbox.files, sender, request))
    return _xml(documents.response(RECEIVED, "submit_success"), 201)


def _add_errors(phones: Blueprint) -> None:
    for kind in (PostError, XmlError):
        phones.register_error_handler(kind, _refuse)
    phones.register_error_handler(RequestEntityTooLarge, _too_large)
    phones.register_error_handler(HTTPException, _http_error)
    phones.register_error_handler(OSError, _os_error)
    phones.register_error_handler(DBAPIError, _database_error)


def _refuse(error: ProcessorError) -> Response:
    status, text = answer(error)
    log.info("refused: %s", error.message.name)
    return _xml(documents.response(text, "error"), status)


def _too_large(_error: RequestEntityTooLarge) -> Response:
    return _refuse(PostError(Message.POST_LARGE, limit=MAX_POST))


def _http_error(error: HTTPException) -> Response:
    """404, 405, 500 and the like: the status stays, the body is one that Collect shows."""
    status = error.code or 500
    text = FAULT if status >= 500 else answer(PostError(Message.POST_NOTHING))[1]
    return _xml(documents.response(text, "error"), status)


def _os_error(error: OSError) -> Response:
    log.error("could not store a post: %s", errno.errorcode.get(error.errno or 0, "unknown"))
    if error.errno not in DISK_FULL:
        return _xml(documents.response(FAULT, "error"), 500)
    return _refuse(PostError(Message.POST_FULL))


def _database_error(error: DBAPIError) -> Response:
    """Only the driver's words are logged: the statement's values are people's answers."""
    words = f"{getattr(error.orig, 'sqlstate', '')} {str(error.orig).splitlines()[0]}"
    full = any(sign in words for sign in SQL_DISK_FULL)
    log.error("database: %s", words if full else type(error.orig).__name__)
    return _refuse(PostError(Message.POST_FULL if full else Message.POST_BUSY))
