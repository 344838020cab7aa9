"""The outbox: one row per wish, newer ones take the place of unsent older ones, what people may do to them."""

from __future__ import annotations

import threading

import pytest

from processor.config import WriteBackConfig
from processor.database import reading, writing
from processor.errors import ConfigError, ContractError, Message
from processor.store import outbox
from processor.store.outbox import COMMENT_LIMIT, Wish, queue_review, require_write_back
from tests.pull.conftest import fresh_store, sqlite_store, store  # noqa: F401 - fixtures
from tests.pull.memory_server import MemoryServer, submission
from tests.pull.test_pull import ANSWERS

FORM, KEY = "phieu_c", "uuid:0001"


@pytest.fixture
def copy(store):  # noqa: F811
    """A store that holds two submissions."""
    from processor.pull import pull

    server = MemoryServer()
    for number in (1, 2):
        server.put(submission(number, ANSWERS))
    pull(store, server, store.config.form(FORM))
    return store


def queue(store, state="has_issues", comment="Xem lại", key=KEY, reason="R-1") -> int:  # noqa: F811
    with writing(store.engine) as connection:
        return queue_review(connection, FORM, key, state, comment, actor="lan", reason_key=reason)


def act(store, function, *values):  # noqa: F811
    with writing(store.engine) as connection:
        return function(connection, *values)


def wishes(store) -> list[Wish]:  # noqa: F811
    with reading(store.engine) as connection:
        return outbox.list_wishes(connection, everything=True)


def states(store) -> list[str]:  # noqa: F811
    return [wish.state for wish in wishes(store)]


def test_queue__first_wish__waits_with_the_version_that_was_looked_at(copy):
    number = queue(copy)
    (wish,) = wishes(copy)
    assert (wish.id, wish.state, wish.version_id, wish.mark) == (number, "waiting", KEY, None)
    assert (wish.comment, wish.actor, wish.reason_key) == ("Xem lại", "lan", "R-1")


def test_queue__newer_wish__takes_the_place_of_the_unsent_one_of_its_submission_only(copy):
    queue(copy)
    queue(copy, key="uuid:0002")
    queue(copy, "approved")
    assert states(copy) == ["superseded", "waiting", "waiting"]


def test_queue__just_the_same_again__is_the_one_that_waits(copy):
    assert queue(copy) == queue(copy)
    assert queue(copy, reason="R-2") != queue(copy, comment="Khác")
    assert states(copy) == ["superseded", "superseded", "waiting"]


def test_queue__while_the_older_is_being_sent__both_stay_in_order(copy):
    queue(copy)
    (wish,) = wishes(copy)
    assert act(copy, outbox.begin, wish, "m")
    queue(copy, "approved")
    assert states(copy) == ["sending", "waiting"]
    act(copy, outbox.put_back, wish, 1, "down")
    assert states(copy) == ["superseded", "waiting"], "two would overtake each other"


def test_queue__many_at_once__one_waits(copy):
    begin = threading.Barrier(6)

    def one(number: int) -> None:
        begin.wait()
        queue(copy, comment=f"{number}")

    threads = [threading.Thread(target=one, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(states(copy)) == ["superseded"] * 5 + ["waiting"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"state": "fine"}, Message.REVIEW_STATE),
        ({"comment": "x" * (COMMENT_LIMIT + 1)}, Message.OUTBOX_COMMENT),
        ({"comment": "a\0b"}, Message.OUTBOX_COMMENT),
    ],
)
def test_queue__what_cannot_be_sent__refused_at_once(copy, given, message):
    with pytest.raises(ConfigError) as refused:
        queue(copy, **given)
    assert (refused.value.message, wishes(copy)) == (message, [])


def test_queue__submission_that_the_copy_does_not_have__refused(copy):
    with pytest.raises(ContractError) as refused:
        queue(copy, key="uuid:none")
    assert refused.value.message is Message.SUBMISSION_UNKNOWN


def test_begin__superseded_meanwhile__says_no(copy):
    queue(copy)
    old = wishes(copy)[0]
    queue(copy, "approved")
    assert not act(copy, outbox.begin, old, "m")


def test_begin__second_attempt__keeps_the_first_mark(copy):
    queue(copy)
    for mark in ("first", "second"):
        act(copy, outbox.begin, wishes(copy)[0], mark)
    assert [(w.mark, w.attempts) for w in wishes(copy)] == [("first", 2)]


def test_cancel__waiting__never_sent_and_what_is_being_sent_is_left_alone(copy):
    number = queue(copy)
    act(copy, outbox.cancel, number)
    assert states(copy) == ["cancelled"]
    number = queue(copy)
    act(copy, outbox.begin, wishes(copy)[-1], "m")
    for wrong in (number, 999):
        with pytest.raises(ConfigError) as refused:
            act(copy, outbox.cancel, wrong)
        assert refused.value.message is Message.OUTBOX_ROW


def test_retry__refused__waits_again_unless_a_newer_one_followed(copy):
    number = queue(copy)
    act(copy, outbox.end, wishes(copy)[0], "refused", "why")
    act(copy, outbox.retry, number)
    assert states(copy) == ["waiting"]
    act(copy, outbox.end, wishes(copy)[0], "refused", "why")
    queue(copy, "approved")
    with pytest.raises(ConfigError, match="followed by a newer one"):
        act(copy, outbox.retry, number)


def test_list__by_default__what_waits_or_was_refused(copy):
    for key in (KEY, "uuid:0002"):
        queue(copy, key=key)
    act(copy, outbox.end, wishes(copy)[0], "sent")
    with reading(copy.engine) as connection:
        assert [w.instance_id for w in outbox.list_wishes(connection)] == ["uuid:0002"]


def test_require_write_back__off_unless_switched_on(copy):
    import dataclasses

    with pytest.raises(ConfigError) as off:
        require_write_back(copy.config)
    assert off.value.message is Message.OUTBOX_OFF
    require_write_back(dataclasses.replace(copy.config, write_back=WriteBackConfig(reviews=True)))
