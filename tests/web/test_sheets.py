"""Working in Excel on the pages: the whole round trip, rights, what is kept, what is refused."""

from __future__ import annotations

import os
import re
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from werkzeug.test import TestResponse

from processor.store.corrections import list_corrections
from processor.store.ledger import list_downloads
from processor.store.query import read_submission
from processor.web import sheet_job
from processor.web.sheet_keep import KEPT
from tests.store.sheets import fill, rows_of
from tests.web import checked_site
from tests.web.checked_site import ALL, FORM, found
from tests.web.conftest import Browser, Site, text
from tests.web.example import DONG_VINH, HOUSEHOLDS, People

WHO = People()
WHY = {"reason": "gọi lại cho hộ", "source": "sổ hộ nghèo 2016"}
PHUONG, AN, _QUYET, THANG = HOUSEHOLDS


@pytest.fixture
def site(checked_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """The click that imports waits until all is done, as it does for small sheets."""
    monkeypatch.setattr(sheet_job, "MOMENT", 60)
    opened = checked_site.copied(checked_folder, tmp_path / "data")
    yield opened
    ended(opened)
    opened.close()


def ended(site: Site) -> None:
    """Wait for the imports that run."""
    for job in list(site.app.extensions.get(sheet_job.KEY, {}).values()):
        job.thread.join()


def enter(site: Site, username: str) -> Browser:
    person = Browser(site.app)
    assert person.sign_in(username).status_code == 303
    return person


def take(browser: Browser, target: Path, address: str = "/sheets/", **fields: object) -> Path:
    """Make a sheet and save the file."""
    browser.get(address)
    answer = browser.post(address, **{"classes": ["personal", "sensitive"], "purpose": "Thử", **fields})
    assert answer.status_code == 303, text(answer)
    page = text(browser.follow(answer))
    file = browser.get(re.search(r'href="(/downloads/\d+/file[^"]*)"', page)[1])
    target.write_bytes(file.data)
    return target


def send(browser: Browser, file: Path) -> TestResponse:
    browser.get("/sheets/")
    with file.open("rb") as stream:
        return browser.post("/sheets/upload", file=(stream, "bang.xlsx"))


def bring(browser: Browser, file: Path) -> str:
    """Send it and look at it; the address of the preview."""
    answer = send(browser, file)
    assert answer.status_code == 303, text(answer)
    assert "Xem trước bảng số" in text(browser.follow(answer))
    return answer.headers["Location"]


def line_of(file: Path, rule: str, household=None) -> int:
    ids = {household.instance_id} if household else None
    return next(
        r["_"] for r in rows_of(file) if r["rule"] == rule and (ids is None or r["submission"] in ids)
    )


def test_round_trip__sheet_filled_previewed_and_done(site, tmp_path):
    browser = enter(site, WHO.province)
    file = take(browser, tmp_path / "s.xlsx")
    (entry, *_) = list_downloads(site.store.engine, None)
    assert (entry.table_name, entry.profile, entry.state, entry.purpose) == (
        "findings",
        "sheet",
        "done",
        "Thử",
    )
    assert {"personal", "open"} <= set(entry.classes.split())
    rows = {
        line_of(file, "F-1", AN): {"new": "Hộ nghèo", **WHY},
        line_of(file, "TYPE", THANG): {"new": "4", "reason": "đếm lại"},
    }
    address = bring(browser, fill(file, rows))
    page = text(browser.get(address))
    assert "Thiếu nguồn" in page
    assert "Làm 1 dòng" in page
    assert "Hộ khác" in page and "Hộ nghèo" in page
    assert list_corrections(site.store, ALL) == []

    answer = browser.post(f"{address}/import")
    page = text(browser.follow(answer))
    assert answer.status_code == 303
    assert "Kết quả nhập bảng số" in page
    assert read_submission(site.store, FORM, AN.instance_id, ALL).root["hh_class"] == "1"
    assert [row.rule for row in found(site, submission_id=AN.instance_id)].count("F-1") == 0
    (row,) = list_corrections(site.store, ALL)
    assert (row.username, row.reason, row.new) == (WHO.province, WHY["reason"], "1")

    refused = browser.follow(browser.post(f"{address}/refused"))
    (tmp_path / "r.xlsx").write_bytes(refused.data)
    lines = list(openpyxl.load_workbook(tmp_path / "r.xlsx").worksheets[0].iter_rows(values_only=True))
    assert len(lines) == 2
    assert "Thiếu nguồn: sửa theo giấy tờ hoặc lời ai" in lines[1]
    assert list_downloads(site.store.engine, None)[0].profile == "refused"
    assert browser.get("/downloads/").status_code == 200

    address = bring(browser, file)
    assert "Không có dòng nào để làm" in text(browser.get(address))
    page = text(browser.follow(browser.post(f"{address}/import")))
    assert "đã được làm từ trước" in page
    assert len(list_corrections(site.store, ALL)) == 1


@pytest.mark.parametrize(
    ("cells", "becomes", "why", "meaning"),
    [
        ({"new": "1", "reason": "đọc nhầm"}, "1 Hộ nghèo", "Thiếu nguồn", "1 Hộ nghèo"),
        ({"new": "9", **WHY}, "9", "Cần: một mã hoặc nhãn trong danh sách: 1 Hộ nghèo, 7 Hộ khác", None),
    ],
)
def test_refused__code__has_its_label_on_the_page_and_in_the_file(
    site, tmp_path, cells, becomes, why, meaning
):
    browser = enter(site, WHO.province)
    file = take(browser, tmp_path / "s.xlsx")
    address = bring(browser, fill(file, {line_of(file, "F-1", AN): cells}))
    page = text(browser.get(address))
    assert f"→ <b>{becomes}</b>" in page and why in page

    browser.post(f"{address}/import")
    refused = browser.follow(browser.post(f"{address}/refused"))
    (tmp_path / "r.xlsx").write_bytes(refused.data)
    head, line = openpyxl.load_workbook(tmp_path / "r.xlsx").worksheets[0].iter_rows(values_only=True)
    told = dict(zip(head, line, strict=True))
    assert (told["Trả lời mới"], told["Nghĩa của trả lời mới"] or None) == (cells["new"], meaning)


def test_confirm__twice__the_first_outcome_stays(site, tmp_path):
    browser = enter(site, WHO.province)
    file = take(browser, tmp_path / "s.xlsx")
    address = bring(browser, fill(file, {line_of(file, "F-1", AN): {"new": "1", **WHY}}))
    browser.post(f"{address}/import")
    page = text(browser.follow(browser.post(f"{address}/import")))
    assert "Đã làm" in page and "đã được làm từ trước" not in page
    assert len(list_corrections(site.store, ALL)) == 1


def test_token__of_another_user__leads_to_nothing(site, tmp_path):
    browser = enter(site, WHO.province)
    file = take(browser, tmp_path / "s.xlsx")
    address = bring(browser, fill(file, {line_of(file, "F-1", AN): {"new": "1", **WHY}}))
    other = enter(site, WHO.admin)
    other.get("/sheets/")
    assert other.get(address).headers["Location"] == "/sheets/"
    assert other.post(f"{address}/import").status_code == 303
    assert other.post(f"{address}/refused").headers["Location"] == "/sheets/"
    assert list_corrections(site.store, ALL) == []


def test_sheet_of_another_user__each_line_by_the_rights_of_who_imports(site, tmp_path):
    file = take(enter(site, WHO.province), tmp_path / "s.xlsx")
    rows = {
        line_of(file, "F-1", AN): {"new": "1", **WHY},
        line_of(file, "TYPE", THANG): {"new": "4", **WHY},
    }
    browser = enter(site, WHO.con_cuong)
    address = bring(browser, fill(file, rows))
    page = text(browser.get(address))
    assert "không thuộc quyền của bạn" in page
    assert AN.instance_id not in page and "Hộ khác" not in page
    browser.post(f"{address}/import")
    assert [row.submission_id for row in list_corrections(site.store, ALL)] == [THANG.instance_id]


def test_sheet__of_a_district__has_its_own_findings_alone(site, tmp_path):
    browser = enter(site, WHO.con_cuong)
    file = take(browser, tmp_path / "s.xlsx", "/sheets/?level=all")
    assert {row["submission"] for row in rows_of(file)} == {THANG.instance_id}
    assert list_downloads(site.store.engine, None)[0].areas != "*"


def test_sheet__without_the_right_to_secret__names_no_finding_that_looks_there(site, tmp_path):
    browser = enter(site, WHO.province)
    file = take(browser, tmp_path / "s.xlsx", "/sheets/?level=all")
    assert "F-4" not in {row["rule"] for row in rows_of(file)}
    with zipfile.ZipFile(file) as archive:
        assert not any(b"HIVTEXT" in archive.read(name) for name in archive.namelist())
    browser.get("/sheets/")
    assert browser.post("/sheets/", classes=["secret"], purpose="Thử").status_code == 403
    may = take(enter(site, WHO.secret), tmp_path / "t.xlsx", "/sheets/?level=all", classes=["secret"])
    assert "F-4" in {row["rule"] for row in rows_of(may)}
    assert "secret" in list_downloads(site.store.engine, None)[0].classes


def test_filter__of_the_list_of_findings__chooses_the_same(site, tmp_path):
    browser = enter(site, WHO.province)
    page = text(browser.get("/findings/?level=E&rule=F-1"))
    assert 'href="/sheets/?level=E&amp;rule=F-1"' in page
    file = take(browser, tmp_path / "s.xlsx", "/sheets/?level=E&rule=F-1")
    assert [(row["rule"], row["submission"]) for row in rows_of(file)] == [("F-1", AN.instance_id)]


def test_make__people_without_a_purpose__asked_for_it_and_nothing_made(site):
    browser = enter(site, WHO.province)
    browser.get("/sheets/")
    answer = browser.post("/sheets/", classes=["personal", "sensitive"])
    assert answer.status_code == 400
    assert "Nêu mục đích" in text(answer)
    assert list_downloads(site.store.engine, None) == []


def test_make__open_columns_alone__needs_none(site, tmp_path):
    browser = enter(site, WHO.open_only)
    file = take(browser, tmp_path / "s.xlsx", classes=[], purpose="")
    assert {row["rule"] for row in rows_of(file)} >= {"F-1", "TYPE"}
    assert list_downloads(site.store.engine, None)[0].classes == "open"


def test_choice__without_findings__said_and_no_button(site):
    browser = enter(site, WHO.province)
    page = text(browser.get("/sheets/?state=overridden"))
    assert "0 phát hiện" in page and "Chọn tình trạng, mức hoặc địa bàn khác" in page
    assert 'name="purpose"' not in page
    assert browser.post("/sheets/?state=overridden", purpose="Thử").status_code == 400


def test_choice__more_than_a_sheet_holds__refused_before_anything_is_made(site, monkeypatch):
    from processor.reports import finding_lines
    from processor.web import sheets_out

    for module in (finding_lines, sheets_out):
        monkeypatch.setattr(module, "MOST", 1)
    browser = enter(site, WHO.province)
    assert "Một bảng có tối đa 1 phát hiện" in text(browser.get("/sheets/"))
    answer = browser.post("/sheets/", classes=["personal"], purpose="Thử")
    assert answer.status_code == 400 and "Một bảng có tối đa 1 phát hiện" in text(answer)
    assert list_downloads(site.store.engine, None) == []


def test_practice__has_sheets_of_its_own(site, tmp_path):
    browser = enter(site, WHO.province)
    file = take(browser, tmp_path / "p.xlsx", "/sheets/?data=practice&level=all")
    rows = rows_of(file)
    assert rows and {row["submission"] for row in rows} & {h.instance_id for h in HOUSEHOLDS} == set()
    book = openpyxl.load_workbook(file)
    assert book.worksheets[0].sheet_properties.tabColor.rgb.endswith("B4231F")
    number = next(row["_"] for row in rows if row["rule"] == "F-3")
    address = bring(browser, fill(file, {number: {"handling": "đúng như vậy", "reason": "tập"}}))
    assert "Tập huấn" in text(browser.get(address))
    browser.post(f"{address}/import")
    states = {(row.rule, row.state) for row in found(site, ALL.__class__(ALL.area, ALL.classes, "practice"))}
    assert ("F-3", "expected") in states
    assert {row.state for row in found(site)} == {"open"}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "Không đọc được tệp"),
        (b"PK\x03\x04 broken", "Không đọc được tệp"),
        (b"a;b;c\n", "Không đọc được tệp"),
        (b"\0" * (12 << 20), "413"),
    ],
)
def test_upload__that_is_no_sheet__refused_with_words_and_not_kept(site, tmp_path, body, words):
    file = tmp_path / "x.xlsx"
    file.write_bytes(body)
    answer = send(enter(site, WHO.province), file)
    assert answer.status_code in (400, 413)
    assert words in text(answer)
    assert list((site.home / "sheets").iterdir()) == [] if (site.home / "sheets").exists() else True


