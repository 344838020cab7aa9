"""Since when the form server is away, over pulls and restarts; and that nobody queues behind it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from processor.database import writing
from processor.errors import ConfigError, Message, ServerError
from processor.pull import pull
from processor.store.outage import failing_since
from processor.store.tables import pulls
from processor.web import behind
from processor.web.behind import AwayError, Behind, about_server
from tests.web.conftest import text
from tests.web.elsewhere import FORM, Place, place

TIMEOUT = 60


@pytest.fixture(scope="module")
def central(quick_hashes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place("central", tmp_path_factory.mktemp("central") / "home") as found:
        yield found


def record(engine, state: str, at: datetime, form_id: str = FORM) -> None:
    with writing(engine) as connection:
        values = {"form_id": form_id, "kind": "increment", "started_at": at, "state": state}
        connection.execute(pulls.insert().values(values))


def test_since__first_failure_after_the_last_good_pull(any_engine):
    at = datetime(2026, 11, 20, 8, tzinfo=UTC)
    forms = [FORM, "phieu_c1"]
    assert failing_since(any_engine, forms) is None
    for hours, state in enumerate(("failed", "equal", "failed", "killed", "failed")):
        record(any_engine, state, at + timedelta(hours=hours))
    record(any_engine, "failed", at + timedelta(hours=9), "phieu_c1")
    assert failing_since(any_engine, forms) == at + timedelta(hours=2)
    record(any_engine, "differs", at + timedelta(hours=10))
    assert failing_since(any_engine, forms) == at + timedelta(hours=9)
    assert failing_since(any_engine, [FORM]) is None


class Heard(logging.Handler):
    """Lets a test wait until the scheduler has said something."""

    def __init__(self) -> None:
        super().__init__()
        self.said = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        if "failed" in record.getMessage():
            self.said.set()


def test_pages__pulls_fail__every_page_says_since_when_the_first_failed(central, monkeypatch):
    central.fake.faults.add("status", status=502, times=10**6)
    with pytest.raises(ServerError):
        pull(central.store, central.server, central.config.forms[0])
    since = failing_since(central.store.engine, [FORM])
    assert since is not None
    heard = Heard()
    logging.getLogger("processor.schedule").addHandler(heard)
    central.scheduler.start()
    assert heard.said.wait(TIMEOUT)
    logging.getLogger("processor.schedule").removeHandler(heard)
    central.scheduler.stop(TIMEOUT)

    local = since.astimezone(behind_zone())
    for username, address in (("admin", "/users/"), ("minh.ha", "/data/phieu_c/"), ("xem.mo", "/downloads/")):
        page = text(central.browser(username).get(address))
        assert f"từ {local:%d/%m/%Y %H:%M}" in page, address
    stranger = text(central.app.test_client().get("/sign-in"))
    assert "biểu mẫu" not in stranger
    assert failing_since(central.store.engine, [FORM]) == since


def test_overview__nobody_may_send__does_not_say_that_everybody_has_sent(central):
    page = text(central.browser().get("/"))
    assert "Chưa có điều tra viên nào được gửi phiếu ở đây" in page
    assert "Ai cũng đã gửi phiếu" not in page


def behind_zone():
    from zoneinfo import ZoneInfo

    return ZoneInfo("Asia/Ho_Chi_Minh")


class Slow:
    """A form server that answers when the test lets it."""

    name = "central"

    def __init__(self) -> None:
        self.asked = threading.Semaphore(0)
        self.go = threading.Event()

    def deployed(self) -> list[str]:
        self.asked.release()
        self.go.wait(TIMEOUT)
        return []


def test_ask__server_hangs__a_few_wait_the_others_are_told_at_once(monkeypatch):
    monkeypatch.setattr(behind, "QUEUE", 0.0)
    slow = Slow()
    asking = Behind(slow, None)  # type: ignore[arg-type]
    waiting = [threading.Thread(target=asking.deployed) for _ in range(behind.SLOTS)]
    for thread in waiting:
        thread.start()
    for _ in waiting:
        assert slow.asked.acquire(timeout=TIMEOUT)
    with pytest.raises(AwayError):
        asking.deployed()
    slow.go.set()
    for thread in waiting:
        thread.join(TIMEOUT)
    assert asking.deployed() == []


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ServerError(Message.KOBO_REVOKE, user="x"), False),
        (ConfigError(Message.KOBO_USER_UNKNOWN, user="x"), False),
        (ConfigError(Message.OFFICER_EXISTS, code="x"), False),
        (ConfigError(Message.KOBO_LOGIN), True),
    ],
)
def test_trouble__what_concerns_one_officer__is_no_outage(error, expected):
    assert about_server(error) is expected


def test_trouble__server_back__gone_with_the_next_answer(monkeypatch):
    monkeypatch.setattr(behind, "PAUSE", 0.0)
    asking = Behind(Slow(), None)  # type: ignore[arg-type]

    def down() -> None:
        raise ConfigError(Message.KOBO_LOGIN)

    with pytest.raises(AwayError):
        asking.ask(down)
    first = asking.trouble
    assert first is not None and first.kind == "login"
    with pytest.raises(AwayError):
        asking.ask(down)
    assert asking.trouble is not None and asking.trouble.since == first.since
    assert asking.ask(lambda: 1) == 1
    assert asking.trouble is None
