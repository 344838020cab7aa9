"""Reviews on their way to the form server: each arrives once, whatever happens, and comes back by the next pull."""

from __future__ import annotations

import multiprocessing
import resource
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

import pytest
from sqlalchemy import select

from processor.config import WriteBackConfig
from processor.database import reading, writing
from processor.errors import ConfigError, Message
from processor.pull import pull
from processor.reviews import EVERYTHING, Sent, send_waiting
from processor.store import outbox
from processor.store.lease import REVIEWS, LeaseError, leased
from processor.store.office_tables import outbox as rows
from processor.store.outbox import Wish, queue_review
from processor.store.tables import submissions
from tests.fakes.forms import instance_id
from tests.killing import die_at_commit
from tests.pull.memory_server import MemoryServer
from tests.pull.server_forms import FORM
from tests.pull.server_history import History
from tests.pull.server_sides import Side
from tests.pull.server_tables import ENTRY, Stores

COMMENT = "Thiếu ngày sinh của chủ hộ: 100% phải có, xem lại"


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    return Stores(tmp_path_factory.mktemp("stores"))


def opened(kind: str, stores: Stores, home: Path) -> Iterator[History]:
    """Two interviews on the server and in the copy; writing back is switched on."""
    side = Side(kind, home)
    with stores.new() as store:
        store.config = replace(store.config, write_back=WriteBackConfig(reviews=True))
        history = History(side, store)
        for number in range(2):
            history.put(number, {"head": f"H{number}"}, (), False, False, False)
        assert pull(store, side.server, ENTRY).is_equal
        yield history
    side.close()


@pytest.fixture(params=["central", "kobo"])
def history(request: pytest.FixtureRequest, stores: Stores, tmp_path: Path) -> Iterator[History]:
    yield from opened(request.param, stores, tmp_path)


@pytest.fixture
def central(stores: Stores, tmp_path: Path) -> Iterator[History]:
    yield from opened("central", stores, tmp_path)


@pytest.fixture
def kobo(stores: Stores, tmp_path: Path) -> Iterator[History]:
    yield from opened("kobo", stores, tmp_path)


def queue(history: History, state: str, comment: str = COMMENT, number: int = 0, key: str = "r") -> int:
    with writing(history.store.engine) as connection:
        place = (FORM, instance_id(number))
        return queue_review(connection, *place, state, comment, actor="lan", reason_key=key)


def send(history: History) -> Sent:
    """Without waiting for the backoff."""
    with writing(history.store.engine) as connection:
        connection.execute(rows.update().values(next_at=datetime(2020, 1, 1, tzinfo=UTC)))
    return send_waiting(history.store, history.side.server)


def wishes(history: History) -> list[Wish]:
    with reading(history.store.engine) as connection:
        return outbox.list_wishes(connection, everything=True)


def states(history: History) -> list[str]:
    return [wish.state for wish in wishes(history)]


def on_server(history: History, number: int = 0) -> str:
    return history.side.expected()[instance_id(number)].review_state


def in_copy(history: History, number: int = 0) -> str:
    pull(history.store, history.side.server, ENTRY)
    query = select(submissions.c.review_state).where(submissions.c.instance_id == instance_id(number))
    with reading(history.store.engine) as connection:
        return str(connection.execute(query).scalar_one())


def said(history: History, number: int = 0) -> list[str]:
    """Every comment that the office can read on Central, in order."""
    record = history.fake.truth.form(FORM).records[instance_id(number)]
    notes = [
        unquote(entry["notes"])
        for entry in history.fake.central.audits
        if entry["notes"] and (entry["details"] or {}).get("submissionId") == record.number
    ]
    return notes + [comment["body"] for comment in reversed(record.comments)]


@pytest.mark.parametrize("state", ["approved", "rejected", "has_issues", "received"])
def test_review__each_state__comes_back_by_the_next_pull_as_it_was_sent(history: History, state: str) -> None:
    history.review(0, "has_issues" if state == "received" else "rejected")
    history.review(0, "approved" if state != "approved" else "rejected")
    queue(history, state)
    told = send(history)
    assert (told.sent, told.refused, told.problem, told.forms) == (1, 0, "", {FORM})
    assert (states(history), on_server(history), in_copy(history)) == (["sent"], state, state)
    assert (on_server(history, 1), in_copy(history, 1)) == ("received", "received")
    history.fake.lines.clear()
    assert send(history) == Sent()
    assert history.fake.lines == [], "nothing due: the server is not asked"


def test_review__edited__central_only(central: History) -> None:
    queue(central, "edited")
    assert (send(central).sent, in_copy(central)) == (1, "edited")


def test_review__edited_on_kobo__refused_in_words(kobo: History) -> None:
    queue(kobo, "edited")
    assert send(kobo).refused == 1
    (wish,) = wishes(kobo)
    assert (wish.state, wish.ended_at is not None) == ("refused", True)
    assert wish.detail.startswith("The form server cannot hold the review state 'edited'")
    assert on_server(kobo) == "received"


def test_review__deleted_on_the_server__refused_in_words(history: History) -> None:
    history.delete(0)
    queue(history, "approved")
    queue(history, "approved", number=1)
    told = send(history)
    assert (told.sent, told.refused, states(history)) == (1, 1, ["refused", "sent"])
    assert "has no submission" in wishes(history)[0].detail


