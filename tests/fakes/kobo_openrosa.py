"""KoboToolbox: the OpenRosa side: formList, manifest, media, submission with its answers."""

from __future__ import annotations

import re
import secrets
import uuid
from html import escape
from typing import Any

from werkzeug.wrappers import Response

from tests.fakes import kobo_hooks
from tests.fakes.kobo_core import Asset, Call, HtmlPage, Problem, anonymous, not_found, uid
from tests.fakes.kobo_imports import log
from tests.fakes.truth import File, Record, Version, expected_files
from tests.fakes.web import Routes
from tests.fakes.xform import Instance, read_instance

HEADERS = {"X-OpenRosa-Version": "1.0", "X-OpenRosa-Accept-Content-Length": "10000000"}
BASIC_REFUSED = (
    "Using basic authentication without HTTPS transmits credentials in clear text! You MUST connect via HTTPS to "
    "use basic authentication."
)
XML_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
_MESSAGE = (
    "<?xml version='1.0' encoding='UTF-8' ?>\n<OpenRosaResponse xmlns=\"http://openrosa.org/http/response\">\n"
    '        <message nature="">{message}</message>\n</OpenRosaResponse>'
)
_DONE = (
    '<OpenRosaResponse xmlns="http://openrosa.org/http/response">\n    <message>Successful submission.</message>\n'
    '    <submissionMetadata xmlns="http://www.opendatakit.org/xforms" id="{form}"  instanceID="{id}" '
    'submissionDate="{date}" isComplete="true" markedAsCompleteDate="{now}"/>\n</OpenRosaResponse>\n'
)
LIST_TAG = '<xforms xmlns="http://openrosa.org/xforms/xformsList">'

Files = dict[str, tuple[bytes, str]]


class Refused(Exception):
    """An OpenRosa answer with a message."""

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        self.message = message
        super().__init__(message)


def register(routes: Routes) -> None:
    """Add the routes of this part; `/{user}/…` comes last."""
    routes.add("HEAD", "/submission", head)
    routes.add("POST", "/submission", submit)
    routes.add("POST", "/{owner}/submission", submit)


def problem_reply(problem: Problem, path: str) -> Response:
    """Errors of this side are XML; 401 carries a Digest challenge."""
    detail = problem.body.get("detail", "") if isinstance(problem.body, dict) else ""
    root, attribute = ("xforms", LIST_TAG[7:-1]) if path.endswith("formList") else ("root", "")
    body = f"{XML_HEAD}<{root}{attribute}><detail>{escape(detail)}</detail></{root}>"
    headers = {}
    if problem.status == 401:
        nonce = secrets.token_hex(16)
        challenge = f'Digest realm="DJANGO", qop="auth", nonce="{nonce}", opaque="{nonce.upper()}"'
        headers["WWW-Authenticate"] = challenge + ', algorithm="MD5", stale="false"'
    return Response(body.encode(), problem.status, headers, content_type="text/xml; charset=utf-8")


