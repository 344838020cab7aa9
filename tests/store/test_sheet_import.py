"""Sheets of findings that come back: what each line does, every refusal, twice is once; on both engines."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from processor.database import reading, writing
from processor.errors import ContractError, Message
from processor.pull import pull
from processor.reports.step_words import why_words
from processor.store import sheet_import
from processor.store.corrections import Cell, correct, list_corrections, undo
from processor.store.corrections_many import Wanted, correct_many
from processor.store.corrections_preview import look
from processor.store.lease import LeaseError, leased
from processor.store.present import Columns
from processor.store.query import read_submission
from processor.store.scope import Area, Scope
from processor.store.sheet_import import import_sheet
from processor.store.sheet_plan import WHY as REASONS
from processor.store.sheet_plan import plan_sheet
from processor.store.table_check import check_tables
from processor.store.tables import submissions
from processor.store.work import FindingFilter, act, list_findings, read_history
from processor.store.work_tables import corrections, finding_events
from tests.conftest import ROOT
from tests.pull import small_survey
from tests.pull.memory_server import MemoryServer, submission
from tests.pull.test_pull import ANSWERS
from tests.store.forms import new_store, package
from tests.store.sheets import ALL, BOSS, LAN, WHY, bring, fill, make, read, row_of, rows_of, told

FORM, KEY = "phieu_c", "uuid:0000"


def new_server():
    """0 has many rooms and a land that is no number; 0 and 1 share a household code."""
    server = MemoryServer()
    server.put(submission(0, ANSWERS | {"sec_a/rooms": "5", "sec_a/land": "một sào"}))
    server.put(submission(1, ANSWERS))
    return server


def open_checked(url, home, patch):
    store = new_store(url, home, package())
    small_survey.use(store, home, patch, most=3)
    shutil.rmtree(home / "config" / "codes", ignore_errors=True)
    (home / "config" / "codes").symlink_to(ROOT / "config" / "codes")
    return store


@pytest.fixture
def server():
    return new_server()


@pytest.fixture
def any_store(store_url, tmp_path, server, monkeypatch):
    store = open_checked(store_url, tmp_path, monkeypatch)
    pull(store, server, store.config.form(FORM))
    yield store
    store.engine.dispose()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A filled store on SQLite and a sheet of its findings, made once; each test has copies."""
    home = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        store = open_checked(f"sqlite:///{home / 'store.sqlite'}", home, patch)
        pull(store, new_server(), store.config.form(FORM))
        make(store, home / "s.xlsx")
        store.engine.dispose()
    return home


@pytest.fixture
def store(tmp_path, made, monkeypatch):
    """On SQLite, for what does not depend on the engine."""
    shutil.copyfile(made / "store.sqlite", tmp_path / "store.sqlite")
    store = open_checked(f"sqlite:///{tmp_path / 'store.sqlite'}", tmp_path, monkeypatch)
    yield store
    store.engine.dispose()


@pytest.fixture
def sheet(tmp_path, made):
    return Path(shutil.copyfile(made / "s.xlsx", tmp_path / "s.xlsx"))


def counted(store):
    with reading(store.engine) as connection:
        tables = (finding_events, corrections)
        return [connection.execute(select(func.count()).select_from(t)).scalar_one() for t in tables]


def state_of(store, rule, key=KEY):
    rows = list_findings(store, ALL, FindingFilter(rules=frozenset({rule}))).rows
    return [row.state for row in rows if row.submission_id == key]


def root(store, key=KEY):
    return read_submission(store, FORM, key, ALL).root


def why(steps):
    """The only line's reason."""
    (step,) = steps
    assert step.outcome == "refused", step
    return step.why


def refused(store, file, rows, user=LAN, scope=ALL):
    """The reason for which the only filled line is refused, at the preview and at the import; nothing is written."""
    before = counted(store)
    file = fill(file, rows)
    found = why(plan_sheet(store, user, scope, read(file)))
    assert why(bring(store, file, user, scope)) == found
    assert counted(store) == before
    return found


