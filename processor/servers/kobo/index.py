"""The list of rows, page by page after the last `_id`: offsets lose rows when earlier ones are deleted.

`limit` is cut by the server without a word, so a short page says nothing. A walk has ended when the server says so:
its `count` of what is left equals the rows of the page and there is no next page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from processor.errors import ContractError, Message, ServerError
from processor.servers.kobo.api import Api, asset_path
from processor.servers.kobo.rows import LIGHT, MODIFIED, Row, read_row

MOST = 1000
TRIES = 4
SORT = {"_id": 1}


class Index:
    """Reads rows without answers."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self.clock = datetime.now(UTC)
        """The server's clock at its last answer."""
        self.has_modified: bool | None = None
        """Whether rows tell when they were changed; known when the first row has been looked at."""

    def walk(
        self, asset: str, after: int = 0, *, size: int = MOST, query: Mapping[str, Any] | None = None
    ) -> Iterator[list[Row]]:
        """All rows behind an `_id` in its order, in pages that are not empty."""
        while True:
            rows, is_last = self._page(asset, {**(query or {}), "_id": {"$gt": after}}, min(size, MOST))
            if rows:
                yield rows
                after = rows[-1].number
            if is_last:
                return

    def all(self, asset: str, **options: Any) -> list[Row]:
        """The pages of `walk` as one list."""
        return [row for rows in self.walk(asset, **options) for row in rows]

    def first(self, asset: str, query: Mapping[str, Any]) -> Row | None:
        """The matching row with the lowest `_id`, or None."""
        rows, _ = self._page(asset, {**query, "_id": {"$gt": 0}}, 1)
        return rows[0] if rows else None

    def count(self, asset: str) -> int:
        """How many rows there are, as the server counts them."""
        return _read(self._api.get(asset_path(asset, "data"), limit=1, fields=["_id"]))[1]

    def one(self, asset: str, number: int) -> Row | None:
        """One row by its `_id`, or None."""
        raw = self._api.find(asset_path(asset, "data", str(number)))
        return None if raw is None else read_row(raw)

    def _page(self, asset: str, query: Mapping[str, Any], size: int) -> tuple[list[Row], bool]:
        """One page that agrees with itself: asked again when rows are doubled or missing."""
        fields, detail = self._fields(asset), ""
        for _ in range(TRIES):
            answer = self._api.answer(
                asset_path(asset, "data"), query=query, sort=SORT, limit=size, fields=fields
            )
            self.clock = answer.date or datetime.now(UTC)
            results, count, following = _read(answer.value)
            rows = sorted((read_row(raw) for raw in results), key=lambda row: row.number)
            detail = _fault(rows, count, following, query["_id"]["$gt"])
            if not detail:
                return rows, len(rows) == count
        raise ServerError(Message.KOBO_ROWS, detail=detail, attempts=TRIES)

    def _fields(self, asset: str) -> list[str]:
        """What is asked for of each row; a time of change only where there is one."""
        if self.has_modified is None:
            first = _read(self._api.get(asset_path(asset, "data"), limit=1, fields=["_id", MODIFIED]))[0]
            self.has_modified = bool(first[0].get(MODIFIED)) if first else None
        return [*LIGHT, MODIFIED] if self.has_modified else list(LIGHT)


def _read(value: Any) -> tuple[list[Any], int, bool]:
    try:
        return list(value["results"]), int(value["count"]), value["next"] is not None
    except (KeyError, TypeError, ValueError):
        raise ContractError(Message.KOBO_SHAPE, what="list of rows", found=type(value).__name__) from None


def _fault(rows: list[Row], count: int, following: bool, after: int) -> str:
    """What is wrong with a page, or nothing."""
    numbers = {row.number for row in rows}
    if len(numbers) < len(rows):
        return "rows are doubled"
    if rows and rows[0].number <= after:
        return "rows were not asked for"
    if len(rows) > count or following is not (len(rows) < count):
        return f"{len(rows)} rows, count {count}, {'a' if following else 'no'} next page"
    return "" if rows or not count else f"no rows, count {count}"