def test_upload__nothing_chosen__asked_for(site):
    browser = enter(site, WHO.province)
    browser.get("/sheets/")
    answer = browser.post("/sheets/upload")
    assert answer.status_code == 400 and "Chọn tệp bảng đã điền" in text(answer)


def test_upload__signed_out__may_not_be_large(site):
    client = Browser(site.app)
    client.get("/sign-in")
    answer = client.post("/sheets/upload", file=(__import__("io").BytesIO(b"\0" * (2 << 20)), "x.xlsx"))
    assert answer.status_code == 413


def test_upload__own_workbook_or_changed_identity__is_not_ours(site, tmp_path):
    browser = enter(site, WHO.province)
    file = take(browser, tmp_path / "s.xlsx")
    book = openpyxl.load_workbook(file)
    hidden = next(sheet for sheet in book.worksheets if sheet.sheet_state != "visible")
    hidden["A3"].value = hidden["A3"].value[:-8] + "AAAAAAA="
    book.save(tmp_path / "changed.xlsx")
    book.remove(hidden)
    book.save(tmp_path / "without.xlsx")
    for name in ("changed.xlsx", "without.xlsx"):
        answer = send(browser, tmp_path / name)
        assert answer.status_code == 400 and "không phải bảng tạo từ trang này" in text(answer)


