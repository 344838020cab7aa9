"""The promise of the whole way: what was answered on the phone is what the tables hold.

Random coherent interviews are filled in by the engine of ODK Collect; the XML that it writes is posted
over HTTP to the built-in server, pulled, cleaned and loaded. Then every answer of every question and
every row of every repeat is compared with what was given.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from random import Random
from typing import Any

import pytest
import requests
from sqlalchemy import select

from processor.config import Config, load_config
from processor.database import reading
from processor.forms.definition import DATA_CLASSES
from processor.forms.xlsform import read_package
from processor.practice.commands import officers, serving
from processor.practice.people import households
from processor.publish import publish_all
from processor.pull import pull
from processor.servers.builtin.server import open_builtin
from processor.store.open import Store, open_store
from processor.store.query import iterate_rows
from processor.store.scope import Area, Scope
from processor.store.tables import changes
from processor.survey.columns import Column, TablePlan
from tests.conftest import ROOT
from tests.engine import FillResult, fill

NUMBER = 200
EVERYTHING = Scope(Area.province(), frozenset(DATA_CLASSES), "both")
ODD_TEXTS = (
    "=1+1", "0012", "  hai  khoảng   trắng ", unicodedata.normalize("NFD", "Nguyễn Thị Hoà"), "Ðặng",
    "H’Mông", "a\u00a0b", "\u200bkhông rộng\ufeff", "\"ngoặc\"; 'nháy' & <thẻ>", "😀 ưng ý", "+84912", "-5", "Ề" * 300,
    "100%", "N/A", "null", "1e5", "TRUE", "2016-03-01", "\u202eđảo", "tab\tở giữa", "xuống\ndòng",
)  # fmt: skip
"""What tools on the way have been known to spoil."""
Given = Mapping[str, Any]


def interviews(form_id: str, seed: int) -> Iterator[dict[str, Any]]:
    """Coherent answers, half of the households with a mistake that a phone lets pass, odd texts in free fields."""
    free = {"remarks", "address_detail", "b_other_name", "poor_book_no", "benefit_book_no", "pay_point"}
    rng = Random(seed)
    count = 0
    for household in households(ROOT / "config" / "codes", number=10_000, seed=seed, mistakes=0.5):
        for interview in household.interviews:
            if interview.form_id != form_id:
                continue
            answers = dict(interview.answers)
            for name in free & answers.keys() | {"remarks"}:
                answers[name] = rng.choice(ODD_TEXTS)
            yield answers
            count += 1
            if count == NUMBER:
                return


@pytest.fixture
def survey(tmp_path, store_url) -> tuple[Config, Store, Any]:
    """A survey of its own with both forms published, on each engine."""
    env = {"PROCESSOR_HOME": str(tmp_path), "PROCESSOR_STORE_URL": store_url}
    config = load_config(ROOT / "config" / "survey.toml", env)
    store, server = open_store(config), open_builtin(config)
    list(publish_all(config, server, store))
    return config, store, server


@cache
def filled_in(form_id: str) -> tuple[tuple[dict[str, Any], ...], tuple[FillResult, ...]]:
    """What was given and what the engine made of it, once for both databases."""
    config = load_config(ROOT / "config" / "survey.toml", {})
    given = tuple(interviews(form_id, seed=77))
    package = read_package(config.form(form_id).workbook, config.media)
    return given, tuple(fill(package.xform, config.media, given))


@pytest.mark.parametrize("form_id", ["phieu_c", "phieu_c1"])
def test_every_answer__through_engine_http_pull_and_tables__is_what_was_given(survey, form_id):
    config, store, server = survey
    given, filled = filled_in(form_id)
    assert [r.problems for r in filled if not r.ok] == []

    tokens = officers(server)
    with serving(server) as address, requests.Session() as phone:
        for result in filled:
            answer = phone.post(
                f"{address}/v1/key/{tokens['TAPHUAN-01']}/submission",
                files={"xml_submission_file": ("submission.xml", result.xml, "text/xml")},
                headers={"X-OpenRosa-Version": "1.0"},
            )
            assert answer.status_code == 201, answer.text
    record = pull(store, server, config.form(form_id))

    assert (record.state, record.server_count, record.copy_count) == ("equal", NUMBER, NUMBER)
    answered = {r.instance_id: answers for r, answers in zip(filled, given, strict=True)}
    compared = sum(_compare(store, plan, answered) for plan in store.plans(form_id))
    assert compared > NUMBER * 40


def _compare(store: Store, plan: TablePlan, answered: Mapping[str, Given]) -> int:
    """Compare one table; how many given answers were found in it."""
    columns, rows = iterate_rows(store, plan.name, EVERYTHING)
    before = _before(store, plan.name)
    names = [c.name for c in columns]
    found: dict[str, dict[int, dict[str, Any]]] = defaultdict(dict)
    for row in rows:
        values = dict(zip(names, row, strict=True))
        found[values["submission_id"]][values.get("row_no", 1)] = values
    assert not plan.path or set(found) <= set(answered)
    compared = 0
    for instance_id, answers in answered.items():
        expected = answers.get(plan.path, []) if plan.path else [answers]
        assert sorted(found[instance_id]) == list(range(1, len(expected) + 1)), instance_id
        for number, one in enumerate(expected, start=1):
            compared += _compare_row(plan, found[instance_id][number], one, before)
    return compared


def _before(store: Store, table: str) -> dict[tuple[str, str], str | None]:
    """What cleaned cells held when they came, by row key and column: the first logged change."""
    query = select(changes).where(changes.c.table_name == table).order_by(changes.c.id)
    first: dict[tuple[str, str], str | None] = {}
    with reading(store.engine) as connection:
        for change in connection.execute(query).mappings():
            first.setdefault((change["row_key"], change["column_name"]), change["before"])
    return first


def _compare_row(plan: TablePlan, row: dict[str, Any], given: Given, before: dict[Any, str | None]) -> int:
    key = row.get("row_key", row["submission_id"])
    compared = 0
    for column in plan.columns:
        if column.origin != "question":
            continue
        value = before.get((key, column.name), row[column.name])
        if column.name in given:
            compared += 1
            assert _same(column, value, given[column.name]), (key, column.name, value, given[column.name])
            _check_choices(plan, column, row, given[column.name])
        elif column.question and _only_from_a_person(column):
            assert value is None, (key, column.name, value)
    return compared


def _only_from_a_person(column: Column) -> bool:
    question = column.question
    assert question is not None
    silent = {"start", "end", "today", "deviceid", "username", "audit", "calculate"}
    return question.kind not in silent and not question.calculation and not question.default


def _same(column: Column, value: Any, given: Any) -> bool:
    assert column.question is not None
    if column.question.kind == "select_multiple":
        wanted = given if isinstance(given, list) else str(given).split()
        return sorted((value or "").split()) == sorted(wanted)
    if given in (None, ""):
        return value is None
    if column.question.value_type == "geopoint":  # the engine writes the numbers anew
        return [float(part) for part in value.split()] == [float(part) for part in str(given).split()]
    if column.type == "integer":
        return int(value) == int(given)
    if column.type == "decimal":
        return float(value) == float(given)
    if column.type == "date":
        return str(value)[:10] == str(given)
    return bool(value == str(given))


def _check_choices(plan: TablePlan, column: Column, row: dict[str, Any], given: Any) -> None:
    """The 0/1 columns beside a select_multiple: one for each option of the form, chosen or not."""
    assert column.question is not None
    if column.question.kind != "select_multiple" or not given:
        return
    chosen = set(given if isinstance(given, list) else str(given).split())
    for choice in column.choices:
        assert row[f"{column.name}__{choice.name}"] == int(choice.name in chosen), (column.name, choice.name)
