"""No read gives a row of another commune or a column of another class, whoever asks for what."""

from __future__ import annotations

import dataclasses
import inspect
import itertools
from types import ModuleType

import pytest

from processor.errors import ContractError
from processor.store import detail, progress, query, rows, search
from processor.store.query import (
    ListFilter,
    count_rows,
    iterate_rows,
    list_submissions,
    read_submission,
)
from processor.store.scope import Area, Scope
from tests.store.conftest import COMMUNES

CLASSES = ("open", "personal", "sensitive", "secret")
AREAS = {
    "none": Area.of([]),
    "one": Area.of(["16663"]),
    "two": Area.of(["16663", "16666"]),
    "empty code": Area.of([""]),
    "province": Area.province(),
}
CLASS_SETS = [frozenset(c) for n in (0, 1, 4) for c in itertools.combinations(CLASSES, n)]
TABLES = ("c", "c_members", "c_jobs")
NO_PEOPLE = {"last_pulls", "processor.store.search.searched"}
"""Reads without people's data: counts of pulls, names of columns."""


def scopes(class_sets=CLASS_SETS):
    for area, classes, practice in itertools.product(
        AREAS.values(), class_sets, ("survey", "practice", "both")
    ):
        yield Scope(area, classes, practice)


def shown_communes(scope: Scope) -> set[str]:
    return {c for c in COMMUNES if scope.area.communes is None or (c and scope.area.allows(c))}


def check_cells(scope: Scope, cells) -> None:
    """Texts of the test data name their commune and class."""
    for cell in cells:
        if not isinstance(cell, str):
            continue
        for commune in COMMUNES:
            if f"of{commune or 'nowhere'}" in cell:
                assert commune in shown_communes(scope), cell
        for data_class in CLASSES[1:]:
            if data_class in cell:
                assert data_class in scope.classes, cell


def expected_rows(scope: Scope) -> int:
    kinds = {"survey": 2, "practice": 1, "both": 3}[scope.practice]
    return kinds * len(shown_communes(scope))


def waiting(scope: Scope) -> int:
    """The survey submission whose form version is not published: its commune is not known yet."""
    return int(scope.area.communes is None and scope.practice != "practice")


def test_iterate_rows__every_scope__only_its_rows_and_columns(filled):
    for scope in scopes():
        for table in TABLES:
            plan = filled.plan(table)
            columns, iterator = iterate_rows(filled, table, scope)
            assert [c.name for c in columns] == [
                c.name for c in plan.columns if c.data_class in scope.classes
            ]
            found = list(iterator)
            assert len(found) == count_rows(filled, table, scope) == (expected_rows(scope) if columns else 0)
            check_cells(scope, itertools.chain.from_iterable(found))


def test_list_submissions__every_scope__only_its_rows_and_columns(filled):
    names = [c.name for c in filled.plan("c").columns]
    for scope in scopes():
        page = list_submissions(filled, "phieu_c", scope, ListFilter(), names, size=100)
        assert page.total == len(page.rows) == expected_rows(scope) + waiting(scope)
        for row in page.rows:
            assert row.area in shown_communes(scope)
            check_cells(scope, row.values.values())
            assert not set(row.values) - {
                c.name for c in filled.plan("c").columns if c.data_class in scope.classes
            }


def test_list_submissions__search_in_hidden_columns__finds_nothing(filled):
    for scope in scopes():
        for wanted in ("hoa personal", "thuy personal"):
            found = list_submissions(filled, "phieu_c", scope, ListFilter(search=wanted), [], size=100)
            visible = "personal" in scope.classes
            assert found.total == (expected_rows(scope) if visible else 0), (wanted, scope)
        for name in search.searched(filled.plan("c"), scope):
            assert filled.plan("c").by_name[name].data_class in scope.classes


def test_read_submission__every_scope__only_its_own(filled):
    for scope in scopes():
        for number in (0, 1, 3, 8, 12):
            commune, kind = COMMUNES[number % 4], number // 4
            found = read_submission(filled, "phieu_c", f"uuid:{number:04d}", scope)
            kinds = {"survey": (0, 1), "practice": (2,), "both": (0, 1, 2)}[scope.practice]
            assert (found is not None) == (commune in shown_communes(scope) and kind in kinds)
            if found is None:
                continue
            cells = [
                *found.root.values(),
                *(v for t in found.repeats.values() for r in t for v in r.values()),
            ]
            noted = [v for record in (*found.changes, *found.findings) for v in record[3:]]
            check_cells(scope, cells + noted)
            assert found.listed.instance_id == f"uuid:{number:04d}"


def test_filters__of_another_commune__never_widen_the_area(filled):
    scope = Scope(AREAS["one"], frozenset(CLASSES), "survey")
    wide = frozenset(COMMUNES)
    assert list_submissions(filled, "phieu_c", scope, ListFilter(communes=wide), [], size=100).total == 2
    assert count_rows(filled, "c", scope, communes=wide) == 2
    other = frozenset(["16666"])
    assert list_submissions(filled, "phieu_c", scope, ListFilter(communes=other), [], size=100).total == 0
    assert list(iterate_rows(filled, "c", scope, communes=other)[1]) == []


def test_progress__every_scope__counts_only_its_rows(filled):
    for scope in scopes([frozenset(CLASSES)]):
        total = expected_rows(scope) + waiting(scope)
        counts = progress.count_submissions(filled, "phieu_c", scope)
        assert (counts.total, counts.incomplete) == (total, waiting(scope))
        communes = progress.received_per_commune(filled, "phieu_c", scope)
        assert {c.commune for c in communes} <= shown_communes(scope)
        assert sum(c.total for c in communes) == total
        days = progress.received_per_day(filled, "phieu_c", scope, days=360)
        assert sum(day.count for day in days) == total


def test_list_submissions__unknown_column__is_an_error(filled):
    scope = Scope(Area.province(), frozenset(CLASSES), "survey")
    with pytest.raises(ContractError, match="no_such"):
        list_submissions(filled, "phieu_c", scope, ListFilter(), ["no_such"], size=5)


def public_reads():
    for module in (query, rows, detail, progress, search):
        for name, function in inspect.getmembers(module, inspect.isfunction):
            own = function.__module__ == module.__name__ and not name.startswith("_")
            if own and name not in NO_PEOPLE and f"{module.__name__}.{name}" not in NO_PEOPLE:
                yield f"{module.__name__}.{name}", function


def test_public_reads__each__takes_a_scope_without_default():
    found = dict(public_reads())
    assert len(found) >= 9
    for name, function in found.items():
        parameter = inspect.signature(function).parameters.get("scope")
        assert parameter is not None, f"{name} takes no scope"
        assert parameter.default is inspect.Parameter.empty, f"{name}: the scope has a default"


def test_scope__has_no_defaults():
    assert isinstance(query, ModuleType)
    for field in dataclasses.fields(Scope):
        assert field.default is dataclasses.MISSING
