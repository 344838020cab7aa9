"""One pull: what it brings, what it proves, what it says."""

from __future__ import annotations

import gc
from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy import select

from processor.database import reading, writing
from processor.errors import Message, ServerError
from processor.pull import pull, rebuild
from processor.pull_run import COLLECT_AFTER
from processor.store.progress import last_pulls
from processor.store.tables import changes, findings, raw_versions, submissions
from tests.pull.memory_server import MemoryServer, late_file, submission
from tests.pull.tables import everything, raw_rows, root_rows
from tests.store.forms import CHOICES, EXTRA, new_store, package

ANSWERS = {
    "sec_a/commune_code": "16663",
    "sec_a/hh_code": "00412166630010007",
    "sec_a/head_name": "Ông Nguyễn Văn Hoà",
    "sec_a/rooms": "3",
    "sec_a/land": "1.5",
    "sec_a/interview_date": "2016-03-05",
    "sec_a/at_time": "08:30:00.000+07:00",
    "sec_a/begun": "2016-03-05T08:30:00.000+07:00",
    "sec_a/hiv": "01",
    "needs": "01 02",
    "gps": "18.67 105.69 4 5",
    "members": [
        {
            "members/m_name": "Vừ Bá Chò",
            "members/m_birth_year": "1950",
            "members/jobs": [{"members/jobs/job": "x"}],
        },
        {"members/m_name": "Y Hoa"},
    ],
}


@pytest.fixture
def form(store):
    return store.config.form("phieu_c")


@pytest.fixture
def server():
    server = MemoryServer()
    for number in range(3):
        server.put(submission(number, ANSWERS))
    return server


def test_pull__first__typed_rows_and_proof(store, server, form):
    record = pull(store, server, form)
    assert (record.state, record.created, record.server_count, record.copy_count) == ("equal", 3, 3, 3)
    assert record == last_pulls(store)["phieu_c"]
    assert "The copy equals the server: server 3, copy 3." in record.sentence
    row = root_rows(store)["uuid:0001"]
    assert (row.hh_code, row.rooms, row.land) == ("00412166630010007", 3, 1.5)
    assert (row.interview_date, row.at_time) == (date(2016, 3, 5), time(8, 30))
    assert row.begun == datetime(2016, 3, 5, 1, 30, tzinfo=UTC)
    assert (row.needs, row.needs__01, row.needs__02) == ("01 02", 1, 1)
    assert row.head_name == "Nguyễn Văn Hoà"
    assert (row._area, row._practice) == ("16663", 0)
    assert row._received_at == server.current["uuid:0001"].received_at


@pytest.mark.parametrize(("before", "after"), [(700, COLLECT_AFTER), (90_000, 90_000), (0, 0)])
def test_pull__collector__looks_rarely_but_as_somebody_has_set_it(store, server, form, before, after):
    found = gc.get_threshold()
    try:
        gc.set_threshold(before, *found[1:])
        pull(store, server, form)
        assert gc.get_threshold() == (after, *found[1:])
    finally:
        gc.set_threshold(*found)


def test_pull__nothing_new__adds_no_raw_row(store, server, form):
    pull(store, server, form)
    before = raw_rows(store), everything(store)
    record = pull(store, server, form, full=True)
    assert record.is_equal
    assert (record.created, record.edited, record.updated) == (0, 0, 0)
    assert (raw_rows(store), everything(store)) == before


def test_pull__answer_cleared_and_members_gone__replaced_as_a_whole(store, server, form):
    pull(store, server, form)
    server.change("uuid:0001", answers=ANSWERS | {"sec_a/rooms": "", "members": []}, version_id="uuid:e1")
    record = pull(store, server, form)
    assert (record.edited, record.detail) == (1, "")
    assert root_rows(store)["uuid:0001"].rooms is None
    tables = everything(store)
    assert tables["c_members"].total() == 4
    assert tables["c_jobs"].total() == 2


def test_pull__deleted_then_restored__rows_go_and_come_back(store, server, form):
    pull(store, server, form)
    before, raw = everything(store), raw_rows(store)
    server.change("uuid:0001", deleted=True)
    record = pull(store, server, form)
    assert (record.deleted, record.server_count, record.copy_count, record.detail) == (1, 2, 2, "")
    assert "uuid:0001" not in root_rows(store)
    server.change("uuid:0001", deleted=False)
    assert pull(store, server, form).restored == 1
    after = everything(store)
    assert {n: after[n] for n in after if n != "submissions"} == {
        n: before[n] for n in before if n != "submissions"
    }
    assert raw_rows(store) == raw + 2, "two state rows, no content lost or repeated"


