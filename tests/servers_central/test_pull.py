"""The whole way: phones, Central, pull, tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from processor.config import FormConfig, load_config
from processor.database import reading
from processor.pull import pull
from processor.servers.central.server import CentralServer
from processor.servers.protocol import FormPackage
from processor.store.open import Store, open_store
from tests.conftest import ROOT
from tests.fakes import Fake
from tests.servers_central.conftest import Opener
from tests.servers_central.phone import FORM, V2, Phone, interview, uid

ENTRY = FormConfig(FORM, "hv", Path("unused.xlsx"), "district")


@pytest.fixture
def store(tmp_path: Path, first: FormPackage, second: FormPackage) -> Iterator[Store]:
    config = load_config(ROOT / "config" / "survey.toml", {"PROCESSOR_HOME": str(tmp_path / "data")})
    config = replace(config, store_url=f"sqlite:///{tmp_path / 'store.sqlite'}", forms=(ENTRY,))
    opened = open_store(config)
    opened.register(first)
    opened.register(second)
    yield opened
    opened.engine.dispose()


def rows(store: Store, number: int = 0) -> list[tuple[object, ...]]:
    """Root rows, or those of the repeat, by submission."""
    plan = store.plans(FORM)[number]
    table = store.table(plan)
    names = ["submission_id", "remarks", "barcode"] if number == 0 else ["submission_id", "row_no", "name"]
    with reading(store.engine) as connection:
        found = connection.execute(
            select(*(table.c[n] for n in names)).order_by(*(table.c[n] for n in names[:2]))
        )
        return [tuple(row) for row in found]


@pytest.mark.parametrize("bulk", [1, 200])
def test_pull__edits_removed_questions_and_deletions__tables_as_on_the_server(
    fake: Fake, open_server: Opener, phone: Phone, second: FormPackage, store: Store, bulk: int
) -> None:
    server = open_server(bulk=bulk)
    phone.send(interview(1, answers={"barcode": "BC-1", "remarks": "a"}))
    phone.send(interview(2, members=3))
    phone.send(interview(3))
    assert pull(store, server, ENTRY).state == "equal"
    server.deploy(second)
    phone.send(interview(1, version=V2, edit=1, of=uid(1), answers={"remarks": ""}))
    phone.send(interview(2, version=V2, edit=1, of=uid(2), members=1))
    phone.delete(3)
    record = pull(store, server, ENTRY)
    assert record.state == "equal"
    assert rows(store) == [(uid(1), None, None), (uid(2), None, None)]
    assert rows(store, 1) == [(uid(1), 1, "Nguoi 1"), (uid(1), 2, "Nguoi 2"), (uid(2), 1, "Nguoi 1")]


def test_pull__restored_on_the_server__comes_back(
    fake: Fake, server: CentralServer, phone: Phone, store: Store
) -> None:
    phone.send(interview(1, answers={"remarks": "kept"}))
    phone.delete(1)
    assert pull(store, server, ENTRY).state == "equal"
    assert rows(store) == []
    fake.clock.advance(hours=2)
    phone.restore(1)
    assert pull(store, server, ENTRY).state == "equal"
    assert rows(store) == [(uid(1), "kept", None)]


def test_pull__review__in_the_state_only(server: CentralServer, phone: Phone, store: Store) -> None:
    phone.send(interview(1))
    pull(store, server, ENTRY)
    phone.review(1, "approved")
    assert pull(store, server, ENTRY).updated == 1
    assert pull(store, server, ENTRY).updated == 0
