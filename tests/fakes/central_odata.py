"""ODK Central: the OData service of a form."""

from __future__ import annotations

from html import escape
from typing import Any

from werkzeug.wrappers import Response

from tests.fakes.central_core import Call, Problem, not_found, problem_reply, reply, server_error
from tests.fakes.central_filter import FIELDS, DatabaseError, compile_filter, unsupported_field
from tests.fakes.central_pages import Page, cursor_of
from tests.fakes.central_rows import Rows
from tests.fakes.central_state import CentralForm
from tests.fakes.central_submissions import event_tag, newest_first, unchanged
from tests.fakes.truth import Record
from tests.fakes.web import Routes
from tests.fakes.xform import Description

OPTIONS = [
    "$top",
    "$skip",
    "$count",
    "$filter",
    "$expand",
    "$select",
    "$orderby",
    "$wkt",
    "$skiptoken",
    "$format",
    "$search",
]


def register(routes: Routes) -> None:
    """Add the routes of this part."""
    service = "/v1/projects/{project}/forms/{form}.svc"
    routes.add("GET", service, document)
    routes.add("GET", service + "/$metadata", metadata)
    routes.add("GET", service + "/Submissions('{root}')", single)
    routes.add("GET", service + "/Submissions('{root}')/{path*}", single_repeat)
    routes.add("GET", service + "/{table}", table_rows)


def _form(call: Call, project: str, form: str) -> tuple[CentralForm, Description]:
    found = call.form(project, form)
    if found.published is None:
        raise not_found()
    return found, found.published.description


def _tables(description: Description) -> list[str]:
    repeats = [f.path for f in description.fields if f.type == "repeat"]
    return ["Submissions", *("Submissions" + path.replace("/", ".") for path in repeats)]


def _context(call: Call, project: str, form: str) -> str:
    return f"{call.api.domain}/v1/projects/{project}/forms/{form}.svc/$metadata"


def document(call: Call, project: str, form: str) -> Response:
    """The tables."""
    tables = _tables(_form(call, project, form)[1])
    sets = [{"name": name, "kind": "EntitySet", "url": name} for name in tables]
    response = reply({"@odata.context": _context(call, project, form), "value": sets})
    response.headers["Content-Type"] += "; odata.metadata=minimal"
    return response


def metadata(call: Call, project: str, form: str) -> Response:
    """Names and types, in little."""
    kinds = {
        "int": "Edm.Int64",
        "decimal": "Edm.Double",
        "date": "Edm.Date",
        "dateTime": "Edm.DateTimeOffset",
    }
    lines = [
        f'<Property Name="{escape(f.path[1:])}" Type="{kinds.get(f.type, "Edm.String")}"/>'
        for f in _form(call, project, form)[1].fields
        if f.type not in ("structure", "repeat")
    ]
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    edmx = "http://docs.oasis-open.org/odata/ns/edmx"
    body = f'{head}<edmx:Edmx xmlns:edmx="{edmx}" Version="4.0">{"".join(lines)}</edmx:Edmx>'
    return Response(body.encode(), content_type="application/xml; charset=utf-8")


def single(call: Call, project: str, form: str, root: str) -> Response:
    """One submission; a deleted one is not found."""
    found, description = _form(call, project, form)
    rows = _rows(call, description)
    value = [rows.root(call.api.record(found, root))]
    return reply({"value": value, "@odata.context": _context(call, project, form) + "#Submissions"})


def single_repeat(call: Call, project: str, form: str, root: str, path: str) -> Response:
    """The rows of a repeat of one submission."""
    found, description = _form(call, project, form)
    if path not in description.repeats:
        raise not_found()
    value = _rows(call, description).repeat(call.api.record(found, root), "/" + path)
    context = _context(call, project, form) + "#Submissions." + path.replace("/", ".")
    return reply({"value": value, "@odata.context": context})


def _rows(call: Call, description: Description) -> Rows:
    args = call.request.args
    return Rows(description, expand=args.get("$expand") == "*", wkt=args.get("$wkt") == "true")


