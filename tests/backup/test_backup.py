"""Backups of a running service: proved, put back, and then equal to the form server again."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import inspect, text

from processor.app import create_app
from processor.backup import take as take_module
from processor.backup.databases import copy_sqlite
from processor.backup.manifest import NAME, compare, read_manifest
from processor.backup.put_back import restore
from processor.backup.take import backups, take
from processor.cli import cli
from processor.config import Config, load_config
from processor.errors import ConfigError, Message
from processor.pull import pull
from processor.servers.builtin.officers import list_officers
from processor.servers.builtin.server import open_builtin
from processor.store.open import open_store
from tests.conftest import ROOT
from tests.web import example
from tests.web.conftest import Site, Waker, fill

Make = Callable[[str], Config]


@pytest.fixture
def make(store_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Make]:
    """Settings of empty places, each with its own data folder and database; the project's own otherwise."""
    with _databases(store_url, request) as address:

        def empty(name: str) -> Config:
            place = {"PROCESSOR_HOME": str(tmp_path / name), "PROCESSOR_STORE_URL": address(name)}
            return load_config(ROOT / "config" / "survey.toml", place)

        yield empty


@contextmanager
def _databases(store_url: str, request: pytest.FixtureRequest) -> Iterator[Callable[[str], str]]:
    if store_url.startswith("sqlite"):
        yield lambda _name: "sqlite:///processor.sqlite"
        return
    server = str(request.getfixturevalue("postgres_server"))
    made: list[str] = []
    with psycopg.connect(server + "postgres", autocommit=True) as admin:

        def address(name: str) -> str:
            database = f"backup_{name}_{os.getpid()}"
            if database not in made:
                made.append(database)
                admin.execute(f"CREATE DATABASE {database}")
            return server + database

        yield address
        for database in made:
            admin.execute(f"DROP DATABASE {database} WITH (FORCE)")


@contextmanager
def running(config: Config) -> Iterator[Site]:
    store, server = open_store(config), open_builtin(config)
    site = Site(create_app(config, store, server, Waker()), store, server, Waker(), config.data)
    try:
        yield site
    finally:
        site.close()


def contents(site: Site) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table of the copy and the inbox."""
    found: dict[str, list[tuple[object, ...]]] = {}
    for engine in (site.store.engine, site.server.inbox.engine):
        with engine.connect() as connection:
            for table in inspect(engine).get_table_names():
                rows = connection.execute(text(f'SELECT * FROM "{table}"'))
                found[table] = sorted((tuple(row) for row in rows), key=repr)
    return found


def proved(site: Site) -> bool:
    return pull(site.store, site.server, site.store.config.forms[0]).is_equal


def test_backup__put_back_elsewhere__every_row_and_file_is_there(make: Make, tmp_path: Path) -> None:
    here, there = make("here"), make("there")
    with running(here) as site:
        fill(site)
        before = contents(site)
        taken = take(here, tmp_path / "backups")
    assert compare(taken.folder, taken.manifest) == [] and taken.damaged == ()

    restore(there, taken.folder)
    with running(there) as site:
        assert contents(site) == before
        assert proved(site)
        photo = site.server.attachment("phieu_c", example.HOUSEHOLDS[0].instance_id, "house.jpg")
        assert photo is not None and photo.read_bytes() == example.JPEG
        assert [o.token for o in list_officers(site.server)]
    kept = (here.data / "web_secret").read_bytes()
    assert (there.data / "web_secret").read_bytes() == kept


def test_backup__while_phones_send_and_pulls_run__restored_it_is_equal(make: Make, tmp_path: Path) -> None:
    here = make("here")
    with running(here) as site:
        fill(site)
        token = next(o.token for o in list_officers(site.server) if o.code == f"{example.DONG_VINH}-01")
        ended, sent = threading.Event(), []

        def send() -> None:
            number = 1000
            while not ended.is_set():
                number += 1
                household = replace(example.HOUSEHOLDS[0], number=number, commune=example.DONG_VINH)
                example.send(site.app.test_client(), token, household)
                sent.append(household.instance_id)
                if number % 3 == 0:
                    site.pull()

        phone = threading.Thread(target=send)
        phone.start()
        taken = [take(here, tmp_path / "backups0")]
        while len(sent) < 8 and phone.is_alive():
            taken.append(take(here, tmp_path / f"backups{len(taken)}"))
        ended.set()
        phone.join()
    assert len(sent) >= 8
    there = make("there")
    restore(there, taken[-1].folder)
    with running(there) as site:
        live = {s.instance_id for s in site.server.ids("phieu_c") if not s.deleted}
        copy = {row[0] for row in rows(site, "SELECT instance_id FROM submissions WHERE NOT deleted")}
        assert copy <= live  # nothing that the restored inbox never had: a pull would take it for deleted
        record = pull(site.store, site.server, site.store.config.forms[0])
        assert record.is_equal and record.deleted == 0
        assert {row[0] for row in rows(site, "SELECT instance_id FROM submissions WHERE NOT deleted")} == live


def test_backup__submission_between_its_parts__the_inbox_knows_all_that_the_copy_has(
    sqlite_place: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(sqlite_place) as site:
        token = next(o.token for o in list_officers(site.server) if o.code == f"{example.DONG_VINH}-01")

        def copied(source: Path, target: Path) -> None:
            copy_sqlite(source, target)
            household = replace(example.HOUSEHOLDS[0], number=len(sent) + 1000)
            example.send(site.app.test_client(), token, household)
            sent.append(household.instance_id)
            site.pull()

        sent: list[str] = []
        monkeypatch.setattr(take_module, "copy_sqlite", copied)
        folder = take(sqlite_place, tmp_path / "backups").folder
    there = settings(tmp_path / "there")
    restore(there, folder)
    with running(there) as site:
        record = pull(site.store, site.server, site.store.config.forms[0])
        assert (record.is_equal, record.created, record.deleted) == (True, 1, 0)


def rows(site: Site, query: str) -> list[tuple[object, ...]]:
    with site.store.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def settings(home: Path) -> Config:
    return load_config(ROOT / "config" / "survey.toml", {"PROCESSOR_HOME": str(home)})


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with submissions, files and people; every test works on a copy."""
    home = tmp_path_factory.mktemp("filled") / "data"
    with running(settings(home)) as site:
        fill(site)
    return home


