"""A list of enumerators from a file: seen line by line first, then taken as a whole, whatever server is behind."""

from __future__ import annotations

import html
import threading
from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from openpyxl import Workbook

from processor.servers.builtin.officers import list_officers, revoke_officer
from processor.web import officers_job
from tests.web.conftest import Browser, Site, text
from tests.web.elsewhere import Place, place
from tests.web.example import DONG_VINH, HA_HUY_TAP

LIST = f"code,name,area\n{DONG_VINH}-07,Lô Thị Mới,{DONG_VINH}\n{DONG_VINH}-01,Vi Văn Đổi,{DONG_VINH}\n"


@pytest.fixture
def admin(signed_in: Callable[[str], Browser]) -> Browser:
    browser = signed_in("admin")
    browser.get("/officers/")
    return browser


def send(browser: Browser, content: str | bytes, name: str = "officers.csv"):
    body = content.encode() if isinstance(content, str) else content
    return browser.post("/officers/import/", file=(BytesIO(body), name))


def workbook(*rows: tuple[object, ...]) -> bytes:
    book, stream = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(stream)
    return stream.getvalue()


def carried(page: str) -> str:
    """The list as the page of the preview carries it."""
    return html.unescape(page.partition('name="list" hidden>')[2].partition("</textarea>")[0])


def names(site: Site) -> dict[str, str]:
    return {officer.code: officer.name for officer in list_officers(site.server)}


def test_import__preview__says_what_follows_and_does_nothing(site: Site, admin: Browser) -> None:
    before = names(site)
    page = text(send(admin, "\ufeff" + LIST + f"{HA_HUY_TAP}-01,Vi Văn {HA_HUY_TAP},{HA_HUY_TAP}\n"))
    assert "1 thêm mới · 1 đổi họ tên hoặc xã · 1 như cũ" in page
    assert f"đang là Vi Văn {DONG_VINH}" in page and "Nhập 3 người" in page
    assert names(site) == before
    assert list((site.home / "officers-import").iterdir()) == []


def test_import__confirmed__all_are_taken_and_again_changes_nothing(site: Site, admin: Browser) -> None:
    page = carried(text(send(admin, LIST)))
    done = text(admin.follow(admin.post("/officers/import/confirm", list=page)))
    assert "Đã nhập xong danh sách" in done
    assert names(site)[f"{DONG_VINH}-07"] == "Lô Thị Mới" and names(site)[f"{DONG_VINH}-01"] == "Vi Văn Đổi"
    tokens = [officer.token for officer in list_officers(site.server)]
    again = text(send(admin, LIST))
    assert "2 như cũ" in again and "không có gì để làm" in again
    admin.post("/officers/import/confirm", list=carried(again))
    assert [officer.token for officer in list_officers(site.server)] == tokens


def test_import__excel__codes_that_became_numbers_and_empty_cells(site: Site, admin: Browser) -> None:
    rows = [
        ("Code", "Name", "Area"),
        (f"{DONG_VINH}-07", "Lô Thị Mới", int(DONG_VINH)),
        (None, None, None),
        ("TAPHUAN-05", "Tập Năm", None),
    ]
    page = text(send(admin, workbook(*rows), "Danh sách.XLSX"))
    assert "2 thêm mới" in page
    admin.post("/officers/import/confirm", list=carried(page))
    added = {o.code: (o.area, o.practice) for o in list_officers(site.server)}
    assert added[f"{DONG_VINH}-07"] == (DONG_VINH, False) and added["TAPHUAN-05"] == ("", True)


def test_import__wrong_lines__each_is_told_and_nothing_can_be_taken(site: Site, admin: Browser) -> None:
    lines = [f"{DONG_VINH}-07,Lô Thị Mới,{DONG_VINH}", "1-07,Ai,16663", "99999-01,Không Xã,99999"]
    lines += [f"{DONG_VINH}-07,Hai Lần,{DONG_VINH}", "16663-02", f"{DONG_VINH}-08,,{DONG_VINH}"]
    before = names(site)
    page = text(send(admin, "code,name,area\n" + "\n".join(lines)))
    assert "5 dòng chưa nhận được" in page
    assert "Dòng 3</span>: Mã phải có dạng" in page
    assert "Không có xã nào mang mã này" in page and "Mã này đứng hai lần" in page
    assert "Mỗi dòng cần đúng ba ô" in page and "Ghi họ và tên" in page
    assert 'name="list"' not in page
    answer = admin.post("/officers/import/confirm", list="code,name,area\n99999-01,Không Xã,99999\n")
    assert answer.status_code == 400 and names(site) == before


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "officers.csv"),
        (b"name,code\n", "officers.csv"),
        ("code,name,area\n16663-01,Hòa,16663\n".encode("utf-16"), "officers.csv"),
        (b"PK\x03\x04 not a workbook", "officers.xlsx"),
        (b"code,name,area\n" + b"16663-01,A,16663\n" * 5001, "officers.csv"),
        (b"anything", "officers.pdf"),
    ],
)
def test_import__no_list__said_on_the_page_with_what_is_needed(site, admin, content, name) -> None:
    answer = send(admin, content, name)
    assert answer.status_code == 400
    assert ".csv" in text(answer) and 'id="file-e"' in text(answer)