def test_round_trip__answers_acts_and_repeats__done_once_and_seen_everywhere(any_store, tmp_path):
    store = any_store
    file = make(store, tmp_path / "s.xlsx")
    rooms, land = row_of(file, "T-1"), row_of(file, "TYPE")
    name, house = row_of(file, "T-4", row="members[2]"), row_of(file, "T-3")
    rows = {
        rooms: {"new": 2, **WHY},
        land: {"new": "0.5", **WHY},
        name: {"clear": "x", **WHY},
        house: {"handling": "trả lại", "reason": "xem lại mã hộ"},
        row_of(file, "T-5"): {"handling": "để nguyên"},
    }
    sheet = read(fill(file, rows))
    assert sheet.untouched == len(rows_of(file)) - 5

    before = counted(store)
    planned = plan_sheet(store, LAN, ALL, sheet)
    assert sorted(told(planned)) == sorted(
        [("ready", "correct", "")] * 2 + [("ready", "clear", ""), ("ready", "returned", ""), ("left", "", "")]
    )
    assert counted(store) == before, "a preview writes nothing"

    done = bring(store, file)
    assert sorted({step.outcome for step in done}) == ["done", "left"]
    assert counted(store) == [1, 3]
    assert (root(store)["rooms"], root(store)["land"]) == (2, 0.5)
    assert read_submission(store, FORM, KEY, ALL).repeats["c_members"][1]["m_name"] is None
    assert (state_of(store, "T-1"), state_of(store, "TYPE")) == ([], []), "checks follow"
    ledger = {row.column_name: row for row in list_corrections(store, ALL)}
    assert (ledger["rooms"].new, ledger["rooms"].source, ledger["rooms"].username) == (
        "2",
        WHY["source"],
        "lan",
    )

    again = bring(store, file)
    assert sorted({step.outcome for step in again}) == ["already", "left"]
    assert counted(store) == [1, 3], "the second import does nothing"


def test_again__after_an_undo_and_a_reopening__does_nothing_either(any_store, tmp_path):
    store = any_store
    file = make(store, tmp_path / "s.xlsx")
    rows = {
        row_of(file, "T-1"): {"new": "2", **WHY},
        row_of(file, "T-5"): {"handling": "đúng như vậy", "reason": "rõ"},
    }
    bring(store, fill(file, rows))
    undo(store, LAN, ALL, list_corrections(store, ALL)[0].id, reason="nhầm")
    ref = next(r["ref"] for r in rows_of(file) if r["_"] == row_of(file, "T-5"))
    act(store, LAN, ALL, "reopened", [ref], "nhầm")
    before = counted(store)
    assert {step.outcome for step in bring(store, file)} == {"already"}
    assert counted(store) == before


def test_sheet_of_returned_findings__acts_on_what_was_done_before(any_store, tmp_path):
    store = any_store
    rows = list_findings(store, ALL, FindingFilter(rules=frozenset({"T-1"}))).rows
    act(store, LAN, ALL, "returned", [row.ref for row in rows], "đếm lại phòng")
    file = make(store, tmp_path / "s.xlsx", narrowed=FindingFilter(state="returned"))
    (line,) = rows_of(file)
    assert (line["state"], line["rule"]) == ("đã trả lại", "T-1")
    fill(file, {line["_"]: {"handling": "đúng như vậy", "reason": "nhà lớn"}})
    assert told(bring(store, file)) == [("done", "expected", "")]
    assert state_of(store, "T-1") == ["expected"]


def test_killed_half_way__the_same_import_goes_on(store, sheet, monkeypatch):
    rows = {row_of(sheet, "T-1"): {"new": "2", **WHY}, row_of(sheet, "TYPE"): {"new": "1", **WHY}}
    fill(sheet, rows | {row_of(sheet, "T-3"): {"handling": "return", "reason": "xem lại"}})
    made = []

    def once(*arguments):
        if made:
            raise KeyboardInterrupt
        made.append(correct_many(*arguments))
        return made[0]

    with monkeypatch.context() as patch:
        patch.setattr(sheet_import, "correct_many", once)
        patch.setattr(sheet_import, "PART", 1)
        with pytest.raises(KeyboardInterrupt):
            bring(store, sheet)
    assert counted(store) == [1, 1]
    assert sorted(s.outcome for s in bring(store, sheet)) == ["already", "already", "done"]
    assert counted(store) == [1, 2]


def test_unchanged__imported__does_nothing(store, sheet):
    before = counted(store)
    assert bring(store, sheet) == []
    assert counted(store) == before


