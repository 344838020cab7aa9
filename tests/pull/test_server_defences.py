"""Each defence of the pull alone, on either server: these fail when its line is removed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import select

from processor.database import reading
from processor.errors import ServerError
from processor.pull import pull
from processor.servers.protocol import SubmissionState
from processor.store.open import Store
from processor.store.pulls import PullRecord, read_checkpoint
from processor.store.tables import raw_versions, submissions
from tests.fakes.forms import instance_id
from tests.pull.server_forms import FORM, Texts
from tests.pull.server_history import History
from tests.pull.server_sides import Side
from tests.pull.server_tables import ENTRY, Stores
from tests.pull.tables import everything

A, B, C = ({"m_name": name} for name in ("A", "B", "C"))


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    return Stores(tmp_path_factory.mktemp("stores"))


@pytest.fixture(params=["central", "kobo"])
def side(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Side]:
    side = Side(request.param, tmp_path)
    yield side
    side.close()


@pytest.fixture
def history(side: Side, stores: Stores) -> Iterator[History]:
    with stores.new() as store:
        yield History(side, store)


def put(history: History, number: int, root: Texts, members: Sequence[Texts] = (), **more: bool) -> None:
    history.put(number, root, members, more.get("photo", False), more.get("file", False), False)


def run(history: History) -> PullRecord:
    return pull(history.store, history.side.server, ENTRY)


def rows(store: Store, number: int, *names: str) -> list[tuple[object, ...]]:
    """Some columns of the root (0) or the repeat (1)."""
    table = store.table(store.plans(FORM)[number])
    with reading(store.engine) as connection:
        found = connection.execute(select(*(table.c[n] for n in names)).order_by(table.c.submission_id))
        return [tuple(row) for row in found]


@pytest.fixture
def reread(history: History, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids that pulls read again because the increment had not shown them."""
    asked: list[str] = []
    fetch = history.side.server.fetch
    monkeypatch.setattr(history.side.server, "fetch", lambda form, ids: asked.extend(ids) or fetch(form, ids))
    return asked


def test_overlap__stamped_before_a_pull_and_committed_after_it__comes_by_the_next_increment(
    history: History, reread: list[str]
) -> None:
    put(history, 0, {"head": "First"})
    history.time(30)
    history.hold()
    put(history, 1, {"head": "Late"})
    history.time(1)
    put(history, 2, {"head": "After"})
    history.time(1)
    run(history)
    history.fake.truth.release()
    assert (run(history).state, reread) == ("equal", [])
    assert {head for (head,) in rows(history.store, 0, "head")} == {"First", "Late", "After"}


def test_reread__what_no_increment_shows__comes_by_its_id(history: History, reread: list[str]) -> None:
    """Restored and purged on Central, deleted on Kobo: no time of change moves."""
    for number in range(3):
        put(history, number, {"head": str(number)})
    history.delete(0)
    history.delete(1)
    assert run(history).is_equal
    history.time(2000)
    run(history)
    reread.clear()
    if history.fake.central:
        history.restore(0)
        history.purge()
    else:
        history.delete(2)
    record = run(history)
    assert (record.state, len(reread)) == ("equal", 1)
    expected = [instance_id(0), instance_id(2)] if history.fake.central else []
    assert [key for (key,) in rows(history.store, 0, "submission_id")] == expected


def test_reread__late_photo__arrives(history: History) -> None:
    put(history, 0, {"head": "A"}, photo=True)
    history.time(2000)
    run(history)
    run(history)
    history.late_file(0)
    history.time(2000)
    history.pull(False, 1000)
    with reading(history.store.engine) as connection:
        query = select(submissions.c.attachments_expected, submissions.c.attachments_present)
        assert connection.execute(query).one() == (1, 1)


def test_reread__by_id__leaves_the_checkpoint(history: History, reread: list[str]) -> None:
    """Otherwise the next pull would read everything from the beginning."""
    put(history, 0, {"head": "A"}, photo=True)
    run(history)
    if history.fake.kobo:  # its list tells of files and never of deletions, Central's the other way round
        history.delete(0)
        run(history)
    assert reread == [instance_id(0)]
    with reading(history.store.engine) as connection:
        assert read_checkpoint(connection, FORM)


