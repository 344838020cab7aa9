"""How far the file may be trusted: the reconciliation line of the newest pull."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from processor.database import writing
from processor.reports.info import copy_words
from processor.store.open import Store
from processor.store.tables import pulls

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
STARTED = datetime(2016, 4, 14, 7, 0, tzinfo=UTC)
ENDED = datetime(2016, 4, 14, 7, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("equal", "bản sao khớp máy chủ lúc 14/04/2016 14:05: 10 phiếu, lệch 0"),
        ("incomplete", "bản sao khớp máy chủ lúc 14/04/2016 14:05: 10 phiếu, trong đó 2 phiếu chưa lên bảng"),
        ("differs", "bản sao LỆCH máy chủ lúc 14/04/2016 14:05: máy chủ 10, bản sao 9"),
        ("failed", "CHƯA ĐỐI CHIẾU: lần lấy dữ liệu lúc 14/04/2016 14:05 chưa xong hoặc hỏng"),
        ("killed", "CHƯA ĐỐI CHIẾU: lần lấy dữ liệu lúc 14/04/2016 14:05 chưa xong hoặc hỏng"),
    ],
)
def test_copy__after_a_pull__says_what_was_proven(store: Store, state: str, words: str) -> None:
    row = {
        "form_id": "phieu_h",
        "kind": "full",
        "started_at": STARTED,
        "ended_at": ENDED,
        "state": state,
        "server_count": 10,
        "copy_count": 9,
        "incomplete": 2,
    }
    with writing(store.engine) as connection:
        connection.execute(pulls.insert().values(row))
    assert copy_words(store, "phieu_h", "vi", ZONE) == words


def test_copy__without_a_pull__says_so(store: Store) -> None:
    assert copy_words(store, "phieu_h", "en", ZONE) == "NOT RECONCILED: no pull yet"