def test_rows__sorted_filtered_deleted_and_columns_moved__are_found_by_their_words(store, sheet):
    import openpyxl

    number = row_of(sheet, "T-1")
    fill(sheet, {number: {"new": "2", **WHY}})
    book = openpyxl.load_workbook(sheet)
    old = book.worksheets[0]
    lines = [[cell.value for cell in row] for row in old.iter_rows()]
    head, *rest = lines
    order = list(reversed(range(len(head))))
    for row in old.iter_rows():
        for cell in row:
            cell.value = None
    kept = [head, *[r for r in reversed(rest) if r[head.index("Quy tắc")] != "T-4"]]
    for at, row in enumerate(kept, start=1):
        for to, source in enumerate(order, start=1):
            old.cell(at, to).value = row[source]
    old.title = "Khác"
    book.save(sheet)
    assert told(bring(store, sheet)) == [("done", "correct", "")]
    assert root(store)["rooms"] == 2


def test_refused__finding_that_the_sheet_never_had(store, sheet):
    number = row_of(sheet, "T-1")
    assert (
        refused(store, sheet, {number: {"ref": "0" * 32, "handling": "trả lại", "reason": "a"}}) == "unknown"
    )


def test_refused__line_pointed_at_another_finding_of_the_sheet(store, sheet):
    other = next(r["ref"] for r in rows_of(sheet) if r["rule"] == "T-3")
    number = row_of(sheet, "T-1")
    assert refused(store, sheet, {number: {"ref": other, "new": "2", **WHY}}) == "altered"


@pytest.mark.parametrize("key", ["rule", "submission", "table", "row", "column", "answer"])
def test_refused__locked_cell_changed(store, sheet, key):
    assert refused(store, sheet, {row_of(sheet, "T-1"): {key: "khác", "new": "2", **WHY}}) == "altered"


def test_refused__same_finding_on_two_lines(store, sheet):
    first = next(r for r in rows_of(sheet) if r["rule"] == "T-1")
    line = {k: v for k, v in first.items() if k != "_"} | {"new": "2", **WHY}
    last = rows_of(sheet)[-1]["_"] + 1
    fill(sheet, {first["_"]: line, last: line})
    steps = bring(store, sheet)
    assert told(steps) == [("refused", "", "twice")] * 2


def test_refused__formula(store, sheet):
    assert refused(store, sheet, {row_of(sheet, "T-1"): {"new": "=1+1", **WHY}}) == "formula"


def test_refused__submission_of_another_area__says_nothing_of_it(store, sheet):
    number = row_of(sheet, "T-1")
    elsewhere = Scope(Area.of({"17263"}), ALL.classes, "survey")
    fill(sheet, {number: {"new": "2", **WHY}})
    (step,) = plan_sheet(store, LAN, elsewhere, read(sheet))
    assert step.present is None
    assert refused(store, sheet, {}, scope=elsewhere) == "hidden"


def test_refused__practice_sheet_against_survey_data(store, sheet):
    number = row_of(sheet, "T-1")
    practice = Scope(Area.province(), ALL.classes, "practice")
    assert refused(store, sheet, {number: {"new": "2", **WHY}}, scope=practice) == "hidden"


def test_refused__column_that_the_user_may_not_see(store, sheet):
    number = row_of(sheet, "T-4", row="members[1]")
    lesser = Scope(Area.province(), frozenset({"open"}), "survey")
    assert refused(store, sheet, {number: {"new": "A", **WHY}}, scope=lesser) == "hidden"


def test_refused__rule_that_looks_at_a_hidden_column__as_if_it_were_gone(store, sheet):
    number = row_of(sheet, "T-5")
    lesser = Scope(Area.province(), ALL.classes - {"secret"}, "survey")
    row = {number: {"handling": "đúng như vậy", "reason": "rõ"}}
    assert refused(store, sheet, row, scope=lesser) == "gone"


def test_refused__submission_deleted(store, sheet, server):
    server.change(KEY, deleted=True)
    pull(store, server, store.config.form(FORM))
    assert refused(store, sheet, {row_of(sheet, "T-1"): {"new": "2", **WHY}}) == "hidden"


def test_refused__finding_with_other_values(store, sheet, server):
    server.change(KEY, answers=server.current[KEY].answers | {"sec_a/rooms": "7"}, version_id="uuid:e1")
    pull(store, server, store.config.form(FORM))
    row = {row_of(sheet, "T-1"): {"handling": "đúng như vậy", "reason": "rõ"}}
    assert refused(store, sheet, row) == "gone"


def test_refused__newer_version__correction(store, sheet, server):
    server.change(KEY, answers=server.current[KEY].answers | {"sec_a/land": "2"}, version_id="uuid:e1")
    pull(store, server, store.config.form(FORM))
    assert refused(store, sheet, {row_of(sheet, "T-1"): {"new": "2", **WHY}}) == "stale"


