"""The list of submissions: pages, filters, search; and one submission in full."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from processor.errors import ContractError, Message
from processor.servers.protocol import AppUser
from processor.store.progress import last_pulls, received_per_day, silent_officers
from processor.store.query import ListFilter, list_submissions, read_submission
from processor.store.scope import Area, Scope
from tests.pull.memory_server import START

ALL = Scope(Area.province(), frozenset(("open", "personal", "sensitive", "secret")), "both")
SURVEY = Scope(Area.province(), ALL.classes, "survey")


def listed(store, narrowed=None, size=100, scope=ALL, **keys):
    return list_submissions(
        store, "phieu_c", scope, narrowed or ListFilter(), ["head_name"], size=size, **keys
    )


def test_pages__forward_and_back__every_row_once_newest_first(filled):
    whole = listed(filled)
    assert whole.total == 13
    assert (whole.after, whole.before, whole.first_no) == (None, None, 1)
    times = [row.received_at for row in whole.rows]
    assert times == sorted(times, reverse=True)
    page, seen, pages = listed(filled, size=5), [], []
    while True:
        assert page.first_no == len(seen) + 1
        seen += page.rows
        pages.append(page)
        if page.after is None:
            break
        page = listed(filled, size=5, after=page.after)
    assert tuple(seen) == whole.rows
    assert listed(filled, size=5, before=pages[2].before) == pages[1]
    assert listed(filled, size=5, before=pages[1].before) == pages[0]


@pytest.mark.parametrize("key", ["x", "eA", "MjAyNi0wMS0wMVQwMDowMDowMCB4", "ééé"])
def test_pages__key_that_was_never_given_out__is_refused(filled, key):
    with pytest.raises(ContractError) as refused:
        listed(filled, after=key)
    assert refused.value.message is Message.LIST_KEY


def test_filters__each__narrows(filled):
    assert {r.area for r in listed(filled, ListFilter(communes=frozenset(["16666"]))).rows} == {"16666"}
    assert {r.submitter for r in listed(filled, ListFilter(submitter="17329-01")).rows} == {"17329-01"}
    assert {r.review_state for r in listed(filled, ListFilter(review_state="approved")).rows} == {"approved"}
    first = date(2026, 3, 1)
    day = listed(filled, ListFilter(received_from=first, received_to=first))
    assert [r.instance_id for r in day.rows] == ["uuid:0002", "uuid:0001", "uuid:0090", "uuid:0000"], (
        "8:00 to 20:00 of the local day; 2:00 is the next"
    )


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ("nguyen van hoa", 12),
        ("NGUYỄN  Văn Hòa", 12),
        ("hoa personal of", 12),
        ("Lê Thị Thủy", 12),
        ("0005", 1),
        ("uuid:0090", 1),
        ("nobody", 0),
        ("%", 0),
        ("_", 0),
        ("'; DROP TABLE c; --", 0),
        ("\x00", 0),
        ("   ", 13),
    ],
)
def test_search__names_without_marks_codes_by_beginning__literally(filled, wanted, count):
    assert listed(filled, ListFilter(search=wanted)).total == count


def test_read_submission__everything_of_it(filled):
    found = read_submission(filled, "phieu_c", "uuid:0001", ALL)
    assert found.root["head_name"] == "Nguyễn Văn Hoà personal of16666"
    assert found.root["gps_lat"] == 18.67
    assert [row["m_name"] for row in found.repeats["c_members"]] == ["Lê Thị Thuỷ personal of16666"]
    assert [row["job"] for row in found.repeats["c_jobs"]] == ["job of16666"]
    assert {c.rule for c in found.changes} == {"R-C03", "R-C08"}
    assert "TYPE" in {f.rule for f in found.findings}
    assert [v.no for v in found.versions] == [1]
    assert read_submission(filled, "phieu_c", "no\x00thing", ALL) is None


def test_read_submission__without_rows_yet__says_why(filled):
    found = read_submission(filled, "phieu_c", "uuid:0090", ALL)
    assert "unpublished" in found.listed.problem
    assert found.root == {}


def test_received_per_day__local_days__empty_ones_too(filled):
    from processor.store.days import today

    days = (today(filled) - date(2026, 3, 1)).days + 1
    counts = received_per_day(filled, "phieu_c", ALL, days=days)
    assert counts[0].day == date(2026, 3, 1)
    assert [c.count for c in counts[:4]] == [4, 4, 4, 1]
    assert counts[-1].day == counts[0].day + timedelta(days=days - 1)
    assert sum(c.count for c in counts) == 13


def test_silent_officers__active_ones_of_the_area(filled):
    officers = [
        AppUser("16663-01", "A", "16663", practice=False, active=True),
        AppUser("16663-02", "B", "16663", practice=False, active=True),
        AppUser("16663-03", "C", "16663", practice=False, active=False),
        AppUser("16663-04", "D", "16663", practice=True, active=True),
        AppUser("16666-01", "E", "16666", practice=False, active=True),
    ]
    scope = Scope(Area.of(["16663"]), frozenset(["open"]), "survey")
    silent = silent_officers(filled, scope, officers, days=2)
    assert [(s.code, s.last_received) for s in silent] == [
        ("16663-02", None),
        ("16663-01", START + timedelta(hours=72)),
    ]
    assert silent_officers(filled, scope, officers[:1], days=4000) == ()


def test_last_pulls__the_newest_of_each_form(filled):
    assert last_pulls(filled)["phieu_c"].state == "incomplete"