def test_import__revoked__stays_so_unless_asked_for(site: Site, admin: Browser) -> None:
    revoke_officer(site.server, f"{DONG_VINH}-01")
    file = f"code,name,area\n{DONG_VINH}-01,Vi Văn {DONG_VINH},{DONG_VINH}\n"
    page = text(send(admin, file))
    assert "1 đã thu hồi, giữ nguyên" in page
    told = text(admin.follow(admin.post("/officers/import/confirm", list=carried(page))))
    assert f"{DONG_VINH}-01 was revoked and stays so" in told
    assert not next(o for o in list_officers(site.server) if o.code == f"{DONG_VINH}-01").active
    admin.post("/officers/import/confirm", list=carried(page), again="1")
    assert next(o for o in list_officers(site.server) if o.code == f"{DONG_VINH}-01").active


def test_import__while_another_runs__refused_and_the_list_kept(site, admin, monkeypatch) -> None:
    page = carried(text(send(admin, LIST)))
    before, ended = names(site), threading.Event()
    monkeypatch.setattr(officers_job.Job, "_ensure", lambda _job, _desk: ended.wait(30))
    monkeypatch.setattr(officers_job, "MOMENT", 0.0)
    with site.app.app_context():
        assert officers_job.start([], again=False)
    answer = admin.post("/officers/import/confirm", list=page)
    ended.set()
    assert answer.status_code == 409 and "Một danh sách khác đang được nhập" in text(answer)
    assert carried(text(answer)) == page and names(site) == before


def test_progress__nothing_was_begun__back_to_the_list(site: Site, admin: Browser) -> None:
    answer = admin.get("/officers/import/progress")
    assert answer.status_code == 303
    assert "Không có danh sách nào đang nhập" in text(admin.follow(answer))


def test_list__narrowed__in_the_address_and_on_the_sheet(site: Site, admin: Browser) -> None:
    district = site.app.extensions["processor"].areas.district_of[DONG_VINH]
    page = text(admin.get(f"/officers/?district={district}&state=active"))
    assert (
        f"{DONG_VINH}-01" in page
        and "TAPHUAN-01" not in page.partition("<tbody>")[2].partition("</table>")[0]
    )
    assert f"sheet.pdf?district={district}&amp;state=active" in page
    practice = text(admin.get("/officers/?state=practice"))
    assert "1 trong 4" in practice and f"{DONG_VINH}-01</span>" not in practice
    assert "Không có điều tra viên nào như vậy" in text(admin.get("/officers/?state=revoked"))
    assert admin.get("/officers/sheet.pdf?state=revoked").status_code == 404


@pytest.fixture(scope="module")
def central(quick_hashes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place("central", tmp_path_factory.mktemp("list") / "home", interviews=0) as found:
        yield found


def test_import__central_fails_half_way__told_and_the_same_file_goes_on(central: Place) -> None:
    browser = central.browser()
    browser.get("/officers/")
    lines = [f"16669-{n:02},Hà Thị {n},16669" for n in range(1, 7)]
    file = "code,name,area\n" + "\n".join(lines)
    page = carried(text(send(browser, file)))
    central.fake.faults.add("reset", times=99, match="POST .*/app-users", skip=2)
    browser.post("/officers/import/confirm", list=page)
    wait_for_end(central)
    told = text(browser.get("/officers/import/progress"))
    assert "nhập lại cùng tệp thì làm tiếp" in told and "trong 6 người" in told
    central.fake.faults.clear()
    browser.post("/officers/import/confirm", list=page)
    wait_for_end(central)
    assert "Đã nhập xong danh sách" in text(browser.get("/officers/import/progress"))
    assert sorted(o.code for o in central.server.app_users()) == [line[:8] for line in lines]


def wait_for_end(there: Place) -> None:
    there.app.extensions[officers_job.KEY][officers_job.ONE].thread.join(60)