def test_pull__late_file__counts_it_and_keeps_both_contents(store, server, form):
    server.change("uuid:0001", attachments=late_file(False))
    pull(store, server, form)
    server.change("uuid:0001", attachments=late_file(True))
    assert pull(store, server, form).updated == 1
    with reading(store.engine) as connection:
        rows = connection.execute(submissions.select().where(submissions.c.instance_id == "uuid:0001")).one()
    assert (rows.raw_no, rows.attachments_expected, rows.attachments_present) == (2, 1, 1)


def test_pull__version_not_published__keeps_raw_says_so_and_loads_it_later(store, server, form):
    server.put(submission(7, ANSWERS | {"remark": "x", "needs": "03"}, form_version="2"))
    record = pull(store, server, form)
    assert (record.state, record.incomplete, record.created) == ("incomplete", 1, 4)
    assert "version '2'" in record.sentence
    assert "equals the server: server 4, copy 4; 1 without" in record.sentence
    assert len(root_rows(store)) == 3
    store.register(package("2", extra=EXTRA, choices=CHOICES))
    record = pull(store, server, form)
    assert record.is_equal
    rows = root_rows(store)
    assert rows["uuid:0007"].remark == "x"
    assert rows["uuid:0001"].needs__03 == 0, "a new choice of an old answer is told, as a rebuild would"


def test_pull__relabelled_version_published_later__loads_what_waited(store, server, form):
    server.put(submission(7, ANSWERS, form_version="1b"))
    assert pull(store, server, form).state == "incomplete"
    store.register(package("1b"))
    assert pull(store, server, form).is_equal


def test_pull__edited_to_an_unpublished_version__shows_no_stale_rows(store, server, form):
    pull(store, server, form)
    server.change("uuid:0001", form_version="9", version_id="uuid:e1")
    assert pull(store, server, form).incomplete == 1
    assert "uuid:0001" not in root_rows(store)


def test_pull__server_holds_something_back__says_differs(store, server, form):
    server.withheld.add("uuid:0001")
    record = pull(store, server, form)
    assert (record.state, record.only_server, record.server_count, record.copy_count) == ("differs", 1, 3, 2)
    assert "THE COPY DIFFERS: server 3, copy 2; 1 only on the server" in record.sentence


def test_pull__change_missed_by_the_increment__found_and_mended_by_reading_all(store, server, form):
    pull(store, server, form)
    missed = server.changed_at["uuid:0001"]
    server.change("uuid:0001", version_id="uuid:e1", answers=ANSWERS | {"sec_a/rooms": "9"})
    server.changed_at["uuid:0001"] = missed
    record = pull(store, server, form)
    assert (record.state, record.edited) == ("equal", 1)
    assert root_rows(store)["uuid:0001"].rooms == 9


def test_pull__id_vanished_from_the_server__kept_and_reported(store, server, form):
    pull(store, server, form)
    server.remove("uuid:0001")
    record = pull(store, server, form)
    assert (record.state, record.only_copy, record.server_count, record.copy_count) == ("differs", 1, 2, 3)
    assert "uuid:0001" in root_rows(store)


def test_pull__deleted_one_purged_by_the_server__is_no_difference(store, server, form):
    server.change("uuid:0001", deleted=True)
    pull(store, server, form)
    server.remove("uuid:0001")
    assert pull(store, server, form).is_equal


def test_pull__phones_send_meanwhile__proves_equality_without_reading_all(store, server, form):
    pull(store, server, form)
    sent = iter(range(10, 20))

    def traffic():
        number = next(sent)
        server.put(submission(number, ANSWERS))
        server.change("uuid:0000", version_id=f"uuid:t{number}")

    server.before_ids = traffic
    calls = []
    changed = server.changed
    server.changed = lambda *a: calls.append(a[1]) or changed(*a)
    record = pull(store, server, form)
    assert (record.state, record.created, record.server_count) == ("equal", 1, 4)
    assert None not in calls


@pytest.mark.parametrize(
    "tampered", ["root gone", "root of an older version", "member of nobody", "members of nobody"]
)
def test_pull__rows_tampered_with__made_anew_from_raw_and_said(store, server, form, tampered):
    pull(store, server, form)
    before = everything(store)
    root, members, _jobs = (store.table(plan) for plan in store.plans("phieu_c"))
    statement = {
        "root gone": root.delete().where(root.c.submission_id == "uuid:0000"),
        "root of an older version": root.update()
        .values(_raw_sha256="0")
        .where(root.c.submission_id == "uuid:0000"),
        "member of nobody": members.update()
        .values(submission_id="uuid:gone")
        .where(members.c.row_key == "uuid:0000/members[2]"),
        "members of nobody": members.update()
        .values(submission_id="uuid:gone")
        .where(members.c.submission_id == "uuid:0000"),
    }[tampered]
    with writing(store.engine) as connection:
        connection.execute(statement)
    record = pull(store, server, form)
    assert record.is_equal
    assert "1 submissions had wrong reporting rows, made anew from raw" in record.sentence
    assert everything(store) == before


