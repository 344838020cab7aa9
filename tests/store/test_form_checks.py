"""What follows from the form itself, at every load: submissions that passed no phone, their rights, their healing."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from pyxform.xls2xform import convert
from sqlalchemy import select, text

from processor.checks_command import check_command
from processor.config import load_config
from processor.database import reading, writing
from processor.forms.tree import from_tree
from processor.forms.xlsform import read_package
from processor.pull import pull, rebuild
from processor.servers.protocol import FormPackage
from processor.store.checking import check_anew
from processor.store.corrections import Cell, correct
from processor.store.form_checks import read_form_not_checked
from processor.store.open import open_store
from processor.store.query import read_submission
from processor.store.scope import Area, Scope
from processor.store.tables import findings, submissions
from processor.store.work import (
    FindingFilter,
    act,
    count_findings,
    list_findings,
    read_findings,
    read_history,
)
from tests.checks.make import FORMS, practice_documents
from tests.conftest import ROOT
from tests.pull.memory_server import MemoryServer, submission
from tests.pull.tables import everything
from tests.store.forms import new_store

FORM = "phieu_c"
CLASSES = frozenset(("open", "personal", "sensitive", "secret"))
ALL = Scope(Area.province(), CLASSES, "survey")
LAN = SimpleNamespace(id=7, username="lan", role="district")
WHY = {"reason": "gọi lại cho hộ", "source": "điện thoại 05/3"}

SHEETS = """
| survey |
| | type | name | label | data_class | required | relevant | constraint | calculation | choice_filter | repeat_count |
| | begin group | sec_a | A | | | | | | | |
| | text | commune_code | Commune | open | yes | | | | | |
| | end group | | | | | | | | | |
| | select_one yn | hiv | HIV | secret | | | | | | |
| | text | clinic | Clinic | open | yes | ${hiv} = 'y' | | | | |
| | integer | age | Age | open | | | . < {limit} | | | |
| | select_one place | place | Place | personal | | | | | in = ${hiv} | |
| | calculate | twice | | open | | | | ${age} * 2 | | |
| | integer | size | Size | open | | | | | | |
| | begin repeat | members | Members | | | | | | | ${size} |
| | text | m_name | Name | personal | yes | | | | | |
| | integer | m_age | Age | sensitive | | | . <= ${age} | | | |
| | end repeat | | | | | | | | | |
{extra}
| choices |
| | list_name | name | label | in |
| | yn | y | Yes | |
| | yn | n | No | |
| | place | home | Home | n |
| | place | ward | Ward | y |
| settings |
| | form_id | version |
| | phieu_c | {version} |
"""
GOOD = {
    "sec_a/commune_code": "16663",
    "hiv": "y",
    "clinic": "Vinh",
    "age": "20",
    "place": "ward",
    "twice": "40",
    "size": "1",
    "members": [{"members/m_name": "Lan", "members/m_age": "5"}],
}


def package(version="1", *, limit="120", extra=""):
    sheets = SHEETS.replace("{limit}", limit).replace("{version}", version).replace("{extra}", extra)
    made = convert("\n".join(line for line in sheets.splitlines() if line.strip()), warnings=[])
    return FormPackage(from_tree(made._pyxform, "f", {}), made.xform.encode(), b"no workbook")


def but(**changed):
    """What another program writes: the good answers with some changed; None leaves a question out."""
    return {k: v for k, v in {**GOOD, **changed}.items() if v is not None}


@pytest.fixture
def server():
    server = MemoryServer()
    server.put(submission(0, GOOD))
    return server


@pytest.fixture
def store(store_url, tmp_path):
    store = new_store(store_url, tmp_path, package())
    yield store
    store.engine.dispose()


def bring(store, server):
    assert pull(store, server, store.config.form(FORM)).state == "equal"


def told(store, scope=ALL, **narrowed):
    """Submission, rule, place and value of every finding that is shown."""
    page = list_findings(store, scope, FindingFilter(**narrowed))
    return sorted(
        (f.row_key.removeprefix("uuid:000"), f.rule, f.column_name, f.values["value"]) for f in page.rows
    )


BROKEN = [
    (but(clinic=None), [("1", "REQUIRED", "clinic", None)]),
    (but(hiv="n", place="home"), [("1", "RELEVANT", "clinic", "Vinh")]),
    (but(age="120", twice="240"), [("1", "CONSTRAINT", "age", "120")]),
    (but(place="home"), [("1", "FILTER", "place", "home")]),
    (but(place="moon"), [("1", "CHOICE", "place", "moon")]),
    (but(size="2"), [("1", "REPEAT", "", "1")]),
    (but(twice="41"), [("1", "CALCULATE", "twice", "41")]),
    (but(age="old", twice=None, members=[{"members/m_name": "Lan"}]), [("1", "TYPE", "age", "old")]),
    (but(members=[{"members/m_age": "21"}]), [
        ("1/members[1]", "CONSTRAINT", "m_age", "21"), ("1/members[1]", "REQUIRED", "m_name", None)]),
]  # fmt: skip


def test_pull__written_past_the_phone__each_fault_found_once_on_both_engines(store, server):
    for number, (answers, _) in enumerate(BROKEN, 1):
        server.put(submission(number, answers))
    bring(store, server)
    wanted = [
        (f"{number}{row[1:]}", *rest) for number, (_, found) in enumerate(BROKEN, 1) for row, *rest in found
    ]
    assert told(store) == sorted(wanted)
    assert {
        f.severity for f in list_findings(store, ALL, FindingFilter(rules=frozenset({"REQUIRED"}))).rows
    } == {"E"}


def test_rebuild__over_random_edits__as_the_increments(store, server):
    chance = random.Random(44)
    for round_ in range(6):
        for number in chance.sample(range(8), 3):
            server.put(submission(number, chance.choice(BROKEN)[0], version_id=f"{number}/{round_}"))
        bring(store, server)
    increments = everything(store)
    assert len({row[4] for row in increments["findings"]}) >= 4
    rebuild(store, store.config.form(FORM))
    assert everything(store) == increments


def test_pull__edited_and_deleted__findings_follow(store, server):
    server.put(submission(1, but(clinic=None)))
    bring(store, server)
    assert told(store) == [("1", "REQUIRED", "clinic", None)]
    server.put(submission(1, GOOD, version_id="uuid:edit"))
    bring(store, server)
    assert told(store) == []
    server.put(submission(1, but(clinic=None), version_id="uuid:again"))
    bring(store, server)
    server.change("uuid:0001", deleted=True)
    bring(store, server)
    with reading(store.engine) as connection:
        assert connection.execute(select(findings.c.rule)).all() == []


def test_correct__the_answer_that_was_missing__heals_and_what_follows_is_judged_anew(store, server):
    server.put(submission(1, but(hiv="n", clinic=None, place="home")))
    bring(store, server)
    assert told(store) == []
    correct(store, LAN, ALL, cell(store, "hiv"), "y", **WHY)
    assert told(store) == [("1", "FILTER", "place", "home"), ("1", "REQUIRED", "clinic", None)]
    correct(store, LAN, ALL, cell(store, "clinic"), "Vinh", **WHY)
    correct(store, LAN, ALL, cell(store, "place"), "ward", **WHY)
    assert told(store) == []


def cell(store, column, key="uuid:0001"):
    c = submissions.c
    with reading(store.engine) as connection:
        sha256 = connection.execute(select(c.sha256).where(c.instance_id == key)).scalar_one()
    return Cell(FORM, key, "c", key, column, sha256)


WITHOUT_SECRET = Scope(Area.province(), CLASSES - {"secret"}, "survey")


@pytest.mark.parametrize("hidden", sorted(CLASSES))
def test_rights__finding_whose_condition_reads_a_hidden_column__not_shown_counted_or_treated(
    store, server, hidden
):
    for number, (answers, _) in enumerate(BROKEN, 1):
        server.put(submission(number, answers))
    bring(store, server)
    scope = Scope(Area.province(), CLASSES - {hidden}, "survey")
    reads = {
        ("REQUIRED", "clinic"): {"open", "secret"},
        ("RELEVANT", "clinic"): {"open", "secret"},
        ("FILTER", "place"): {"personal", "secret"},
        ("CONSTRAINT", "age"): {"open"},
        ("CONSTRAINT", "m_age"): {"open", "sensitive"},
        ("REQUIRED", "m_name"): {"personal"},
        ("CALCULATE", "twice"): {"open"},
        ("REPEAT", ""): {"open"},
        ("CHOICE", "place"): {"personal"},
        ("TYPE", "age"): {"open"},
    }
    wanted = [row for row in told(store) if hidden not in reads[(row[1], row[2])]]
    assert told(store, scope) == wanted
    assert sum(t.total for t in count_findings(store, scope, "rule")) == len(wanted)
    by_one = [f for n in range(1, 10) for f in read_findings(store, FORM, f"uuid:000{n}", scope)]
    assert len(by_one) == len(wanted)
    seen = {f.ref for f in by_one}
    others = [f.ref for f in list_findings(store, ALL, FindingFilter()).rows if f.ref not in seen]
    assert act(store, LAN, scope, "returned", others, "gọi lại").done == ()
    for number in range(1, 10):  # of the same place as cleaning's, but of no column's right alone
        shown = read_submission(store, FORM, f"uuid:000{number}", scope).findings
        assert {f.rule for f in shown} <= {"CHOICE", "TYPE"}


def test_rights__acts_on_it__told_to_who_may_see_it(store, server):
    server.put(submission(1, but(clinic=None)))
    bring(store, server)
    (found,) = list_findings(store, ALL, FindingFilter()).rows
    act(store, LAN, ALL, "returned", [found.ref], "hỏi lại hộ")
    assert [row.rule for row in read_history(store, FORM, "uuid:0001", ALL)] == ["REQUIRED"]
    assert read_history(store, FORM, "uuid:0001", WITHOUT_SECRET) == ()


def test_rights__class_raised_by_a_newer_version__older_findings_hide_at_once(store, server):
    server.put(submission(1, but(age="121", twice="242")))
    bring(store, server)
    assert told(store, WITHOUT_SECRET) == [("1", "CONSTRAINT", "age", "121")]
    sheets = package("2")
    form = sheets.form
    raised = tuple(
        item if item.path != "age" else item.__class__(**{**vars(item), "data_class": "secret"})
        for item in form.items
    )
    store.register(FormPackage(form.__class__(**{**vars(form), "items": raised}), sheets.xform, b""))
    assert told(store, WITHOUT_SECRET) == []


def test_versions__each_submission_by_its_own_form(store, server):
    store.register(package("2", limit="60"))
    server.put(submission(1, but(age="70", twice="140")))
    server.put(submission(2, but(age="70", twice="140"), form_version="2"))
    bring(store, server)
    assert told(store) == [("2", "CONSTRAINT", "age", "70")]


UNKNOWN = "| | integer | odd | Odd | open | | | . < random() | | | |"


def test_not_checked__expression_outside_the_subset__told_by_version_and_question(store, server):
    store.register(package("2", extra=UNKNOWN))
    server.put(submission(1, but(odd="9"), form_version="2"))
    bring(store, server)
    assert told(store) == []
    assert read_form_not_checked(store) == ((FORM, "2", "CONSTRAINT", "odd", ". < random()"),)


def test_command__check__names_what_no_submission_is_checked_for(store, monkeypatch):
    store.register(package("2", extra=UNKNOWN))
    monkeypatch.setattr("processor.checks_command.load_config", lambda: store.config)
    result = CliRunner().invoke(check_command)
    assert result.exit_code == 0
    assert "CONSTRAINT of odd in phieu_c version 2 is not checked: '. < random()'" in result.output


def test_not_checked__xform_not_kept_and_workbook_gives_none__told_and_loaded(store, server):
    with writing(store.engine) as connection:
        connection.execute(text("UPDATE form_versions SET xform = NULL"))
    store._cache.clear()
    server.put(submission(1, but(clinic=None)))
    bring(store, server)
    assert told(store) == []
    (found,) = read_form_not_checked(store)
    assert (found.form_id, found.version, found.rule, found.path) == (FORM, "1", "", "")
    store.register(package())
    store._cache.clear()
    assert read_form_not_checked(store) == ()
    pull(store, server, store.config.form(FORM))  # the tables are made anew by themselves
    assert told(store) == [("1", "REQUIRED", "clinic", None)]


def test_pull__signs_no_database_can_hold__written_out(store, server):
    server.put(submission(1, but(twice="4\x000\ud800")))
    bring(store, server)
    values = {f.rule: f.values for f in list_findings(store, ALL, FindingFilter()).rows}
    assert values["CALCULATE"]["value"] == "4\\x000\\ud800"
    assert json.dumps(values["CALCULATE"]).isascii()


def test_check__answer_missing_in_a_completed_form__told_once_also_when_checked_anew(store_url, tmp_path):
    settings = load_config(ROOT / "config" / "survey.toml", {"PROCESSOR_HOME": str(tmp_path)})
    real = open_store(replace(settings, store_url=store_url))
    table, workbook = FORMS[FORM]
    real.register(read_package(ROOT / "xlsforms" / workbook, ROOT / "xlsforms" / "media"))
    version = real.form(FORM).version
    server = MemoryServer()
    for number, gone in enumerate(("sec_b/merit_household", "sec_e/water_source")):
        answers = {k: v for k, v in practice_documents(20)[FORM][number].answers.items() if k != gone}
        server.put(submission(number, answers, form_version=version))
    for _ in range(2):
        pull(real, server, real.config.form(FORM))
        names = ("merit_household", "water_source")
        found = [f for f in list_findings(real, ALL, FindingFilter()).rows if f.column_name in names]
        assert [(f.rule, f.column_name) for f in found] == [
            ("REQUIRED", "merit_household"),
            ("REQUIRED", "water_source"),
        ]
        check_anew(real)
    with writing(real.engine) as connection:
        connection.execute(text("DELETE FROM findings WHERE rule = 'REQUIRED'"))
    check_anew(real)
    assert {f.rule for f in list_findings(real, ALL, FindingFilter()).rows if f.column_name in names} == {
        "R-V44"
    }
    real.engine.dispose()
