"""The same people and pages on both database engines."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from processor.errors import AccessError, Message
from processor.store.access import (
    Rights,
    add_user,
    find_user,
    list_users,
    named_user,
    set_active,
    set_language,
    set_rights,
)
from processor.store.expiring import add_state, digest, load_state, purge_states
from tests.web import example
from tests.web.conftest import Browser, fill, open_site, text
from tests.web.example import HOUSEHOLDS, People

WHO = People()
NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
ADMIN = Rights("admin", ("*",), frozenset({"open", "personal"}))
STAFF = Rights("district", ("16663", "422"), frozenset({"open"}))


def test_users__kept_and_changed__read_back_the_same(any_engine):
    added = add_user(any_engine, (" Ha.NTM ", "Nguyễn Thị Minh Hà"), "hash", ADMIN, NOW)

    assert (added.username, added.areas, added.classes) == ("ha.ntm", ("*",), ADMIN.classes)
    assert (added.must_change, added.active, added.created_at) == (True, True, NOW)
    add_user(any_engine, ("bao", "Trần Quốc Bảo"), "hash", ADMIN, NOW)
    set_rights(any_engine, added.id, STAFF)
    set_language(any_engine, added.id, "en")
    set_active(any_engine, added.id, active=False)
    changed = find_user(any_engine, "HA.ntm")
    assert (changed.role, changed.areas, changed.classes) == ("district", ("16663", "422"), STAFF.classes)
    assert (changed.language, changed.active) == ("en", False)
    assert [u.username for u in list_users(any_engine)] == ["bao", "ha.ntm"]
    assert "hash" not in repr(changed)


def test_users__name_taken_or_unknown__says_so(any_engine):
    add_user(any_engine, ("bao", "Trần Quốc Bảo"), "hash", ADMIN, NOW)

    with pytest.raises(AccessError) as taken:
        add_user(any_engine, ("BAO ", "Khác"), "hash", ADMIN, NOW)
    with pytest.raises(AccessError) as unknown:
        named_user(any_engine, "nobody")

    assert (taken.value.message, unknown.value.message) == (Message.USER_EXISTS, Message.USER_UNKNOWN)


@pytest.mark.parametrize(
    "change", [lambda e, i: set_active(e, i, active=False), lambda e, i: set_rights(e, i, STAFF)]
)
def test_users__last_active_administrator__stays(any_engine, change):
    only = add_user(any_engine, ("bao", "Trần Quốc Bảo"), "hash", ADMIN, NOW)
    off = add_user(any_engine, ("ha", "Hà"), "hash", ADMIN, NOW)
    set_active(any_engine, off.id, active=False)

    with pytest.raises(AccessError) as refused:
        change(any_engine, only.id)

    assert refused.value.message is Message.LAST_ADMIN
    assert named_user(any_engine, "bao") == only


def test_states__over__are_not_read_and_are_removed(any_engine):
    add_state(any_engine, digest("session", "a"), {"x": 1}, NOW)

    assert load_state(any_engine, digest("session", "a"), NOW) is None
    purge_states(any_engine, NOW)
    add_state(any_engine, digest("session", "a"), {"x": 2}, NOW.replace(year=2027))
    assert load_state(any_engine, digest("session", "a"), NOW) == {"x": 2}


def test_pages__on_postgresql__read_as_on_sqlite(tmp_path, postgres_url, visitor):
    site = open_site(tmp_path / "data", store_url=postgres_url)
    fill(site)
    there, here = Browser(site.app), visitor(WHO.admin)
    assert there.sign_in(WHO.admin).status_code == 303

    for address in (
        "/data/phieu_c/",
        "/data/phieu_c/?cols=interview_date,hh_size,head_phone,needs&district=412&from=01/01/2020",
        *(f"/data/phieu_c/{h.instance_id}?all=1" for h in HOUSEHOLDS),
    ):
        assert plain(there.get(address)) == plain(here.get(address)), address
    assert there.get("/?data=survey").status_code == 200
    there.get("/data/phieu_c/")
    assert "Hoà Văn Quyết" in text(there.follow(there.post("/data/phieu_c/search", text="hoa van")))
    site.close()


def plain(answer) -> str:
    """The page without what differs from run to run."""
    assert answer.status_code == 200
    html = re.sub(r'value="[^"]{40,}"|SHA-256 \w+…|title="[0-9a-f]{64}"', "", text(answer))
    return re.sub(r"\d\d/\d\d/\d{4} \d\d:\d\d|datetime=\"[^\"]+\"", "", html)


def test_example__has_every_data_class():
    from processor.forms.definition import DATA_CLASSES

    assert {f.data_class for f in example.package().form.fields} - {""} == set(DATA_CLASSES)
