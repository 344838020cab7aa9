"""What the store says of the lines of a sheet, all read at one moment."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from processor.store import bulk
from processor.store.cells import Cells
from processor.store.corrections_read import SET
from processor.store.present import Columns, Spot, present_answers, present_versions
from processor.store.work_list import as_finding, read_refs
from processor.store.work_tables import corrections, finding_events
from processor.survey.sheet_identity import Place

if TYPE_CHECKING:
    from processor.store.open import Store
    from processor.store.scope import Scope
    from processor.store.sheet_file import Sheet
    from processor.store.work import Actor
    from processor.store.work_list import FindingRow


@dataclass
class Known:
    """Findings, answers and versions as they are, and what was done since the sheet was made."""

    store: Store
    connection: Connection
    scope: Scope
    user: Actor
    sheet: Sheet
    columns: Columns
    findings: Mapping[str, FindingRow] = field(default_factory=dict)
    present: Mapping[Spot, str] = field(default_factory=dict)
    versions: Mapping[tuple[str, str], str] = field(default_factory=dict)
    acts: frozenset[tuple[str, str, str]] = frozenset()
    corrected: Mapping[Spot, set[str | None]] = field(default_factory=dict)
    times: Counter[str] = field(default_factory=Counter)
    first_lines: Mapping[Spot, int] = field(default_factory=dict)
    cells: Mapping[str, Cells] = field(default_factory=dict)
    """By form, of the submissions in which a line corrects something."""


def read_known(known: Known) -> Known:
    """Fill in what the lines ask for; the scope narrows everything that can be shown."""
    places = [p for f in known.sheet.fills if (p := known.sheet.identity.places.get(f.ref))]
    refs, ids = sorted({p.ref for p in places}), sorted({p.submission_id for p in places if p.submission_id})
    store, connection, scope = known.store, known.connection, known.scope
    rows = read_refs(store, scope, connection, refs)
    known.findings = {row.ref: as_finding(row) for row in rows}
    known.present = present_answers(store, connection, scope, {spot_of(p) for p in places})
    known.versions = present_versions(store, connection, scope, ids)
    known.times = Counter(fill.ref for fill in known.sheet.fills)
    known.acts = _acts(known, refs)
    known.corrected = _corrected(known, ids)
    known.first_lines = _first_lines(known)
    known.cells = _cells(known)
    return known


def spot_of(place: Place) -> Spot:
    """The cell that a finding is about."""
    return Spot(place.table_name, place.row_key, place.column_name)


def _acts(known: Known, refs: Sequence[str]) -> frozenset[tuple[str, str, str]]:
    """What was done with these findings since the sheet was made."""
    c = finding_events.c
    query = select(c.ref, c.state, c.reason).where(
        bulk.one_of(known.connection, c.ref, refs), c.at >= known.sheet.identity.made_at
    )
    return frozenset((row.ref, row.state, row.reason) for row in known.connection.execute(query))


def _corrected(known: Known, ids: Sequence[str]) -> dict[Spot, set[str | None]]:
    """Answers to which cells were corrected since the sheet was made, whatever became of it."""
    c = corrections.c
    found: dict[Spot, set[str | None]] = {}
    query = select(c.table_name, c.row_key, c.column_name, c.new).where(
        c.act == SET,
        bulk.one_of(known.connection, c.submission_id, ids),
        c.at >= known.sheet.identity.made_at,
    )
    for table, row, column, new in known.connection.execute(query):
        found.setdefault(Spot(table, row, column), set()).add(json.loads(new))
    return found


def _corrected_places(known: Known) -> Iterator[tuple[int, Place]]:
    """Number of the line and place of each line that gives a cell another answer."""
    for fill in known.sheet.fills:
        place = known.sheet.identity.places.get(fill.ref)
        if place and ({"new", "clear"} & set(fill.values)):
            yield fill.number, place


def _first_lines(known: Known) -> dict[Spot, int]:
    """The first line about each cell: two lines may be about one."""
    found: dict[Spot, int] = {}
    for number, place in _corrected_places(known):
        found.setdefault(spot_of(place), number)
    return found


def _cells(known: Known) -> dict[str, Cells]:
    ids: dict[str, set[str]] = defaultdict(set)
    for _number, place in _corrected_places(known):
        ids[place.form_id].add(place.submission_id)
    return {
        form_id: Cells(known.connection, known.columns.plans(form_id), known.scope, form_id, mine)
        for form_id, mine in ids.items()
    }
