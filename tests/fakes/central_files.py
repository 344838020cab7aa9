"""ODK Central: the files of submissions."""

from __future__ import annotations

from werkzeug.wrappers import Response

from tests.fakes.central_core import Call, not_found, reply, success
from tests.fakes.central_forms_read import sent_file
from tests.fakes.central_submissions import one_of, version_in
from tests.fakes.truth import File
from tests.fakes.web import Routes


def register(routes: Routes) -> None:
    """Add the routes of this part."""
    one = "/v1/projects/{project}/forms/{form}/submissions/{root}"
    version = one + "/versions/{version}"
    routes.add("GET", one + "/attachments", files)
    routes.add("GET", one + "/attachments/{name}", file)
    routes.add("POST", one + "/attachments/{name}", attach)
    routes.add("DELETE", one + "/attachments/{name}", detach)
    routes.add("GET", version + "/attachments", files)
    routes.add("GET", version + "/attachments/{name}", file)


def files(call: Call, project: str, form: str, root: str, version: str | None = None) -> Response:
    found = version_in(one_of(call, project, form, root)[1], version)
    return reply([{"name": n, "exists": f is not None} for n, f in sorted(found.files.items())])


def file(call: Call, project: str, form: str, root: str, name: str, version: str | None = None) -> Response:
    found = version_in(one_of(call, project, form, root)[1], version).files.get(name)
    if found is None:
        raise not_found()
    return sent_file(call, name, found.content, found.type, "inline")


def attach(call: Call, project: str, form: str, root: str, name: str) -> Response:
    """No timestamp moves, no ETag changes."""
    found = call.managed(project, form)
    version = call.api.record(found, root).current
    if name not in version.files:
        raise not_found()
    kind = call.request.content_type or "application/octet-stream"
    version.files[name] = File(call.request.get_data(), kind, call.api.clock.now())
    details = {
        "name": name,
        "newBlobId": 1,
        "oldBlobId": None,
        "instanceId": root,
        "submissionDefId": version.number,
    }
    call.api.audit("submission.attachment.update", call.who, found, details)
    return success()


def detach(call: Call, project: str, form: str, root: str, name: str) -> Response:
    version = call.api.record(call.managed(project, form), root).current
    if name not in version.files:
        raise not_found()
    version.files[name] = None
    return success()