def test_upload__sheet_of_another_installation__is_not_ours(site, checked_folder, tmp_path):
    elsewhere = checked_site.copied(checked_folder, tmp_path / "other")
    try:
        (tmp_path / "other" / "web_secret").write_text("x" * 64)
        elsewhere.close()
        elsewhere = checked_site.open_checked(tmp_path / "other", checked_folder / "root")
        file = take(enter(elsewhere, WHO.province), tmp_path / "s.xlsx")
    finally:
        elsewhere.close()
    answer = send(enter(site, WHO.province), file)
    assert answer.status_code == 400 and "không phải bảng tạo từ trang này" in text(answer)


def test_upload__heading_renamed__named(site, tmp_path):
    browser = enter(site, WHO.province)
    file = take(browser, tmp_path / "s.xlsx")
    book = openpyxl.load_workbook(file)
    for cell in book.worksheets[0][1]:
        if cell.value == "Lý do":
            cell.value = "Vì sao"
    book.save(file)
    answer = send(browser, file)
    assert answer.status_code == 400 and "Bảng thiếu cột" in text(answer)


def test_kept_sheet__private_and_gone_after_an_hour(site, tmp_path):
    browser = enter(site, WHO.province)
    file = take(browser, tmp_path / "s.xlsx")
    address = bring(browser, fill(file, {line_of(file, "F-1", AN): {"new": "1", **WHY}}))
    (kept,) = (site.home / "sheets").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.stat().st_mode & 0o777 == 0o700
    token = address.rpartition("/")[2]
    assert token not in kept.name
    old = time.time() - KEPT.total_seconds() - 1
    os.utime(kept, (old, old))
    assert browser.get(address).headers["Location"] == "/sheets/"
    assert list((site.home / "sheets").iterdir()) == []


