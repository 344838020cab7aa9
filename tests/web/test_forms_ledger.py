"""The ledger of deploys on the page of the questionnaires."""

from __future__ import annotations

import re
from html import unescape

from processor.store.deploys import Act, close_deploy, open_deploy
from tests.web import example
from tests.web.conftest import text
from tests.web.example import People

WHO = People()
CHANGES = (
    {"level": "careful", "vi": "Bỏ câu hỏi <sec_a/x>", "en": "Question <sec_a/x> removed"},
    {"level": "fine", "vi": "Thêm lựa chọn 3", "en": "Choice 3 added"},
    {"level": "fine", "vi": "Sửa nhãn 1", "en": "Label 1 changed"},
    {"level": "fine", "vi": "Sửa nhãn 2", "en": "Label 2 changed"},
)
ROW = re.compile(r'<tr><th scope="row" class="num text-start">\d[^<]*\d\d:\d\d</th>.*?</tr>', re.S)


def rows(page: str) -> list[str]:
    """The rows of the ledger as text, newest first."""
    return [" ".join(re.sub("<[^>]+>", " ", row).split()) for row in ROW.findall(page)]


def test_ledger__each_deploy__when_who_version_result_and_changes_in_words(site, signed_in):
    package = example.package()
    first = open_deploy(site.store, package, Act("hoa", "builtin"), ())
    close_deploy(site.store, first, "published")
    failed = open_deploy(site.store, package, Act("lan", "kobo"), CHANGES[:1])
    close_deploy(site.store, failed, "failed", "The server <b>answered</b> 502.")
    again = open_deploy(site.store, package, Act("", "central"), ())
    close_deploy(site.store, again, "unchanged")
    open_deploy(site.store, package, Act("lan", "central", back_to="2016022300"), CHANGES)
    browser = signed_in(WHO.admin)
    found = [unescape(row) for row in rows(text(browser.get("/forms/")))]

    assert len(found) == 4
    assert "quay lại nội dung bản 2016022300 lan ODK Central dở dang" in found[0]
    assert "4 thay đổi Bỏ câu hỏi <sec_a/x> Thêm lựa chọn 3" in found[0]
    assert "– ODK Central máy chủ đã có bản này không có thay đổi" in found[1]
    assert "lan KoboToolbox không triển khai được The server <b>answered</b> 502." in found[2]
    assert "2016022301 hoa máy chủ đi kèm đã triển khai" in found[3]
    english = browser.follow(browser.get("/forms/?lang=en"))
    assert "Question <sec_a/x> removed" in unescape(rows(text(english))[0])


def test_ledger__nothing_deployed_yet__says_how(visitor):
    page = text(visitor(WHO.admin).get("/forms/"))

    assert page.count("Chưa ghi lần triển khai nào") == 2 and not rows(page)
