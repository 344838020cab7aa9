"""ODK Central: lists, one submission, review, comments, deletion, restore, versions, files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from werkzeug.wrappers import Response

from tests.fakes import central_diff, central_keys
from tests.fakes.central_core import Call, not_found, reply, success, unexpected
from tests.fakes.central_state import CentralForm
from tests.fakes.clock import iso_ms
from tests.fakes.truth import Record, Version
from tests.fakes.web import Routes

STATES = (None, "hasIssues", "edited", "approved", "rejected")


def register(routes: Routes) -> None:
    """Add the routes of this part."""
    every = "/v1/projects/{project}/forms/{form}/submissions"
    one = every + "/{root}"
    version = one + "/versions/{version}"
    routes.add("GET", every, listed)
    routes.add("GET", every + "/submitters", submitters)
    routes.add("GET", every + "/keys", central_keys.list_keys)
    routes.add("GET", one + "/comments", comments)
    routes.add("POST", one + "/comments", comment)
    routes.add("POST", one + "/restore", restore)
    routes.add("GET", one + "/audits", audits)
    routes.add("GET", one + "/diffs", diffs)
    routes.add("GET", one + "/versions", versions)
    routes.add("GET", version + ".xml", xml)
    routes.add("GET", version, show_version)
    routes.add("GET", one + ".xml", xml)
    routes.add("GET", one, show)
    routes.add("PATCH", one, review)
    routes.add("DELETE", one, delete)


def newest_first(records: Iterable[Record]) -> list[Record]:
    """submissionDate DESC, id DESC."""
    return sorted(records, key=lambda r: (r.created_at, r.number), reverse=True)


def event_tag(records: Iterable[Record]) -> str:
    """The weak ETag: it knows creations, edits, reviews, deletions and restores of the selected rows, nothing else."""
    marks = [f"{r.number}:{r.events}" for r in records]
    digest = hashlib.md5(" ".join(marks).encode()).hexdigest() if marks else "0" * 32
    return f'W/"eventhash:{digest}"'


def unchanged(call: Call, tag: str) -> Response | None:
    """304 when the client has these rows."""
    if call.request.headers.get("If-None-Match") == tag:
        return Response(b"", 304, {"ETag": tag})
    return None


def version_shown(call: Call, record: Record, version: Version, *, with_form: bool = False) -> dict[str, Any]:
    out: dict[str, Any] = {
        "submitterId": version.actor.id,
        "createdAt": iso_ms(version.at),
        "instanceName": version.name,
        "instanceId": version.instance_id,
        "current": version is record.current,
        "deviceId": version.device,
        "userAgent": version.agent,
    }
    if call.extended:
        out["submitter"] = version.actor.shown()
        if with_form:
            out["formVersion"] = version.form_version
    return out


def shown(call: Call, record: Record) -> dict[str, Any]:
    first = record.versions[0]
    out = {
        "instanceId": record.root,
        "submitterId": first.actor.id,
        "deviceId": first.device,
        "createdAt": iso_ms(record.created_at),
        "updatedAt": iso_ms(record.updated_at),
        "reviewState": record.review,
        "userAgent": first.agent,
        "deletedAt": iso_ms(record.deleted_at),
    }
    if call.extended:
        out["submitter"] = first.actor.shown()
    return {**out, "currentVersion": version_shown(call, record, record.current)}


def listed(call: Call, project: str, form: str) -> Response:
    deleted = call.request.args.get("deleted") == "true"
    found = call.form(project, form).true.records.values()
    rows = newest_first(r for r in found if (r.deleted_at is not None) is deleted)
    start = int(call.request.args.get("offset", 0))
    rows = rows[start : start + int(call.request.args.get("limit", 10**9))]
    tag = event_tag(rows)
    if call.fault and call.fault.kind == "rows" and call.fault.change:
        rows = call.fault.change(rows)
    return unchanged(call, tag) or reply([shown(call, r) for r in rows], headers={"ETag": tag})


def submitters(call: Call, project: str, form: str) -> Response:
    actors = {
        r.versions[0].actor.id: r.versions[0].actor for r in call.form(project, form).true.records.values()
    }
    return reply([a.shown() for a in sorted(actors.values(), key=lambda a: a.name)])


def one_of(call: Call, project: str, form: str, root: str) -> tuple[CentralForm, Record]:
    found = call.form(project, form)
    return found, call.api.record(found, root)


def show(call: Call, project: str, form: str, root: str) -> Response:
    found = call.form(project, form)
    known = found.true.find(root)
    if known and known[0].root != root and known[0].deleted_at is None:
        place = f"/v1/projects/{project}/forms/{quote(form)}/submissions/"
        place += f"{quote(known[0].root, safe='')}/versions/{quote(root, safe='')}"
        text = f"Moved Permanently. Redirecting to {place}".encode()
        return Response(text, 301, {"Location": place}, content_type="text/plain; charset=utf-8")
    return reply(shown(call, call.api.record(found, root)))


def review(call: Call, project: str, form: str, root: str) -> Response:
    found = call.managed(project, form)
    record = call.api.record(found, root)
    state = call.json().get("reviewState", record.review)
    if state not in STATES:
        raise unexpected("state", state, "not a recognized state name")
    at = call.api.clock.stamp()

    def change() -> None:
        record.review, record.updated_at = state, at
        record.events += 1

    call.api.truth.commit(change)
    notes = call.request.headers.get("X-Action-Notes")
    details = {"reviewState": state, "submissionId": record.number, "submissionDefId": record.current.number}
    call.api.audit("submission.update", call.who, found, details, notes)
    out = shown(call, record)
    return reply({k: v for k, v in out.items() if k not in ("userAgent", "currentVersion", "submitter")})


def comment(call: Call, project: str, form: str, root: str) -> Response:
    record = call.api.record(call.managed(project, form), root)
    at = iso_ms(call.api.clock.stamp())
    record.comments.insert(0, {"body": call.json().get("body"), "actorId": call.who.id, "createdAt": at})
    return reply(record.comments[0])


def comments(call: Call, project: str, form: str, root: str) -> Response:
    return reply(one_of(call, project, form, root)[1].comments)


def delete(call: Call, project: str, form: str, root: str) -> Response:
    found = call.managed(project, form)
    record = call.api.record(found, root)
    record.deleted_at = call.api.clock.stamp()
    record.events += 1
    details = {"instanceId": root, "submissionId": record.number}
    call.api.audit("submission.delete", call.who, found, details, call.request.headers.get("X-Action-Notes"))
    return success()


def restore(call: Call, project: str, form: str, root: str) -> Response:
    """No timestamp moves."""
    found = call.managed(project, form)
    record = call.api.record(found, root, deleted=True)
    record.deleted_at = None
    record.events += 1
    call.api.audit("submission.restore", call.who, found, {"instanceId": root, "submissionId": record.number})
    return success()


def versions(call: Call, project: str, form: str, root: str) -> Response:
    record = one_of(call, project, form, root)[1]
    return reply([version_shown(call, record, v, with_form=True) for v in reversed(record.versions)])


def version_in(record: Record, name: str | None) -> Version:
    if name is None:
        return record.current
    found = next((v for v in record.versions if v.instance_id == name), None)
    if found is None:
        raise not_found()
    return found


def show_version(call: Call, project: str, form: str, root: str, version: str) -> Response:
    record = one_of(call, project, form, root)[1]
    return reply(version_shown(call, record, version_in(record, version), with_form=True))


def xml(call: Call, project: str, form: str, root: str, version: str | None = None) -> Response:
    found = version_in(one_of(call, project, form, root)[1], version)
    return Response(found.xml, content_type="application/xml; charset=utf-8")


def diffs(call: Call, project: str, form: str, root: str) -> Response:
    found, record = one_of(call, project, form, root)
    return reply(central_diff.diffs(record, found.true.repeats))


def audits(call: Call, project: str, form: str, root: str) -> Response:
    record = one_of(call, project, form, root)[1]
    ids = {v.instance_id for v in record.versions}
    mine = [e for e in reversed(call.api.audits) if (e["details"] or {}).get("submissionId") == record.number]
    found = [e for e in mine if e["details"].get("instanceId", record.root) in ids]
    if call.extended:
        none = {"entity": {"entityAvailable": False}}
        actors = call.api.actors
        found = [
            {**e, "details": {**e["details"], **none}, "actor": actors[e["actorId"]].shown()} for e in found
        ]
    return reply(found)
