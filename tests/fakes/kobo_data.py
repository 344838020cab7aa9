"""KoboToolbox: reading submissions and the project history."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from werkzeug.wrappers import Response

from tests.fakes.kobo_core import Asset, Call, HtmlPage, Problem, anonymous, forbidden, not_found, reply
from tests.fakes.kobo_query import history_filter, matches
from tests.fakes.kobo_rows import row, system
from tests.fakes.truth import File, Record
from tests.fakes.web import Routes

LIGHT = (
    "_id",
    "_uuid",
    "meta/rootUuid",
    "_validation_status",
    "_attachments",
    "_submission_time",
    "_submitted_by",
)
ALWAYS = ("_uuid", "meta/rootUuid", "_validation_status", "_id")
_HEAD = '<?xml version="1.0" encoding="utf-8"?>'


def register(routes: Routes) -> None:
    """Add the routes of this part."""
    one = "/api/v2/assets/{asset}"
    routes.add("GET", one + "/data/", listed)
    routes.add("GET", one + "/data.xml", listed_xml)
    routes.add("GET", one + "/data/{record}/attachments/{name}/", attachment)
    routes.add("GET", one + "/data/{record}/attachments/{name}/{size}/", attachment)
    routes.add("GET", one + "/data/{record}/", show)
    routes.add("GET", one + "/history/", history)
    routes.add("GET", one + "/history/actions/", history_actions)


def _error(call: Call, name: str, message: str) -> Problem:
    return Problem(400, {name: message})


def _json_argument(call: Call, name: str) -> Any:
    text = call.request.args.get(name)
    if text is None:
        return None
    try:
        return json.loads(text)
    except ValueError:
        raise _error(call, name, "Value must be valid JSON.") from None


def _numbers(call: Call) -> tuple[int, int]:
    """start and limit; a limit above the maximum is cut without a word; `page` and `page_size` move only the links."""
    args = call.request.args
    limit = args.get("limit", "100")
    if not limit.isdigit() or int(limit) < 1:
        raise _error(call, "limit", "A positive integer is required")
    start = args.get("start", "0")
    if not start.isdigit():
        raise _error(call, "start", "A positive integer is required.")
    return int(start), min(int(limit), call.api.max_limit)


def visible(call: Call, asset: Asset) -> list[Record]:
    """Rows that the caller may see, by `_id`."""
    records = sorted(asset.true.records.values(), key=lambda r: r.number)
    filters = asset.filters(call.user)
    if filters is None:
        return records
    return [r for r in records if any(matches(f, row(call, asset, r)) for f in filters)]


def selected(call: Call, asset: Asset, query: dict[str, Any] | None) -> list[Record]:
    """Rows of a query. The common keys are looked up without building rows."""
    records = visible(call, asset)
    if not query:
        return records
    if set(query) <= {"_id", "meta/rootUuid"}:
        return [r for r in records if matches(query, {"_id": r.number, "meta/rootUuid": r.root})]
    return [r for r in records if matches(query, row(call, asset, r))]


def listed(call: Call, asset: str) -> Response:
    """JSON or XML by `format`."""
    kind = call.request.args.get("format", "json")
    if kind == "xml":
        return listed_xml(call, asset)
    if kind not in ("json", "api"):
        raise not_found()
    found = call.data(asset)
    query, sort, fields = (_json_argument(call, name) for name in ("query", "sort", "fields"))
    start, limit = _numbers(call)
    records = selected(call, found, query)
    if sort and sort != {"_id": 1}:
        for key, direction in reversed(sort.items()):
            records.sort(key=lambda r, k=key: _sortable(row(call, found, r).get(k)), reverse=direction < 0)
    links = _links(call, len(records), start, limit)
    rows = [_shown(call, found, r, fields) for r in records[start : start + limit]]
    if call.fault and call.fault.kind == "rows" and call.fault.change:
        rows = call.fault.change(rows)
    return reply({"count": len(records), **links, "results": rows})


def _sortable(value: Any) -> tuple[bool, Any]:
    return (value is not None, value if value is not None else "")


def _links(call: Call, count: int, start: int, limit: int) -> dict[str, str | None]:
    args = call.request.args
    if "page" not in args:
        return call.links(count, start, limit)
    size = int(args.get("page_size", 100))
    return call.links(count, (int(args["page"]) - 1) * size, size if "page_size" in args else limit)


def _shown(call: Call, asset: Asset, record: Record, fields: list[str] | None) -> dict[str, Any]:
    if fields is None:
        return row(call, asset, record)
    light = all(name in LIGHT or "." in name for name in fields)
    full = system(call, asset, record) if light else row(call, asset, record)
    for file in full["_attachments"]:
        # which question a file answers is looked up among the fields that were asked for
        file["question_xpath"] = file["question_xpath"] if file["question_xpath"] in fields else ""
    if "_validation_status" not in fields:
        # shown all the same, and empty whatever the status is
        full["_validation_status"] = {}
    return {k: v for k, v in full.items() if k in (*fields, *ALWAYS)}


def _plain(xml: bytes) -> str:
    """A submission without its declaration."""
    text = xml.decode()
    return text.partition("?>")[2].lstrip() if text.startswith("<?xml") else text


def listed_xml(call: Call, asset: str) -> Response:
    """The XML as it was sent; takes `query`, neither `sort` nor `fields`; rows without XML are counted but missing."""
    found = call.data(asset)
    for name in ("sort", "fields"):
        if name in call.request.args:
            message = "This param is not supported in `XML` format"
            return _xml(f"<root><{name}>{message}</{name}></root>", 400)
    query = _json_argument(call, "query")
    start, limit = _numbers(call)
    records = selected(call, found, query)
    links = _links(call, len(records), start, limit)
    page = [r for r in records[start : start + limit] if not r.ghost]
    if call.fault and call.fault.kind == "rows" and call.fault.change:
        page = call.fault.change(page)
    body = "".join("\n" + _plain(r.current.xml) for r in page)
    tail = "".join(f"<{k}>{escape(str(v), quote=False)}</{k}>" for k, v in links.items())
    return _xml(f"<root><count>{len(records)}</count>{tail}<results>{body}</results></root>")


def _xml(text: str, status: int = 200) -> Response:
    return Response((_HEAD + text).encode(), status, content_type="application/xml; charset=utf-8")


def one(call: Call, asset: Asset, name: str) -> Record:
    """A row by `_id`, root uuid or present uuid; 404."""
    for record in visible(call, asset):
        uuids = (record.root, record.current.instance_id)
        if name == str(record.number) or f"uuid:{name}" in uuids:
            return record
    raise not_found()


def show(call: Call, asset: str, record: str) -> Response:
    found = call.data(asset)
    wanted = one(call, found, record)
    if call.request.args.get("format") == "xml":
        if wanted.ghost:
            raise not_found()
        body = f'<?xml version="1.0" ?>\n{_plain(wanted.current.xml)}'
        return Response(body.encode(), content_type="application/xml; charset=utf-8")
    return reply(row(call, found, wanted))


def attachment(call: Call, asset: str, record: str, name: str, size: str = "") -> Response:
    """The bytes, as nginx in front sends them; thumbnails are 500 here as they were there."""
    wanted = one(call, call.data(asset), record)
    file = _file(wanted, name)
    if size:
        raise HtmlPage(500)
    filename = next(n for n, f in wanted.current.files.items() if f is file)
    return Response(
        file.content, 200, {"Content-Disposition": f"inline; filename={filename}"}, content_type=file.type
    )


def _file(record: Record, name: str) -> File:
    for file in record.current.files.values():
        if file is not None and file.uid == name:
            return file
    raise not_found()


def _managed(call: Call, asset: str) -> Asset:
    """The history is the one place that answers 403 and 401 instead of 404."""
    if call.user is None:
        raise anonymous()
    found = call.api.assets.get(asset)
    if found is None or "manage_asset" not in found.codenames(call.user):
        raise forbidden()
    return found


def history(call: Call, asset: str) -> Response:
    """Newest first; a wrong `q` is no error, it finds nothing."""
    found = _managed(call, asset)
    q = call.request.args.get("q")
    keep = history_filter(q) if q else None
    entries = [e for e in reversed(found.history) if keep is None or keep(e)]
    return reply(call.paged(entries, lambda e: {**e, "user": call.url(e["user"])}))


def history_actions(call: Call, asset: str) -> Response:
    return reply({"actions": sorted({e["action"] for e in _managed(call, asset).history})})
