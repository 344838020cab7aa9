"""What a correction would do, told before it is made."""

from __future__ import annotations

import pytest

from processor.errors import AccessError, ContractError, Message
from processor.store.corrections import correct
from processor.store.corrections_list import list_corrections
from processor.store.corrections_preview import answers_now, look, preview
from processor.store.scope import Area, Scope
from tests.pull.tables import everything
from tests.pull.test_pull import ANSWERS
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


def test_preview__shows_only_columns_of_the_scope(store):
    scope = Scope(Area.province(), frozenset({"open"}), "survey")
    assert effects(preview(store, ALL, cell(store, "head_name"), "X Y"))
    refused(
        lambda: preview(store, scope, cell(store, "head_name"), "X Y"), AccessError, Message.CORRECT_RIGHTS
    )
    narrow = Scope(Area.province(), frozenset({"personal"}), "survey")
    assert {e.column_name for e in preview(store, narrow, cell(store, "head_name"), "X Y").effects} <= {
        "head_name", "head_name_norm", "head_name_key",
    }  # fmt: skip


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
