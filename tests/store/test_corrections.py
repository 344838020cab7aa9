"""The ledger of corrections: what a correction does to rows, when it is set aside, who may make one."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from sqlalchemy import select, text

from processor.database import reading, writing
from processor.errors import AccessError, ContractError, Message
from processor.pull import pull, rebuild
from processor.store import checking
from processor.store.check_state import read_due
from processor.store.corrections import Cell, apply_again, correct, drop, list_corrections, restore, undo
from processor.store.corrections_list import count_set_aside, read_events
from processor.store.lease import leased
from processor.store.practice import remove_practice
from processor.store.query import read_submission
from processor.store.scope import Area, Scope
from processor.store.table_check import check_tables
from processor.store.tables import changes, submissions
from processor.store.work_tables import correction_states, corrections
from tests.pull.memory_server import MemoryServer, submission
from tests.pull.tables import everything, raw_rows
from tests.pull.test_pull import ANSWERS
from tests.store.forms import new_store, package

FORM, KEY = "phieu_c", "uuid:0000"
LAN = SimpleNamespace(id=7, username="lan", role="district")
ALL = Scope(Area.province(), frozenset(("open", "personal", "sensitive", "secret")), "survey")
WHY = {"reason": "gọi lại cho hộ", "source": "điện thoại 05/3"}


@pytest.fixture
def server():
    server = MemoryServer()
    for number in range(2):
        server.put(submission(number, ANSWERS))
    return server


@pytest.fixture
def store(store_url, tmp_path, server):
    store = new_store(store_url, tmp_path, package())
    bring(store, server)
    yield store
    store.engine.dispose()


def bring(store, server):
    record = pull(store, server, store.config.form(FORM))
    assert record.state == "equal", record
    assert "made anew" not in record.detail


def cell(store, column, *, table="c", row=KEY, key=KEY):
    c = submissions.c
    with reading(store.engine) as connection:
        sha256 = connection.execute(select(c.sha256).where(c.instance_id == key)).scalar_one()
    return Cell(FORM, key, table, row, column, sha256)


def root(store, key=KEY):
    return read_submission(store, FORM, key, ALL).root


def state(store, number):
    return next(row.state for row in list_corrections(store, ALL) if row.id == number)


def refused(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert caught.value.message is message


def test_correct__number__typed_logged_and_raw_untouched(store):
    raw_before = raw_rows(store)
    number = correct(store, LAN, ALL, cell(store, "rooms"), "4", **WHY)
    assert root(store)["rooms"] == 4
    change = [c for c in read_submission(store, FORM, KEY, ALL).changes if c.column_name == "rooms"]
    assert [(c.rule, c.before, c.after) for c in change] == [("CORRECTION", "3", "4")]
    row = list_corrections(store, ALL)[0]
    assert (row.id, row.old, row.new, row.reason, row.source, row.username, row.state) == (
        number, "3", "4", WHY["reason"], WHY["source"], "lan", "applied",
    )  # fmt: skip
    assert raw_rows(store) == raw_before
    assert root(store, "uuid:0001")["rooms"] == 3


def test_correct__everything_that_follows_from_the_answer__follows(store):
    correct(store, LAN, ALL, cell(store, "commune_code"), "1231", **WHY)
    assert (root(store)["commune_code"], root(store)["_area"]) == ("01231", "01231")
    correct(store, LAN, ALL, cell(store, "needs"), "02", **WHY)
    assert (root(store)["needs__01"], root(store)["needs__02"]) == (0, 1)
    correct(store, LAN, ALL, cell(store, "gps"), "18.7 105.7", **WHY)
    assert (root(store)["gps_lat"], root(store)["gps_acc"]) == (18.7, None)
    correct(store, LAN, ALL, cell(store, "head_name"), "lê thị  hoà", **WHY)
    assert root(store)["head_name_norm"] == "Lê Thị Hoà"
    member = f"{KEY}/members[1]"
    correct(store, LAN, ALL, cell(store, "m_birth_year", table="c_members", row=member), "1951", **WHY)
    repeats = read_submission(store, FORM, KEY, ALL).repeats
    assert str(repeats["c_members"][0]["m_dob_est"]) == "1951-01-01"
    assert repeats["c_members"][1]["m_birth_year"] is None
    job = f"{member}/jobs[1]"
    correct(store, LAN, ALL, cell(store, "job", table="c_jobs", row=job), "y", **WHY)
    assert read_submission(store, FORM, KEY, ALL).repeats["c_jobs"][0]["job"] == "y"
    assert check_tables(store, FORM).wrong == 0


def test_correct__none__empties_the_cell(store):
    correct(store, LAN, ALL, cell(store, "rooms"), None, **WHY)
    assert root(store)["rooms"] is None


def test_correct__answer_that_was_not_of_its_type__becomes_one_and_the_finding_goes(store, server):
    server.change(KEY, answers=ANSWERS | {"sec_a/rooms": "ba phòng"}, version_id="uuid:e")
    bring(store, server)
    assert [f.rule for f in read_submission(store, FORM, KEY, ALL).findings if f.column_name == "rooms"] == [
        "TYPE"
    ]
    correct(store, LAN, ALL, cell(store, "rooms"), "3", **WHY)
    found = read_submission(store, FORM, KEY, ALL)
    assert found.root["rooms"] == 3
    assert [f for f in found.findings if f.column_name == "rooms"] == []
    assert list_corrections(store, ALL)[0].old == "ba phòng"


def test_correct__pulls_and_rebuild__keep_it_cell_for_cell(store, server):
    correct(store, LAN, ALL, cell(store, "rooms"), "4", **WHY)
    before = everything(store)
    rebuild(store, store.config.form(FORM))
    assert everything(store) == before
    pull(store, server, store.config.form(FORM), full=True)
    assert everything(store) == before


def test_correct__other_answer_changed__still_applied(store, server):
    number = correct(store, LAN, ALL, cell(store, "rooms"), "4", **WHY)
    server.change(KEY, answers=ANSWERS | {"sec_a/land": "9"}, version_id="uuid:e")
    bring(store, server)
    assert (root(store)["rooms"], root(store)["land"], state(store, number)) == (4, 9.0, "applied")


def test_correct__answer_under_it_changed__set_aside_and_decided(store, server):
    number = correct(store, LAN, ALL, cell(store, "rooms"), "4", **WHY)
    server.change(KEY, answers=ANSWERS | {"sec_a/rooms": "5"}, version_id="uuid:e")
    bring(store, server)
    assert (root(store)["rooms"], state(store, number)) == (5, "set_aside")
    assert [row.id for row in list_corrections(store, ALL, state="set_aside")] == [number]
    again = apply_again(store, LAN, ALL, number, reason="vẫn là 4")
    assert (root(store)["rooms"], state(store, number), state(store, again)) == (4, "superseded", "applied")
    undo(store, LAN, ALL, again, reason="nhầm")
    assert (root(store)["rooms"], state(store, number), state(store, again)) == (5, "set_aside", "undone")
    drop(store, LAN, ALL, number, reason="phiếu mới đúng")
    assert (root(store)["rooms"], state(store, number)) == (5, "dropped")
    refused(lambda: drop(store, LAN, ALL, number, reason="x"), ContractError, Message.CORRECT_STATE)
    refused(lambda: undo(store, LAN, ALL, number, reason="x"), ContractError, Message.CORRECT_STATE)


def test_drop__taken_back__stands_as_before_and_nothing_is_erased(store, server):
    first = correct(store, LAN, ALL, cell(store, "rooms"), "4", **WHY)
    second = correct(store, LAN, ALL, cell(store, "rooms"), "6", **WHY)
    land = correct(store, LAN, ALL, cell(store, "land"), "8", **WHY)
    server.change(KEY, answers=ANSWERS | {"sec_a/rooms": "5", "sec_a/land": "2"}, version_id="uuid:e")
    bring(store, server)
    states = [state(store, number) for number in (first, second, land)]
    assert states == ["superseded", "set_aside", "set_aside"]
    drop(store, LAN, ALL, second, reason="phiếu mới đúng")
    drop(store, LAN, ALL, land, reason="phiếu mới đúng")
    assert [state(store, number) for number in (first, second, land)] == ["dropped"] * 3
    nobody = Scope(Area.of(["99999"]), ALL.classes, "survey")
    refused(lambda: restore(store, LAN, nobody, second, reason="x"), ContractError, Message.CORRECT_STATE)
    restore(store, LAN, ALL, second, reason="bỏ nhầm")
    assert [state(store, number) for number in (first, second, land)] == [
        "superseded",
        "set_aside",
        "dropped",
    ]
    assert [(e.act, e.username, e.reason) for e in read_events(store, ALL, second)] == [
        ("drop", "lan", "phiếu mới đúng"),
        ("restore", "lan", "bỏ nhầm"),
    ]
    assert read_events(store, nobody, second) == ()
    refused(lambda: restore(store, LAN, ALL, second, reason="x"), ContractError, Message.CORRECT_STATE)
    assert check_tables(store, FORM).wrong == 0
    drop(store, LAN, ALL, second, reason="vẫn bỏ")
    (row,) = [r for r in list_corrections(store, ALL) if r.id == second]
    assert (row.state, row.ended_reason, len(list_corrections(store, ALL))) == ("dropped", "vẫn bỏ", 3)
    assert [e.act for e in read_events(store, ALL, second)] == ["drop", "restore", "drop"]
    restore(store, LAN, ALL, second, reason="lấy lại")
    server.change(KEY, answers=ANSWERS, version_id="uuid:f")
    bring(store, server)
    assert (state(store, second), root(store)["rooms"]) == ("applied", 6), "the answer under it is back"


def test_correct__row_of_a_repeat_moved__set_aside(store, server):
    member = cell(store, "m_name", table="c_members", row=f"{KEY}/members[2]")
    number = correct(store, LAN, ALL, member, "Y Hoà", **WHY)
    people = [ANSWERS["members"][1] | {"members/m_birth_year": "1999"}, *ANSWERS["members"][::-1]]
    server.change(KEY, answers=ANSWERS | {"members": people[:1] + people[2:]}, version_id="uuid:e")
    bring(store, server)
    assert state(store, number) == "set_aside"
    names = [row["m_name"] for row in read_submission(store, FORM, KEY, ALL).repeats["c_members"]]
    assert "Y Hoà" not in names


def test_correct__row_with_the_same_answer_but_another_person__set_aside(store, server):
    member = cell(store, "m_disabled", table="c_members", row=f"{KEY}/members[2]")
    number = correct(store, LAN, ALL, member, "01", **WHY)
    people = [ANSWERS["members"][0], {"members/m_name": "Ai khác"}]
    server.change(KEY, answers=ANSWERS | {"members": people}, version_id="uuid:e")
    bring(store, server)
    assert state(store, number) == "set_aside"
    assert read_submission(store, FORM, KEY, ALL).repeats["c_members"][1]["m_disabled"] is None


def test_correct__twice__the_newer_holds_and_undo_brings_the_older_back(store):
    first = correct(store, LAN, ALL, cell(store, "rooms"), "4", **WHY)
    second = correct(store, LAN, ALL, cell(store, "rooms"), "6", **WHY)
    assert (root(store)["rooms"], state(store, first), state(store, second)) == (6, "superseded", "applied")
    undo(store, LAN, ALL, second, reason="nhầm")
    assert (root(store)["rooms"], state(store, first)) == (4, "applied")
    undo(store, LAN, ALL, first, reason="nhầm")
    assert root(store)["rooms"] == 3
    with reading(store.engine) as connection:
        assert connection.execute(select(changes.c.id).where(changes.c.rule == "CORRECTION")).all() == []


def test_correct__deleted_and_restored_submission__waits_and_comes_back(store, server):
    number = correct(store, LAN, ALL, cell(store, "rooms"), "4", **WHY)
    server.change(KEY, deleted=True)
    bring(store, server)
    assert list_corrections(store, ALL) == []
    server.change(KEY, deleted=False)
    bring(store, server)
    assert (root(store)["rooms"], state(store, number)) == (4, "applied")


@pytest.mark.parametrize(
    ("column", "new", "message"),
    [
        ("rooms", "bốn", Message.CORRECT_VALUE),
        ("rooms", "3.0", Message.CORRECT_SAME),
        ("rooms", "3", Message.CORRECT_SAME),
        ("hiv", "03", Message.CORRECT_VALUE),
        ("needs", "01 03", Message.CORRECT_VALUE),
        ("needs", "01 01", Message.CORRECT_VALUE),
        ("gps", "200 300", Message.CORRECT_VALUE),
        ("interview_date", "5/3/2016", Message.CORRECT_VALUE),
        ("head_name", "a\0b", Message.CORRECT_VALUE),
        ("head_name_norm", "A", Message.CORRECT_PLACE),
        ("needs__01", "1", Message.CORRECT_PLACE),
        ("_area", "16663", Message.CORRECT_PLACE),
        ("nothing", "1", Message.CORRECT_PLACE),
    ],
)
def test_correct__what_is_no_answer__refused_without_a_trace(store, column, new, message):
    before = everything(store)
    refused(lambda: correct(store, LAN, ALL, cell(store, column), new, **WHY), ContractError, message)
    assert everything(store) == before
    assert list_corrections(store, ALL) == []


def test_correct__without_reason_or_source__refused(store):
    for texts in ({"reason": " ", "source": "x"}, {"reason": "x", "source": ""}):
        call = lambda t=texts: correct(store, LAN, ALL, cell(store, "rooms"), "4", **t)  # noqa: E731
        refused(call, ContractError, Message.CORRECT_TEXT)


def test_correct__version_that_the_person_has_not_seen__refused(store, server):
    seen = cell(store, "rooms")
    server.change(KEY, answers=ANSWERS | {"sec_a/land": "9"}, version_id="uuid:e")
    bring(store, server)
    refused(lambda: correct(store, LAN, ALL, seen, "4", **WHY), ContractError, Message.CORRECT_STALE)


@pytest.mark.parametrize(
    ("scope", "column"),
    [
        (Scope(Area.of({"16666"}), ALL.classes, "survey"), "rooms"),
        (Scope(Area.province(), frozenset({"open"}), "survey"), "hiv"),
        (Scope(Area.province(), ALL.classes, "practice"), "rooms"),
    ],
)
def test_correct__outside_the_scope__refused_and_not_listed(store, scope, column):
    new = "02" if column == "hiv" else "4"
    refused(
        lambda: correct(store, LAN, scope, cell(store, column), new, **WHY),
        AccessError,
        Message.CORRECT_RIGHTS,
    )
    number = correct(store, LAN, ALL, cell(store, column), new, **WHY)
    assert list_corrections(store, scope) == []
    refused(lambda: undo(store, LAN, scope, number, reason="x"), ContractError, Message.CORRECT_STATE)
    assert state(store, number) == "applied"


@pytest.mark.parametrize("act", ["UPDATE corrections SET reason = 'x'", "DELETE FROM corrections"])
def test_corrections__ledger__is_append_only(store, act):
    correct(store, LAN, ALL, cell(store, "rooms"), "4", **WHY)
    with pytest.raises(Exception, match="append-only"), writing(store.engine) as connection:
        connection.execute(text(act))
    assert len(list_corrections(store, ALL)) == 1


def test_correct__practice__goes_with_the_practice(store, server):
    server.put(submission(5, ANSWERS, practice=True))
    bring(store, server)
    scope = Scope(Area.province(), ALL.classes, "practice")
    mine = cell(store, "rooms", row="uuid:0005", key="uuid:0005")
    correct(store, LAN, scope, mine, "4", **WHY)
    correct(store, LAN, ALL, cell(store, "rooms"), "4", **WHY)
    remove_practice(store)
    with reading(store.engine) as connection:
        left = connection.execute(select(corrections.c.submission_id)).scalars().all()
        states = connection.execute(select(correction_states.c.submission_id)).scalars().all()
    assert (left, states) == ([KEY], [KEY])


@pytest.mark.parametrize("lost", ["noted", "correction"])
def test_check_tables__rows_without_the_correction__seen_and_mended(store, server, lost):
    number = correct(store, LAN, ALL, cell(store, "rooms"), "4", **WHY)
    if lost == "noted":
        with writing(store.engine) as connection:
            connection.execute(correction_states.delete())
    else:
        undo(store, LAN, ALL, number, reason="nhầm")
        with writing(store.engine) as connection:
            values = {"correction_id": number, "form_id": FORM, "submission_id": KEY, "state": "applied"}
            connection.execute(correction_states.insert().values(values))
    assert check_tables(store, FORM).wrong == 1
    record = pull(store, server, store.config.form(FORM))
    assert record.state == "equal" and "made anew" in record.detail
    assert check_tables(store, FORM).wrong == 0


def test_correct__the_answer_that_an_older_correction_gives__refused(store):
    correct(store, LAN, ALL, cell(store, "rooms"), "4", **WHY)
    for same in ("4", "3"):
        refused(
            lambda new=same: correct(store, LAN, ALL, cell(store, "rooms"), new, **WHY),
            ContractError,
            Message.CORRECT_SAME,
        )
    assert len(list_corrections(store, ALL)) == 1


def test_decisions__newer_version_than_the_person_saw__refused(store, server):
    number = correct(store, LAN, ALL, cell(store, "rooms"), "4", **WHY)
    server.change(KEY, answers=ANSWERS | {"sec_a/rooms": "5"}, version_id="uuid:e")
    bring(store, server)
    seen = cell(store, "rooms").raw_sha256
    server.change(KEY, answers=ANSWERS | {"sec_a/rooms": "6"}, version_id="uuid:f")
    bring(store, server)
    for decide in (apply_again, drop):
        call = lambda d=decide: d(store, LAN, ALL, number, reason="x", seen=seen)  # noqa: E731
        refused(call, ContractError, Message.CORRECT_STALE)
    assert state(store, number) == "set_aside"
    apply_again(store, LAN, ALL, number, reason="x", seen=cell(store, "rooms").raw_sha256)
    assert root(store)["rooms"] == 4


def test_correct__while_somebody_checks__written_and_left_to_them(store, monkeypatch):
    quick = {**checking.check_due.__kwdefaults__, "wait": 0}
    monkeypatch.setattr(checking.check_due, "__kwdefaults__", quick)
    with leased(store.engine, "", task=checking.CHECKS):
        number = correct(store, LAN, ALL, cell(store, "rooms"), "4", **WHY)
    assert state(store, number) == "applied"
    with reading(store.engine) as connection:
        assert read_due(connection, 9).ids == [KEY]


def test_list_corrections__ended_one__says_by_whom_and_why(store):
    number = correct(store, LAN, ALL, cell(store, "rooms"), "4", **WHY)
    undo(store, SimpleNamespace(id=8, username="minh"), ALL, number, reason="nhầm hộ")
    row = list_corrections(store, ALL)[0]
    assert (row.state, row.username, row.ended_by, row.ended_reason) == ("undone", "lan", "minh", "nhầm hộ")
    assert row.ended_at >= row.at


def test_list_corrections__by_who_sent_the_submission(store):
    correct(store, LAN, ALL, cell(store, "rooms"), "4", **WHY)
    sender = read_submission(store, FORM, KEY, ALL).listed.submitter
    assert len(list_corrections(store, ALL, submitter=sender)) == 1
    assert list_corrections(store, ALL, submitter="nobody") == []


def test_count_set_aside__counts_what_the_scope_shows(store, server):
    correct(store, LAN, ALL, cell(store, "hiv"), "02", **WHY)
    assert count_set_aside(store, ALL) == 0
    server.change(KEY, answers=ANSWERS | {"sec_a/hiv": ""}, version_id="uuid:e")
    bring(store, server)
    counted = [
        count_set_aside(store, scope)
        for scope in (
            ALL,
            Scope(Area.province(), frozenset({"open", "personal"}), "survey"),
            Scope(Area.of({"99999"}), ALL.classes, "survey"),
            Scope(Area.province(), ALL.classes, "practice"),
        )
    ]
    assert counted == [1, 0, 0, 0]


def test_drop__ends_the_older_ones_of_the_cell_too__nothing_waits_in_its_stead(store, server):
    other = correct(store, LAN, ALL, cell(store, "land"), "9", **WHY)
    first = correct(store, LAN, ALL, cell(store, "rooms"), "4", **WHY)
    second = correct(store, LAN, ALL, cell(store, "rooms"), "6", **WHY)
    server.change(KEY, answers=ANSWERS | {"sec_a/rooms": "5"}, version_id="uuid:e")
    bring(store, server)
    drop(store, LAN, ALL, second, reason="phiếu mới đúng")
    assert [state(store, n) for n in (other, first, second)] == ["applied", "dropped", "dropped"]
    assert count_set_aside(store, ALL) == 0
    assert check_tables(store, FORM).wrong == 0
