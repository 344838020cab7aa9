"""The panel "Mức hưởng theo quy định" beside the answers of a C1: for who may see all that it rests on."""

from __future__ import annotations

import re

import pytest

from tests.store.test_explained import Room, home, packages
from tests.web import example
from tests.web.conftest import Browser, text
from tests.web.example import People

__all__ = ["home", "packages"]
WHO = People()
PANEL = re.compile(r'<section class="panel" aria-labelledby="s-law">.*?</section>', re.S)


@pytest.fixture
def asked(make_site, packages, home):  # noqa: F811
    """A site with the survey's own forms and one household."""
    site = make_site(empty=True)
    example.add_people(site.store)
    for package in packages:
        site.store.register(package)
    return site, Room(site.store, home)


def panel(site, who: str, address: str) -> str:
    browser = Browser(site.app)
    browser.sign_in(who)
    found = PANEL.search(text(browser.get(address)))
    return " ".join(re.sub("<[^>]+>", " ", found[0]).split()) if found else ""


def test_panel__steps_figures_and_that_it_is_a_proposal__only_for_who_sees_everything(asked):
    site, room = asked
    (proposal,) = room.told()
    address = f"/data/phieu_c1/{room.c1}"
    shown = panel(site, WHO.secret, address)

    assert f"Theo quy định {proposal.due:,} đ Phiếu ghi {proposal.said:,} đ".replace(",", ".") in shown
    assert "Phiếu ghi đúng mức đó" in shown and "Chế độ số 1" in shown
    for line in proposal.lines:
        assert line.texts["vi"] in shown
    assert "Chỉ là đề xuất" in shown
    assert panel(site, WHO.admin, address) == "", (
        "the administrator of the example has no right to secret columns"
    )
    assert panel(site, WHO.con_cuong, address) == ""
    assert panel(site, WHO.secret, f"/data/phieu_c/{room.c}") == ""


def test_panel__form_says_less__tells_by_how_much(asked):
    site, room = asked
    (proposal,) = room.told()
    server = room.servers["phieu_c1"]
    answers = dict(server.current[room.c1].answers)
    (path,) = (p for p, rows in answers.items() if isinstance(rows, list))
    (name,) = (key for key in answers[path][0] if key.endswith("a_amount"))
    rows = [{**answers[path][0], name: str(proposal.due - 5000)}]
    server.change(room.c1, answers=answers | {path: rows}, version_id="uuid:less")
    room.bring()

    assert "Phiếu ghi thấp hơn 5.000 đ" in panel(site, WHO.secret, f"/data/phieu_c1/{room.c1}")
