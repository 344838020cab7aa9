"""Coming in: right and wrong names, locks of accounts and addresses."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from processor.store.expiring import Throttle, begin_attempt, digest, forgive_attempt, load_state
from tests.web.conftest import Browser, text
from tests.web.example import PASSWORD, People

WHO = People()


class Spy:
    """Passes everything on and notes what was verified."""

    def __init__(self, real):
        self.real, self.checked, self.hash = real, [], real.hash

    def verify(self, hashed, password):
        self.checked.append(hashed)
        return self.real.verify(hashed, password)


def test_sign_in__right_password__opens_the_page_that_was_asked_for(browser):
    asked = browser.get("/data/phieu_c/?district=412")
    assert asked.status_code == 303

    answer = browser.follow(asked)
    assert answer.status_code == 200
    address = asked.headers["Location"]
    answer = browser.post(address, username=WHO.admin, password=PASSWORD)

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/data/phieu_c/?district=412"
    assert browser.follow(answer).status_code == 200


@pytest.mark.parametrize("name", ["Admin", "  ADMIN "])
def test_sign_in__user_name_in_other_case__is_the_same_user(browser, name):
    assert browser.sign_in(name).status_code == 303


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/%0d%0aX: y",
        "evil",
    ],
)
def test_sign_in__next_leads_elsewhere__goes_to_the_overview(browser, elsewhere):
    browser.get("/sign-in")
    answer = browser.client.post(
        "/sign-in",
        query_string={"next": elsewhere if "%0d" not in elsewhere else "/\r\nX: y"},
        data={"csrf_token": browser.token, "username": WHO.admin, "password": PASSWORD},
    )

    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("username", [WHO.admin, "nobody.here"])
def test_sign_in__five_failures__locks_known_and_unknown_names_alike(site, username):
    browser = Browser(site.app)
    answers = [browser.sign_in(username, "sai mat khau roi") for _ in range(5)]

    assert [a.status_code for a in answers] == [401, 401, 401, 401, 429]
    assert "Tạm khóa" in text(answers[-1])
    assert re.search(r"Thử lại sau \d\d:\d\d", text(answers[-1]))
    right = browser.sign_in(username, PASSWORD)
    assert right.status_code == 429


def test_sign_in__wrong_password_and_unknown_name__same_words(site):
    pages = []
    for username in (WHO.admin, "nobody.here"):
        answer = Browser(site.app).sign_in(username, "sai mat khau roi")
        page = text(answer).replace(username, "X")
        pages.append(re.sub(r'csrf_token" value="[^"]+"', "", page))

    assert pages[0] == pages[1]


def test_sign_in__unknown_name__costs_a_whole_password_check(site, monkeypatch):
    from processor.web import passwords

    spy = Spy(passwords._hasher)
    monkeypatch.setattr(passwords, "_hasher", spy)
    Browser(site.app).sign_in("nobody.here", "sai mat khau roi")

    assert [hashed.partition("$v")[0] for hashed in spy.checked] == ["$argon2id"]


def test_sign_in__success__forgets_earlier_failures(site):
    browser = Browser(site.app)
    for _ in range(3):
        for _ in range(3):
            assert browser.sign_in(WHO.admin, "sai mat khau roi").status_code == 401
        assert browser.sign_in(WHO.admin).status_code == 303
        browser.get("/")
        browser.post("/sign-out")


def test_sign_in__many_names_from_one_address__locks_the_address(site):
    browser = Browser(site.app)
    statuses = [browser.sign_in(f"user{n}", "x").status_code for n in range(31)]

    assert statuses[:30] == [401] * 30
    assert statuses[30] == 429
    elsewhere = site.app.test_client()
    page = text(elsewhere.get("/sign-in", environ_base={"REMOTE_ADDR": "10.1.2.3"}))
    token = re.search(r'csrf_token" value="([^"]+)"', page)[1]
    fields = {"csrf_token": token, "username": WHO.admin, "password": PASSWORD}
    assert (
        elsewhere.post("/sign-in", data=fields, environ_base={"REMOTE_ADDR": "10.1.2.3"}).status_code == 303
    )


def test_begin_attempt__side_by_side__no_more_than_the_limit_get_through(any_engine):
    rule, now = Throttle(5, timedelta(minutes=15)), datetime.now(UTC)
    gate = threading.Barrier(8)

    def attempt(_n: int) -> bool:
        gate.wait()
        return begin_attempt(any_engine, digest("account", "a"), rule, now) is None

    with ThreadPoolExecutor(8) as pool:
        let_through = sum(pool.map(attempt, range(8)))

    assert let_through == 5


def test_begin_attempt__after_the_window__starts_anew(any_engine):
    rule, now = Throttle(2, timedelta(minutes=15)), datetime.now(UTC)
    key = digest("account", "a")
    for _ in range(2):
        assert begin_attempt(any_engine, key, rule, now) is None
    assert begin_attempt(any_engine, key, rule, now) == now + rule.window

    later = now + rule.window + timedelta(seconds=1)
    assert begin_attempt(any_engine, key, rule, later) is None


def test_forgive_attempt__one_of_three__leaves_two(any_engine):
    rule, now = Throttle(4, timedelta(minutes=15)), datetime.now(UTC)
    key = digest("address", "a")
    for _ in range(3):
        begin_attempt(any_engine, key, rule, now)
    forgive_attempt(any_engine, key, rule, now)

    assert load_state(any_engine, key, now) == {"count": 2}
