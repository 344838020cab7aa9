"""Coming in: sessions, passwords, locks, forms from elsewhere."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from processor.database import reading
from processor.store.access import find_user, get_user, set_active, set_password
from processor.store.expiring import Throttle, begin_attempt, digest, forgive_attempt, load_state
from processor.store.tables import sessions
from processor.web import sessions as session_times
from processor.web.commands import ensure_admin
from processor.web.passwords import hash_password, one_time_password, weakness
from tests.web.conftest import Browser, text
from tests.web.example import PASSWORD, People

WHO = People()


def cookie(browser: Browser, name: str = "session"):
    return browser.client.get_cookie(name)


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


def clock_at(moment: datetime):
    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return moment.astimezone(tz)

    return Clock


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


class Spy:
    """Passes everything on and notes what was verified."""

    def __init__(self, real):
        self.real, self.checked, self.hash = real, [], real.hash

    def verify(self, hashed, password):
        self.checked.append(hashed)
        return self.real.verify(hashed, password)


def test_hash_password__of_the_service__is_argon2id_at_the_library_strength():
    real = PasswordHasher()

    assert "$argon2id$" in real.hash("x")
    assert real.memory_cost >= 19_456
    assert real.time_cost >= 2


def test_sign_in__hash_made_with_less_work__is_made_anew(site, monkeypatch):
    from processor.web import passwords

    before = find_user(site.store.engine, WHO.admin).password_hash
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    browser = Browser(site.app)
    browser.sign_in(WHO.admin)

    assert "m=16,t=2" in find_user(site.store.engine, WHO.admin).password_hash != before
    assert browser.get("/").status_code == 200


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


def test_one_time_password__first_sign_in__only_the_password_page_opens(site):
    user = find_user(site.store.engine, WHO.con_cuong)
    once = one_time_password()
    set_password(site.store.engine, user.id, hash_password(once), must_change=True)
    browser = Browser(site.app)
    browser.sign_in(WHO.con_cuong, once)

    for address in ("/", "/data/phieu_c/", "/downloads/"):
        assert browser.get(address).headers["Location"] == "/password"
    browser.get("/password")
    answer = browser.post("/password", old=once, new="cau moi cua toi day", again="cau moi cua toi day")
    assert answer.headers["Location"] == "/"
    assert browser.follow(answer).status_code == 200
    assert not find_user(site.store.engine, WHO.con_cuong).must_change


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"old": "khong phai the", "new": "cau moi cua toi", "again": "cau moi cua toi"},
            "hiện nay không đúng",
        ),
        ({"new": "ngan", "again": "ngan"}, "ít nhất 10 ký tự"),
        ({"new": "matkhau2016", "again": "matkhau2016"}, "dễ đoán"),
        ({"new": "admin admin admin", "again": "admin admin admin"}, "dễ đoán"),
        ({"new": PASSWORD, "again": PASSWORD}, "phải khác mật khẩu cũ"),
        ({"new": "cau moi cua toi", "again": "cau khac cua toi"}, "khác nhau"),
    ],
)
def test_password__not_as_it_must_be__says_what_and_keeps_the_old(site, signed_in, fields, words):
    browser = signed_in(WHO.admin)
    browser.get("/password")
    answer = browser.post("/password", **({"old": PASSWORD} | fields))

    assert answer.status_code == 400
    assert words in text(answer)
    assert Browser(site.app).sign_in(WHO.admin).status_code == 303


def test_password__guessed_in_an_open_session__is_locked_like_a_sign_in(site, signed_in):
    browser = signed_in(WHO.admin)
    browser.get("/password")
    for _ in range(5):
        browser.post("/password", old="sai", new="cau moi cua toi", again="cau moi cua toi")
    answer = browser.post("/password", old=PASSWORD, new="cau moi cua toi", again="cau moi cua toi")

    assert answer.status_code == 400
    assert Browser(site.app).sign_in(WHO.admin, "cau moi cua toi").status_code == 429


def test_password__changed__ends_sessions_elsewhere(site, signed_in):
    here, elsewhere = signed_in(WHO.admin), signed_in(WHO.admin)
    here.get("/password")
    here.post("/password", old=PASSWORD, new="cau moi cua toi day", again="cau moi cua toi day")

    assert here.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 303


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


def test_ensure_admin__first_start__gives_a_password_that_must_be_changed(make_site):
    site = make_site(empty=True)
    password = ensure_admin(site.store)

    assert ensure_admin(site.store) is None
    browser = Browser(site.app)
    assert browser.sign_in("admin", password).status_code == 303
    assert browser.get("/").headers["Location"] == "/password"
    assert get_user(site.store.engine, 1).role == "admin"


def test_secret__of_form_tokens__is_private_and_stays(make_site):
    site = make_site(empty=True)
    secret = site.home / "web_secret"

    assert secret.stat().st_mode & 0o777 == 0o600
    assert len(secret.read_text()) >= 64
    assert [p.name for p in site.home.glob("web_secret*")] == ["web_secret"]


def test_weakness__sentence__is_good():
    assert weakness("con trâu già gặm cỏ", "admin") is None
