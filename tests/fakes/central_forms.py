"""ODK Central: create a form, its draft, the draft's files, publish; close and delete."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import replace
from typing import Any

from werkzeug.wrappers import Response

from tests.fakes.central_core import Call, Problem, exists, missing, not_found, reply, success, unexpected
from tests.fakes.central_forms_read import attachment_shown, form_shown
from tests.fakes.central_state import CentralForm, Project
from tests.fakes.convert import to_xform
from tests.fakes.truth import File, FormVersion, TrueForm
from tests.fakes.web import Routes
from tests.fakes.xform import NotAForm, describe

STATES = ("open", "closing", "closed")


def register(routes: Routes) -> None:
    """Add the routes of this part."""
    form = "/v1/projects/{project}/forms/{form}"
    routes.add("POST", "/v1/projects/{project}/forms", create)
    routes.add("POST", form + "/draft", new_draft)
    routes.add("DELETE", form + "/draft", delete_draft)
    routes.add("POST", form + "/draft/publish", publish)
    routes.add("POST", form + "/draft/attachments/{name}", upload)
    routes.add("DELETE", form + "/draft/attachments/{name}", clear)
    routes.add("PATCH", form, change)
    routes.add("DELETE", form, delete)


def create(call: Call, project: str) -> Response:
    """A new form, as draft or published at once."""
    owner = call.may_manage(project)
    version, warnings = _uploaded(call)
    form_id = version.description.form_id
    if form_id in owner.forms:
        raise exists("forms", ["projectId", "xmlFormId"], [project, form_id])
    if any(old.true.form_id == form_id for old in owner.trash):
        warnings["workflowWarnings"] = [{"type": "deletedFormExists", "details": {"xmlFormId": form_id}}]
    _refuse_warnings(call, warnings)
    form = _added(call, owner, form_id)
    form.draft, form.draft_token = version, secrets.token_urlsafe(60)[:64]
    call.api.audit("form.create", call.who, form, {})
    if call.request.args.get("publish") == "true":
        _publish(call, form, at=form.created_at)
    return reply(form_shown(form, owner, call))


def _added(call: Call, owner: Project, form_id: str) -> CentralForm:
    key = form_id if form_id not in call.api.truth.forms else f"{owner.id}/{form_id}"
    true = call.api.truth.forms[key] = TrueForm(form_id, key)
    number = next(call.api.form_ids)
    form = CentralForm(number, true, str(uuid.uuid4()), call.api.clock.stamp(), call.who)
    owner.forms[form_id] = form
    return form


def _uploaded(call: Call) -> tuple[FormVersion, dict[str, Any]]:
    """The form in the body with its warnings; 400.15 or 400.2 when it is none."""
    body = call.request.get_data()
    warnings: dict[str, Any] = {}
    xlsx = None
    if "xml" not in call.request.mimetype or "spreadsheetml" in call.request.mimetype:
        converted = to_xform(body, call.request.headers.get("X-XlsForm-FormId-Fallback", ""))
        if converted.error:
            details = {"error": converted.error, "warnings": None}
            message = (
                "The given XLSForm file was not valid. Please see the error details for more information."
            )
            raise Problem("400.15", message, details)
        xlsx, body = body, converted.xml
        if converted.warnings:
            warnings["xlsFormWarnings"] = list(converted.warnings)
    try:
        description = describe(body)
    except NotAForm as error:
        raise missing(str(error)) from None
    return FormVersion(description, body, call.api.clock.stamp(), xlsx), warnings


def _refuse_warnings(call: Call, warnings: dict[str, Any]) -> None:
    if warnings and call.request.args.get("ignoreWarnings") != "true":
        message = (
            "The Form is valid, but with warnings. Please check the warnings and if they are acceptable "
            "resubmit with ?ignoreWarnings=true"
        )
        raise Problem("400.16", message, {"warnings": warnings})


def new_draft(call: Call, project: str, form: str) -> Response:
    """A draft from the body, or without body a copy of the published version. It inherits the files."""
    found = call.managed(project, form)
    if not call.request.get_data():
        if found.published is None:
            raise not_found()
        version = replace(
            found.published, at=call.api.clock.stamp(), media=dict(found.published.media), published=None
        )
    else:
        version, warnings = _uploaded(call)
        _same_form(version, form)
        _same_types(version, found)
        removed = _removed(version, found)
        if removed:
            warnings["workflowWarnings"] = [{"type": "structureChanged", "details": removed}]
        _refuse_warnings(call, warnings)
        inherited = found.published.media if found.published else {}
        version.media = {n: f for n, f in inherited.items() if n in version.description.media}
    found.draft, found.draft_token = version, secrets.token_urlsafe(60)[:64]
    call.api.audit("form.update.draft.set", call.who, found, {})
    return success()


def _same_form(version: FormVersion, form: str) -> None:
    if version.description.form_id != form:
        raise unexpected("xmlFormId", version.description.form_id, "does not match the form you are updating")


def _same_types(version: FormVersion, form: CentralForm) -> None:
    for old in form.true.versions:
        for path, field in old.description.by_path.items():
            new = version.description.by_path.get(path)
            if new is not None and new.type not in (field.type, "string"):
                message = (
                    f"The form you have uploaded attempts to change the type of the field at {path}. In a previous "
                    f"version, it had the type {field.type}. Please either return that field to its previous type, "
                    "or rename the field so it lives at a new path."
                )
                raise Problem("400.17", message, {"path": path, "type": field.type})


def _removed(version: FormVersion, form: CentralForm) -> list[str]:
    if form.published is None:
        return []
    return [f.name for f in form.published.description.fields if f.path not in version.description.by_path]


def _draft(form: CentralForm) -> FormVersion:
    if form.draft is None:
        raise not_found()
    return form.draft


def delete_draft(call: Call, project: str, form: str) -> Response:
    """Forget the draft with its files."""
    found = call.managed(project, form)
    _draft(found)
    found.draft = found.draft_token = None
    return success()


def publish(call: Call, project: str, form: str) -> Response:
    """The draft becomes the current version; `?version=` rewrites its version."""
    found = call.managed(project, form)
    draft = _draft(found)
    wanted = call.request.args.get("version")
    if wanted is not None:
        found.draft = draft = _renamed(draft, wanted)
    version = draft.description.version
    if any(v.description.version == version for v in found.true.versions):
        message = (
            f"You tried to publish the form '{form}' with version '{version}', but a published form has already "
            "existed in this project with those identifiers."
        )
        raise Problem("409.6", message, {"xmlFormId": form, "version": version})
    _publish(call, found, at=call.api.clock.stamp())
    found.updated_at = call.api.clock.stamp()
    return success()


def _renamed(draft: FormVersion, version: str) -> FormVersion:
    old = f'version="{draft.description.version}"'
    xml = draft.xml.decode().replace(old, f'version="{version}"', 1).encode()
    return replace(draft, xml=xml, description=describe(xml))


def _publish(call: Call, form: CentralForm, *, at: Any) -> None:
    assert form.draft is not None
    form.draft.published = at
    form.true.versions.append(form.draft)
    form.draft = form.draft_token = None
    call.api.audit(
        "form.update.publish", call.who, form, {"newDefId": len(form.true.versions), "oldDefId": None}
    )


def upload(call: Call, project: str, form: str, name: str) -> Response:
    """A file that the draft names."""
    draft = _draft(call.managed(project, form))
    if name not in draft.description.media:
        raise not_found()
    draft.media[name] = File(call.request.get_data(), call.request.content_type or "", call.api.clock.stamp())
    return reply(attachment_shown(name, draft.media))


def clear(call: Call, project: str, form: str, name: str) -> Response:
    """Take a file of the draft away."""
    draft = _draft(call.managed(project, form))
    if name not in draft.description.media:
        raise not_found()
    draft.media.pop(name, None)
    return success()


def change(call: Call, project: str, form: str) -> Response:
    """Open, closing, closed."""
    owner, found = call.may_manage(project), call.managed(project, form)
    state = call.json().get("state", found.state)
    if state not in STATES:
        raise unexpected("state", state, "not a recognized state name")
    found.state, found.updated_at = state, call.api.clock.stamp()
    return reply(form_shown(found, owner, call))


def delete(call: Call, project: str, form: str) -> Response:
    """Into the trash."""
    owner, found = call.may_manage(project), call.managed(project, form)
    found.deleted_at = call.api.clock.stamp()
    owner.trash.append(owner.forms.pop(form))
    return success()
