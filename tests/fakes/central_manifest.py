"""ODK Central: formList and manifest of the OpenRosa protocol."""

from __future__ import annotations

import hashlib
from html import escape
from urllib.parse import quote

from werkzeug.wrappers import Response

from tests.fakes.central_core import OPENROSA_HEADERS, Call
from tests.fakes.central_forms_read import readable, version_of
from tests.fakes.central_state import CentralForm, Project
from tests.fakes.web import Routes

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def register(routes: Routes) -> None:
    """Add the routes of this part."""
    form = "/v1/projects/{project}/forms/{form}"
    routes.add("GET", "/v1/projects/{project}/formList", form_list)
    routes.add("GET", form + "/versions/{version}/manifest", manifest)
    routes.add("GET", form + "/manifest", manifest)


def manifest(call: Call, project: str, form: str, version: str | None = None) -> Response:
    _, found = readable(call, project, form)
    shown = version_of(found, version)
    middle = f"/versions/{quote(version)}" if version is not None else ""
    base = f"{call.api.domain}{call.prefix}/projects/{project}/forms/{quote(form)}{middle}/attachments/"
    files = "".join(
        f"    <mediaFile>\n      <filename>{escape(n)}</filename>\n      <hash>md5:{shown.media[n].md5}</hash>\n"
        f"      <downloadUrl>{base}{quote(n)}</downloadUrl>\n    </mediaFile>\n"
        for n in shown.description.media
        if n in shown.media
    )
    start = f'{_HEAD}  <manifest xmlns="http://openrosa.org/xforms/xformsManifest">\n'
    return _openrosa(f"{start}{files}  </manifest>")


def form_list(call: Call, project: str) -> Response:
    owner = call.api.project(project)
    if call.actor is not None and call.actor.type == "field_key":
        forms = [f for f in owner.forms.values() if f.true.form_id in call.actor.forms]
    else:
        forms = list(call.may_read(project).forms.values())
    wanted = call.request.args.get("formID")
    shown = [f for f in forms if f.published and f.state == "open" and wanted in (None, f.true.form_id)]
    shown.sort(key=lambda f: version_of(f, None).description.title)
    body = "".join(_listed(call, owner, f) for f in shown)
    return _openrosa(f'{_HEAD}  <xforms xmlns="http://openrosa.org/xforms/xformsList">\n{body}  </xforms>')


def _listed(call: Call, owner: Project, form: CentralForm) -> str:
    version = version_of(form, None)
    base = f"{call.api.domain}{call.prefix}/projects/{owner.id}/forms/{quote(form.true.form_id)}"
    files = f"      <manifestUrl>{base}/manifest</manifestUrl>\n" if version.description.media else ""
    return (
        f"    <xform>\n      <formID>{escape(form.true.form_id)}</formID>\n"
        f"      <name>{escape(version.description.title)}</name>\n"
        f"      <version>{escape(version.description.version)}</version>\n"
        f"      <hash>md5:{hashlib.md5(version.xml).hexdigest()}</hash>\n"
        f"      <downloadUrl>{base}.xml</downloadUrl>\n{files}    </xform>\n"
    )


def _openrosa(text: str) -> Response:
    return Response(text.encode(), 200, OPENROSA_HEADERS, content_type="text/xml; charset=utf-8")
