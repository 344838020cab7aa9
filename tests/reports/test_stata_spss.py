"""Stata and SPSS files of the survey's own questionnaires, read by pandas, pyreadstat and PSPP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from processor.config import load_config
from processor.database import writing
from processor.forms.xlsform import read_package
from processor.reports.export import Receipt, write_table
from processor.reports.labels import label_of
from processor.store import bulk
from processor.store.open import Store, open_store
from processor.store.rows import iterate_rows
from processor.store.scope import Area, Scope
from processor.survey.columns import Column
from tests.conftest import ROOT
from tests.reports import example, measure
from tests.reports.statistics_files import Columns, expected, is_coded, pandas_stata, pspp, readstat
from tests.reports.test_rights import CLASSES
from tests.reports.test_survey_files import TABLES

ROWS = 24
KEYS = ("submission_id", "row_key", "parent_key", "row_no", "_area", "_practice")
ODD = ("Ghi chú ế", "=1+1", "0912", "😀 vui", "a\nb\tc", "\x0b \x01", "x" * 300, "ệ" * 1200, "'\"", "  đầu")


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The questionnaires as they are published, rows with cells of every kind and empty ones."""
    home = str(tmp_path_factory.mktemp("survey"))
    store = open_store(load_config(ROOT / "config" / "survey.toml", {"PROCESSOR_HOME": home}))
    for form in store.config.forms:
        store.register(read_package(form.workbook, ROOT / "xlsforms" / "media"))
    for table in TABLES:
        plan = store.plan(table)
        rows = [[cell(c, place, row) for place, c in enumerate(plan.columns)] for row in range(ROWS)]
        with writing(store.engine) as connection:
            bulk.insert(connection, table, [c.name for c in plan.columns], [tuple(row) for row in rows])
    yield store
    store.engine.dispose()


def cell(column: Column, place: int, row: int) -> Any:
    if column.name not in KEYS and (row + place) % 5 == 0:
        return None
    plain = column.type == "text" and not column.choices and column.name not in KEYS
    return ODD[(row + place) % len(ODD)] if plain else measure.cell(column, row)


def export(store: Store, table: str, target: Path, scope: Scope = example.EVERYTHING, **more: str) -> Receipt:
    options = {"profile": "codes", "language": "vi", "purpose": "Thử"} | more
    file_format = target.suffix[1:]
    return write_table(store, table, scope, example.Person(), target, file_format=file_format, **options)


def in_database(store: Store, table: str, kind: str) -> Columns:
    """What must stand in the file, by name of the column."""
    columns, rows = iterate_rows(store, table, example.EVERYTHING)
    by_column = zip(columns, zip(*rows, strict=True), strict=True)
    return {c.name: [expected(c, value, kind) for value in values] for c, values in by_column}


@pytest.mark.parametrize("table", TABLES)
def test_stata__every_cell_of_every_table__is_that_of_the_database(
    survey: Store, tmp_path: Path, table: str
) -> None:
    receipt = export(survey, table, tmp_path / "file.dta")
    wanted = in_database(survey, table, "dta")
    assert receipt.rows == ROWS and receipt.columns == len(wanted)
    assert pandas_stata(tmp_path / "file.dta") == wanted
    assert readstat(tmp_path / "file.dta")[0] == wanted


@pytest.mark.parametrize("table", TABLES)
def test_spss__every_cell_of_every_table__is_that_of_the_database(
    survey: Store, tmp_path: Path, table: str
) -> None:
    receipt = export(survey, table, tmp_path / "file.sav")
    wanted = {spss_name(name): cells for name, cells in in_database(survey, table, "sav").items()}
    assert receipt.rows == ROWS and receipt.columns == len(wanted)
    assert readstat(tmp_path / "file.sav")[0] == wanted
    numbers = [n for n, cells in wanted.items() if not any(isinstance(c, str) for c in cells)]
    found, _said = pspp(tmp_path / "file.sav", numbers)
    assert found.keys() == wanted.keys()
    for name, cells in wanted.items():
        assert [near(cell) for cell in found[name]] == [near(cell) for cell in cells], name