def test_drop__forgets_the_file(site, tmp_path):
    browser = enter(site, WHO.province)
    file = take(browser, tmp_path / "s.xlsx")
    address = bring(browser, fill(file, {line_of(file, "F-1", AN): {"new": "1", **WHY}}))
    assert "Chưa ghi gì" in text(browser.follow(browser.post(f"{address}/drop")))
    assert list((site.home / "sheets").iterdir()) == []
    assert list_corrections(site.store, ALL) == []


def test_district_supervisor__cannot_accept_an_error(site, tmp_path):
    browser = enter(site, WHO.con_cuong)
    file = take(browser, tmp_path / "s.xlsx")
    number = line_of(file, "TYPE", THANG)
    address = bring(browser, fill(file, {number: {"handling": "chấp nhận", "reason": "rõ"}}))
    assert "Chỉ cán bộ tỉnh và quản trị" in text(browser.get(address))
    browser.post(f"{address}/import")
    assert {row.state for row in found(site)} == {"open"}


def test_finding_about_a_derived_column__handled_but_not_corrected(site, tmp_path):
    browser = enter(site, WHO.province)
    file = take(browser, tmp_path / "s.xlsx")
    number = line_of(file, "F-2", AN)
    sheet = openpyxl.load_workbook(file).worksheets[0]
    locked = {cell.value: sheet.cell(number, cell.column).protection.locked for cell in sheet[1]}
    assert locked["Trả lời mới"] and locked["Nguồn"] and not locked["Xử lý"] and not locked["Lý do"]
    address = bring(browser, fill(file, {number: {"new": "A", **WHY}}))
    assert "không nằm ở một câu trả lời sửa được" in text(browser.get(address))


def test_addresses_and_log__name_nobody(site, tmp_path, caplog):
    caplog.set_level("INFO")
    browser = enter(site, WHO.province)
    file = take(browser, tmp_path / "s.xlsx", "/sheets/?level=all")
    number = line_of(file, "F-1", AN)
    address = bring(browser, fill(file, {number: {"new": "Lô Thị Phượng", **WHY}}))
    browser.post(f"{address}/import")
    assert "Phượng" not in caplog.text and DONG_VINH not in address