def cell(store, column):
    with reading(store.engine) as connection:
        sha256 = connection.execute(
            select(submissions.c.sha256).where(submissions.c.instance_id == KEY)
        ).scalar_one()
    return Cell(FORM, KEY, "c", KEY, column, sha256)


def test_refused__somebody_corrected_the_cell_since_the_sheet_was_made__named(store, sheet):
    correct(store, BOSS, ALL, cell(store, "rooms"), "9", **WHY)
    assert refused(store, sheet, {row_of(sheet, "T-1"): {"new": "2", **WHY}}) == "meanwhile"
    (step,) = plan_sheet(store, LAN, ALL, read(sheet))
    (row,) = list_corrections(store, ALL)
    assert (step.who, datetime.fromisoformat(step.at)) == ("boss", row.at)
    (back,) = bring(store, sheet, scope=Scope(Area.province(), frozenset(("open",)), "survey"))
    assert (back.why, back.who) == ("meanwhile", "boss"), "rooms is open to all"
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    words = why_words(Columns(store), step, "vi", zone)
    assert words.startswith(
        f"boss đã sửa câu trả lời này, hoặc hoàn tác lần sửa, lúc {row.at.astimezone(zone):%d/%m/%Y %H:%M}"
    )


def test_refused__answer_is_another_though_nobody_corrected_it(store, sheet):
    with writing(store.engine) as connection:
        connection.exec_driver_sql("UPDATE c SET rooms = 9")
    assert refused(store, sheet, {row_of(sheet, "T-1"): {"new": "2", **WHY}}) == "answer"


@pytest.mark.parametrize("undone", [False, True])
def test_cell_corrected_between_plan_and_write__that_line_alone_refused(store, sheet, monkeypatch, undone):
    """Another person is quicker by less than a second: nobody's correction takes the place of another unseen."""
    rows = {row_of(sheet, "T-1"): {"new": "2", **WHY}, row_of(sheet, "TYPE"): {"new": "1", **WHY}}
    fill(sheet, rows)

    def planned(*arguments):
        steps = plan_sheet(*arguments)
        number = correct(store, BOSS, ALL, cell(store, "rooms"), "4", **WHY)
        if undone:
            undo(store, BOSS, ALL, number, reason="nhầm")
        return steps

    monkeypatch.setattr(sheet_import, "plan_sheet", planned)
    steps = {step.place.column_name: step for step in bring(store, sheet)}
    assert (steps["land"].outcome, steps["rooms"].why, steps["rooms"].who) == ("done", "meanwhile", "boss")
    assert root(store)["rooms"] == (5 if undone else 4)
    assert [r.username for r in list_corrections(store, ALL) if r.column_name == "rooms"] == ["boss"]


def test_finding_treated_between_plan_and_write__that_line_alone_refused(store, sheet, monkeypatch):
    lines = rows_of(sheet)
    fill(sheet, {row_of(sheet, r): {"handling": "trả lại", "reason": "xem lại"} for r in ("T-1", "T-3")})
    ref = next(r["ref"] for r in lines if r["_"] == row_of(sheet, "T-1"))

    def planned(*arguments):
        steps = plan_sheet(*arguments)
        act(store, BOSS, ALL, "expected", [ref], "đúng vậy")
        return steps

    monkeypatch.setattr(sheet_import, "plan_sheet", planned)
    steps = {step.place.rule: (step.outcome, step.why) for step in bring(store, sheet)}
    assert steps == {"T-1": ("refused", "acted"), "T-3": ("done", "")}
    assert (state_of(store, "T-1"), state_of(store, "T-3")) == (["expected"], ["returned"])


def test_correction__cell_touched_since_it_was_looked_at__refused(any_store):
    place = cell(any_store, "rooms")
    seen = look(any_store, ALL, place).touched
    first = correct(any_store, LAN, ALL, place, "4", touched=seen, **WHY)
    with pytest.raises(ContractError) as refusal:
        correct(any_store, BOSS, ALL, place, "2", touched=seen, **WHY)
    assert refusal.value.message is Message.CORRECT_MEANWHILE
    assert (refusal.value.values["who"], root(any_store)["rooms"]) == ("lan", 4)
    assert look(any_store, ALL, place).touched == first
    correct(any_store, BOSS, ALL, place, "2", touched=first, **WHY)
    assert root(any_store)["rooms"] == 2


