"""What a pull holds does not grow with its pages: objects counted, as the memory of a process tells of its allocator."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator

import pytest

import processor.pull as module
from processor.pull import pull
from processor.servers.central import document, feed
from processor.servers.protocol import Submission
from processor.store import raw
from processor.store.loading import Arrived
from processor.store.open import Store
from processor.survey.checks.derived_columns import Columns
from processor.survey.page import Page
from tests.servers_central.conftest import Opener
from tests.servers_central.phone import Phone, interview
from tests.servers_central.test_pull import ENTRY, store

__all__ = ["store"]

PAGE, SLICE, NUMBER = 4, 8, 40
KINDS = (Submission, document.Content, raw.Content, Arrived, Page, Columns)


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Small ones, and many of them."""
    monkeypatch.setattr(module, "PAGE_SIZE", PAGE)
    monkeypatch.setattr(feed, "SLICE", SLICE)
    yield
    gc.enable()


def _held() -> Counter[object]:
    """How many living objects there are of each kind."""
    return Counter(type(one) for one in gc.get_objects() if type(one) in KINDS)


@pytest.mark.usefixtures("pages")
def test_pull__many_pages__holds_two_slices_and_a_page(
    open_server: Opener, phone: Phone, store: Store
) -> None:
    for number in range(NUMBER):
        phone.send(interview(number, answers={"remarks": f"remark {number}"}))
    gc.collect()
    gc.disable()  # a pull lets Python look for circles rarely: what waits for that is held, too
    before = _held()
    seen: list[Counter[object]] = []
    record = pull(store, open_server(bulk=1), ENTRY, progress=lambda _: seen.append(_held() - before))
    assert (record.state, len(seen)) == ("equal", NUMBER // PAGE)
    most = {kind: max(held[kind] for held in seen) for kind in KINDS}
    assert most[document.Content] <= 2 * SLICE
    assert all(most[kind] <= 2 * PAGE for kind in KINDS if kind is not document.Content)
    left = _held() - before
    assert not any(left[kind] for kind in KINDS)
