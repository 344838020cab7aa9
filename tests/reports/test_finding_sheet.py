"""The workbook of a sheet of findings: opened again, saved by LibreOffice, and what must not come back."""

from __future__ import annotations

import io
import random
import shutil
import sqlite3
import zipfile
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from processor.errors import AccessError, ContractError, Message
from processor.pull import pull
from processor.reports import finding_lines
from processor.reports.sheet_texts import COLUMNS, HELP, headings
from processor.store import sheet_file
from processor.store.ledger import list_downloads
from processor.store.scope import Area, Scope
from processor.store.sheet_file import read_sheet
from processor.store.sheet_import import import_sheet
from processor.store.work_list import FindingFilter
from processor.survey.sheet_answers import form_text, handling_of, is_clear
from processor.survey.sheet_identity import Identity, seal, sheet_key, unseal
from tests.conftest import ROOT
from tests.pull import small_survey
from tests.pull.memory_server import MemoryServer, submission
from tests.pull.test_pull import ANSWERS
from tests.reports.office import convert
from tests.store.forms import new_store, package
from tests.store.sheets import ALL, KEY, LAN, NAMES, WHY, fill, make, read, row_of, rows_of, told

FORM = "phieu_c"
ALL_MADE = datetime(2026, 11, 27, tzinfo=UTC)
CODE = "0012345678901234567890"
NASTY = (
    "=HYPERLINK(1)",
    "+84912345678",
    "_x0041_ \x0b a",
    "dòng một\ndòng  hai",
    "<r><t>x</t></r>",
    "d" * 40_000,
)
"""Names that spoil files; each stands in two submissions, so that a rule finds it."""


