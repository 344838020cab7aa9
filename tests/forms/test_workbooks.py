"""What both questionnaires promise: classes, settings, phone practice, columns of the tables."""

from __future__ import annotations

import re
from typing import Any

import pytest

from processor.config import load_config
from processor.forms.definition import DATA_CLASSES, from_json, to_json
from processor.forms.sheets import Sheets, read_sheets
from processor.servers.protocol import FormPackage
from processor.survey.columns import plan_tables
from tests.forms.conftest import ROOT, WORKBOOKS

FORMS = list(WORKBOOKS)
WITHOUT_CLASS = {"meta/instanceID", "meta/instanceName"}
"""Not rows of the sheet: the columns treat them as personal."""

SECRET = {
    "phieu_c": {"m_sa_category"},
    "phieu_c1": {
        "a_category", "photo_decision", "v_doc", "v_unable_work", "v_arv",
        "f_orphan", "f_hiv", "f_single", "f_elder", "f_dis", "f_carer",
        "is_orphan", "is_hiv", "is_single", "is_elder", "is_dis", "is_carer",
    },
}  # fmt: skip


@pytest.fixture(scope="module", params=FORMS)
def form(request: pytest.FixtureRequest, packages: dict[str, FormPackage]) -> FormPackage:
    return packages[request.param]


@pytest.fixture(scope="module")
def sheets(form: FormPackage) -> Sheets:
    return read_sheets(WORKBOOKS[form.form.form_id])


def test_classes__every_question__has_one(form: FormPackage) -> None:
    missing = [f.path for f in form.form.fields if f.data_class not in DATA_CLASSES]
    assert set(missing) == WITHOUT_CLASS


def test_classes__what_tells_hiv__is_secret_and_nothing_else(form: FormPackage) -> None:
    secret = {f.name for f in form.form.fields if f.data_class == "secret"}
    assert secret == SECRET[form.form.form_id]


def test_classes__hiv_in_any_wording_or_formula__is_secret(form: FormPackage) -> None:
    """A later question about HIV cannot slip in under another class."""
    for field in form.form.fields:
        texts = " ".join([*field.labels.values(), field.relevant, field.name])
        if re.search(r"\bHIV\b|\bARV\b|hiv", texts) and field.kind != "note":
            assert field.data_class == "secret", field.path
    groups = [i.path for i in form.form.items if getattr(i, "relevant", "") == "${is_hiv} > 0"]
    inside = [f for f in form.form.fields if any(f.path.startswith(g + "/") for g in groups)]
    assert all(f.data_class == "secret" for f in inside)
    assert len(inside) == (3 if form.form.form_id == "phieu_c1" else 0)


PERSONAL = re.compile(r"(name|phone|id_no|id_date|card|gps|address|sign_|birth_|_id$)")


def test_classes__names_numbers_phones_and_signatures__are_not_open(form: FormPackage) -> None:
    open_names = {f.name for f in form.form.fields if PERSONAL.search(f.name) and f.data_class == "open"}
    assert open_names <= {"village_name", "uses_phone"}  # a place; whether anybody has a phone


def test_settings__id_version_language_and_title(form: FormPackage, sheets: Sheets) -> None:
    settings = sheets.settings
    assert settings["form_id"] == form.form.form_id
    assert re.fullmatch(r"20\d{8}", form.form.version)
    assert settings["default_language"] == "Tiếng Việt (vi)"
    assert (form.form.languages, form.form.default_language) == (("vi", "en"), "vi")
    assert settings["client_editable"] == "true"
    assert settings["instance_name"] and b'odk:client-editable="true"' in form.xform


def test_config__area_and_date__are_questions(form: FormPackage) -> None:
    entry = load_config(ROOT / "config" / "survey.toml", env={}).form(form.form.form_id)
    paths = {f.path: f for f in form.form.fields}
    assert paths[entry.area].itemset_file == "communes.csv"
    assert paths[entry.date or ""].value_type == "date"


