"""The workbooks against the catalogue of questions: what differs stands here with its reason."""

from __future__ import annotations

import csv

import pytest

from processor.forms.sheets import Row, Sheets, read_sheets
from tests.forms.conftest import CODES, WORKBOOKS

CATALOGUES = {"phieu_c": "form_c_questions.csv", "phieu_c1": "form_c1_questions.csv"}
COMPARED = (
    "type",
    "relevant",
    "constraint",
    "calculation",
    "choice_filter",
    "repeat_count",
    "default",
    "required",
)

BLANKS = "blank answers are left out of sums, as every form engine then agrees"
LAST = "typed once: an officer's next interview starts with the same place and code"
COUNT = "a roster longer than the stated number must not be sent"

DIFFERENCES: dict[tuple[str, str, str], str] = {
    ("phieu_c", "district_code", "default"): LAST,
    ("phieu_c", "commune_code", "default"): LAST,
    ("phieu_c", "officer_code", "default"): LAST,
    ("phieu_c", "officer_name", "default"): LAST,
    ("phieu_c", "n_heads", "calculation"): BLANKS,
    ("phieu_c", "n_sa", "calculation"): BLANKS,
    ("phieu_c", "n_female", "calculation"): BLANKS,
    ("phieu_c", "n_minority", "calculation"): BLANKS,
    ("phieu_c", "n_no_hi", "calculation"): BLANKS,
    ("phieu_c", "n_sick_no_care", "calculation"): BLANKS,
    ("phieu_c", "n_adult_edu", "calculation"): BLANKS,
    ("phieu_c", "n_child_school", "calculation"): BLANKS,
    ("phieu_c", "result", "constraint"): COUNT,
    ("phieu_c1", "district_code", "default"): LAST,
    ("phieu_c1", "commune_code", "default"): LAST,
    ("phieu_c1", "officer_code", "default"): LAST,
    ("phieu_c1", "is_orphan", "calculation"): BLANKS,
    ("phieu_c1", "is_hiv", "calculation"): BLANKS,
    ("phieu_c1", "is_single", "calculation"): BLANKS,
    ("phieu_c1", "is_elder", "calculation"): BLANKS,
    ("phieu_c1", "is_dis", "calculation"): BLANKS,
    ("phieu_c1", "is_carer", "calculation"): BLANKS,
    ("phieu_c1", "total_amount", "calculation"): BLANKS,
    ("phieu_c1", "result", "constraint"): COUNT,
}

FILLED_BY_SCAN = {
    "phieu_c": {
        "head_name", "address_detail",
        "m_name", "m_sex", "m_birth_year", "m_birth_month", "m_birth_day", "m_id_type", "m_id_no",
    },
    "phieu_c1": {
        "district_code", "commune_code", "village_code", "household_no", "member_no",
        "b_name", "b_sex", "b_birth_year", "b_birth_month", "b_birth_day", "b_id_type", "b_id_no", "b_id_date",
    },
}  # fmt: skip
"""Catalogue questions that carry a calculation only for the moment of a scan."""

ADDED = {
    "phieu_c": {
        "head_card", "head_card_text", "note_head_card", "m_card", "m_card_text", "note_m_card",
        "m_c1_check", "m_c1_line", "roster_count", "c1_list", "note_c1",
    },
    "phieu_c1": {
        "key_scan", "note_key", "key_check", "b_card", "b_card_text", "note_b_card", "allowance_count",
    },
}  # fmt: skip
"""Questions that the paper never had."""


def catalogue(form_id: str) -> list[dict[str, str]]:
    with (CODES / CATALOGUES[form_id]).open(encoding="utf-8", newline="") as stream:
        return [row for row in csv.DictReader(stream) if not row["type"].startswith("end ")]


def by_name(sheets: Sheets) -> dict[str, Row]:
    return {row["name"]: row for row in sheets.survey if row["name"]}


@pytest.fixture(scope="module", params=list(CATALOGUES))
def pair(request: pytest.FixtureRequest) -> tuple[str, list[dict[str, str]], Sheets]:
    form_id = request.param
    return form_id, catalogue(form_id), read_sheets(WORKBOOKS[form_id])


def test_catalogue__every_row__is_in_the_workbook_as_written(
    pair: tuple[str, list[dict[str, str]], Sheets],
) -> None:
    form_id, rows, sheets = pair
    found = by_name(sheets)
    differing = set()
    for row in rows:
        mine = found[row["name"]]
        for column in COMPARED:
            scanned = column == "calculation" and row["name"] in FILLED_BY_SCAN[form_id]
            if not scanned and mine[column].replace("begin_", "begin ") != row[column]:
                differing.add((form_id, row["name"], column))
    assert differing == {key for key in DIFFERENCES if key[0] == form_id}


def test_catalogue__filled_by_scan__has_a_trigger_and_no_other_calculation(
    pair: tuple[str, list[dict[str, str]], Sheets],
) -> None:
    form_id, rows, sheets = pair
    found = by_name(sheets)
    names = {row["name"] for row in rows}
    triggered = {name for name, row in found.items() if row["trigger"]} & names
    assert triggered == FILLED_BY_SCAN[form_id]


def test_catalogue__labels_and_codes__are_the_same(pair: tuple[str, list[dict[str, str]], Sheets]) -> None:
    _form_id, rows, sheets = pair
    found = by_name(sheets)
    vi, en = sheets.languages
    for row in rows:
        mine = found[row["name"]]
        assert mine["code"] == row["code"]
        assert mine["origin"] == row["origin"]
        if not row["label_vi"] and row["type"] not in ("begin repeat", "begin group"):
            # what the phone computes has no words on paper; pages and codebook need some
            assert mine[f"label::{vi}"] and mine[f"label::{en}"]
        elif row["name"] not in ("members", "allowances"):  # these say whom one speaks of
            assert (mine[f"label::{vi}"], mine[f"label::{en}"]) == (row["label_vi"], row["label_en"])


def test_catalogue__what_is_new__is_listed_and_marked(
    pair: tuple[str, list[dict[str, str]], Sheets],
) -> None:
    form_id, rows, sheets = pair
    names = {row["name"] for row in rows}
    new = {n: r for n, r in by_name(sheets).items() if n not in names and not r.kind.startswith("begin")}
    assert set(new) == ADDED[form_id]
    assert {row["origin"] for row in new.values()} == {"added"}


def test_choices__every_list_of_the_catalogue__is_complete(
    pair: tuple[str, list[dict[str, str]], Sheets],
) -> None:
    _form_id, _rows, sheets = pair
    used = {row["type"].split()[1] for row in sheets.survey if row.kind in ("select_one", "select_multiple")}
    with (CODES / "choices.csv").open(encoding="utf-8", newline="") as stream:
        expected = [(r["list_name"], r["code"], r["group_list"], r["kind"]) for r in csv.DictReader(stream)]
    found = [(r["list_name"], r["name"], r["group_list"], r["kind"]) for r in sheets.choices]
    assert found == [row for row in expected if row[0] in used]


def test_choices__every_list__says_its_source_in_its_first_row(
    pair: tuple[str, list[dict[str, str]], Sheets],
) -> None:
    first: dict[str, str] = {}
    for row in pair[2].choices:
        first.setdefault(row["list_name"], row["source_mark"])
    assert [name for name, mark in first.items() if not mark] == []