def test_pull__same_id_in_another_form__stays_untouched(store, server, form):
    first = package()
    store.register(replace(first, form=replace(first.form, form_id="phieu_c1")))
    other = MemoryServer()
    other.put(submission(1, ANSWERS, form_id="phieu_c1"))
    assert pull(store, other, store.config.form("phieu_c1")).is_equal
    pull(store, server, form)
    server.change("uuid:0001", answers={"sec_a/rooms": "9"}, version_id="uuid:e1")
    pull(store, server, form)
    server.change("uuid:0001", deleted=True)
    pull(store, server, form)
    record = pull(store, other, store.config.form("phieu_c1"))
    assert (record.state, record.copy_count, record.detail) == ("equal", 1, "")
    with reading(store.engine) as connection:
        noted = connection.execute(select(changes.c.table_name)).scalars().all()
    assert "c1" in noted


def test_pull__server_fails_on_the_second_page__keeps_the_first_and_says_failed(
    store, server, form, monkeypatch
):
    monkeypatch.setattr("processor.pull.PAGE_SIZE", 2)
    changed = server.changed

    def breaking(*arguments):
        pages = changed(*arguments)
        yield next(pages)
        raise ServerError(Message.SUBMISSION_UNREADABLE, instance_id="x", form_id="y", detail="z")

    server.changed = breaking
    with pytest.raises(ServerError):
        pull(store, server, form)
    record = last_pulls(store)["phieu_c"]
    assert (record.state, record.created) == ("failed", 2)
    server.changed = changed
    assert pull(store, server, form).created == 1


def test_pull__text_no_database_can_hold__empty_cell_with_finding_and_exact_raw(store, server, form):
    server.put(submission(8, ANSWERS | {"sec_a/head_name": "A\x00B", "sec_a/hh_code": "a\ud800"}))
    assert pull(store, server, form).is_equal
    row = root_rows(store)["uuid:0008"]
    assert (row.head_name, row.hh_code, row.rooms) == (None, None, 3)
    with reading(store.engine) as connection:
        found = connection.execute(findings.select().where(findings.c.rule == "TYPE")).all()
        body = (
            connection.execute(raw_versions.select().where(raw_versions.c.instance_id == "uuid:0008"))
            .one()
            .body
        )
    assert {(f.column_name, f.value) for f in found} == {("head_name", "A\\x00B"), ("hh_code", "a\\ud800")}
    assert '"A\\u0000B"' in body
    assert '"a\\ud800"' in body
    before = everything(store)
    rebuild(store, form)
    assert everything(store) == before


@pytest.mark.parametrize("bad", ["", "a\x00b", "x" * 300, "\ud800"])
def test_pull__id_that_cannot_be_a_key__does_not_stop_the_others_and_is_counted(store, server, form, bad):
    server.put(submission(8, ANSWERS, instance_id=bad))
    record = pull(store, server, form)
    assert (record.state, record.created, record.only_server) == ("differs", 3, 1)
    assert "no usable id" in record.sentence


def test_pull__absurd_commune__seen_by_the_province_only(store, server, form):
    server.put(submission(8, ANSWERS | {"sec_a/commune_code": "9" * 5000}))
    assert pull(store, server, form).is_equal
    assert root_rows(store)["uuid:0008"]._area is None


def test_rebuild__nothing_published__leaves_raw_for_later(store_url, tmp_path, server):
    store = new_store(store_url, tmp_path)
    form = store.config.form("phieu_c")
    assert pull(store, server, form).incomplete == 3
    rebuild(store, form)
    store.register(package())
    assert pull(store, server, form).is_equal
    assert len(root_rows(store)) == 3


def test_pull__many_rows__the_planner_is_told_how_many(store, server, form, monkeypatch):
    """Without it PostgreSQL compared 20,000 submissions row by row: 48 s instead of 2."""
    monkeypatch.setattr("processor.pull.PAGE_SIZE", 2)
    assert pull(store, server, form).state == "equal"
    if store.engine.dialect.name == "sqlite":
        return  # plans without statistics; what counts here is that telling it does no harm
    names = ["submissions", *(plan.name for plan in store.plans("phieu_c"))]
    with reading(store.engine) as connection:
        known = connection.exec_driver_sql(
            "SELECT relname, reltuples FROM pg_class WHERE relkind = 'r'"
        ).all()
        looked_at = set(
            connection.exec_driver_sql("SELECT attname FROM pg_stats WHERE tablename = 'c'").scalars()
        )
    told = {name: rows for name, rows in known if name in names}
    assert told.keys() == set(names)
    assert min(told.values()) >= 0
    assert told["submissions"] == 3
    assert looked_at == {"submission_id", "_raw_sha256", "_review_state", "_area"}, "all 165 take seconds"