def near(value: Any) -> Any:
    """PSPP prints fifteen digits."""
    return f"{value:.14g}" if isinstance(value, float) else value


def spss_name(name: str) -> str:
    return f"sys{name}" if name.startswith("_") else name


@pytest.mark.parametrize("kind", ["dta", "sav"])
@pytest.mark.parametrize("table", TABLES)
def test_labels__of_codes_and_columns__are_those_of_the_form(
    survey: Store, tmp_path: Path, table: str, kind: str
) -> None:
    export(survey, table, tmp_path / f"file.{kind}", language="en")
    about = readstat(tmp_path / f"file.{kind}")[1]
    for column in survey.plan(table).columns:
        name = spss_name(column.name) if kind == "sav" else column.name
        label = label_of(column.labels, "en") or column.name
        shown = about.column_names_to_labels[name]
        assert shown == label or (shown[-1] == "…" and label.startswith(shown[:-1]) and len(shown) > 60)
        if is_coded(column):
            listed = about.variable_value_labels[name]
            assert sorted(int(code) for code in listed) == sorted(int(c.name) for c in column.choices)
            for choice in column.choices:
                words = listed[int(choice.name)].removesuffix("…")
                assert words and label_of(choice.labels, "en").startswith(
                    words.removesuffix(f" ({choice.name})")
                )
        if column.type == "flag":
            assert about.variable_value_labels[name] == {0: "no", 1: "yes"}


@pytest.mark.parametrize("kind", ["dta", "sav"])
@pytest.mark.parametrize("classes", CLASSES, ids=lambda c: "+".join(sorted(c)))
def test_rights__column_outside_of_the_classes__is_nowhere_in_the_file(
    survey: Store, tmp_path: Path, classes: frozenset[str], kind: str
) -> None:
    for table in TABLES:
        target = tmp_path / f"{table}.{kind}"
        export(survey, table, target, Scope(Area.province(), classes, "survey"), profile="labels")
        about = readstat(target)[1]
        shown = [c for c in survey.plan(table).columns if c.data_class in classes]
        hidden = [c for c in survey.plan(table).columns if c.data_class not in classes]
        named = {n for n in about.column_names if not n.endswith("_label")}
        assert named == {spss_name(c.name) if kind == "sav" else c.name for c in shown}
        said = [*about.column_names, *about.notes, *about.column_labels, str(about.variable_value_labels)]
        visible = {c.name for c in shown}, {words for c in shown for words in c.labels.values()}
        for column in hidden:
            assert column.name in visible[0] or not [s for s in said if column.name in s.split()]
            told = {w for w in column.labels.values() if len(w) > 12} - visible[1]
            assert not [s for s in said for words in told if words in s]
            raw = target.read_bytes()
            assert f"\0{column.name}\0".encode() not in raw


@pytest.mark.parametrize("kind", ["dta", "sav"])
def test_measure__of_spss__is_nominal_for_codes_and_texts(survey: Store, tmp_path: Path, kind: str) -> None:
    export(survey, "c", tmp_path / f"c.{kind}")
    about = readstat(tmp_path / f"c.{kind}")[1]
    formats = about.original_variable_types
    if kind == "dta":
        assert formats["interview_date"] == "%tdDD/NN/CCYY" and formats["_received_at"].startswith("%tcDD/NN")
        return
    assert formats["interview_date"] == "EDATE10" and formats["sys_received_at"] == "DATETIME20"
    assert formats["commune_code"] == "F8.0"
    measures = {
        spss_name(c.name): about.variable_measure[spss_name(c.name)] for c in survey.plan("c").columns
    }
    for column in survey.plan("c").columns:
        nominal = column.type in ("text", "flag")
        assert measures[spss_name(column.name)] == ("nominal" if nominal else "scale")