def table_rows(call: Call, project: str, form: str, table: str) -> Response:
    """`Submissions` or a repeat table, filtered and paged."""
    found, description = _form(call, project, form)
    args = call.request.args
    prefix = "" if table == "Submissions" else "$root/Submissions/"
    try:
        _check_options(call)
        records = _selected(call, found, prefix)
        tag = event_tag(records)
        if table not in _tables(description):
            return _tagged(not_found(), tag)
        cached = unchanged(call, tag)
        if cached:
            return cached
        select = _checked_select(args.get("$select"), description)
    except DatabaseError:
        return server_error()
    except _TaggedProblem as problem:
        return _tagged(problem.problem, problem.tag or tag)
    except ValueError:
        return server_error()
    context = _context(call, project, form) + "#" + table
    link = f"{call.api.domain}/v1/projects/{project}/forms/{form}.svc/{table}"
    page = Page(call, found, context, link, select)
    if table == "Submissions":
        return page.submissions(records, _rows(call, description), tag)
    return page.repeats(
        records, _rows(call, description), "/" + table.split(".", 1)[1].replace(".", "/"), tag
    )


class _TaggedProblem(Exception):
    """An error that Central answers with an ETag."""

    def __init__(self, problem: Problem, tag: str = "") -> None:
        self.problem = problem
        self.tag = tag
        super().__init__(problem.message)


def _tagged(problem: Problem, tag: str) -> Response:
    response = problem_reply(problem, openrosa=False)
    response.headers["ETag"] = tag
    return response


def _unsupported(feature: str) -> Problem:
    message = f"The requested feature {feature} is not supported by this server."
    return Problem("501.1", message, {"feature": feature})


def _check_options(call: Call) -> None:
    args, headers = call.request.args, call.request.headers
    wanted = args.get("$format") or headers.get("Accept", "*/*")
    if "json" not in wanted and "*" not in wanted:
        message = "Requested format not acceptable; this resource allows: application/json,json."
        raise Problem("406.1", message, {"allowed": ["application/json", "json"], "got": wanted})
    if headers.get("OData-MaxVersion", "4.0") < "4.0":
        raise not_found()
    for name in args:
        if name not in OPTIONS:
            raise _unsupported(name)
    if "$expand" in args and args["$expand"] != "*":
        text = args["$expand"]
        message = (
            f'The given OData expand expression is not supported by this server: "{text}". '
            'Currently, only "$expand=*" is supported.'
        )
        raise Problem("501.6", message, {"text": text})
    if "$select" in args and "$expand" in args:
        raise Problem("501.11", "This server doesn't support $select query parameter with $expand.")
    if "$orderby" in args and "$skiptoken" in args:
        raise _unsupported("using $orderby and $skiptoken together")
    for name in ("$top", "$skip"):
        if name in args and not args[name].lstrip("-").isdigit():
            message = 'Invalid input data type: expected "NaN" to be (type bigint)'
            raise Problem("400.11", message, {"value": "NaN", "expected": "type bigint"})
        if args.get(name, "").startswith("-"):
            raise DatabaseError
    cursor_of(args.get("$skiptoken"))


def _selected(call: Call, form: CentralForm, prefix: str) -> list[Record]:
    """Filtered, in order, all pages. Deleted rows show only when the filter names deletedAt."""
    args = call.request.args
    text = args.get("$filter")
    records = list(form.true.records.values())
    if text is None or "__system/deletedAt" not in text:
        records = [r for r in records if r.deleted_at is None]
    if text is not None:
        keep = compile_filter(text, call.api.clock.now(), prefix)
        records = [r for r in records if keep(r)]
    records = newest_first(records)
    for clause in reversed((args.get("$orderby") or "").split(",") if args.get("$orderby") else []):
        name, _, direction = clause.strip().partition(" ")
        name = name.removeprefix(prefix)
        if name not in FIELDS:
            raise unsupported_field(name)
        records.sort(key=lambda r, f=FIELDS[name]: _nulls_first(f(r)), reverse=direction == "desc")
    return records


def _nulls_first(value: Any) -> tuple[bool, Any]:
    return (value is not None, 0 if value is None else value)


def _checked_select(text: str | None, description: Description) -> list[str] | None:
    if text is None:
        return None
    names = [name.strip() for name in text.split(",")]
    for name in names:
        head = name.partition("/")[0]
        if "/" + name not in description.by_path and head not in ("__id", "__system"):
            problem = Problem("400.23", f"Could not find a property named '{name}'", {"property": name})
            raise _TaggedProblem(problem)
    return names
