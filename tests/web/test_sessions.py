"""Sessions: tokens, cookies, their end, forms from elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from processor.database import reading
from processor.store.access import find_user, set_active
from processor.store.expiring import digest, load_state
from processor.store.office_tables import sessions
from processor.web import sessions as session_times
from tests.web.conftest import Browser, text
from tests.web.example import PASSWORD, People

WHO = People()


def cookie(browser: Browser, name: str = "session"):
    return browser.client.get_cookie(name)


def clock_at(moment: datetime):
    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return moment.astimezone(tz)

    return Clock


def test_sign_in__token_known_before__opens_nothing_afterwards(site, browser):
    browser.get("/sign-in")
    before = cookie(browser).value

    browser.sign_in(WHO.admin)
    after = cookie(browser).value

    assert after != before
    thief = Browser(site.app)
    thief.client.set_cookie("session", before)
    assert thief.get("/data/phieu_c/").status_code == 303


def test_sign_in__made_up_token__is_not_taken_over(site):
    browser = Browser(site.app)
    browser.client.set_cookie("session", "chosen-by-somebody-else")
    browser.sign_in(WHO.admin)

    assert cookie(browser).value != "chosen-by-somebody-else"
    other = Browser(site.app)
    other.client.set_cookie("session", "chosen-by-somebody-else")
    assert other.get("/").status_code == 303


def test_session__in_the_database__is_only_a_digest_of_the_token(site, browser):
    browser.sign_in(WHO.admin)
    token = cookie(browser).value

    with reading(site.store.engine) as connection:
        rows = connection.execute(select(sessions)).all()

    assert digest("session", token) in {row.token_sha256 for row in rows}
    assert token not in repr(rows)
    assert PASSWORD not in repr(rows)


def test_session_cookie__over_http__is_http_only_and_lax(browser):
    browser.sign_in(WHO.admin)

    assert cookie(browser).http_only
    assert cookie(browser).same_site == "Lax"
    assert cookie(browser).max_age is None


def test_session_cookie__over_https__is_secure_and_bound_to_the_host(make_site):
    browser = Browser(make_site(public_url="https://dieutra.example.vn").app)
    answer = browser.get("/sign-in", base_url="https://dieutra.example.vn")

    set_cookie = answer.headers["Set-Cookie"]
    assert set_cookie.startswith("__Host-session=")
    assert "Secure" in set_cookie
    assert "Path=/" in set_cookie
    assert "Domain" not in set_cookie
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


def test_sign_out__then_old_cookie__opens_nothing(site, browser):
    browser.sign_in(WHO.admin)
    browser.get("/")
    token = cookie(browser).value

    assert browser.post("/sign-out").status_code == 303

    assert load_state(site.store.engine, digest("session", token), datetime.now(UTC)) is None
    browser.client.set_cookie("session", token)
    assert browser.get("/").status_code == 303


def test_session__saved_by_a_request_that_began_before_sign_out__stays_ended(site, browser):
    from processor.store.expiring import drop_state, save_state

    browser.sign_in(WHO.admin)
    token = cookie(browser).value
    key, now = digest("session", token), datetime.now(UTC)
    state = load_state(site.store.engine, key, now)

    drop_state(site.store.engine, key)
    save_state(site.store.engine, key, state, now + timedelta(minutes=5))

    assert browser.get("/").status_code == 303


def test_session__idle_for_too_long__is_over(site, browser, monkeypatch):
    browser.sign_in(WHO.admin)
    browser.get("/")

    later = datetime.now(UTC) + session_times.IDLE + timedelta(minutes=1)
    monkeypatch.setattr(session_times, "datetime", clock_at(later))

    assert browser.get("/").status_code == 303


def test_session__kept_busy__ends_at_the_longest_time(site, browser, monkeypatch):
    browser.sign_in(WHO.admin)
    began = datetime.now(UTC)
    step = session_times.IDLE - timedelta(minutes=1)
    seen = []
    for number in range(1, 30):
        at = began + number * step
        monkeypatch.setattr(session_times, "datetime", clock_at(at))
        seen.append((at - began, browser.get("/").status_code))

    open_for = [after for after, status in seen if status == 200]
    assert max(open_for) <= session_times.LONGEST
    assert max(open_for) > session_times.LONGEST - session_times.IDLE


def test_deactivated__in_an_open_session__is_out_at_once_and_cannot_return(site, signed_in):
    browser = signed_in(WHO.con_cuong)
    set_active(site.store.engine, find_user(site.store.engine, WHO.con_cuong).id, active=False)

    assert browser.get("/").status_code == 303
    answer = Browser(site.app).sign_in(WHO.con_cuong)
    assert answer.status_code == 401
    assert "không đúng" in text(answer)


@pytest.mark.parametrize(
    "address", ["/sign-in", "/sign-out", "/password", "/pull", "/data/search", "/downloads/"]
)
def test_post__without_the_token_of_a_form__changes_nothing(site, signed_in, address):
    browser = signed_in(WHO.admin)

    answer = browser.client.post(address, data={"username": WHO.admin, "password": PASSWORD, "text": "an"})

    assert answer.status_code == 400
    assert not site.waker.woken
    assert browser.get("/").status_code == 200


def test_post__token_of_another_session__is_refused(site, signed_in):
    mine, theirs = signed_in(WHO.admin), signed_in(WHO.province)
    theirs.get("/")
    mine.token = theirs.token

    assert mine.post("/pull").status_code == 400


def test_post__session_over__leads_to_sign_in_and_says_why(site, signed_in):
    browser = signed_in(WHO.admin)
    browser.get("/")
    browser.client.delete_cookie("session")
    answer = browser.post("/pull")

    assert answer.status_code == 303
    assert "Phiên đã hết" in text(browser.follow(answer))
