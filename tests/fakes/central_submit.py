"""ODK Central: new submissions and edits, over REST and OpenRosa."""

from __future__ import annotations

import re
import uuid
from typing import Any

from werkzeug.wrappers import Response

from tests.fakes.central_core import (
    Call,
    Problem,
    exists,
    no_rights,
    not_authenticated,
    not_found,
    reply,
    unexpected,
)
from tests.fakes.central_keys import expected_parts
from tests.fakes.central_openrosa import accepted, posted
from tests.fakes.central_state import CentralForm
from tests.fakes.central_submissions import shown
from tests.fakes.truth import File, Record, Version, expected_files
from tests.fakes.web import Routes
from tests.fakes.xform import Instance, read_instance

Files = dict[str, tuple[bytes, str]]


def register(routes: Routes) -> None:
    """Add the routes of this part."""
    routes.add("POST", "/v1/projects/{project}/submission", openrosa)
    routes.add("POST", "/v1/projects/{project}/forms/{form}/submissions", create)
    routes.add("PUT", "/v1/projects/{project}/forms/{form}/submissions/{root}", edit)


def create(call: Call, project: str, form: str) -> Response:
    """REST: not idempotent."""
    found = call.managed(project, form)
    xml = call.request.get_data()
    instance = _parsed(xml)
    if instance.form_id != form:
        raise unexpected("form id", instance.form_id, "did not match the form ID in the URL")
    _open(found)
    _known_version(found, instance.version)
    if instance.instance_id and found.true.find(instance.instance_id):
        values = [str(found.id), instance.instance_id, "f"]
        raise exists("submissions", ["formId", "instanceId", "draft"], values)
    record = add(call, found, xml, instance, {})
    out = shown(call, record)
    return reply({k: v for k, v in out.items() if k not in ("reviewState", "deletedAt")})


def edit(call: Call, project: str, form: str, root: str) -> Response:
    """REST: a new version of the submission `root`."""
    found = call.managed(project, form)
    record = call.api.record(found, root)
    xml = call.request.get_data()
    instance = _parsed(xml)
    if not instance.deprecated_id:
        message = (
            "This PUT endpoint expects a deprecatedID metadata tag pointing at the current version instanceID. "
            "I cannot find that tag in your request."
        )
        raise Problem("400.19", message)
    _open(found)
    _known_version(found, instance.version)
    _not_stale(record, instance.deprecated_id)
    update(call, found, record, xml, instance, {})
    return reply(shown(call, record))


def openrosa(call: Call, project: str) -> Response:
    """As phones send: the same XML again is accepted and may bring files."""
    owner = call.api.project(project)
    xml, files = posted(call)
    instance = _loose(xml)
    found = owner.forms.get(instance.form_id)
    if call.who.type == "field_key":
        if found is not None and instance.form_id not in call.who.forms:
            raise not_authenticated()
    elif not call.who.admin:
        raise no_rights()
    if found is None:
        raise not_found()
    _known_version(found, instance.version)
    _open(found)
    known = found.true.find(instance.instance_id) if instance.instance_id else None
    if known:
        _again(call, *known, xml, files)
    elif instance.deprecated_id:
        _edit_posted(call, found, xml, instance, files)
    else:
        add(call, found, xml, instance, files)
    return accepted()


def _again(call: Call, record: Record, version: Version, xml: bytes, files: Files) -> None:
    if record.deleted_at:
        raise Problem("409.18", "This submission has been deleted. You may not resubmit it.")
    if version.xml != xml:
        message = (
            "A submission already exists with this ID, but with different XML. Resubmissions to attach "
            "additional multimedia must resubmit an identical xml_submission_file."
        )
        raise Problem("409.16", message)
    _store_files(call, version, files)


def _edit_posted(call: Call, form: CentralForm, xml: bytes, instance: Instance, files: Files) -> None:
    known = form.true.find(instance.deprecated_id)
    if known is None or known[0].deleted_at:
        message = (
            "You tried to update an existing submission, but we can't find that submission to update "
            f"({instance.deprecated_id})"
        )
        raise Problem("404.5", message)
    _not_stale(known[0], instance.deprecated_id)
    update(call, form, known[0], xml, instance, files)


def _not_stale(record: Record, deprecated: str) -> None:
    if record.current.instance_id != deprecated:
        message = (
            f"You tried to update a submission, but the copy you were editing ({deprecated}) is now out of date. "
            "Please get the new version that has been submitted, and make your edits again."
        )
        raise Problem("409.9", message, {"deprecatedId": deprecated})


def _parsed(xml: bytes) -> Instance:
    instance = read_instance(xml)
    if instance is None:
        raise Problem("400.1", "Could not parse the given data as xml.", {"format": "xml"})
    return instance


def _loose(xml: bytes) -> Instance:
    """Broken XML still has an id: Central reads only as far as it needs."""
    instance = read_instance(xml)
    if instance is not None:
        return instance
    found = {
        k: (re.search(rb"\b%b=[\"']([^\"']*)" % k.encode(), xml) or [b"", b""])[1] for k in ("id", "version")
    }
    empty: Any = None
    return Instance(found["id"].decode(), found["version"].decode(), "", "", None, False, empty)


def _open(form: CentralForm) -> None:
    if form.state == "closed":
        message = (
            "This form is not currently accepting submissions. "
            "Please talk to your program staff if this is unexpected."
        )
        raise Problem("409.2", message)


def _known_version(form: CentralForm, version: str) -> None:
    if not any(v.description.version == version for v in form.true.versions):
        message = f"The form version specified in this submission '{version}' does not exist."
        raise Problem("404.6", message, {"formVersion": version})


def _version(call: Call, form: CentralForm, xml: bytes, instance: Instance, device: str | None) -> Version:
    described = next(v for v in form.true.versions if v.description.version == instance.version).description
    names = expected_parts(xml) if instance.encrypted else expected_files(xml, described)
    return Version(
        instance_id=instance.instance_id or str(uuid.uuid4()),
        xml=xml,
        form_version=instance.version,
        at=call.api.clock.stamp(),
        actor=call.who,
        number=next(call.api.truth.version_numbers),
        files=dict.fromkeys(names),
        device=device,
        agent=call.request.headers.get("User-Agent"),
        deprecated_id=instance.deprecated_id,
    )


def add(call: Call, form: CentralForm, xml: bytes, instance: Instance, files: Files) -> Record:
    """Store a new submission."""
    version = _version(call, form, xml, instance, call.request.args.get("deviceID"))
    _store_files(call, version, files)
    record = Record(version.instance_id, next(call.api.truth.numbers), version.at, [version])
    call.api.truth.add(form.true, record)
    details = {"instanceId": record.root, "submissionId": record.number, "submissionDefId": version.number}
    call.api.audit("submission.create", call.who, form, details)
    return record


def update(
    call: Call, form: CentralForm, record: Record, xml: bytes, instance: Instance, files: Files
) -> None:
    """Store a new version; files whose names are still in the XML are carried over."""
    version = _version(call, form, xml, instance, call.request.args.get("deviceID"))
    before = record.current.files
    version.files = {name: before.get(name) for name in version.files}
    _store_files(call, version, files)
    call.api.truth.edit(form.true, record, version, "edited", moved=True)
    details = {
        "instanceId": version.instance_id,
        "submissionId": record.number,
        "submissionDefId": version.number,
    }
    call.api.audit("submission.update.version", call.who, form, details)


def _store_files(call: Call, version: Version, files: Files) -> None:
    """Files that the XML does not name are dropped without a word."""
    for name, (content, kind) in files.items():
        if name in version.files:
            version.files[name] = File(content, kind, call.api.clock.now())
