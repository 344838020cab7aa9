"""ODK Central: forms, versions, fields, XForm, workbook, files, manifest, formList."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import quote

from werkzeug.wrappers import Response

from tests.fakes.central_core import Call, not_found, reply
from tests.fakes.central_state import CentralForm, Project
from tests.fakes.clock import iso_ms
from tests.fakes.truth import File, FormVersion
from tests.fakes.web import Routes

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def register(routes: Routes) -> None:
    """Add the routes of this part; those with a suffix come before the plain form."""
    forms = "/v1/projects/{project}/forms"
    form = forms + "/{form}"
    routes.add("GET", forms, show_forms)
    routes.add("GET", form + "/versions", versions)
    routes.add("GET", form + "/versions/{version}.xml", xform)
    routes.add("GET", form + "/versions/{version}.xlsx", workbook)
    routes.add("GET", form + "/versions/{version}/fields", fields)
    routes.add("GET", form + "/versions/{version}/attachments", attachments)
    routes.add("GET", form + "/versions/{version}/attachments/{name}", attachment)
    routes.add("GET", form + "/versions/{version}", show_version)
    routes.add("GET", form + "/draft/attachments", draft_attachments)
    routes.add("GET", form + "/draft/attachments/{name}", draft_attachment)
    routes.add("GET", form + "/draft/fields", draft_fields)
    routes.add("GET", form + "/draft.xml", draft_xform)
    routes.add("GET", form + "/draft", show_draft)
    routes.add("GET", form + "/fields", fields)
    routes.add("GET", form + "/attachments", attachments)
    routes.add("GET", form + "/attachments/{name}", attachment)
    routes.add("GET", form + ".xml", xform)
    routes.add("GET", form + ".xlsx", workbook)
    routes.add("GET", form, show_form)


def form_shown(
    form: CentralForm, project: Project, call: Call, version: FormVersion | None = None
) -> dict[str, Any]:
    """A form, or one of its versions, as JSON."""
    draft = version is form.draft and version is not None
    shown = version or form.published or form.draft
    assert shown is not None
    unpublished = draft or form.published is None
    out = {
        "projectId": project.id,
        "xmlFormId": form.true.form_id,
        "state": form.state,
        "enketoId": None,
        "enketoOnceId": None,
        "createdAt": iso_ms(form.created_at),
        "updatedAt": iso_ms(form.updated_at),
        "webformsEnabled": True,
        "keyId": form.key_id,
        "version": shown.description.version,
        "hash": hashlib.md5(shown.xml).hexdigest(),
        "sha": hashlib.sha1(shown.xml).hexdigest(),
        "sha256": hashlib.sha256(shown.xml).hexdigest(),
        "draftToken": form.draft_token if unpublished else None,
        "publishedAt": iso_ms(shown.published),
        "name": shown.description.title,
    }
    return {**out, **_extended(form, shown)} if call.extended else out


def _extended(form: CentralForm, version: FormVersion) -> dict[str, Any]:
    live = [r for r in form.true.records.values() if r.deleted_at is None]
    states = [r.review for r in live]
    return {
        "submissions": len(live),
        "entityRelated": False,
        "reviewStates": {
            "received": states.count(None),
            "hasIssues": states.count("hasIssues"),
            "edited": states.count("edited"),
        },
        "lastSubmission": iso_ms(max((r.created_at for r in live), default=None)),
        "excelContentType": XLSX if version.xlsx else None,
        "publicLinks": 0,
        "createdBy": form.created_by.shown(),
    }


def attachment_shown(name: str, media: dict[str, File]) -> dict[str, Any]:
    """A file of a form version."""
    file = media.get(name)
    out = {
        "name": name,
        "type": "file",
        "hash": file.md5 if file else None,
        "exists": file is not None,
        "blobExists": file is not None,
        "datasetExists": False,
    }
    return {**out, "updatedAt": iso_ms(file.at)} if file else out


def readable(call: Call, project: str, form: str) -> tuple[Project, CentralForm]:
    """App users may read what phones need; `central` has checked their form already."""
    owner = call.api.project(project)
    if call.actor is not None and call.actor.type == "field_key":
        if form not in owner.forms:
            raise not_found()
        return owner, owner.forms[form]
    return owner, call.form(project, form)


def version_of(form: CentralForm, name: str | None) -> FormVersion:
    if name is None:
        found = form.published or form.draft
    else:
        found = next((v for v in form.true.versions if v.description.version == name), None)
    if found is None:
        raise not_found()
    return found


def _draft(form: CentralForm) -> FormVersion:
    if form.draft is None:
        raise not_found()
    return form.draft


def show_forms(call: Call, project: str) -> Response:
    owner = call.may_read(project)
    if call.request.args.get("deleted") == "true":
        extra = [{"deletedAt": iso_ms(f.deleted_at), "id": f.id} for f in owner.trash]
        return reply([{**form_shown(f, owner, call), **e} for f, e in zip(owner.trash, extra, strict=True)])
    ordered = sorted(owner.forms.values(), key=lambda f: (version_of(f, None).description.title, f.id))
    return reply([form_shown(f, owner, call) for f in ordered])


def show_form(call: Call, project: str, form: str) -> Response:
    return reply(form_shown(call.form(project, form), call.api.project(project), call))


def show_draft(call: Call, project: str, form: str) -> Response:
    owner = call.may_read(project)
    if not call.who.admin:
        raise not_found()
    found = call.form(project, form)
    out = form_shown(found, owner, call, _draft(found))
    return reply({**out, "publishNotes": None} if call.extended else out)


def versions(call: Call, project: str, form: str) -> Response:
    owner, found = call.may_read(project), call.form(project, form)
    return reply([form_shown(found, owner, call, v) for v in reversed(found.true.versions)])


def show_version(call: Call, project: str, form: str, version: str) -> Response:
    owner, found = call.may_read(project), call.form(project, form)
    return reply(form_shown(found, owner, call, version_of(found, version)))


def _fields(version: FormVersion) -> Response:
    return reply(
        [
            {
                "path": f.path,
                "name": f.name,
                "type": f.type,
                "binary": True if f.binary else None,
                "selectMultiple": True if f.multiple else None,
            }
            for f in version.description.fields
        ]
    )


def fields(call: Call, project: str, form: str, version: str | None = None) -> Response:
    return _fields(version_of(call.form(project, form), version))


def draft_fields(call: Call, project: str, form: str) -> Response:
    return _fields(_draft(call.managed(project, form)))


def draft_xform(call: Call, project: str, form: str) -> Response:
    return Response(_draft(call.managed(project, form)).xml, content_type="application/xml; charset=utf-8")


def xform(call: Call, project: str, form: str, version: str | None = None) -> Response:
    _, found = readable(call, project, form)
    return Response(version_of(found, version).xml, content_type="application/xml; charset=utf-8")


def sent_file(call: Call, name: str, content: bytes, kind: str, disposition: str = "attachment") -> Response:
    """A file with a strong ETag; 304 when the client has it."""
    etag = f'"{hashlib.md5(content).hexdigest()}"'
    if call.request.headers.get("If-None-Match") == etag:
        return Response(b"", 304, {"ETag": etag})
    ascii_name = name.encode("ascii", "replace").decode()
    shown = f"{disposition}; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name)}"
    return Response(content, 200, {"ETag": etag, "Content-Disposition": shown}, content_type=kind)


def workbook(call: Call, project: str, form: str, version: str | None = None) -> Response:
    found = version_of(call.form(project, form), version)
    if found.xlsx is None:
        raise not_found()
    return sent_file(call, f"{form}.xlsx", found.xlsx, XLSX)


def _attachments(version: FormVersion) -> Response:
    return reply([attachment_shown(name, version.media) for name in version.description.media])


def attachments(call: Call, project: str, form: str, version: str | None = None) -> Response:
    return _attachments(version_of(call.form(project, form), version))


def draft_attachments(call: Call, project: str, form: str) -> Response:
    return _attachments(_draft(call.managed(project, form)))


def _attachment(call: Call, version: FormVersion, name: str) -> Response:
    if name not in version.media:
        raise not_found()
    kind = version.media[name].type
    kind = kind + "; charset=utf-8" if kind.startswith("text/") and "charset" not in kind else kind
    return sent_file(call, name, version.media[name].content, kind)


def attachment(call: Call, project: str, form: str, name: str, version: str | None = None) -> Response:
    _, found = readable(call, project, form)
    return _attachment(call, version_of(found, version), name)


def draft_attachment(call: Call, project: str, form: str, name: str) -> Response:
    return _attachment(call, _draft(call.managed(project, form)), name)