def open_checked(home, patch):
    store = new_store(f"sqlite:///{home / 'store.sqlite'}", home, package())
    small_survey.use(store, home, patch, most=3)
    shutil.rmtree(home / "config" / "codes", ignore_errors=True)
    (home / "config" / "codes").symlink_to(ROOT / "config" / "codes")
    return store


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A store and a sheet of its findings; for tests that change nothing in it."""
    home = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        store = open_checked(home, patch)
        members = [{"members/m_name": name} for name in NASTY]
        server = MemoryServer()
        for number in range(2):
            own = {"sec_a/hh_code": CODE, "sec_a/rooms": "5", "members": members}
            server.put(submission(number, ANSWERS | own))
        server.put(submission(2, ANSWERS | {"sec_a/rooms": "8"}, practice=True))
        pull(store, server, store.config.form(FORM))
        make(store, home / "s.xlsx")
        yield store
        store.engine.dispose()


@pytest.fixture
def store(made):
    return made


@pytest.fixture
def own_store(made, tmp_path, monkeypatch):
    """A copy that may be changed."""
    with (
        closing(sqlite3.connect(made.config.root / "store.sqlite")) as source,
        closing(sqlite3.connect(tmp_path / "store.sqlite")) as target,
    ):
        source.backup(target)
    store = open_checked(tmp_path, monkeypatch)
    yield store
    store.engine.dispose()


@pytest.fixture
def sheet(made, tmp_path):
    return Path(shutil.copyfile(made.config.root / "s.xlsx", tmp_path / "s.xlsx"))


def test_file__locked_but_for_the_yellow_columns__and_ready_to_work_in(sheet):
    book = openpyxl.load_workbook(sheet)
    lines, help_, hidden = book.worksheets
    assert (
        [cell.value for cell in lines[1]] == list(NAMES.values()) == [vi for vi, _en, _w in COLUMNS.values()]
    )
    assert lines.freeze_panes == "D2" and lines.auto_filter.ref.startswith("A1:U")
    assert lines.protection.sheet and not lines.protection.autoFilter and not lines.protection.sort
    heads = {cell.value: cell.column for cell in lines[1]}
    number = row_of(sheet, "T-1")
    unlocked = {key for key, name in NAMES.items() if not lines.cell(number, heads[name]).protection.locked}
    assert unlocked == {"new", "clear", "handling", "reason", "source"}
    assert {lines.cell(number, column).number_format for column in heads.values()} == {"@"}
    lists = {str(rule.sqref): rule.formula1 for rule in lines.data_validations.dataValidation}
    assert sorted(lists.values()) == ['"trả lại,chấp nhận,đúng như vậy,để nguyên"', '"x"']
    assert all(f":{letter}" in place for place, letter in zip(sorted(lists), "QR", strict=True)), lists
    assert hidden.sheet_state == "veryHidden"
    told_ = " ".join(str(cell.value) for row in help_.iter_rows() for cell in row)
    assert all(vi in told_ for vi, _en in HELP.values())
    assert "Thử" in told_ and "lan" in told_


def test_cells__are_texts__nothing_runs_and_nothing_loses_its_zeros(sheet):
    book = openpyxl.load_workbook(sheet)
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    rows = rows_of(sheet)
    assert CODE in {row["answer"] for row in rows}
    assert {"=HYPERLINK(1)", "+84912345678", "<r><t>x</t></r>"} <= {row["answer"] for row in rows}


def test_findings_about_the_field_work__cannot_be_corrected_in_the_sheet(store, tmp_path):
    file = make(
        store, tmp_path / "u.xlsx", Scope(ALL.area, ALL.classes, "survey"), FindingFilter(severity="W")
    )
    book = openpyxl.load_workbook(file)
    sheet = book.worksheets[0]
    heads = {cell.value: cell.column for cell in sheet[1]}
    key = row_of(file, "T-4", row="members[1]")
    assert not sheet.cell(key, heads[NAMES["new"]]).protection.locked


def test_unchanged__untouched_whatever_the_texts(sheet):
    found = read(sheet)
    assert found.fills == [] and found.untouched == len(rows_of(sheet)) > 12


def test_libreoffice__saves_it_filled__every_line_is_still_ours(own_store, sheet, tmp_path):
    lines = [row for row in rows_of(sheet) if row["rule"] == "T-4"]
    assert {row["answer"] for row in lines} > {"=HYPERLINK(1)", "<r><t>x</t></r>"}
    rows = {row["_"]: {"handling": "đúng như vậy", "reason": f"rõ {row['_']}"} for row in lines}
    rows[row_of(sheet, "T-1")] = {"new": "0003", **WHY}
    rows[row_of(sheet, "T-3")] = {"new": CODE + "9", **WHY}
    fill(sheet, rows)
    convert(sheet, tmp_path / "once", "xlsx")
    saved = read(tmp_path / "once" / "s.xlsx")
    assert len(saved.fills) == len(rows) and saved.untouched == len(rows_of(sheet)) - len(rows)
    steps = import_sheet(own_store, LAN, ALL, saved)
    assert {step.outcome for step in steps} == {"done"}, told(steps)
    assert sorted(step.new for step in steps if step.new) == ["0003", CODE + "9"]
    convert(tmp_path / "once" / "s.xlsx", tmp_path / "twice", "ods")
    convert(tmp_path / "twice" / "s.ods", tmp_path / "back", "xlsx")
    again = import_sheet(own_store, LAN, ALL, read(tmp_path / "back" / "s.xlsx"))
    assert {step.outcome for step in again} == {"already"}, told(again)


@pytest.mark.parametrize(("language", "word"), [("vi", "trả lại"), ("en", "return")])
def test_languages__both_come_back(store, tmp_path, language, word):
    file = make(store, tmp_path / "s.xlsx", language=language)
    names = headings(language)
    book = openpyxl.load_workbook(file)
    sheet = book.worksheets[0]
    heads = {cell.value: cell.column for cell in sheet[1]}
    assert list(heads) == list(names.values())
    sheet.cell(2, heads[names["handling"]]).value = word
    book.save(file)
    (line,) = read(file).fills
    assert handling_of(line.text("handling")) == "returned"


def test_practice__own_sheets_with_their_mark(store, tmp_path):
    file = make(store, tmp_path / "p.xlsx", Scope(Area.province(), ALL.classes, "practice"))
    assert {row["submission"] for row in rows_of(file)} == {"uuid:0002"}
    assert read(file).identity.practice
    assert list_downloads(store.engine, None)[0].practice
    assert openpyxl.load_workbook(file).worksheets[0].sheet_properties.tabColor is not None


def test_rights__neither_rows_nor_columns_beyond_the_scope(store, tmp_path):
    classes = frozenset({"open"})
    file = make(store, tmp_path / "o.xlsx", Scope(Area.province(), classes, "survey"), purpose="")
    assert {row["rule"] for row in rows_of(file)} == {"T-1", "T-10", "T-2", "T-3"}
    assert list_downloads(store.engine, None)[0].classes == "open"
    with pytest.raises(ContractError) as caught:
        make(store, tmp_path / "n.xlsx", Scope(Area.of({"17263"}), ALL.classes, "survey"))
    assert caught.value.message is Message.SHEET_EMPTY


def test_classes__of_all_that_the_rules_look_at__stand_in_the_ledger(store, tmp_path):
    make(store, tmp_path / "s.xlsx", narrowed=FindingFilter(rules=frozenset({"T-5"})))
    assert list_downloads(store.engine, None)[0].classes == "open secret"
    with pytest.raises(AccessError) as caught:
        make(store, tmp_path / "t.xlsx", narrowed=FindingFilter(rules=frozenset({"T-5"})), purpose=" ")
    assert caught.value.message is Message.EXPORT_PURPOSE
    assert not (tmp_path / "t.xlsx").exists()


def test_more_findings_than_a_sheet_holds__refused_before_the_ledger(store, tmp_path, monkeypatch):
    before = len(list_downloads(store.engine, None))
    monkeypatch.setattr(finding_lines, "MOST", 3)
    monkeypatch.setattr(finding_lines, "PAGE", 2)
    with pytest.raises(ContractError) as caught:
        make(store, tmp_path / "s.xlsx")
    assert caught.value.message is Message.SHEET_MANY
    assert len(list_downloads(store.engine, None)) == before


def refused(file, message, key=KEY):
    with pytest.raises(ContractError) as caught:
        read_sheet(file, key)
    assert caught.value.message is message


def rewritten(file, target, change):
    """The workbook with `change(name, bytes)` over its parts."""
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(part.filename, change(part.filename, old.read(part.filename)))
    return target


def test_identity__another_key_or_a_changed_sign__not_ours(sheet, tmp_path):
    refused(sheet, Message.SHEET_FOREIGN, b"x" * 32)
    known = openpyxl.load_workbook(sheet)["Nhận dạng"]["A2"].value.encode()
    other = known[:-1] + (b"0" if known[-1:] != b"0" else b"1")
    refused(
        rewritten(sheet, tmp_path / "c.xlsx", lambda _, b: b.replace(known, other)), Message.SHEET_FOREIGN
    )


def test_identity__seal__gives_back_what_it_took_and_no_changed_part():
    sheet = Identity(1, ALL_MADE, "lan", "vi", False, "x", {"ref": "Mã"}, {})
    cells = seal(sheet, KEY)
    assert unseal(cells, KEY) == sheet
    assert [unseal(c, KEY) for c in ((), cells[:2], (*cells, "AAAA"), (cells[0], "ü", *cells[2:]))] == [
        None
    ] * 4
    assert sheet_key("a") != sheet_key("b")


def test_bomb__zeros_that_shrink_to_nothing__refused_unread(sheet, tmp_path):
    def grown(name, body):
        return body + b" " * (40 << 20) if name.endswith("sheet1.xml") else body

    refused(rewritten(sheet, tmp_path / "b.xlsx", grown), Message.SHEET_LARGE)


def test_bomb__more_rows_than_any_sheet(sheet, monkeypatch):
    monkeypatch.setattr(sheet_file, "MAX_ROWS", 5)
    refused(sheet, Message.SHEET_LARGE)


def test_bomb__a_row_far_below__is_not_filled_up_to_it(sheet, tmp_path):
    far = rewritten(sheet, tmp_path / "f.xlsx", lambda _, b: b.replace(b'<row r="5"', b'<row r="1048576"'))
    refused(far, Message.SHEET_LARGE)


def test_bomb__entities_in_the_xml(sheet, tmp_path):
    head = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]>'

    def spoiled(name, body):
        return head + body.partition(b"?>")[2].replace(b"<t>", b"<t>&c;", 1) if "sheet" in name else body

    refused(rewritten(sheet, tmp_path / "e.xlsx", spoiled), Message.SHEET_UNREADABLE)


@pytest.mark.parametrize("part", ["xl/workbook.xml", "[Content_Types].xml", "xl/worksheets/sheet1.xml"])
def test_damaged__part_missing_or_cut__unreadable(sheet, tmp_path, part):
    cut = rewritten(sheet, tmp_path / "c.xlsx", lambda n, b: b[: len(b) // 2] if n == part else b)
    refused(cut, Message.SHEET_UNREADABLE)


def spoilt(chance, body):
    """Some bytes changed, lost, doubled or replaced by what numbers and names must not be."""
    body = bytearray(body)
    for _ in range(chance.choice((1, 3, 20))):
        at, some = chance.randrange(len(body)), chance.randrange(1, 40)
        odd = chance.choice((b"9" * 30, b"-1", b'"', b"<", b"NaN", b"1e999", b"\xff"))
        copied = bytes(body[some : 2 * some])
        body[at : at + chance.choice((0, 1, some))] = chance.choice((b"", copied, odd))
    return bytes(body) or b"\0"


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_damaged__anyhow__refused_or_read_as_ours_and_nothing_else(sheet, tmp_path):
    chance, outcomes = random.Random(2016), Counter()
    with zipfile.ZipFile(sheet) as archive:
        names = archive.namelist()
    for number in range(90):
        file = tmp_path / f"{number}.xlsx"
        if number % 3 == 0:
            file.write_bytes(spoilt(chance, sheet.read_bytes()))
        else:
            hit = chance.choice(names)
            rewritten(sheet, file, lambda n, b, hit=hit: spoilt(chance, b) if n == hit else b)
        try:
            assert read(file).identity.username == "lan"
            outcomes["read"] += 1
        except ContractError as error:
            outcomes[error.message.name] += 1
        file.unlink()
    assert {"read", "SHEET_UNREADABLE", "SHEET_FOREIGN"} <= set(outcomes), outcomes


def test_size__beyond_the_limit(sheet, monkeypatch):
    monkeypatch.setattr(sheet_file, "MAX_BYTES", 100)
    refused(sheet, Message.SHEET_LARGE)


def test_zip__that_is_no_workbook(tmp_path):
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr("a.txt", "a")
    (tmp_path / "z.xlsx").write_bytes(body.getvalue())
    refused(tmp_path / "z.xlsx", Message.SHEET_UNREADABLE)


@pytest.mark.parametrize("change", ["renamed", "twice", "removed"])
def test_headings__renamed_doubled_or_gone__named(sheet, change):
    book = openpyxl.load_workbook(sheet)
    head = book.worksheets[0][1]
    place = next(cell for cell in head if cell.value == NAMES["reason"])
    place.value = {"renamed": "Vì sao", "twice": NAMES["source"], "removed": None}[change]
    book.save(sheet)
    refused(sheet, Message.SHEET_COLUMNS)


@pytest.mark.parametrize(
    ("name", "typed", "answer"),
    [
        ("rooms", 3.0, "3"), ("rooms", " 3 ", "3"), ("rooms", "1.500", "1500"), ("land", 0.5, "0.5"), ("land", "1,5", "1.5"),
        ("land", "1,500", "1,500"),
        ("rooms", "1,5", "1,5"),
        ("interview_date", "5/3/2016", "2016-03-05"), ("interview_date", "31/02/2016", "31/02/2016"),
        ("interview_date", "2016-03-05", "2016-03-05"), ("at_time", "8:30", "08:30:00"), ("hiv", "Yes", "01"),
        ("hiv", "01", "01"), ("hiv", "maybe", "maybe"), ("needs", "01 02", "01 02"), ("needs", "House; Work", "01 02"),
        ("head_name", " Lô Thị  A ", "Lô Thị  A"), ("hh_code", "0123", "0123"),
    ],
)  # fmt: skip
def test_answers__as_people_type_them__as_forms_write_them(store, name, typed, answer):
    column = store.plan("c").by_name[name]
    assert form_text(column, typed) == answer


def test_answers__excel_day__is_the_day(store):
    assert form_text(store.plan("c").by_name["interview_date"], datetime(2016, 3, 5)) == "2016-03-05"  # noqa: DTZ001


def test_words__of_the_columns_to_choose_in():
    assert [handling_of(w) for w in (" Trả  LẠI ", "accept", "để nguyên", "", "xóa")] == [
        "returned", "overridden", "leave", "", None,
    ]  # fmt: skip
    assert [is_clear(word) for word in ("X", "", "không")] == [True, False, None]
