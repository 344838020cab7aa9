"""Everything that pulls make, as comparable sets of cells."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import select

from processor.database import reading
from processor.store.open import Store
from processor.store.tables import changes, findings, raw_states, raw_versions, submissions

BESIDE = {
    "changes": [c for c in changes.c if c.name != "id"],
    "findings": [c for c in findings.c if c.name != "id"],
}
OUR_OWN_TIME = ("_pulled_at", "pulled_at", "raw_no", "state_no")
"""What a pull from nothing cannot know: when and in how many steps the copy came to be."""


def everything(store: Store, *, own_time: bool = True) -> dict[str, Counter[tuple[Any, ...]]]:
    """Rows with their number of times, by table; `own_time` keeps when we pulled."""
    wanted = {name: list(columns) for name, columns in BESIDE.items()}
    wanted["submissions"] = list(submissions.c)
    registered = store.registered("phieu_c")
    for plan in registered.plans:
        wanted[plan.name] = list(registered.tables[plan.name].c)
    if not own_time:
        wanted = {n: [c for c in cs if c.name not in OUR_OWN_TIME] for n, cs in wanted.items()}
    with reading(store.engine) as connection:
        found = {n: connection.execute(select(*cs)).all() for n, cs in wanted.items()}
    if not own_time:  # of removed practice a pull from nothing keeps no row
        found["submissions"] = [r for r in found["submissions"] if not (r.practice and r.deleted)]
    return {name: Counter(map(tuple, rows)) for name, rows in found.items()}


def raw_rows(store: Store) -> int:
    with reading(store.engine) as connection:
        versions = len(connection.execute(select(raw_versions.c.no)).all())
        return versions + len(connection.execute(select(raw_states.c.no)).all())


def root_rows(store: Store) -> dict[str, Any]:
    """Rows of the root table by submission."""
    table = store.table(store.plans("phieu_c")[0])
    with reading(store.engine) as connection:
        return {row.submission_id: row for row in connection.execute(select(table))}
