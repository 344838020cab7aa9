"""A store with submissions of several communes, classes and kinds, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from processor.pull import pull
from processor.store.open import Store
from tests.pull.memory_server import START, MemoryServer, late_file, submission
from tests.store.forms import new_store, package

COMMUNES = ("16663", "16666", "17329", "")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def filled(request, tmp_path_factory) -> Iterator[Store]:
    """Sixteen submissions: four communes (one empty) x (two of survey, practice, deleted)."""
    home = tmp_path_factory.mktemp("filled")
    url = f"sqlite:///{home / 'store.sqlite'}"
    if request.param == "postgresql":
        server_url = request.getfixturevalue("postgres_server")
        url = server_url + _database(server_url)
    store = new_store(url, home, package())
    server = MemoryServer()
    for number in range(16):
        server.put(_submission(number))
    server.put(submission(90, answers(COMMUNES[0], 90), form_version="unpublished"))
    pull(store, server, store.config.form("phieu_c"))
    yield store
    store.engine.dispose()


def _database(server_url: str) -> str:
    import psycopg

    with psycopg.connect(server_url + "postgres", autocommit=True) as admin:
        admin.execute("DROP DATABASE IF EXISTS filled WITH (FORCE)")
        admin.execute("CREATE DATABASE filled")
    return "filled"


def _submission(number: int):
    commune, kind = COMMUNES[number % 4], number // 4
    return submission(
        number,
        answers(commune, number),
        received_at=START + timedelta(hours=6 * number),
        practice=kind == 2,
        deleted=kind == 3,
        review_state="approved" if number % 2 else "received",
        attachments=late_file(number % 2 == 0),
        submitter=f"{commune or '00000'}-01",
    )


def answers(commune: str, number: int) -> dict:
    """Every answer names its commune and its class, so that a leak can be seen in any cell."""
    mark = f"of{commune or 'nowhere'}"
    return {
        "sec_a/commune_code": commune,
        "sec_a/hh_code": f"{number:04d} {mark}",
        "sec_a/head_name": f"Ông Nguyễn Văn Hoà personal {mark}",
        "sec_a/rooms": "3",
        "sec_a/hiv": f"secret {mark}",
        "needs": f"sensitive {mark}",
        "gps": "18.67 105.69 4 5",
        "photo": f"  personal {mark}",
        "members": [
            {
                "members/m_name": f"Bà Lê Thị  Thuỷ personal {mark}",
                "members/m_birth_year": "x personal",
                "members/m_disabled": f"sensitive {mark}",
                "members/jobs": [{"members/jobs/job": f"job {mark}"}],
            }
        ],
    }