def test_tables__columns_do_not_clash__and_carry_classes(form: FormPackage) -> None:
    for plan in plan_tables(form.form.form_id, [form.form]):
        assert len(plan.by_name) == len(plan.columns)
        for column in plan.columns:
            assert column.data_class in DATA_CLASSES
            assert len(column.name) <= 40


def test_definition__to_json_and_back__is_equal(form: FormPackage) -> None:
    assert from_json(to_json(form.form)) == form.form


def test_definition__own_columns__reach_the_questions(packages: dict[str, FormPackage]) -> None:
    fields = {f.name: f for f in packages["phieu_c"].form.fields}
    district = fields["district_code"]
    assert (district.code, district.origin, district.data_class, district.clean_as) == (
        "C.A01",
        "sourced",
        "open",
        "code:3",
    )
    assert fields["m_name"].trigger == "m_card"
    assert fields["m_name"].required_messages["vi"] == "Chưa trả lời: Họ và tên."
    assert b"data_class" not in packages["phieu_c"].xform and b"clean_as" not in packages["phieu_c"].xform


def test_definition__labels_of_choices__without_the_search_tail(packages: dict[str, FormPackage]) -> None:
    form = packages["phieu_c"].form
    labels: dict[str, Any] = {c.name: c.labels for c in form.choices["district"]}
    assert labels["415"] == {"vi": "Huyện Quế Phong", "en": "Quế Phong district"}
    assert form.choices["communes.csv"][0].labels == {"": "Phường Đông Vĩnh"}
    assert {c.name: c.labels["vi"] for c in form.choices["ethnic"]}["03"] == "Thái"


def test_phone__long_lists__are_searched(sheets: Sheets) -> None:
    sizes: dict[str, int] = {}
    for choice in sheets.choices:
        sizes[choice["list_name"]] = sizes.get(choice["list_name"], 0) + 1
    for row in sheets.survey:
        if row.kind == "select_one" and sizes[row["type"].split()[1]] > 14:
            assert row["appearance"] == "minimal search", row.place
        if row.kind == "select_one_from_file":
            assert row["appearance"] == "minimal search" and row["choice_filter"], row.place


def test_phone__quick__only_on_screens_of_their_own(form: FormPackage, sheets: Sheets) -> None:
    pages = {row["name"] for row in sheets.survey if row["appearance"] == "field-list"}
    for field in form.form.fields:
        if "quick" in field.appearance:
            assert field.kind == "select_one"
            assert not pages & set(field.path.split("/")[:-1]), field.path


def test_phone__images_audit_repeats(sheets: Sheets) -> None:
    kinds = {row.kind for row in sheets.survey}
    assert {"start", "end", "today", "deviceid", "username", "audit"} <= kinds
    for row in sheets.survey:
        if row.kind == "image":
            assert "max-pixels=" in row["parameters"], row.place
        if row.kind == "begin_repeat":
            assert row["repeat_count"], row.place
        if row.kind == "audit":
            assert "track-changes" not in row["parameters"]  # it would write HIV answers into the log
        if row.kind == "calculate" and "sum(" in row["calculation"]:
            assert "[. != '']" in row["calculation"], row.place


def test_phone__hints__where_an_officer_would_hesitate(sheets: Sheets) -> None:
    silent = {"calculate", "start", "end", "today", "deviceid", "username", "audit"}
    labelled = [row for row in sheets.survey if row["label::" + sheets.languages[0]]]
    asked = [row for row in labelled if "begin" not in row.kind and row.kind not in silent]
    hinted = [row for row in asked if row["hint::" + sheets.languages[0]]]
    assert len(hinted) > len(asked) / 3
    for row in asked:
        if row["constraint"] and row.kind == "text" and not row["trigger"]:
            assert row["hint::" + sheets.languages[0]], row.place


def test_workbook__every_question__has_words_in_both_languages(sheets: Sheets) -> None:
    without = [
        row["name"]
        for row in sheets.survey
        if row.kind not in ("end_group", "end_repeat", "end group", "end repeat")
        if not all(row[f"label::{language}"] for language in sheets.languages)
    ]
    assert without == []