@pytest.fixture
def sqlite_place(tmp_path: Path, filled: Path) -> Config:
    shutil.copytree(filled, tmp_path / "data")
    return settings(tmp_path / "data")


def test_second_backup__photographs_are_linked__and_old_ones_go(sqlite_place: Config, tmp_path: Path) -> None:
    place = tmp_path / "backups"
    first = rename(take(sqlite_place, place).folder, "processor-20260101T000000Z")
    second = take(sqlite_place, place)
    photo = next(e.path for e in second.manifest.entries if e.path.startswith("files/"))
    assert second.linked > 1 and (first / photo).samefile(second.folder / photo)
    done = run(sqlite_place, "take", place, "--keep", "1")
    assert f"removed {first}" in done.output and len(backups(place)) == 1
    assert compare(backups(place)[0], read_manifest(backups(place)[0])) == []


def rename(folder: Path, name: str) -> Path:
    return folder.rename(folder.with_name(name))


def run(config: Config, *words: object, code: int = 0):
    environment = {
        "PROCESSOR_HOME": str(config.data),
        "PROCESSOR_CONFIG": str(ROOT / "config" / "survey.toml"),
    }
    done = CliRunner().invoke(cli, ["backup", *map(str, words)], env=environment)
    if done.exception and not isinstance(done.exception, (SystemExit, ConfigError)):
        raise done.exception
    assert done.exit_code == code, done.output
    return done


def test_backup__is_private__and_holds_nothing_that_passes(sqlite_place: Config, tmp_path: Path) -> None:
    (sqlite_place.data / "exports").mkdir(exist_ok=True)
    (sqlite_place.data / "exports" / "1.xlsx").write_bytes(b"somebody's file")
    inside = sqlite_place.data / "backups"
    take(sqlite_place, inside)
    rename(backups(inside)[0], "processor-20260101T000000Z")
    taken = take(sqlite_place, inside)
    names = {entry.path for entry in taken.manifest.entries}
    assert {"store.sqlite", "inbox.sqlite", "data/web_secret", "settings/config/survey.toml"} <= names
    assert not [n for n in names if "exports" in n or "backups" in n or n.endswith(("-wal", "-shm", ".part"))]
    assert taken.folder.stat().st_mode & 0o077 == 0
    private = {p for p in taken.folder.rglob("*") if p.is_file() and p.parent.name == "data"}
    assert private and all(p.stat().st_mode & 0o077 == 0 for p in private)


