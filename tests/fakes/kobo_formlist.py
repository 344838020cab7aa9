"""KoboToolbox: formList, manifest, form, media."""

from __future__ import annotations

import hashlib
from html import escape

from werkzeug.wrappers import Response

from tests.fakes.kobo_core import Asset, Call, not_found
from tests.fakes.kobo_openrosa import LIST_TAG, XML_HEAD, xml_reply
from tests.fakes.web import Routes


def register(routes: Routes) -> None:
    """Add the routes of this part; `/{owner}/…` comes last."""
    routes.add("GET", "/formList", form_list)
    routes.add("GET", "/xformsManifest/{number}", manifest)
    routes.add("GET", "/xformsMedia/{number}/{name}", media)
    routes.add("GET", "/forms/{number}/form.xml", xform)
    routes.add("GET", "/{owner}/formList", public_list)


def form_list(call: Call) -> Response:
    """The deployed forms that the caller may fill."""
    user = call.who
    wanted = call.request.args.get("formID")
    assets = [a for a in call.api.assets.values() if a.active and "add_submissions" in a.codenames(user)]
    shown = [_listed(call, a) for a in sorted(assets, key=lambda a: a.number) if wanted in (None, a.uid)]
    return xml_reply(f"{XML_HEAD}{LIST_TAG}{''.join(shown)}</xforms>")


def public_list(call: Call, owner: str) -> Response:
    """Only forms open to anonymous submission, even for their owner."""
    return xml_reply(f"{XML_HEAD}{LIST_TAG}</xforms>")


def _listed(call: Call, asset: Asset) -> str:
    current = asset.true.versions[-1]
    order = sum(1 for r in asset.revisions if r.deployed)
    version = f"{order} ({current.at.strftime('%Y-%m-%d %H:%M:%S')})"
    base = call.api.openrosa
    name = escape(asset.name)
    return (
        f"<xform><formID>{asset.uid}</formID><name>{name}</name><majorMinorVersion>{version}</majorMinorVersion>"
        f"<version>{version}</version><hash>md5:{hashlib.md5(current.xml).hexdigest()}</hash>"
        f"<descriptionText>{name}</descriptionText><downloadUrl>{base}/forms/{asset.number}/form.xml</downloadUrl>"
        f"<manifestUrl>{base}/xformsManifest/{asset.number}</manifestUrl></xform>"
    )


def _numbered(call: Call, number: str) -> Asset:
    user = call.who
    for asset in call.api.assets.values():
        if str(asset.number) == number and "add_submissions" in asset.codenames(user):
            return asset
    raise not_found()


def manifest(call: Call, number: str) -> Response:
    """The media as of the last deployment."""
    asset = _numbered(call, number)
    files = "".join(
        f"<mediaFile><filename>{escape(name)}</filename><hash>md5:{file.md5}</hash><downloadUrl>{call.api.openrosa}"
        f"/xformsMedia/{number}/{i}.{name.rpartition('.')[2]}</downloadUrl></mediaFile>"
        for i, (name, file) in enumerate(asset.true.versions[-1].media.items(), 1)
    )
    return xml_reply(
        f'{XML_HEAD}<manifest xmlns="http://openrosa.org/xforms/xformsManifest">{files}</manifest>'
    )


def media(call: Call, number: str, name: str) -> Response:
    files = list(_numbered(call, number).true.versions[-1].media.items())
    place = name.partition(".")[0]
    if not place.isdigit() or not 0 < int(place) <= len(files):
        raise not_found()
    filename, file = files[int(place) - 1]
    head_ = {"Content-Disposition": f"attachment; filename={filename}"}
    return Response(file.content, 200, head_, content_type=file.type)


def xform(call: Call, number: str) -> Response:
    return xml_reply(_numbered(call, number).true.versions[-1].xml.decode())
