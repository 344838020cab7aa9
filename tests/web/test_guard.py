"""Every address is closed unless it is listed here; headers; what no page may be sent."""

from __future__ import annotations

import re

import pytest

from tests.web.conftest import Browser, text
from tests.web.example import HOUSEHOLDS, People

WHO = People()
OPEN = {"static", "auth.sign_in", "overview.health", "hooks.receive"}
ADMIN_ONLY = {"deploys", "forms", "officers", "roster", "users"}
VALUES = {
    "form_id": "phieu_c",
    "instance_id": HOUSEHOLDS[0].instance_id,
    "name": "house.jpg",
    "version": "2016022301",
    "download_id": 1,
    "table_name": "c",
    "user_id": 1,
    "code": "16663-01",
    "token": "0" * 32,
    "rule_id": "R-V01",
    "number": 1,
}


def addresses(app):
    """(endpoint, method, address) of every route of the pages."""
    found = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if rule.endpoint.startswith("openrosa.") or rule.endpoint in OPEN:
                continue
            values = {name: VALUES[name] for name in rule.arguments}
            adapter = app.create_url_adapter(None) or app.url_map.bind("localhost")
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                found.append((rule.endpoint, method, adapter.build(rule.endpoint, values, method=method)))
    return found


def test_routes__signed_out__every_one_leads_to_sign_in(site):
    site.app.config["WTF_CSRF_ENABLED"] = False  # the guard alone must hold
    routes = addresses(site.app)
    assert len(routes) > 25

    let_in = []
    for endpoint, method, address in routes:
        answer = site.app.test_client().open(address, method=method)
        if answer.status_code != 303 or not answer.headers["Location"].startswith("/sign-in"):
            let_in.append((endpoint, method, answer.status_code))

    assert let_in == []


def test_routes__for_administrators__are_closed_to_everybody_else(site, signed_in):
    site.app.config["WTF_CSRF_ENABLED"] = False
    browser = signed_in(WHO.province)

    closed = [r for r in addresses(site.app) if r[0].split(".")[0] in ADMIN_ONLY]
    assert len(closed) > 10
    statuses = {(e, m): browser.client.open(a, method=m).status_code for e, m, a in closed}

    assert set(statuses.values()) == {403}, statuses


def test_routes__of_phones__need_no_session_but_a_token(site):
    client = site.app.test_client()

    answer = client.get("/v1/key/wrong/formList", headers={"X-OpenRosa-Version": "1.0"})

    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers
    assert "Content-Security-Policy" not in answer.headers


def test_health__says_only_that_it_is_well(site):
    answer = site.app.test_client().get("/healthz")

    assert answer.get_json() == {"status": "ok"}
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("address", ["/", "/data/phieu_c/", "/downloads/", "/users/", "/nothing-here"])
def test_headers__of_pages__keep_everything_out(visitor, address):
    answer = visitor(WHO.admin).get(address)

    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in answer.headers


def test_pages__have_no_inline_script_or_style(visitor):
    browser = visitor(WHO.admin)
    for address in (
        "/",
        "/data/phieu_c/",
        f"/data/phieu_c/{HOUSEHOLDS[0].instance_id}",
        "/downloads/",
        "/users/",
    ):
        page = text(browser.get(address))
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]* src=)|javascript:", page), address
        assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", page), address


def test_static__named_with_its_version__may_be_kept(site, signed_in):
    page = text(signed_in(WHO.admin).get("/"))
    address = re.search(r'href="(/static/portal\.css\?v=[0-9a-f]+)"', page)[1]
    client = site.app.test_client()

    assert "immutable" in client.get(address).headers["Cache-Control"]
    assert "immutable" not in client.get("/static/portal.css").headers["Cache-Control"]
    assert "immutable" not in client.get("/static/none.css?v=1").headers["Cache-Control"]


@pytest.mark.parametrize(
    "address",
    [
        "/data/phieu_c/?after=bm9uc2Vuc2U",
        "/data/phieu_c/?before=%21%21%21",
        "/data/phieu_c/?officer=%00",
        "/data/phieu_c/%00",
        "/?pulling=99999999999999999999",
        "/data/phieu_c/?size=9999999&from=99/99/9999&district=x&commune=y&state=z&q=none&cols=a,b,_area",
        "/?district=%27%3B--&data=neither",
        "/?_scheme=javascript&_external=1&_anchor=x&endpoint=y",
        "/downloads/?table=users&district=999&made=x",
    ],
)
def test_address__that_no_page_gave__is_never_our_fault(visitor, address):
    answer = visitor(WHO.admin).get(address)

    assert answer.status_code in (200, 400, 404), text(answer)[:300]
    assert "javascript://" not in text(answer)


def test_form__larger_than_any_page_sends__is_refused_with_words(visitor):
    browser = visitor(WHO.admin)
    browser.get("/")

    answer = browser.post("/data/search", text="x" * (2 << 20))

    assert answer.status_code == 413
    assert "Gửi lên quá lớn" in text(answer)


def test_form__with_nul__is_refused(visitor):
    browser = visitor(WHO.admin)
    browser.get("/users/")

    assert browser.post("/users/", username="a\0b", full_name="x", role="admin", areas="*").status_code == 400


def test_problem__our_fault__gives_a_code_and_nothing_personal(site, signed_in, monkeypatch, caplog):
    from processor.web import overview

    personal = HOUSEHOLDS[0].phone

    def broken(*_args):
        raise RuntimeError(personal)

    browser = signed_in(WHO.admin)
    site.app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setattr(overview, "last_pulls", broken)
    answer = browser.get("/")

    page = text(answer)
    assert answer.status_code == 500
    code = re.search(r'<b class="code">([0-9A-F]{4}-[0-9A-F]{2})</b>', page)[1]
    assert code in caplog.text
    assert "overview.py" in caplog.text
    assert personal not in page + caplog.text
    assert "Traceback" not in page


def test_problem__database_gone__still_a_page_with_a_code(site, signed_in, monkeypatch):
    from processor.web import guard

    browser = signed_in(WHO.admin)
    site.app.config["PROPAGATE_EXCEPTIONS"] = False

    def gone(*_args):
        raise OSError("disk")

    monkeypatch.setattr(guard, "get_user", gone)
    answer = browser.get("/data/phieu_c/")

    assert answer.status_code == 500
    assert "Báo quản trị mã" in text(answer)


def test_problem__signed_out__page_that_is_not_there(site):
    answer = Browser(site.app).get("/nothing-here")

    assert answer.status_code == 404
    assert "Không tìm thấy" in text(answer)
    assert "/users/" not in text(answer)


def test_log__of_a_whole_visit__names_nobody_from_the_data(visitor, caplog):
    caplog.set_level("INFO")
    browser = visitor(WHO.admin)
    browser.get("/data/phieu_c/")
    browser.follow(browser.post("/data/phieu_c/search", text="Lô Thị Phượng"))
    browser.get(f"/data/phieu_c/{HOUSEHOLDS[0].instance_id}")

    for personal in ("Phượng", "PHƯỢNG", "0912000111"):
        assert personal not in caplog.text
