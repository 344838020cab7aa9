"""KoboToolbox: validation status, bulk edit, duplicate, deletion."""

from __future__ import annotations

import re
import uuid
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from werkzeug.wrappers import Response

from tests.fakes.kobo_core import Asset, Call, Problem, forbidden, reply
from tests.fakes.kobo_data import one, selected
from tests.fakes.kobo_openrosa import log_submission, replace_version, submit_copy
from tests.fakes.kobo_rows import row
from tests.fakes.truth import Record
from tests.fakes.web import Routes
from tests.fakes.xform import local

STATUSES = {
    "validation_status_approved": "Approved",
    "validation_status_not_approved": "Not Approved",
    "validation_status_on_hold": "On Hold",
}


def register(routes: Routes) -> None:
    """Add the routes of this part."""
    data = "/api/v2/assets/{asset}/data/"
    routes.add("PATCH", data + "bulk/", bulk_edit)
    routes.add("DELETE", data + "bulk/", bulk_delete)
    routes.add("PATCH", data + "validation_statuses/", bulk_validate)
    routes.add("GET", data + "{record}/validation_status/", status)
    routes.add("PATCH", data + "{record}/validation_status/", validate)
    routes.add("DELETE", data + "{record}/validation_status/", clear)
    routes.add("POST", data + "{record}/duplicate/", duplicate)
    routes.add("DELETE", data + "{record}/", delete)


def _allowed(call: Call, asset: str, codename: str) -> Asset:
    found = call.data(asset)
    if codename not in found.codenames(call.user):
        raise forbidden()
    return found


def status(call: Call, asset: str, record: str) -> Response:
    return reply(one(call, call.data(asset), record).review or {})


def _set(call: Call, asset: Asset, record: Record, name: str) -> None:
    if name not in STATUSES:
        raise Problem(400, {"detail": f"Invalid validation status: `{name}`"})
    at = int(call.api.clock.stamp().timestamp())
    review = {"timestamp": at, "uid": name, "by_whom": call.who.name, "label": STATUSES[name]}

    def change() -> None:
        record.review = review

    call.api.truth.commit(change)
    log_submission(call, asset, record, "modify-submission", status=STATUSES[name])


def validate(call: Call, asset: str, record: str) -> Response:
    found = _allowed(call, asset, "validate_submissions")
    wanted = one(call, found, record)
    _set(call, found, wanted, call.json().get("validation_status.uid", ""))
    return reply(wanted.review)


def clear(call: Call, asset: str, record: str) -> Response:
    found = _allowed(call, asset, "validate_submissions")
    wanted = one(call, found, record)

    def change() -> None:
        wanted.review = None

    call.api.truth.commit(change)
    log_submission(call, found, wanted, "modify-submission", status="None")
    return Response(b"", 204)


def _payload(call: Call) -> dict[str, Any]:
    payload = call.json().get("payload")
    if payload is None:
        raise Problem(400, {"payload": ["This field is required."]})
    return dict(payload)


def _targets(call: Call, asset: Asset, payload: dict[str, Any]) -> list[Record]:
    """By ids (an unknown one is an error), by query, or all when confirmed."""
    if "submission_ids" in payload:
        wanted = {int(i) for i in payload["submission_ids"]}
        found = [r for r in selected(call, asset, None) if r.number in wanted]
        if len(found) != len(wanted):
            raise Problem(400, {"detail": "One or more submission ids are invalid"})
        return found
    if "query" in payload:
        return selected(call, asset, payload["query"])
    if not payload.get("confirm"):
        raise Problem(400, {"payload": ["Confirmation is required"]})
    return selected(call, asset, None)


def bulk_validate(call: Call, asset: str) -> Response:
    found = _allowed(call, asset, "validate_submissions")
    payload = _payload(call)
    targets = _targets(call, found, payload)
    for record in targets:
        _set(call, found, record, payload.get("validation_status.uid", ""))
    return reply({"detail": f"{len(targets)} submissions have been updated"})


def _remove(call: Call, asset: Asset, record: Record) -> None:
    key = next(k for k, r in asset.true.records.items() if r is record)
    del asset.true.records[key]
    log_submission(call, asset, record, "delete-submission")


def delete(call: Call, asset: str, record: str) -> Response:
    found = _allowed(call, asset, "delete_submissions")
    _remove(call, found, one(call, found, record))
    return Response(b"", 204)


def bulk_delete(call: Call, asset: str) -> Response:
    found = _allowed(call, asset, "delete_submissions")
    targets = _targets(call, found, _payload(call))
    for record in targets:
        _remove(call, found, record)
    return reply({"detail": f"{len(targets)} submissions have been deleted"})


def bulk_edit(call: Call, asset: str) -> Response:
    """Unknown ids are skipped in silence, unknown questions are added to the XML, CR LF becomes LF."""
    found = _allowed(call, asset, "change_submissions")
    payload = _payload(call)
    if not payload.get("data"):
        raise Problem(400, {"payload": ["`data` is required"]})
    wanted = {int(i) for i in payload["submission_ids"]}
    results = []
    for record in [r for r in selected(call, found, None) if r.number in wanted]:
        version = replace_version(call, found, record, edited_xml(record, payload["data"]), {})
        results.append(
            {
                "uuid": version.instance_id.removeprefix("uuid:"),
                "root_uuid": record.root.removeprefix("uuid:"),
                "status_code": 201,
                "message": "Successful submission",
            }
        )
    count = len(results)
    return reply({"count": count, "successes": count, "failures": 0, "results": results})


def edited_xml(record: Record, data: dict[str, str]) -> bytes:
    """The XML written anew with other answers and ids."""
    text = record.current.xml.decode().replace("\r\n", "\n")
    for prefix, address in re.findall(r'xmlns:(\w+)="([^"]+)"', text):
        ElementTree.register_namespace(prefix, address)
    root = ElementTree.fromstring(text)
    old = record.current.instance_id
    for path, value in {
        **data,
        "meta/instanceID": f"uuid:{uuid.uuid4()}",
        "meta/deprecatedID": old,
    }.items():
        _place(root, path.split("/")).text = value
    return ElementTree.tostring(root)


def _place(element: Element, names: list[str]) -> Element:
    for name in names:
        found = next((c for c in element if local(c.tag) == name), None)
        if found is None:
            space = element.tag.rpartition("}")[0]
            found = ElementTree.SubElement(element, f"{space}}}{name}" if space else name)
        element = found
    return element


def duplicate(call: Call, asset: str, record: str) -> Response:
    found = _allowed(call, asset, "change_submissions")
    new = submit_copy(call, found, one(call, found, record))
    return reply(row(call, found, new), 201)