def test_review__edited_since_it_was_looked_at__refused(history: History) -> None:
    queue(history, "approved")
    history.put(0, {"head": "Another"}, (), False, False, False)
    before = on_server(history)
    assert (send(history).refused, on_server(history)) == (1, before)
    assert "was edited after this review was written" in wishes(history)[0].detail
    pull(history.store, history.side.server, ENTRY)
    queue(history, "approved")
    assert (send(history).sent, in_copy(history)) == (1, "approved")


@pytest.mark.parametrize("fault", ["reset", "reset_after", "html"])
def test_review__answer_lost__tried_again_and_never_twice(history: History, fault: str) -> None:
    history.fake.faults.add(fault, match="PATCH", times=2 if history.fake.kobo else 1)
    queue(history, "rejected")
    queue(history, "approved", number=1)
    told = send(history)
    assert (told.sent, bool(told.problem)) == (0, True)
    assert [(w.state, w.attempts) for w in wishes(history)] == [("waiting", 1), ("waiting", 0)]
    assert send(history).sent == 2
    assert [on_server(history, n) for n in (0, 1)] == ["rejected", "approved"]
    if history.fake.central:
        assert said(history) == [COMMENT]
        assert said(history, 1) == [COMMENT]


def test_review__arrived_unheard_and_overruled_since__not_sent_again(central: History) -> None:
    central.fake.faults.add("reset_after", match="PATCH")
    queue(central, "has_issues")
    assert send(central).problem
    central.review(0, "approved")
    assert send(central).sent == 1
    assert (on_server(central), said(central)) == ("approved", [COMMENT])


def test_review__so_already_with_another_comment__the_comment_comes_alone_and_once(central: History) -> None:
    queue(central, "has_issues", "Lần một")
    send(central)
    queue(central, "has_issues", "Lần hai")
    central.fake.faults.add("reset_after", match="POST .*/comments")
    assert send(central).problem
    assert send(central).sent == 1
    assert said(central) == ["Lần một", "Lần hai"]


def test_review__so_already_without_comment__says_so(history: History) -> None:
    history.review(0, "approved")
    queue(history, "approved", "")
    assert send(history).sent == 1
    assert wishes(history)[0].detail == "it was so on the form server already"


def test_review__failure__waits_longer_each_time(central: History) -> None:
    central.fake.faults.add("status", match="GET .*/submissions/", status=503, times=99)
    queue(central, "approved")
    waits = []
    for _ in range(3):
        before = datetime.now(UTC)
        assert "503" in send(central).problem
        waits.append(round((wishes(central)[0].next_at - before).total_seconds() / 60))
    assert waits == [1, 2, 4]
    assert send_waiting(central.store, central.side.server) == Sent(), "not due yet"
    central.fake.faults.clear()
    assert send(central).sent == 1


def test_review__another_process_sends__refused_and_left_alone(central: History) -> None:
    queue(central, "approved")
    with leased(central.store.engine, EVERYTHING, task=REVIEWS), pytest.raises(LeaseError) as busy:
        send(central)
    assert busy.value.message is Message.OUTBOX_BUSY
    assert send(central).sent == 1


def test_review__switched_off__refused_before_anything(central: History) -> None:
    queue(central, "approved")
    central.store.config = replace(central.store.config, write_back=WriteBackConfig())
    with pytest.raises(ConfigError) as off:
        send(central)
    assert (off.value.message, on_server(central)) == (Message.OUTBOX_OFF, "received")


def test_review__server_that_takes_none__said(central: History) -> None:
    queue(central, "approved")
    with pytest.raises(ConfigError) as refused:
        send_waiting(central.store, MemoryServer())
    assert refused.value.message is Message.OUTBOX_SERVER


def child(history: History, prepare) -> int:
    """Send in a forked process that `prepare` makes die or fail; its exit code."""

    def body() -> None:
        history.store.engine.dispose(close=False)
        history.side.reopen()
        prepare(history)
        send_waiting(history.store, history.side.server)

    history.store.engine.dispose()
    process = multiprocessing.get_context("fork").Process(target=body)
    process.start()
    process.join()
    return process.exitcode or 0


def dies_at(number: int):
    """Killed when the n-th write transaction is about to be committed."""

    def prepare(history: History) -> None:
        die_at_commit(history.store.engine, number)

    return prepare


def full_after(size: int):
    """No file may grow beyond so many bytes, as on a full disk."""

    def prepare(history: History) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return prepare


def test_review__killed_at_every_commit__one_comment_in_the_end(central: History) -> None:
    for number in range(1, 5):
        queue(central, "has_issues" if number % 2 else "rejected", f"{COMMENT} {number}")
        assert child(central, dies_at(number)) == -signal.SIGKILL
        send(central)
        assert said(central) == [f"{COMMENT} {n}" for n in range(1, number + 1)]
    assert set(states(central)) == {"sent"}
    assert in_copy(central) == "rejected"


def test_review__disk_full_at_every_write__one_comment_in_the_end(central: History) -> None:
    queue(central, "has_issues")
    codes, seen = [], set()
    for size in range(24 * 1024, 96 * 1024, 2048):  # of the database's log, which begins anew each time
        codes.append(child(central, full_after(size)))
        seen.add(states(central)[0])
    assert (codes[0] != 0, codes[-1], "sending" in seen) == (True, 0, True)
    assert (states(central), on_server(central), said(central)) == (["sent"], "has_issues", [COMMENT])
