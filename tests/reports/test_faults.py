"""Killed, disk full, folder gone: a whole file or none, and the ledger knows."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import event

from processor.errors import ConfigError, ContractError, Message
from processor.reports.export import write_table
from processor.reports.part_file import part_folder, sweep
from processor.store.ledger import list_downloads
from processor.store.open import Store
from tests.reports import example

FORMATS = ["csv", "xlsx", "dta", "sav"]


def child(folder: Path, formats: str, point: str) -> subprocess.CompletedProcess[str]:
    arguments = [str(folder), formats, point, str(folder / "out")]
    command = [sys.executable, "-m", "tests.reports.child", *arguments]
    return subprocess.run(command, cwd=example.ROOT, capture_output=True, text=True, timeout=60)


def export(store: Store, target: Path) -> None:
    write_table(
        store,
        "h",
        example.EVERYTHING,
        example.Person(),
        target,
        file_format=target.suffix[1:],
        profile="codes",
        language="vi",
        purpose="Thử",
    )


def states(store: Store) -> list[str]:
    return [row.state for row in list_downloads(store.engine, None)]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("file_format", "point"),
    [("csv", "rows"), ("xlsx", "rows"), ("dta", "rows"), ("xlsx", "sealed"), ("sav", "sealed")],
    ids=["csv", "xlsx", "dta", "xlsx-whole", "sav-whole"],
)
def test_kill__before_the_file_has_its_name__leaves_none(
    store: Store, tmp_path: Path, out: Path, file_format: str, point: str
) -> None:
    (out / f"h.{file_format}").write_text("the file of yesterday")
    assert child(tmp_path, file_format, point).returncode == -signal.SIGKILL
    assert (out / f"h.{file_format}").read_text() == "the file of yesterday"
    assert states(store) == ["started"]
    assert len(list(out.iterdir())) == 2  # what the dead process left behind
    export(store, out / "next.csv")
    assert sorted(p.name for p in out.iterdir()) == [f"h.{file_format}", "next.csv"]


def test_kill__after_the_file_has_its_name__leaves_it_whole(store: Store, tmp_path: Path, out: Path) -> None:
    assert child(tmp_path, "csv", "named").returncode == -signal.SIGKILL
    assert len(example.read_csv(out / "h.csv")) == 4
    assert states(store) == ["started"]
    assert [p.name for p in out.iterdir()] == ["h.csv"]


def test_disk__full__fails_clearly_and_leaves_nothing(store: Store, tmp_path: Path, out: Path) -> None:
    done = child(tmp_path, ",".join(FORMATS), "full")
    lines = done.stdout.splitlines()
    assert len(lines) == len(FORMATS), done.stderr
    for line, reason in zip(lines, (*["File too large"] * 3, "Unable to write data"), strict=True):
        assert line.startswith(f"EXPORT_WRITE The file could not be written: {reason}.")
    assert states(store) == ["failed"] * len(FORMATS)
    assert list(out.iterdir()) == []


def test_folder__missing__fails_clearly(store: Store, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        export(store, tmp_path / "nowhere" / "h.csv")
    assert caught.value.message is Message.EXPORT_WRITE
    assert states(store) == ["failed"]


@pytest.mark.parametrize("file_format", FORMATS)
def test_database__lost_in_the_middle__leaves_no_file(store: Store, out: Path, file_format: str) -> None:
    class Lost(Exception):
        pass

    @event.listens_for(store.engine, "before_cursor_execute")
    def _lose(_c, _cursor, statement, *_more) -> None:  # type: ignore[no-untyped-def]
        if statement.startswith("SELECT h."):
            raise Lost

    with pytest.raises(Lost):
        export(store, out / f"h.{file_format}")
    assert states(store) == ["failed"]
    assert list(out.iterdir()) == []


def test_ledger__that_does_not_close__takes_the_file_back(store: Store, out: Path) -> None:
    @event.listens_for(store.engine, "before_cursor_execute", retval=True)
    def _lose(_c, _cursor, statement, parameters, *_more):  # type: ignore[no-untyped-def]
        if statement.startswith("UPDATE downloads") and "sha256" in statement:
            return statement.replace("WHERE", "WHERE 1 = 0 AND"), parameters
        return statement, parameters

    with pytest.raises(ContractError):
        export(store, out / "h.csv")
    assert list(out.iterdir()) == []
    assert states(store) == ["failed"]


def test_ledger__row__stands_before_the_first_byte(store: Store, out: Path) -> None:
    seen: list[list[Path]] = []

    @event.listens_for(store.engine, "after_cursor_execute")
    def _look(_c, _cursor, statement, *_more) -> None:  # type: ignore[no-untyped-def]
        if statement.startswith("INSERT INTO downloads"):
            seen.append(list(out.iterdir()))
        if statement.startswith("SELECT h."):
            assert states(store) == ["started"]
            seen.append(list(out.glob("h.csv")))

    export(store, out / "h.csv")
    assert seen == [[], []]


def test_sweep__folder_in_use__stays(tmp_path: Path) -> None:
    with part_folder(tmp_path / "a.csv") as first:
        (first / "part").write_text("half")
        with part_folder(tmp_path / "b.csv") as second:
            assert first.exists()
            assert second != first
        assert (first / "part").exists()
        assert first.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == []
    (tmp_path / ".making-dead.part").mkdir()
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == []
