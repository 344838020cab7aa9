"""ODK Central: the frame of the OpenRosa protocol."""

from __future__ import annotations

from werkzeug.wrappers import Response

from tests.fakes.central_core import OPENROSA_HEADERS, Call, Problem, openrosa_reply
from tests.fakes.web import Routes


def register(routes: Routes) -> None:
    """Add the routes of this part."""
    routes.add("HEAD", "/v1/projects/{project}/submission", head)


def head(call: Call, project: str) -> Response:
    """Collect asks this before it posts."""
    call.api.project(project)
    _ = call.who
    return Response(b"", 204, OPENROSA_HEADERS)


def check_version(call: Call) -> None:
    """The header X-OpenRosa-Version must be 1.0."""
    value = call.request.headers.get("X-OpenRosa-Version")
    if value != "1.0":
        got = "" if value is None else f" (got: {value})"
        message = f"An expected header field (X-OpenRosa-Version) did not match the expected format{got}."
        raise Problem("400.6", message)


def posted(call: Call) -> tuple[bytes, dict[str, tuple[bytes, str]]]:
    """The XML and the files of a multipart post."""
    files = {name: (f.read(), f.content_type or "") for name, f in call.request.files.items()}
    xml = files.pop("xml_submission_file", None)
    if xml is None:
        message = "Required multipart POST field xml_submission_file missing."
        raise Problem("400.2", message, {"field": "xml_submission_file"})
    return xml[0], files


def accepted() -> Response:
    """201."""
    return openrosa_reply("full submission upload was successful!", 201, nature="")
