"""ODK Central: one page of an OData table, with the link to the next one."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from werkzeug.wrappers import Response

from tests.fakes.central_core import Call, Problem
from tests.fakes.central_rows import RowCache, Rows
from tests.fakes.central_state import CentralForm
from tests.fakes.central_submissions import event_tag, newest_first, unchanged
from tests.fakes.truth import Record

_CACHE = RowCache()


def cursor_of(token: str | None) -> dict[str, str] | None:
    """Where the last page ended; 400.35."""
    if token is None:
        return None
    try:
        value = json.loads(base64.b64decode(token[2:], validate=True))
    except (ValueError, binascii.Error):
        raise Problem("400.35", "Invalid $skiptoken") from None
    return dict(value)


class Page:
    """One answer: rows, context, link to the next page, count."""

    def __init__(
        self, call: Call, form: CentralForm, context: str, link: str, select: list[str] | None
    ) -> None:
        self.call = call
        self.form = form
        self.context = context
        self.link = link
        self.select = select
        self.args = call.request.args

    def submissions(self, records: list[Record], rows: Rows, tag: str) -> Response:
        # a cursor that was deleted meanwhile still has its place among all submissions
        every = newest_first(self.form.true.records.values())
        page, more = self._cut(records, lambda r, c: r.root == c.get("instanceId"), every)
        cursor = {"instanceId": page[-1].root} if page else {}
        if "$top" in self.args or "$skiptoken" in self.args:
            tag = event_tag(page)
            cached = unchanged(self.call, tag)
            if cached:
                return cached
        page = self._disturbed(page)
        if self.select is None:
            texts = (_CACHE.text(rows, r) for r in page)
        else:
            texts = (_json(_chosen(rows.root(r), self.select)) for r in page)
        return self._answer(list(texts), len(records), cursor if more else None, tag)

    def repeats(self, records: list[Record], rows: Rows, path: str, tag: str) -> Response:
        every = [row for record in records for row in rows.repeat(record, path)]
        page, more = self._cut(every, lambda row, c: row["__id"] == c.get("repeatId"), every)
        cursor = {"repeatId": page[-1]["__id"]} if page else {}
        texts = [
            _json(row if self.select is None else _chosen(row, self.select)) for row in self._disturbed(page)
        ]
        return self._answer(texts, len(every), cursor if more else None, tag)

    def _disturbed(self, page: list[Any]) -> list[Any]:
        fault = self.call.fault
        if fault is not None and fault.kind == "rows" and fault.change is not None:
            return fault.change(page)
        return page

    def _cut(self, rows: list[Any], is_cursor: Any, every: list[Any]) -> tuple[list[Any], bool]:
        cursor = cursor_of(self.args.get("$skiptoken"))
        if cursor is not None:
            place = next((i for i, row in enumerate(every) if is_cursor(row, cursor)), None)
            if place is None:
                return [], False
            later = {id(row) for row in every[place + 1 :]}
            rows = [row for row in rows if id(row) in later]
        rows = rows[int(self.args.get("$skip", 0)) :]
        if "$top" not in self.args:
            return rows, False
        top = int(self.args["$top"])
        return rows[:top], len(rows) > top > 0

    def _answer(self, texts: list[str], count: int, cursor: dict[str, str] | None, tag: str) -> Response:
        tail: dict[str, Any] = {"@odata.context": self.context}
        if cursor is not None:
            kept = [(k, v) for k, v in self.args.items(multi=True) if k not in ("$skiptoken", "$skip")]
            token = "01" + base64.b64encode(json.dumps(cursor, separators=(",", ":")).encode()).decode()
            tail["@odata.nextLink"] = f"{self.link}?{urlencode([*kept, ('$skiptoken', token)], safe='*')}"
        if self.args.get("$count") == "true":
            tail["@odata.count"] = count
        end = "]," + _json(tail)[1:]
        if self.args.get("$top") == "0":
            return Response(('{"value":[' + end).encode(), content_type="application/json; charset=utf-8")
        chunks = _chunks(texts, end)
        return Response(chunks, 200, {"ETag": tag}, content_type="application/json; charset=utf-8")


def _chunks(texts: list[str], end: str) -> Iterator[bytes]:
    yield b'{"value":['
    for start in range(0, len(texts), 100):
        yield (("," if start else "") + ",".join(texts[start : start + 100])).encode()
    yield end.encode()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _chosen(row: dict[str, Any], names: list[str]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name in names:
        source, target = row, out
        *groups, last = name.split("/")
        for group in groups:
            source, target = source.get(group) or {}, target.setdefault(group, {})
        if last in source or not isinstance(source, dict):
            target[last] = source[last]
    return out
