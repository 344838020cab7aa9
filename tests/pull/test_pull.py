"""One pull: what it brings, what it proves, what it says."""

import pytest

from processor.pull import pull
from tests.pull.memory_server import MemoryServer, submission
from tests.store.forms import new_store, package

ANSWERS = {
    "sec_a/commune_code": "16663",
    "sec_a/head_name": "Ông Nguyễn Văn Hoà",
    "sec_a/rooms": "3",
    "sec_a/land": "1.5",
    "sec_a/interview_date": "2016-03-05",
    "sec_a/at_time": "08:30:00.000+07:00",
    "sec_a/begun": "2016-03-05T08:30:00.000+07:00",
    "needs": "01 02",
    "gps": "18.67 105.69 4 5",
    "members": [
        {
            "members/m_name": "Vừ Bá Chò",
            "members/m_birth_year": "1950",
            "members/jobs": [{"members/jobs/job": "x"}],
        },
        {"members/m_name": "Y Hoa"},
    ],
}


@pytest.fixture
def store(store_url, tmp_path):
    return new_store(store_url, tmp_path, package())


def test_pull__first__brings_all_and_proves_it(store):
    server = MemoryServer()
    for number in range(5):
        server.put(submission(number, ANSWERS))
    record = pull(store, server, store.config.form("phieu_c"))
    assert record.state == "equal", record
    assert (record.created, record.server_count, record.copy_count) == (5, 5, 5)