def xml_reply(text: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    extra = {**HEADERS, **(headers or {})}
    return Response(text.encode(), status, extra, content_type="text/xml; charset=utf-8")


def head(call: Call) -> Response:
    _ = call.who
    return Response(
        b"",
        204,
        {**HEADERS, "Location": f"{call.api.openrosa}/submission"},
        content_type="text/xml; charset=utf-8",
    )


def submit(call: Call, owner: str | None = None) -> Response:
    """201 new or with new files, 202 the same again, 409, 410, 404, 403, 400."""
    if call.user is None:
        raise anonymous()
    files: Files = {n: (f.read(), f.content_type or "") for n, f in call.request.files.items()}
    xml = files.pop("xml_submission_file", None)
    if xml is None:
        raise HtmlPage(500)
    try:
        record, status = _receive(call, xml[0], files)
    except Refused as refused:
        extra = (
            {"Location": f"{call.api.openrosa}{call.request.path}"} if refused.status in (202, 409) else {}
        )
        return xml_reply(_MESSAGE.format(message=refused.message), refused.status, extra)
    now = call.api.clock.now()
    date = record.created_at
    instance = read_instance(xml[0])
    assert instance is not None
    body = _DONE.format(
        form=instance.form_id,
        id=instance.instance_id,
        date=date.strftime("%Y-%m-%dT%H:%M:%S.%f+00:00"),
        now=now.strftime("%Y-%m-%dT%H:%M:%S.%f+00:00"),
    )
    return xml_reply(body, status, {"Location": f"{call.api.openrosa}{call.request.path}"})


def _receive(call: Call, xml: bytes, files: Files) -> tuple[Record, int]:
    instance = read_instance(xml)
    if instance is None:
        raise Refused(400, "Improperly formatted XML.")
    asset = call.api.assets.get(instance.form_id)
    if asset is None or asset.deployed is None:
        raise not_found()
    if "add_submissions" not in asset.codenames(call.user):
        raise Refused(403, "Access denied")
    known = asset.true.find(instance.instance_id)
    if known and not known[0].ghost:
        return _again(call, asset, known, (xml, instance, files)), 201
    if instance.deprecated_id:
        return _edited(call, asset, xml, instance, files), 201
    return _new(call, asset, xml, instance, files), 201


def _again(
    call: Call, asset: Asset, known: tuple[Record, Version], posted: tuple[bytes, Instance, Files]
) -> Record:
    record, version = known
    xml, instance, files = posted
    if version is not record.current:
        if version is record.versions[0]:
            raise Refused(409, "Submission with this instance ID already exists")
        raise Refused(410, "Invalid submission - deprecatedID refers to an old version")
    if version.xml != xml:
        raise Refused(409, "Submission with this instance ID already exists")
    kept = expected_files(xml, asset.true.versions[-1].description)
    if not any(name in kept and version.files.get(name) is None for name in files):
        raise Refused(202, "Duplicate Instance")
    # a late file has the others looked at again, by the form that is deployed now
    version.files = {name: version.files.get(name) for name in kept}
    _store(call, version, files)
    return record


def _edited(call: Call, asset: Asset, xml: bytes, instance: Instance, files: Files) -> Record:
    known = asset.true.find(instance.deprecated_id)
    if known is None:
        raise Refused(404, "Invalid submission - deprecatedID not found")
    record = known[0]
    if record.current.instance_id != instance.deprecated_id:
        raise Refused(410, "Invalid submission - deprecatedID refers to an old version")
    replace_version(call, asset, record, xml, files)
    return record


def replace_version(call: Call, asset: Asset, record: Record, xml: bytes, files: Files) -> Version:
    """An edit: same `_id` and submission time, new uuid; the validation status stays."""
    version = _version(call, asset, xml)
    before = record.current.files
    version.files = {name: before.get(name) for name in version.files}
    _store(call, version, files)
    call.api.truth.edit(asset.true, record, version, record.review, moved=False)
    log_submission(call, asset, record, "modify-submission")
    return version


def _version(call: Call, asset: Asset, xml: bytes) -> Version:
    """Which files are kept follows the form deployed now."""
    instance = read_instance(xml)
    assert instance is not None
    return Version(
        instance_id=instance.instance_id,
        xml=xml,
        form_version=instance.version,
        at=call.api.clock.stamp(),
        actor=call.user,
        number=next(call.api.truth.version_numbers),
        files=dict.fromkeys(expected_files(xml, asset.true.versions[-1].description)),
        deprecated_id=instance.deprecated_id,
    )


def _new(call: Call, asset: Asset, xml: bytes, instance: Instance, files: Files) -> Record:
    version = _version(call, asset, xml)
    _store(call, version, files)
    record = Record(version.instance_id, next(call.api.truth.numbers), version.at, [version])
    call.api.truth.add(asset.true, record)
    asset.last_submission = version.at
    log_submission(call, asset, record, "add-submission")
    kobo_hooks.fire(call, asset, record)
    return record


def _store(call: Call, version: Version, files: Files) -> None:
    """Names that the form does not know are dropped; a file that is there stays as it is."""
    for name, (content, kind) in files.items():
        if name in version.files and version.files[name] is None:
            version.files[name] = File(content, kind, call.api.clock.now(), uid("att"))


def log_submission(call: Call, asset: Asset, record: Record, action: str, **extra: Any) -> None:
    """The history names the root uuid without prefix and no `_id`."""
    submission = {
        **extra,
        "root_uuid": record.root.removeprefix("uuid:"),
        "submitted_by": record.versions[0].actor.name,
    }
    log(call, asset, action, {"submission": submission})


def submit_copy(call: Call, asset: Asset, record: Record) -> Record:
    """A duplicate: a submission of its own with its own copies of the files."""
    new = f"uuid:{uuid.uuid4()}"
    text = record.current.xml.decode().replace(record.current.instance_id, new)
    text = re.sub(r"<deprecatedID>[^<]*</deprecatedID>", "", text)
    now = call.api.clock.now().isoformat(timespec="milliseconds")
    text = re.sub(r"<(start|end)>[^<]*<", rf"<\1>{now}<", text)
    instance = read_instance(text.encode())
    assert instance is not None
    files = {n: (f.content, f.type) for n, f in record.current.files.items() if f is not None}
    return _new(call, asset, text.encode(), instance, files)
