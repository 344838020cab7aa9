"""Files: rights, purpose, receipt, how long they are handed out."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import time

import openpyxl
import pytest

from processor.reports import export
from processor.store.access import Rights, find_user, set_rights
from processor.store.ledger import list_downloads
from tests.reports.statistics_files import readstat
from tests.web.conftest import Browser, text
from tests.web.example import CON_CUONG, People

WHO = People()


def make_file(browser: Browser, **changes: object):
    browser.get("/downloads/")
    fields = {"table": "c", "district": "", "profile": "codes", "file_format": "csv"}
    fields |= {"classes": ["personal"], "purpose": "Đối chiếu danh sách chi trả tháng 4"}
    return browser.post("/downloads/", **(fields | changes))


def test_download__with_a_purpose__gives_receipt_and_the_file_it_describes(site, signed_in):
    browser = signed_in(WHO.admin)
    html = text(browser.follow(make_file(browser)))
    entry = list_downloads(site.store.engine, None)[0]
    answer = browser.get(f"/downloads/{entry.id}/file")

    assert (entry.username, entry.classes, entry.row_count) == (WHO.admin, "open personal", 4)
    assert entry.sha256 == hashlib.sha256(answer.data).hexdigest()
    assert entry.sha256 in html
    assert "Đối chiếu danh sách chi trả tháng 4" in html
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len(rows) == 4
    assert "head_name" in rows[0]
    assert not {"needs", "hiv"} & set(rows[0])
    assert answer.headers["Cache-Control"] == "no-store"


def test_tables__of_repeats__name_the_form_first(signed_in):
    page = text(signed_in(WHO.admin).get("/downloads/"))
    assert "<span>Phiếu C: hộ › Thành viên</span>" in page and "<span>Phiếu C: hộ</span>" in page


def test_download__personal_columns_without_purpose__is_not_made(site, signed_in):
    answer = make_file(signed_in(WHO.admin), purpose="  ")

    assert answer.status_code == 400
    assert "Nêu mục đích" in text(answer)
    assert list_downloads(site.store.engine, None) == []


def test_download__open_columns_only__needs_no_purpose(site, signed_in):
    assert make_file(signed_in(WHO.open_only), purpose="", classes=[]).status_code == 303
    assert list_downloads(site.store.engine, None)[0].classes == "open"


@pytest.mark.parametrize("classes", [["secret"], ["personal", "secret"], ["nonsense"]])
def test_download__class_that_is_not_held__is_refused(site, signed_in, classes):
    assert make_file(signed_in(WHO.admin), classes=classes).status_code == 403
    assert list_downloads(site.store.engine, None) == []


def test_download__district_of_others__is_refused(site, signed_in):
    assert make_file(signed_in(WHO.con_cuong), district="412").status_code == 400
    assert list_downloads(site.store.engine, None) == []


def test_download__district_supervisor__gets_own_rows_only(site, signed_in):
    browser = signed_in(WHO.con_cuong)
    make_file(browser)
    entry = list_downloads(site.store.engine, None)[0]
    data = browser.get(f"/downloads/{entry.id}/file").data.decode()

    assert entry.row_count == 1
    assert "Thắng" in data
    assert "Quyết" not in data


def test_download__file_of_somebody_else__is_not_there(site, signed_in):
    make_file(signed_in(WHO.province))
    entry = list_downloads(site.store.engine, None)[0]

    assert signed_in(WHO.admin).get(f"/downloads/{entry.id}/file").status_code == 404


@pytest.mark.parametrize(
    "rights",
    [
        Rights("province", (CON_CUONG,), frozenset({"open", "personal"})),
        Rights("province", ("*",), frozenset({"open", "sensitive"})),
    ],
)
def test_download__rights_taken_away_after_it_was_made__is_no_longer_handed_out(site, signed_in, rights):
    browser = signed_in(WHO.province)
    make_file(browser)
    entry = list_downloads(site.store.engine, None)[0]
    address = f"/downloads/{entry.id}/file"
    assert browser.get(address).status_code == 200

    set_rights(site.store.engine, find_user(site.store.engine, WHO.province).id, rights)

    assert browser.get(address).status_code == 403
    assert address not in text(browser.get("/downloads/"))


def test_download__after_a_day__file_is_gone_and_the_row_stays(site, signed_in):
    browser = signed_in(WHO.admin)
    make_file(browser)
    entry = list_downloads(site.store.engine, None)[0]
    old = site.home / "exports" / f"{entry.id}.csv"
    os.utime(old, (time.time() - 90_000,) * 2)
    make_file(browser)

    assert not old.exists()
    assert browser.get(f"/downloads/{entry.id}/file").status_code == 404
    assert len(list_downloads(site.store.engine, None)) == 2
    assert old.parent.stat().st_mode & 0o777 == 0o700


def test_codebook__of_a_table__is_a_workbook_in_the_ledger(site, signed_in):
    browser = signed_in(WHO.open_only)
    browser.get("/downloads/")
    answer = browser.follow(browser.post("/downloads/codebook/c"))

    assert answer.data[:2] == b"PK"
    assert list_downloads(site.store.engine, None)[0].profile == "codebook"
    assert browser.get("/downloads/").status_code == 200


def test_ledger__of_everybody__only_for_administrators(site, signed_in):
    make_file(signed_in(WHO.province), purpose="Việc của Hà")

    assert "Việc của Hà" in text(signed_in(WHO.admin).get("/downloads/?ledger=1"))
    assert "Việc của Hà" not in text(signed_in(WHO.con_cuong).get("/downloads/?ledger=1"))


def test_download__units_of_2025__in_the_file_on_the_receipt_and_in_the_ledger(site, signed_in):
    browser = signed_in(WHO.open_only)
    make_file(browser, classes=[], purpose="")
    made = make_file(browser, classes=[], purpose="", units="2025", profile="labels", file_format="xlsx")
    page = text(browser.follow(made))
    entry = list_downloads(site.store.engine, None)[0]
    book = openpyxl.load_workbook(io.BytesIO(browser.get(f"/downloads/{entry.id}/file").data))
    heading, *rows = book["Dữ liệu"].iter_rows(values_only=True)

    assert heading[-3:] == ("Mã xã năm 2025", "Tên xã năm 2025", "Mức chắc chắn của mã 2025")
    assert {row[-1] for row in rows} == {"cả xã chuyển sang xã này"}
    receipt = page[page.index('class="receipt') :].partition("</section>")[0]
    assert "<dt>Đơn vị hành chính</dt><dd>Năm 2016, kèm xã năm 2025</dd>" in receipt
    assert page[page.index("<tbody>") :].count("kèm xã năm 2025") == 1, "the other file has units of 2016"


def test_download__units_of_another_year__are_refused(site, signed_in):
    answer = make_file(signed_in(WHO.admin), units="2020")

    assert answer.status_code == 400
    assert "Chọn đơn vị hành chính" in text(answer)
    assert list_downloads(site.store.engine, None) == []


@pytest.mark.parametrize(
    ("kind", "mime"), [("dta", "application/x-stata-dta"), ("sav", "application/x-spss-sav")]
)
def test_download__stata_and_spss__are_offered_made_and_read(site, signed_in, tmp_path, kind, mime):
    browser = signed_in(WHO.admin)
    assert f'value="{kind}"' in text(browser.get("/downloads/"))
    browser.follow(make_file(browser, file_format=kind, profile="labels"))
    entry = list_downloads(site.store.engine, None)[0]
    answer = browser.get(f"/downloads/{entry.id}/file")
    (tmp_path / f"c.{kind}").write_bytes(answer.data)
    cells, about = readstat(tmp_path / f"c.{kind}")

    assert answer.mimetype == mime
    assert f".{kind}" in answer.headers["Content-Disposition"]
    assert entry.sha256 == hashlib.sha256(answer.data).hexdigest()
    assert len(cells["head_name"]) == entry.row_count == 4
    assert "Mục đích: Đối chiếu danh sách chi trả tháng 4" in about.notes
    assert not {"needs", "hiv"} & set(cells)


def test_download__notes__on_the_receipt_while_the_file_may_be_taken(site, signed_in):
    browser = signed_in(WHO.province)
    said = "sys_area = _area"
    assert said in text(browser.follow(make_file(browser, file_format="sav")))
    assert said not in text(browser.follow(make_file(browser, file_format="dta")))
    assert said in text(browser.get("/downloads/?made=1"))

    rights = Rights("province", ("*",), frozenset({"open", "sensitive"}))
    set_rights(site.store.engine, find_user(site.store.engine, WHO.province).id, rights)

    assert said not in text(browser.get("/downloads/?made=1"))


@pytest.mark.parametrize("kind", ["dta", "sav", "csv"])
def test_download__too_large_for_stata_and_spss__says_how_to_go_on(site, signed_in, monkeypatch, kind):
    monkeypatch.setattr(export, "MAX_CELLS", 10)
    browser = signed_in(WHO.admin)
    answer = make_file(browser, file_format=kind)

    if kind == "csv":
        assert answer.status_code == 303
    else:
        assert answer.status_code == 400
        assert "chọn một huyện, bớt nhóm cột, hoặc chọn CSV" in text(answer)
        assert list_downloads(site.store.engine, None) == []