def test_progress__lines_settled__from_none_to_all(store, sheet, monkeypatch):
    rows = {row_of(sheet, "T-1"): {"new": "2", **WHY}, row_of(sheet, "TYPE"): {"new": "1", **WHY}}
    acts = {
        row_of(sheet, "T-3"): {"handling": "trả lại", "reason": "xem"},
        row_of(sheet, "T-5"): {"new": "x"},
    }
    monkeypatch.setattr(sheet_import, "PART", 1)
    seen = []
    import_sheet(store, LAN, ALL, read(fill(sheet, rows | acts)), progress=seen.append)
    assert seen == [0, 1, 2, 3, 4]


def test_second_import_meanwhile__told_at_once(store, sheet):
    from processor.store.sheet_import import SHEETS

    fill(sheet, {row_of(sheet, "T-1"): {"new": "2", **WHY}})
    with leased(store.engine, "", task=SHEETS), pytest.raises(LeaseError) as busy:
        import_sheet(store, LAN, ALL, read(sheet), wait=0)
    assert busy.value.message is Message.SHEET_BUSY
    assert counted(store) == [0, 0]


def test_refused__somebody_acted_meanwhile(store, sheet):
    number = row_of(sheet, "T-1")
    ref = next(r["ref"] for r in rows_of(sheet) if r["_"] == number)
    act(store, BOSS, ALL, "expected", [ref], "nhà lớn")
    assert refused(store, sheet, {number: {"handling": "trả lại", "reason": "đếm lại"}}) == "acted"


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"new": "2", "clear": "x", **WHY}, "both"),
        ({"new": "2", "handling": "trả lại", **WHY}, "both"),
        ({"clear": "có lẽ", **WHY}, "word_clear"),
        ({"handling": "bỏ qua", "reason": "a"}, "word_handling"),
        (WHY, "no_deed"),
        ({"handling": "trả lại"}, "no_reason"),
        ({"new": "2", "source": "sổ"}, "no_reason"),
        ({"new": "2", "reason": "nhầm"}, "no_source"),
        ({"new": "2", "reason": "a" * 1001, "source": "sổ"}, "text"),
        ({"handling": "trả lại", "reason": "a" * 5000}, "text"),
        ({"new": "hai", **WHY}, "type"),
        ({"new": "2.5", **WHY}, "type"),
        ({"new": "5", **WHY}, "same"),
    ],
)
def test_refused__what_was_written__names_the_reason(store, sheet, cells, reason):
    assert refused(store, sheet, {row_of(sheet, "T-1"): cells}) == reason


def test_refused__error_closed_as_expected_or_accepted_by_a_district(store, sheet):
    number = row_of(sheet, "T-3")
    assert refused(store, sheet, {number: {"handling": "đúng như vậy", "reason": "a"}}) == "error"
    assert refused(store, sheet, {number: {"handling": "chấp nhận", "reason": "a"}}) == "role"
    assert told(bring(store, sheet, BOSS)) == [("done", "overridden", "")]


def test_refused__finding_about_the_field_work__returned_or_corrected(store, server, tmp_path):
    for number in range(2, 6):
        server.put(submission(number, ANSWERS | {"sec_a/hh_code": str(number)}))
    pull(store, server, store.config.form(FORM))
    file = make(store, tmp_path / "u.xlsx", narrowed=FindingFilter(rules=frozenset({"T-6"})))
    (row,) = rows_of(file)
    assert row["label"] == "officer:16663-01"
    assert refused(store, file, {row["_"]: {"handling": "trả lại", "reason": "a"}}) == "unit"
    assert refused(store, file, {row["_"]: {"handling": None, "new": "1", **WHY}}) == "place"
    fill(file, {row["_"]: {"new": None, "source": None, "handling": "đúng như vậy", "reason": "người giỏi"}})
    assert told(bring(store, file)) == [("done", "expected", "")]


def test_refused__two_lines_about_one_answer__the_second(store, sheet, server):
    rows = {row_of(sheet, "T-3"): {"new": "a", **WHY}, row_of(sheet, "T-5"): {"new": "b", **WHY}}
    fill(sheet, rows)
    assert sorted(told(bring(store, sheet))) == [
        ("done", "correct", ""),
        ("refused", "correct", "other_cell"),
    ]


