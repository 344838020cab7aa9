"""A small survey of rules over the small test form: of one submission, of families, of an officer, late ones."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pandas as pd
from sqlalchemy import Connection, select

from processor.database import reading, writing
from processor.store import check_blocks
from processor.store.check_keys import pairs_of
from processor.store.check_measures import read_measures
from processor.store.check_state import SECRET, read_secret
from processor.store.finding_rows import CHECK
from processor.store.open import Store
from processor.store.tables import findings
from processor.store.work_tables import (
    check_keys,
    check_measures,
    check_submissions,
    checks_due,
    checks_state,
)
from processor.survey.checks.catalogue import HEADER
from processor.survey.checks.data import Data
from processor.survey.checks.hits import Hits, UnitHits
from processor.survey.checks.rulebook import Parameters, Rulebook

NAME = "small_survey"
LEVELS = {"T-1": "W", "T-2": "E", "T-3": "E", "T-4": "W", "T-5": "I", "T-6": "W", "T-7": "W", "T-8": "W"}
LEVELS["T-10"] = "I"
BOOK = Rulebook()


@BOOK.own("T-1", reads="c: rooms")
def many_rooms(data: Data, p: Parameters) -> Hits:
    rooms = data.number("c", "rooms")
    return data.hits("c", "rooms", rooms > p["most"], rooms=rooms)


@BOOK.own("T-2", reads="c: rooms; c_members: row_no")
def more_members_than_rooms(data: Data, _: Parameters) -> Hits:
    rooms, people = data.number("c", "rooms"), data.count("c_members")
    return data.hits("c", "rooms", rooms < people, rooms=rooms, people=people)


@BOOK.own("T-5", reads="c: hiv hh_code")
def secret(data: Data, _: Parameters) -> Hits:
    return data.hits("c", "hh_code", data.text("c", "hiv") == "01", hiv=data.text("c", "hiv"))


@BOOK.own("T-7", reads="c: head_name begun")
def waits(data: Data, _: Parameters) -> Hits:
    hits = data.hits("c", "head_name", data.text("c", "head_name").notna(), begun=data.moment("c", "begun"))
    return replace(hits, due_at=[datetime(2100, 1, 1, tzinfo=UTC)] * len(hits.rows))


@BOOK.own("T-8", reads="c1: nothing_of_this_form")
def never(data: Data, _: Parameters) -> Hits:
    raise AssertionError("a rule without its columns is not checked")


@BOOK.family("house", reads="c: hh_code")
def houses(data: Data) -> dict[str, pd.Series]:
    return {"c": data.text("c", "hh_code")}


@BOOK.shared("T-3", "house", reads="c: hh_code rooms")
def same_house(data: Data, _: Parameters) -> Hits:
    code, rooms = data.text("c", "hh_code"), data.number("c", "rooms")
    number = code.map(code.value_counts())
    return data.hits("c", "hh_code", number > 1, number=number, rooms=rooms.groupby(code).transform("sum"))


@BOOK.family("name", reads="c_members: m_name_key")
def names(data: Data) -> dict[str, pd.Series]:
    return {"c_members": data.text("c_members", "m_name_key")}


@BOOK.shared("T-4", "name", reads="c_members: m_name m_name_key")
def same_name(data: Data, _: Parameters) -> Hits:
    name, roots = data.text("c_members", "m_name_key"), data.keys("c_members")
    number = name.map(roots.groupby(name).nunique())
    return data.hits("c_members", "m_name", number > 1, number=number)


@BOOK.family("officer", reads="c: _submitter")
def officers(data: Data) -> dict[str, pd.Series]:
    return {"c": data.text("c", "_submitter")}


BOOK.keep("officer", "text", "c: submission_id _area _submitter")


@BOOK.measure("officer", "c.rooms", "number", reads="c: rooms")
def rooms(data: Data) -> pd.Series:
    return data.number("c", "rooms")


@BOOK.shared("T-10", "officer", reads="c: _submitter rooms")
def largest(data: Data, _: Parameters) -> Hits:
    number = data.number("c", "rooms")
    largest = number.groupby(data.text("c", "_submitter")).transform("max")
    return data.hits("c", "rooms", number == largest, rooms=number)


@BOOK.shared("T-6", "officer", reads="c: _submitter")
def busy(data: Data, p: Parameters) -> UnitHits:
    officer = data.text("c", "_submitter")
    counts = officer.value_counts().sort_index()
    areas = data.text("c", "_area").fillna("").groupby(officer).min()
    found = counts[counts >= p["most"]]
    units = list(found.index)
    return UnitHits("officer", units, units, [areas[u] for u in units], {"number": [int(n) for n in found]})


def use(store: Store, folder: Any, monkeypatch: Any, *, most: int = 3) -> None:
    """Let the store be checked by these rules; another `most` is another catalogue."""
    module = ModuleType(f"processor.survey.checks.{NAME}")
    module.BOOK = BOOK  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    (folder / "config" / "codes").mkdir(parents=True, exist_ok=True)
    lines = [",".join(HEADER)]
    lines += [f"{rule},{level},C,,,,vi,en,,,1,most={most},test" for rule, level in LEVELS.items()]
    (folder / "config" / "rules.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    store.config = replace(store.config, root=folder, checks=NAME)
    with writing(store.engine) as connection:  # one secret for all stores: their keys are compared
        if not read_secret(connection):
            fixed = {"name": SECRET, "sha256": "5" * 64, "not_checked": "", "at": datetime.now(UTC)}
            connection.execute(checks_state.insert().values(**fixed))


def checked(store: Store) -> dict[str, Counter[tuple[Any, ...]]]:
    """Everything that checks leave, without numbers of rows."""
    wanted = [c for c in findings.c if c.name != "id"]
    with reading(store.engine) as connection:
        found = connection.execute(select(*wanted).where(findings.c.kind == CHECK))
        return {
            "findings": Counter(map(tuple, found)),
            "keys": _stored_keys(connection),
            "measures": _measures(connection),
        }


def _stored_keys(connection: Connection) -> Counter[tuple[Any, ...]]:
    """The keys of every submission, from rows and from blocks."""
    known = {row.no: row for row in connection.execute(select(check_submissions))}
    rows = [tuple(row) for row in connection.execute(select(check_keys))]
    with_them = [(*pair, row.no) for row in known.values() for pair in pairs_of(row.groups)]
    assert sorted(rows) == sorted(with_them), "what stands with a submission is what stands with the groups"
    for practice in (False, True):
        for family, pairs in check_blocks.read(connection, practice):
            for key, no in zip(check_blocks.as_texts(pairs.keys), pairs.numbers.tolist(), strict=True):
                if no in known:
                    assert not known[no].groups and known[no].practice is practice
                    rows.append((family, key, no))
    return Counter((known[no][1], known[no][2], family, key, known[no][3]) for family, key, no in rows)


def _measures(connection: Connection) -> Counter[tuple[Any, ...]]:
    """What is kept for the rules of large groups; equal rows are told apart by their submissions."""
    families = list(connection.execute(select(check_measures.c.family).distinct()).scalars())
    return Counter(
        (family, practice, table, *(None if value != value else value for value in row))  # noqa: PLR0124 - NaN
        for practice in (False, True)
        for family, frames in read_measures(connection, families, practice).items()
        for table, frame in frames.items()
        for row in frame[sorted(frame.columns)].astype(object).itertuples(index=False, name=None)
    )


def due(store: Store) -> int:
    with reading(store.engine) as connection:
        return len(connection.execute(select(checks_due.c.id)).all())
