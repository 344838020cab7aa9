"""Files of the survey's own questionnaires: every table, with all columns and their codebook."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from processor.config import load_config
from processor.forms.xlsform import read_package
from processor.reports.export import write_table
from processor.store.open import Store, open_store
from tests.conftest import ROOT
from tests.reports import example

TABLES = ("c", "c_members", "c1", "c1_allowances")


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The questionnaires as they are published, no interview."""
    home = str(tmp_path_factory.mktemp("survey"))
    store = open_store(load_config(ROOT / "config" / "survey.toml", {"PROCESSOR_HOME": home}))
    for form in store.config.forms:
        store.register(read_package(form.workbook, ROOT / "xlsforms" / "media"))
    yield store
    store.engine.dispose()


@pytest.mark.parametrize("profile", ["labels", "codes", "both"])
@pytest.mark.parametrize("table", TABLES)
def test_workbook__of_every_table__all_columns_with_what_made_them(
    survey: Store, tmp_path: Path, table: str, profile: str
) -> None:
    target, options = tmp_path / "file.xlsx", {"file_format": "xlsx", "language": "en", "purpose": "Review"}
    write_table(survey, table, example.EVERYTHING, example.Person(), target, profile=profile, **options)
    book = openpyxl.load_workbook(target, read_only=True)["Codebook"]
    heads, *rows = book.iter_rows(values_only=True)
    told = {row[heads.index("Name")]: row[heads.index("Origin")] for row in rows}
    plan = survey.plan(table)
    assert list(told) == [column.name for column in plan.columns]
    derived = [column.name for column in plan.columns if column.origin == "derived"]
    assert [name for name in derived if "by rule R-C" not in str(told[name])] == []


def test_number_to_dial_now__names_its_rules(survey: Store, tmp_path: Path) -> None:
    target, options = tmp_path / "file.xlsx", {"file_format": "xlsx", "language": "en", "purpose": "Review"}
    write_table(survey, "c", example.EVERYTHING, example.Person(), target, profile="codes", **options)
    book = openpyxl.load_workbook(target, read_only=True)["Codebook"]
    heads, *rows = book.iter_rows(values_only=True)
    told = {row[heads.index("Name")]: row[heads.index("Origin")] for row in rows}
    phones = [name for name in told if name.endswith("_current")]
    assert phones
    assert all(told[name].endswith("by rule R-C23, R-C24") for name in phones)
