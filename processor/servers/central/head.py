"""Which submissions have changed: system columns only, by the time filter or by id.

OData tells creations, edits, reviews and deletions since a moment in one cheap table (25-32 ms when nothing has
changed among 20,000). It is asked for no answer: those it would give are typed with loss and limited to the
questions of the newest version (see docs/central.md).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from processor.errors import ContractError, Message, ServerError
from processor.servers.central.api import Api
from processor.servers.central.row import Row
from processor.servers.central.values import EPOCH, moment, review_of, written

PAGE = 5000
"""Rows in one answer: a page has a fixed cost on the server, so small ones are slow."""
IDS = 40
"""Ids in one filter, so that the address stays below the limits of proxies."""
WALKS = 3
SEALED = "notDecrypted"
"""Status of a submission that a passphrase may open."""
_AND_DELETED = f"__system/deletedAt eq {written(EPOCH)}"
"""Matches nothing, but as the filter names `deletedAt`, deleted rows are matched by the rest of it."""
_FIELDS = ("submissionDate", "updatedAt", "deletedAt")


@dataclass(frozen=True)
class Head:
    """The rows that have changed, and the server's clock before the first of them was read."""

    rows: Sequence[Row]
    at: datetime


def changed_filter(since: datetime) -> str:
    """Everything that moved since; naming `deletedAt` also makes deleted rows visible."""
    return " or ".join(f"__system/{name} ge {written(since)}" for name in _FIELDS)


def read_changed(api: Api, form_id: str, since: datetime) -> Head:
    """All rows that moved since a moment."""
    return _all(api, form_id, changed_filter(since))


def read_some(api: Api, form_id: str, ids: Sequence[str]) -> Iterator[tuple[Sequence[str], list[Row]]]:
    """The rows of given submissions, deleted ones included, beside the ids that were asked for."""
    for start in range(0, len(ids), IDS):
        asked = ids[start : start + IDS]
        yield asked, list(_all(api, form_id, f"{by_ids(asked)} or {_AND_DELETED}").rows)


def read_sealed(api: Api, form_id: str, without: Collection[str]) -> Iterator[str]:
    """Some living submissions whose encrypted answers have arrived, newest first."""
    query = {"$select": "__id,__system", "$top": len(without) + IDS}
    for entry in api.get(f"{api.form(form_id)}.svc/Submissions", params=query)["value"]:
        if entry["__system"]["status"] == SEALED and entry["__id"] not in without:
            yield entry["__id"]


def by_ids(ids: Iterable[str]) -> str:
    """The filter for given submissions, `IDS` of them at most."""
    return " or ".join(f"__id eq '{_doubled(i)}'" for i in ids)


def _all(api: Api, form_id: str, condition: str) -> Head:
    """All rows; a walk that lost rows on the way is begun again: one lost by id would be taken for purged."""
    for _ in range(WALKS):
        head, expected = _walk(api, form_id, condition)
        if len(head.rows) >= expected:
            return head
    raise ServerError(
        Message.CENTRAL_COUNT, form_id=form_id, found=len(head.rows), expected=expected, times=WALKS
    )


def _walk(api: Api, form_id: str, condition: str) -> tuple[Head, int]:
    """All pages, each submission once, and how many the server announced on the first page."""
    query = {"$select": "__id,__system", "$filter": condition, "$top": PAGE, "$count": "true"}
    answer = api.request("GET", f"{api.form(form_id)}.svc/Submissions", params=query)
    at, expected = answer.date, answer.value.get("@odata.count")
    if at is None or not isinstance(expected, int):
        raise ContractError(Message.CENTRAL_ANSWER, what="the list of changes without Date or count")
    rows = {row.instance_id: row for row in _rows(answer.value)}
    while link := answer.value.get("@odata.nextLink"):
        answer = api.request("GET", api.http.rebase(link))
        for row in _rows(answer.value):
            rows.setdefault(row.instance_id, row)
    return Head(tuple(rows.values()), at), expected


def _rows(page: Any) -> Iterable[Row]:
    for entry in page["value"]:
        system = entry["__system"]
        yield Row(
            instance_id=entry["__id"],
            received_at=moment(system["submissionDate"]),
            deleted=system["deletedAt"] is not None,
            review_state=review_of(system["reviewState"]),
            submitter=system["submitterName"] or "",
            edited=system["edits"] > 0,
            form_version=system["formVersion"] or "",
            files=system["attachmentsExpected"],
        )


def _doubled(text: str) -> str:
    return text.replace("'", "''")