def test_checkpoint__page_that_could_not_be_written__is_not_passed(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Page and checkpoint are one transaction: whatever came with it comes again."""

    def no_space(*_: object) -> None:
        raise OSError("no space left")

    put(history, 0, {"head": "A"})
    with monkeypatch.context() as patch, pytest.raises(OSError):
        patch.setattr("processor.store.intake.write", no_space)
        run(history)
    with reading(history.store.engine) as connection:
        assert not read_checkpoint(connection, FORM)


def test_repeats__fewer_members_after_an_edit__are_replaced_as_a_set(history: History) -> None:
    put(history, 0, {"head": "A"}, [A, B, C])
    put(history, 1, {"head": "B"}, [A])
    run(history)
    put(history, 0, {"head": "A"}, [B])
    assert run(history).is_equal
    assert rows(history.store, 1, "submission_id", "row_no", "m_name") == [
        (instance_id(0), 1, "B"),
        (instance_id(1), 1, "A"),
    ]


@pytest.mark.parametrize("blank", ["", None])
def test_blank__answer_cleared_or_no_longer_relevant__empties_the_cell(
    history: History, blank: str | None
) -> None:
    put(history, 0, {"head": "A", "size": "3", "needs": "cash food"})
    run(history)
    put(history, 0, {"head": "A", "size": blank, "needs": blank})
    assert run(history).is_equal
    assert rows(history.store, 0, "head", "size", "needs", "needs__cash") == [("A", None, None, None)]


def test_rebuild__edited_and_deleted_between_two_pulls__is_what_the_pull_made(history: History) -> None:
    """Central shows the answers of a deleted submission to nobody; so the copy names the version it holds."""
    put(history, 0, {"head": "Old"})
    run(history)
    put(history, 0, {"head": "New"})
    history.delete(0)
    assert run(history).is_equal
    pulled = everything(history.store)
    history.rebuild()
    assert everything(history.store) == pulled
    record = run(history)
    assert (record.state, record.edited, record.updated) == ("equal", 0, 0)
    if history.fake.central:
        history.restore(0)
        assert run(history).is_equal
        assert rows(history.store, 0, "head") == [("New",)]


def test_deleted__its_answers_are_shown_to_nobody__raw_keeps_what_was_held(history: History) -> None:
    put(history, 0, {"head": "A"})
    run(history)
    history.delete(0)
    assert (run(history).deleted, rows(history.store, 0, "head")) == (1, [])
    with reading(history.store.engine) as connection:
        bodies = connection.execute(select(raw_versions.c.body)).scalars().all()
    assert len(bodies) == 1 and '"head":"A"' in bodies[0].replace('": "', '":"')


def test_comparison__list_that_lacked_a_row__is_not_remembered(history: History) -> None:
    """Central's ETag vouches for the server's rows, not for the answer that came: asked again, all is equal."""
    put(history, 0, {"head": "A"})
    put(history, 1, {"head": "B"})
    assert run(history).is_equal
    history.review(0, "approved")  # the list is another one now
    lists = "/submissions$" if history.fake.central else "/data/"
    history.fake.faults.add("rows", match=lists, times=9, change=lambda rows: rows[:-1])
    with suppress(ServerError):
        assert not run(history).is_equal
    history.fake.faults.clear()
    history.pull(False, 1000)


def test_comparison__listed_but_never_given__is_said(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(history, 0, {"head": "A"})
    server, ids = history.side.server, history.side.server.ids
    extra = SubmissionState(instance_id(7), instance_id(7), deleted=False, practice=False)
    monkeypatch.setattr(server, "ids", lambda form: [*ids(form), extra])
    record = run(history)
    assert (record.state, record.server_count, record.copy_count) == ("differs", 2, 1)
    assert record.only_server == 1