def test_refused__a_pull_that_does_not_end__other_lines_are_done(store, sheet, monkeypatch):
    from processor.store import corrections_write as ledger

    monkeypatch.setattr(ledger, "WAIT", 0.0)
    rows = {
        row_of(sheet, "T-1"): {"new": "2", **WHY},
        row_of(sheet, "T-3"): {"handling": "trả lại", "reason": "a"},
    }
    fill(sheet, rows)
    with leased(store.engine, FORM):
        assert sorted(told(bring(store, sheet))) == [("done", "returned", ""), ("refused", "correct", "busy")]


def test_import__beside_another_one__says_so(store, sheet):
    fill(sheet, {row_of(sheet, "T-1"): {"new": "2", **WHY}})
    with leased(store.engine, "", task=sheet_import.SHEETS), pytest.raises(LeaseError) as caught:
        sheet_import.import_sheet(store, LAN, ALL, read(sheet), wait=0.0)
    assert caught.value.message is Message.SHEET_BUSY


def test_import__one_good_line_among_refused_ones__done(store, sheet):
    rows = {
        row_of(sheet, "T-1"): {"new": "2", **WHY},
        row_of(sheet, "TYPE"): {"new": "nhiều", **WHY},
        row_of(sheet, "T-3"): {"handling": "chấp nhận", "reason": "a"},
        row_of(sheet, "T-3", "uuid:0001"): {"handling": "trả lại", "reason": "a"},
    }
    fill(sheet, rows)
    outcomes = sorted(told(bring(store, sheet)))
    assert outcomes == [
        ("done", "correct", ""), ("done", "returned", ""), ("refused", "correct", "type"), ("refused", "overridden", "role"),
    ]  # fmt: skip
    (row,) = [h for h in read_history(store, FORM, "uuid:0001", ALL) if h.rule == "T-3"]
    assert (row.state, row.username, row.reason) == ("returned", "lan", "a")


def test_corrections__many_at_once__as_one_by_one_would(any_store, tmp_path):
    store = any_store
    with reading(store.engine) as connection:
        known = dict(connection.execute(select(submissions.c.instance_id, submissions.c.sha256)).all())
    member = f"{KEY}/members[1]"
    wanted = [
        Wanted(Cell(FORM, KEY, "c", KEY, "rooms", known[KEY]), "2", "a", "b"),
        Wanted(Cell(FORM, KEY, "c_members", member, "m_name", known[KEY]), None, "a", "b"),
        Wanted(Cell(FORM, KEY, "c", KEY, "land", known[KEY]), "nhiều", "a", "b"),
        Wanted(Cell(FORM, "uuid:0001", "c", "uuid:0001", "rooms", "0" * 64), "2", "a", "b"),
        Wanted(Cell(FORM, "uuid:0001", "c", "uuid:0001", "rooms", known["uuid:0001"]), "4", " ", "b"),
        Wanted(Cell(FORM, "uuid:0001", "c", "uuid:0001", "land", known["uuid:0001"]), "7", "a", "b"),
    ]
    found = correct_many(store, LAN, ALL, FORM, wanted)
    assert [error and error.message for error in found] == [
        None, None, Message.CORRECT_VALUE, Message.CORRECT_STALE, Message.CORRECT_TEXT, None,
    ]  # fmt: skip
    assert (root(store)["rooms"], root(store, "uuid:0001")["rooms"], root(store, "uuid:0001")["land"]) == (
        2,
        3,
        7,
    )
    assert read_submission(store, FORM, KEY, ALL).repeats["c_members"][0]["m_name"] is None
    assert {row.state for row in list_corrections(store, ALL)} == {"applied"}
    assert check_tables(store, FORM).wrong == 0


def test_corrections__many_at_once_that_fail__leave_nothing(store, sheet, monkeypatch):
    from processor.store import corrections_many

    def gone(*_arguments):
        raise OSError("disk")

    rows = {row_of(sheet, "T-1"): {"new": "2", **WHY}, row_of(sheet, "TYPE"): {"new": "1", **WHY}}
    fill(sheet, rows)
    monkeypatch.setattr(corrections_many, "load_several", gone)
    with pytest.raises(OSError, match="disk"):
        bring(store, sheet)
    assert counted(store) == [0, 0]
    monkeypatch.undo()


def test_refusals__each_reason__has_its_test():
    source = Path(__file__).read_text(encoding="utf-8")
    assert [reason for reason in REASONS if f'"{reason}"' not in source] == []
