"""The pull with the real built-in form server over real HTTP: posts, edits, files, practice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from processor.config import FormConfig
from processor.pull import pull, rebuild
from processor.servers.builtin.officers import add_officer
from processor.servers.builtin.server import BuiltinServer, open_builtin
from processor.store.open import Store, open_store
from processor.store.practice import remove_practice
from tests.pull.tables import everything, raw_rows, root_rows
from tests.servers.phones import Phone, make_config, package, served, xml

OFFICE = "admin"


@dataclass
class House:
    """Server, store, and two phones; inbox and store share one database."""

    store: Store
    server: BuiltinServer
    phone: Phone
    practice: Phone

    @property
    def form(self) -> FormConfig:
        return self.store.config.form("phieu_c")

    def pull(self, **options):
        return pull(self.store, self.server, self.form, **options)


@pytest.fixture
def house(store_url: str, tmp_path: Path) -> Iterator[House]:
    config = replace(make_config(tmp_path, store_url), store_url=store_url)
    store, server, form = open_store(config), open_builtin(config), package(tmp_path)
    server.deploy(form)
    store.register(form)
    with served(server) as address:
        phone = Phone(address, add_officer(server, "16663-01", "A", "16663"))
        practice = Phone(address, add_officer(server, "TAPHUAN-01", "B", "16663", practice=True))
        yield House(store, server, phone, practice)
    store.engine.dispose()
    server.inbox.engine.dispose()


def test_pull__from_the_builtin_server__a_whole_life(house: House, tmp_path: Path) -> None:
    for number in range(5):
        assert (
            house.phone.post(xml(f"uuid:{number}", photo="p.jpg" if number == 4 else "")).status_code == 201
        )
    house.practice.post(xml("uuid:p"))
    record = house.pull()
    assert (record.state, record.created, record.server_count) == ("equal", 6, 6)

    house.phone.post(xml("uuid:0b", old="uuid:0", name="Vừ Bá Chò"))
    house.phone.post(xml("uuid:4", photo="p.jpg"), {"p.jpg": b"\xff\xd8late"})
    house.server.set_deleted("phieu_c", "uuid:1", True, actor=OFFICE)
    house.server.set_review("phieu_c", "uuid:2", "approved", actor=OFFICE)
    record = house.pull()
    assert (record.state, record.edited, record.deleted, record.updated) == ("equal", 1, 1, 2)
    found = root_rows(house.store)
    assert found["uuid:0"].name == "Vừ Bá Chò"
    assert found["uuid:2"]._review_state == "approved"
    assert set(found) == {"uuid:0", "uuid:2", "uuid:3", "uuid:4", "uuid:p"}

    house.server.set_deleted("phieu_c", "uuid:1", False, actor=OFFICE)
    assert house.pull().restored == 1
    before, raw = everything(house.store), raw_rows(house.store)
    assert house.pull(full=True).is_equal
    rebuild(house.store, house.form)
    assert (everything(house.store), raw_rows(house.store)) == (before, raw)


@pytest.mark.parametrize("pulled_between", [True, False])
def test_practice__removed_on_both_sides__leaves_no_trace_and_the_copy_equal(
    house: House, pulled_between: bool
) -> None:
    house.phone.post(xml("uuid:1"))
    house.practice.post(xml("uuid:p"))
    assert {key: row._practice for key, row in (house.pull(), root_rows(house.store))[1].items()} == {
        "uuid:1": 0,
        "uuid:p": 1,
    }
    assert house.server.remove_practice() == 1
    if pulled_between:
        assert house.pull().is_equal
    assert remove_practice(house.store) == 1
    for full in (False, True):
        record = house.pull(full=full)
        assert (record.state, record.server_count, record.copy_count) == ("equal", 1, 1)
    assert raw_rows(house.store) == 1
    assert everything(house.store)["submissions"].total() == 1
