"""The whole way: phones, KoboToolbox, pull, tables; and the same survey on ODK Central."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from processor.config import FormConfig, load_config
from processor.database import reading
from processor.publish import publish
from processor.pull import pull
from processor.servers.central.server import CentralServer
from processor.servers.central.settings import CentralSettings, Credentials
from processor.servers.kobo.server import KoboServer
from processor.servers.protocol import FormPackage
from processor.store.open import Store, open_store
from tests.conftest import ROOT
from tests.fakes import Clock, Fake
from tests.fakes.central import EMAIL, PASSWORD
from tests.fakes.forms import house, instance_id
from tests.servers_kobo.acts import send, settle
from tests.servers_kobo.conftest import AT
from tests.servers_kobo.packages import package
from tests.servers_kobo.test_pull import UNFAITHFUL

ENTRY = FormConfig("house", "h", Path("unused.xlsx"), "commune")
OWN = ("_pulled_at", "_raw_sha256", "_received_at", "_updated_at", "_submitter")


@pytest.fixture
def made(tmp_path: Path) -> FormPackage:
    return package(tmp_path / "forms")


@pytest.fixture
def new_store(tmp_path: Path) -> Iterator[Callable[[str], Store]]:
    opened: list[Store] = []

    def opening(name: str) -> Store:
        config = load_config(ROOT / "config" / "survey.toml", {"PROCESSOR_HOME": str(tmp_path / name)})
        config = replace(config, store_url=f"sqlite:///{tmp_path / name}.sqlite", forms=(ENTRY,))
        opened.append(open_store(config))
        return opened[-1]

    yield opening
    for store in opened:
        store.engine.dispose()


def table(store: Store, number: int) -> list[dict[str, Any]]:
    """Rows of the root (0) or of the repeat (1), without what differs from server to server."""
    plan = store.plans("house")[number]
    found = store.table(plan)
    with reading(store.engine) as connection:
        rows = connection.execute(select(found).order_by(found.c.submission_id)).mappings().all()
    return [{k: v for k, v in row.items() if k not in OWN} for row in rows]


def test_pull__edit_clear_status_file_deletion__tables_as_on_the_server(
    fake: Fake, server: KoboServer, made: FormPackage, new_store: Callable[[str], Store]
) -> None:
    store = new_store("kobo")
    server.deploy(made)
    store.register(made)
    (asset,) = fake.kobo.assets
    send(fake, asset, 1)
    send(fake, asset, 2, body=UNFAITHFUL)
    late = fake.fitted(house(3), asset)
    fake.submit(late)
    send(fake, asset, 4)
    fake.kobo.add_ghost(asset, instance_id(1))
    assert pull(store, server, ENTRY).state == "equal"
    settle(fake)
    send(fake, asset, 1, edit=1, body="<head/><size/>")
    fake.review(asset, instance_id(2), "approved")
    fake.submit(late, {"p3.jpg": b"late"})
    fake.delete(asset, instance_id(4))
    record = pull(store, server, ENTRY)
    assert (record.state, record.server_count, record.copy_count) == ("equal", 3, 3)
    root = {row["submission_id"]: row for row in table(store, 0)}
    assert set(root) == {instance_id(n) for n in (1, 2, 3)}
    assert root[instance_id(1)]["head"] is None
    assert root[instance_id(2)]["_review_state"] == "approved"
    assert [row["name"] for row in table(store, 1)] == ["A", None, "C"]
    fake.submit(fake.fitted(house(4), asset), {"p4.jpg": b"photo 4"})
    assert pull(store, server, ENTRY).restored == 1


def test_migration__first_on_kobo_then_on_central__same_tables(
    fake: Fake, server: KoboServer, made: FormPackage, new_store: Callable[[str], Store], tmp_path: Path
) -> None:
    kobo, central = new_store("kobo"), new_store("central")
    server.deploy(made)
    (asset,) = fake.kobo.assets
    bodies = {1: UNFAITHFUL, 2: "", 3: "<head/><size>3</size><home><place>18.7 105.6 0 0</place></home>"}
    with Fake("central", Clock(AT)) as other:
        there = CentralServer(CentralSettings(other.url, 1, tmp_path / "c"), Credentials(EMAIL, PASSWORD))
        there.deploy(made)
        for number, body in bodies.items():
            send(fake, asset, number, body=body)
            assert other.submit(house(number, body=body), {}) in (200, 201)
        for store, source in ((kobo, server), (central, there)):
            store.register(made)
            assert pull(store, source, ENTRY).state == "equal"
        there.close()
    assert len(table(kobo, 0)) == 3 and len(table(kobo, 1)) == 3
    for number in (0, 1):
        assert table(kobo, number) == table(central, number)


def test_publish__by_the_usual_way__second_time_nothing(
    fake: Fake, server: KoboServer, made: FormPackage, new_store: Callable[[str], Store], tmp_path: Path
) -> None:
    store = new_store("kobo")
    folder = tmp_path / "xlsforms" / "media"
    folder.mkdir(parents=True)
    (folder / "communes.csv").write_bytes(made.media[0].path.read_bytes())
    workbook = tmp_path / "house.xlsx"
    workbook.write_bytes(made.workbook)
    entry = replace(ENTRY, workbook=workbook)
    config = replace(store.config, root=tmp_path, forms=(entry,))
    assert publish(config, server, store, entry).changed
    fake.lines.clear()
    assert not publish(config, server, store, entry).changed
    assert all(line.startswith("GET") for line in fake.lines)
