"""`pull --since`: what changed since a moment is read again, and the kept checkpoint never moves back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import pytest
from sqlalchemy import select

from processor.database import reading, writing
from processor.errors import ConfigError, Message, ServerError
from processor.pull import pull
from processor.pull_command import read_moment
from processor.store.pulls import PullRecord, read_checkpoint
from processor.store.tables import leases, pulls, raw_versions, submissions
from tests.fakes.forms import instance_id
from tests.pull.memory_server import MemoryServer, submission
from tests.pull.server_forms import FORM
from tests.pull.server_history import History, KilledError
from tests.pull.server_sides import Side
from tests.pull.server_tables import ENTRY, Stores
from tests.pull.test_pull import ANSWERS
from tests.servers_kobo.acts import viewer

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    return Stores(tmp_path_factory.mktemp("stores"))


@pytest.fixture(params=["central", "kobo"])
def history(request: pytest.FixtureRequest, stores: Stores, tmp_path: Path) -> Iterator[History]:
    """Six interviews an hour apart, all pulled long ago."""
    side = Side(request.param, tmp_path)
    with stores.new() as store:
        history = History(side, store)
        for number in range(6):
            history.put(number, {"head": f"H{number}"}, (), False, False, False)
            history.time(60)
        history.time(600)
        assert run(history).is_equal
        yield history
    side.close()


def run(history: History, **options: object) -> PullRecord:
    return pull(history.store, history.side.server, ENTRY, **options)  # type: ignore[arg-type]


def kept(history: History) -> str | None:
    with reading(history.store.engine) as connection:
        return read_checkpoint(connection, FORM)


def spoil(history: History) -> None:
    """The copy's contents are none that the server ever had; ids, versions and states look right."""
    with writing(history.store.engine) as connection:
        connection.execute(submissions.update().values(sha256="0" * 64))
        table = history.store.table(history.store.plans(FORM)[0])
        connection.execute(table.update().values({"_raw_sha256": "0" * 64}))


def versions(history: History) -> dict[str, int]:
    """How many contents we hold of each submission."""
    with reading(history.store.engine) as connection:
        keys = connection.execute(select(raw_versions.c.instance_id)).scalars().all()
    return {key: keys.count(key) for key in keys}


def test_since__content_that_differs_in_silence__read_again_from_that_moment_on_only(
    history: History,
) -> None:
    before = kept(history)
    spoil(history)
    assert run(history).updated == 0, "an increment does not look there"
    record = run(history, since=history.fake.clock.now() - timedelta(hours=10 + 3, minutes=30))
    assert (record.kind, record.state, record.updated) == ("since", "equal", 3)
    again = [key for key, count in versions(history).items() if count == 2]
    assert sorted(again) == [instance_id(n) for n in (3, 4, 5)]
    assert kept(history) == before


def test_since__an_edit_of_an_old_one__comes_too(history: History) -> None:
    history.put(0, {"head": "New"}, (), False, False, False)
    assert run(history).edited == 1
    spoil(history)
    assert run(history, since=history.fake.clock.now() - timedelta(minutes=30)).updated == 1
    assert versions(history)[instance_id(0)] == 3


def test_since__later_than_the_checkpoint__loses_nothing_in_between(history: History) -> None:
    history.put(7, {"head": "A"}, (), False, False, False)
    history.time(600)
    history.put(8, {"head": "B"}, (), False, False, False)
    record = run(history, since=history.fake.clock.now() - timedelta(minutes=5))
    assert (record.state, record.created) == ("equal", 2)
    assert run(history).created == 0


def test_since__killed_while_it_reads__the_checkpoint_stays(history: History, monkeypatch) -> None:
    monkeypatch.setattr("processor.pull.PAGE_SIZE", 1)
    before = kept(history)

    def dies(_seen: int) -> None:
        raise KilledError

    with pytest.raises(KilledError):
        run(history, since=history.fake.clock.now() - timedelta(days=2), progress=dies)
    assert kept(history) == before
    history.side.reopen()
    assert run(history).is_equal


def test_since__first_pull__reads_everything(stores: Stores, tmp_path: Path) -> None:
    side = Side("central", tmp_path)
    with stores.new() as store:
        history = History(side, store)
        history.put(0, {"head": "H"}, (), False, False, False)
        history.time(600)
        record = run(history, since=history.fake.clock.now())
        assert (record.kind, record.created) == ("full", 1)
    side.close()


def test_since__server_without_times__refused_without_a_trace(store) -> None:
    with pytest.raises(ServerError) as refused:
        pull(store, MemoryServer(), store.config.form("phieu_c"), since=NOW)
    assert refused.value.message is Message.PULL_SINCE_SERVER
    with reading(store.engine) as connection:
        assert connection.execute(select(pulls)).all() == connection.execute(select(leases)).all() == []


def test_since__kobo_that_shows_no_history__refused(stores: Stores, tmp_path: Path) -> None:
    side = Side("kobo", tmp_path)
    rights = ("view_asset", "view_submissions")
    fake, token = side.fake, viewer(side.fake, side.key, *rights)
    side.fake.kobo.owner = fake.kobo.users["viewer"]
    assert side.fake.kobo.owner.token == token
    with stores.new() as store, pytest.raises(ServerError) as refused:
        pull(store, side.open(), ENTRY, since=NOW)
    assert refused.value.message is Message.PULL_SINCE_SERVER
    side.close()


def test_since__full_asked_too__full_wins(store) -> None:
    class Dated(MemoryServer):
        def checkpoint_at(self, form_id: str, at: datetime) -> str:
            return "0"

    server = Dated()
    server.put(submission(1, ANSWERS))
    form = store.config.form("phieu_c")
    assert pull(store, server, form).kind == "full"
    assert pull(store, server, form, since=NOW, full=True).kind == "full"
    assert pull(store, server, form, since=NOW).kind == "since"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2d", datetime(2026, 11, 23, 3, 0, tzinfo=UTC)),
        ("12h", datetime(2026, 11, 24, 15, 0, tzinfo=UTC)),
        ("30m", datetime(2026, 11, 25, 2, 30, tzinfo=UTC)),
        ("2026-11-20", datetime(2026, 11, 19, 17, 0, tzinfo=UTC)),
        ("2026-11-20T08:00", datetime(2026, 11, 20, 1, 0, tzinfo=UTC)),
        ("2026-11-20 08:00:30", datetime(2026, 11, 20, 1, 0, 30, tzinfo=UTC)),
        ("2026-11-20T08:00+00:00", datetime(2026, 11, 20, 8, 0, tzinfo=UTC)),
        ("2026-11-20T08:00Z", datetime(2026, 11, 20, 8, 0, tzinfo=UTC)),
    ],
)
def test_read_moment__date_time_or_span__aware_utc(text: str, expected: datetime) -> None:
    found = read_moment(text, VIETNAM, NOW)
    assert (found, found.utcoffset()) == (expected, timedelta(0))


@pytest.mark.parametrize(
    "text", ["", "0d", "2", "2w", "20261120", "2026-13-01", "2026-11-20T25:00", "yesterday", "2d "]
)
def test_read_moment__anything_else__says_what_is_expected(text: str) -> None:
    with pytest.raises(click.BadParameter, match="expected 2026-11-20, 2026-11-20T08:00"):
        read_moment(text, VIETNAM, NOW)


def test_read_moment__in_the_future__refused() -> None:
    with pytest.raises(ConfigError) as refused:
        read_moment("2026-11-25T10:01", VIETNAM, NOW)
    assert refused.value.message is Message.PULL_SINCE_FUTURE
