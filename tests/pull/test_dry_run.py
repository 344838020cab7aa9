"""`pull --dry-run`: it says what a pull would bring, and the database refuses to be written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError

from processor.database import reading, writing
from processor.dry_run import Outlook, foresee
from processor.errors import ConfigError, Message
from processor.pull import pull
from processor.pull_command import pull_command
from processor.store.open import VERSION_TABLE, Store, open_store
from processor.store.tables import submissions
from processor.store.unchanged import open_unchanged
from tests.conftest import ROOT
from tests.fakes.forms import instance_id
from tests.pull.memory_server import MemoryServer, submission
from tests.pull.server_forms import FORM
from tests.pull.server_history import History
from tests.pull.server_sides import Side
from tests.pull.server_tables import ENTRY, Stores
from tests.pull.test_pull import ANSWERS
from tests.servers.phones import make_config
from tests.store.forms import package


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    return Stores(tmp_path_factory.mktemp("stores"))


@pytest.fixture(params=["central", "kobo"])
def history(request: pytest.FixtureRequest, stores: Stores, tmp_path: Path) -> Iterator[History]:
    side = Side(request.param, tmp_path)
    with stores.new() as store:
        yield History(side, store)
    side.close()


def look(history: History, **options: object) -> Outlook:
    """As the command does: on a connection that cannot write."""
    before = dump(history.store)
    store = open_unchanged(history.store.config)
    found = foresee(store, history.side.server, ENTRY, **options)  # type: ignore[arg-type]
    store.engine.dispose()
    assert dump(history.store) == before
    return found


def dump(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, leases and pulls included."""
    with reading(store.engine) as connection:
        names = inspect(connection).get_table_names()
        return {n: sorted(map(repr, connection.execute(text(f'SELECT * FROM "{n}"')))) for n in names}  # type: ignore[misc]  # noqa: S608


def put(history: History, number: int, head: str = "H", **more: bool) -> None:
    history.put(number, {"head": head}, (), more.get("photo", False), more.get("file", False), False)


def test_dry_run__first_pull__everything_is_new_and_no_answer_is_read(history: History) -> None:
    for number in range(3):
        put(history, number)
    history.fake.lines.clear()
    found = look(history)
    assert (found.moves, found.server_count, found.copy_count) == ({"created": 3}, 3, 0)
    assert found.sentence == (
        "phieu_c: would come: 3 new, 0 edited, 0 deleted, 0 restored, 0 re-reviewed, 0 otherwise changed; "
        "server 3, copy 0. Nothing was written."
    )
    if history.fake.central:
        assert not any(".xml" in line or "csv.zip" in line for line in history.fake.lines)


def test_dry_run__all_kinds_of_changes__as_the_pull_then_brings_them(history: History) -> None:
    for number in range(6):
        put(history, number, photo=number == 4)
    pull(history.store, history.side.server, ENTRY)
    history.delete(5)
    history.time(2000)
    pull(history.store, history.side.server, ENTRY)
    put(history, 0, "Edited")
    history.delete(1)
    history.review(2, "approved")
    put(history, 6)
    history.late_file(4)
    if history.fake.central:
        history.restore(5)
    found = look(history)
    record = pull(history.store, history.side.server, ENTRY)
    assert record.is_equal
    assert found.moves["created"] == record.created == 1
    assert found.moves["edited"] == record.edited == 1
    assert found.moves["deleted"] == record.deleted == 1
    assert found.moves["restored"] == record.restored == (1 if history.fake.central else 0)
    assert found.moves["reviewed"] == 1
    assert found.moves["updated"] == 1, "the late file"
    assert (found.server_count, found.copy_count) == (record.server_count, 5)
    assert look(history).is_equal


def test_dry_run__full__sees_content_that_differs_in_silence(history: History) -> None:
    put(history, 0)
    put(history, 1)
    history.time(600)
    pull(history.store, history.side.server, ENTRY)
    with writing(history.store.engine) as connection:
        mine = submissions.update().where(submissions.c.instance_id == instance_id(1))
        connection.execute(mine.values(sha256="0" * 64))
    assert look(history).is_equal
    assert look(history, full=True).moves == {"updated": 1}
    assert look(history, since=history.fake.clock.now() - timedelta(hours=11)).moves == {"updated": 1}
    assert look(history, since=history.fake.clock.now()).is_equal


def test_dry_run__changed_twice_over_pages__counted_once(sqlite_store, monkeypatch) -> None:
    monkeypatch.setattr("processor.dry_run.PAGE_SIZE", 1)
    server = MemoryServer()
    server.put(submission(1, ANSWERS))
    server.put(submission(2, ANSWERS))
    with sqlite_store() as store:
        form = store.config.form("phieu_c")
        pull(store, server, form)
        server.repeat_pages = True
        server.change("uuid:0001", version_id="uuid:e", answers=ANSWERS | {"sec_a/rooms": "4"})
        server.put(submission(3, ANSWERS))
        found = foresee(store, server, form)
        assert found.moves == {"edited": 1, "created": 1}
        server.remove("uuid:0002")
        assert foresee(store, server, form).only_copy == 1
        assert not foresee(store, server, form).is_equal


def test_open_unchanged__on_either_engine__refuses_every_write(store_url: str, tmp_path: Path) -> None:
    config = replace(make_config(tmp_path, store_url), store_url=store_url)
    made = open_store(config)
    made.register(package())
    found = open_unchanged(config)
    assert [form.version for form in found.versions(FORM)] == ["1"]
    for statement in ("DELETE FROM pulls", "CREATE TABLE x (y INTEGER)"):
        with pytest.raises(DBAPIError), writing(found.engine) as connection:
            connection.execute(text(statement))
    with writing(made.engine) as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '0001'"))
    with pytest.raises(ConfigError) as refused:
        open_unchanged(config)
    assert (refused.value.message, refused.value.values["found"]) == (Message.DRY_RUN_STORE, "0001")
    for engine in (made.engine, found.engine):
        engine.dispose()


def test_dry_run_command__exit_codes_say_what_would_come(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("PROCESSOR_HOME", str(tmp_path))
    monkeypatch.setenv("PROCESSOR_CONFIG", str(ROOT / "config" / "survey.toml"))
    server = MemoryServer()
    server.put(submission(1, ANSWERS))
    monkeypatch.setattr("processor.servers.builtin.server.open_builtin", lambda _config: server)
    run = lambda *words: CliRunner().invoke(pull_command, ["--form", "phieu_c", *words])  # noqa: E731

    refused = run("--dry-run")
    assert refused.exit_code == 1
    assert isinstance(refused.exception, ConfigError)
    assert list(tmp_path.iterdir()) == [], "not even an empty database"

    assert run().exit_code == 3  # its form version is not published
    store = open_store(make_config(tmp_path, "sqlite://"))
    with reading(store.engine) as connection:
        assert len(connection.execute(select(submissions)).all()) == 1
    server.put(submission(2, ANSWERS))
    would = run("--dry-run")
    assert (would.exit_code, "1 new" in would.output) == (3, True)
    run()
    assert run("--dry-run").exit_code == 0


@pytest.mark.parametrize(
    "words", [("--full", "--since", "2d"), ("--watch", "5m", "--dry-run"), ("--watch", "5m", "--since", "2d")]
)
def test_pull_command__options_that_exclude_each_other__wrong_usage(words: tuple[str, ...]) -> None:
    assert CliRunner().invoke(pull_command, words).exit_code == 2
