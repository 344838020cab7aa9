"""What a correction would do, told before it is made."""

from __future__ import annotations

import pytest

from processor.errors import ContractError, Message
from processor.store.corrections import correct
from processor.store.corrections_list import list_corrections
from processor.store.corrections_preview import answers_now, look, preview
from processor.store.scope import Area, Scope
from tests.pull.memory_server import MemoryServer, submission
from tests.pull.tables import everything
from tests.pull.test_pull import ANSWERS
from tests.store import test_form_checks
from tests.store.forms import new_store, package
from tests.store.test_corrections import ALL, KEY, LAN, WHY, bring, cell, refused, server, store

__all__ = ["server", "store"]


def effects(found):
    return {(e.column_name, e.before, e.after) for e in found.effects}


def test_preview__tells_every_cell_that_follows_and_writes_nothing(store):
    before = everything(store)
    found = preview(store, ALL, cell(store, "head_name"), "lê thị  hoà")
    told = {name: after for name, _before, after in effects(found)}
    assert told["head_name"] == "lê thị hoà"
    assert told["head_name_norm"] == "Lê Thị Hoà"
    assert preview(store, ALL, cell(store, "commune_code"), "1231").area == "01231"
    assert everything(store) == before
    correct(store, LAN, ALL, cell(store, "head_name"), "lê thị  hoà", **WHY)
    after = preview(store, ALL, cell(store, "rooms"), "9")
    assert effects(after) == {("rooms", 3, 9)}


def test_preview__finding_that_goes(store, server):
    server.change(KEY, answers=ANSWERS | {"sec_a/rooms": "ba phòng"}, version_id="uuid:e")
    bring(store, server)
    found = preview(store, ALL, cell(store, "rooms"), "3")
    assert [f.rule for f in found.go if f.column_name == "rooms"] == ["TYPE"]


CARD = """| | text | p_id | Card | id_number | personal |
| | text | p_sex | Sex | sex | open |
| | integer | p_year | Year | birth_year | open |"""
MAN, WOMAN = "1", "2"


@pytest.mark.parametrize(("number", "sex"), [("40050123456", MAN), ("040050123456", WOMAN)])
def test_preview__what_follows_in_a_hidden_column__is_not_told(store_url, tmp_path, server, number, sex):
    """The sex decides whether the card lost its zero, and whether it fits the person."""
    told = {"p_id": number, "p_sex": WOMAN if sex == MAN else MAN, "p_year": "1950"}
    server.change(KEY, answers=ANSWERS | told, version_id="uuid:e")
    store = new_store(store_url, tmp_path, package(extra=CARD))
    bring(store, server)
    seen = preview(store, ALL, cell(store, "p_sex"), sex)
    hidden = preview(store, Scope(Area.province(), frozenset({"open"}), "survey"), cell(store, "p_sex"), sex)
    store.engine.dispose()
    about_card = {f.column_name for f in (*seen.come, *seen.go)} | {name for name, *_ in effects(seen)}
    assert "p_id" in about_card
    assert effects(hidden) == {("p_sex", WOMAN if sex == MAN else MAN, sex)}
    assert (hidden.come, hidden.go) == ((), ())


def test_preview__conditions_of_the_form__told_to_who_sees_all_that_they_read(store_url, tmp_path):
    server = MemoryServer()
    server.put(submission(0, test_form_checks.GOOD))
    store = new_store(store_url, tmp_path, test_form_checks.package())
    bring(store, server)
    narrow = Scope(Area.province(), frozenset({"open"}), "survey")

    def come(scope, column, new):
        return {f.rule for f in preview(store, scope, cell(store, column), new).come}

    assert come(ALL, "clinic", None) == {"REQUIRED"}
    assert come(narrow, "clinic", None) == set()  # it is asked of those with HIV alone
    assert "CONSTRAINT" in come(ALL, "age", "200")
    assert "CONSTRAINT" in come(narrow, "age", "200")
    store.engine.dispose()


@pytest.mark.parametrize("new", ["bốn", "3"])
def test_preview__answer_that_would_be_refused__is_refused(store, new):
    message = Message.CORRECT_VALUE if new == "bốn" else Message.CORRECT_SAME
    refused(lambda: preview(store, ALL, cell(store, "rooms"), new), ContractError, message)


def test_look__tells_the_answer_of_the_server_and_the_one_that_holds(store, server):
    number = correct(store, LAN, ALL, cell(store, "rooms"), "4", **WHY)
    found = look(store, ALL, cell(store, "rooms"))
    assert (found.old, found.now, found.holding) == ("3", "4", number)
    server.change(KEY, answers=ANSWERS | {"sec_a/rooms": "5"}, version_id="uuid:e")
    bring(store, server)
    found = look(store, ALL, cell(store, "rooms"))
    assert (found.old, found.now, found.holding) == ("5", "5", None)


def test_answers_now__what_stands_under_a_correction(store, server):
    first = correct(store, LAN, ALL, cell(store, "rooms"), "4", **WHY)
    member = cell(store, "m_name", table="c_members", row=f"{KEY}/members[2]")
    second = correct(store, LAN, ALL, member, "Y Hoà", **WHY)
    server.change(
        KEY, answers=ANSWERS | {"sec_a/rooms": "5", "members": ANSWERS["members"][:1]}, version_id="uuid:e"
    )
    bring(store, server)
    now = answers_now(store, list_corrections(store, ALL))
    assert {n: there[:2] for n, there in now.items()} == {first: (True, "5"), second: (False, None)}
    assert now[first][2] == cell(store, "rooms").raw_sha256