@pytest.mark.parametrize("harm", ["changed", "gone"])
def test_damaged_backup__check_names_it__and_nothing_is_put_back(sqlite_place, tmp_path, harm) -> None:
    folder = take(sqlite_place, tmp_path / "backups").folder
    assert "whole" in run(sqlite_place, "check", folder).output
    victim = folder / "store.sqlite"
    if harm == "gone":
        victim.unlink()
    else:
        body = bytearray(victim.read_bytes())
        body[len(body) // 2] ^= 1
        victim.write_bytes(body)
    assert "store.sqlite" in run(sqlite_place, "check", folder, code=1).output
    empty = replace(sqlite_place, data=tmp_path / "empty")
    with pytest.raises(ConfigError) as error:
        restore(empty, folder)
    assert error.value.message is Message.BACKUP_DAMAGED and not (tmp_path / "empty").exists()


def test_damaged_photograph_in_the_data_folder__told_and_the_backup_stands(sqlite_place, tmp_path) -> None:
    victim = next(sqlite_place.server.files.glob("[0-9a-f][0-9a-f]/*"))
    victim.write_bytes(b"other bytes")
    done = run(sqlite_place, "take", tmp_path / "backups", code=1)
    assert victim.name in done.output and len(backups(tmp_path / "backups")) == 1


def test_restore__where_data_are__refused_and_untouched(sqlite_place: Config, tmp_path: Path) -> None:
    folder = take(sqlite_place, tmp_path / "backups").folder
    before = (sqlite_place.data / "processor.sqlite").read_bytes()
    with pytest.raises(ConfigError) as error:
        restore(sqlite_place, folder)
    assert error.value.message is Message.BACKUP_TAKEN
    assert (sqlite_place.data / "processor.sqlite").read_bytes() == before


@pytest.mark.parametrize("left", ["processor.sqlite-wal", "inbox.sqlite-shm"])
def test_restore__journal_left_behind__refused(sqlite_place: Config, tmp_path: Path, left: str) -> None:
    folder = take(sqlite_place, tmp_path / "backups").folder
    there = settings(tmp_path / "there")
    there.data.mkdir()
    (there.data / left).write_bytes(b"old pages")
    with pytest.raises(ConfigError) as error:
        restore(there, folder)
    assert error.value.message is Message.BACKUP_TAKEN


def test_restore__interrupted_before_the_copy__again_completes_it(
    sqlite_place: Config, tmp_path: Path
) -> None:
    folder = take(sqlite_place, tmp_path / "backups").folder
    there = settings(tmp_path / "there")
    restore(there, folder)
    (there.data / "processor.sqlite").unlink()
    restore(there, folder)
    with running(there) as site:
        assert proved(site)


@pytest.mark.parametrize("content", [None, "{}", "[1]", '{"format": 9, "entries": []}'])
def test_no_backup__said_so(sqlite_place: Config, tmp_path: Path, content: str | None) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    if content is not None:
        (folder / NAME).write_text(content)
    with pytest.raises(ConfigError) as error:
        restore(sqlite_place, folder)
    assert error.value.message is Message.BACKUP_NONE


def test_restore__of_another_engine__refused(sqlite_place: Config, tmp_path: Path) -> None:
    folder = take(sqlite_place, tmp_path / "backups").folder
    manifest = json.loads((folder / NAME).read_text())
    (folder / NAME).write_text(json.dumps({**manifest, "engine": "postgresql"}))
    there = settings(tmp_path / "there")
    with pytest.raises(ConfigError) as error:
        restore(there, folder)
    assert error.value.message is Message.BACKUP_ENGINE


def child(config: Config, place: Path, prepare: str) -> subprocess.Popen[str]:
    """A backup in a process of its own, prepared by a line of Python."""
    code = f"{prepare}\nfrom processor.cli import main\nmain(['backup', 'take', {str(place)!r}])"
    environment = {**os.environ, "PROCESSOR_HOME": str(config.data)}
    return subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, text=True, stderr=subprocess.PIPE
    )


def test_full_disk__nothing_under_the_name_and_older_ones_stand(sqlite_place: Config, tmp_path: Path) -> None:
    place = tmp_path / "backups"
    older = rename(take(sqlite_place, place).folder, "processor-20260101T000000Z")
    limit = (sqlite_place.data / "processor.sqlite").stat().st_size // 2
    full = child(
        sqlite_place, place, f"import resource; resource.setrlimit({resource.RLIMIT_FSIZE}, ({limit},) * 2)"
    )
    said = full.communicate(timeout=60)[1]
    assert full.returncode == 1 and "could not be written" in said
    assert list(place.iterdir()) == [older] and compare(older, read_manifest(older)) == []


def test_killed__what_it_left_is_no_backup_and_goes_with_the_next(
    sqlite_place: Config, tmp_path: Path
) -> None:
    place = tmp_path / "backups"
    dies = (
        "import os, signal, processor.backup.take as t\n"
        f"t.Manifest.write = lambda *_: os.kill(os.getpid(), {int(signal.SIGKILL)})"
    )
    killed = child(sqlite_place, place, dies)
    killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert len(list(place.iterdir())) == 1 and backups(place) == []
    taken = take(sqlite_place, place)
    assert list(place.iterdir()) == [taken.folder]


def test_damaged_database__is_no_backup(sqlite_place: Config, tmp_path: Path) -> None:
    path = sqlite_place.data / "processor.sqlite"
    sqlite3.connect(path).execute("PRAGMA journal_mode=DELETE").close()
    body = bytearray(path.read_bytes())
    body[3 * 4096 : 3 * 4096 + 2000] = os.urandom(2000)
    path.write_bytes(body)
    with pytest.raises(ConfigError) as error:
        take(sqlite_place, tmp_path / "backups")
    assert error.value.message is Message.BACKUP_WRITE and list((tmp_path / "backups").iterdir()) == []
