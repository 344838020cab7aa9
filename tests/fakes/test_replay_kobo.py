"""Every recorded exchange with KoboToolbox whose endpoint the fake has, sent again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.fakes import Clock, Fake
from tests.fakes.replay import exchanges
from tests.fakes.replay_kobo import Run

FILES = [
    "01_auth",
    "02a_imports",
    "02b_deploy_versions",
    "03_openrosa",
    "04a_data_read",
    "04b_data_write",
    "04c_history",
    "06_hooks",
    "07_permissions",
    "04d_paging_and_sync",
    "08_errors",
]
"""In the order in which the server's state grew."""

NOT_REPLAYED = {
    "02b_deploy_versions/27": "valid_content is not used",
    "04a_data_read/26": "geojson is not used",
    "04a_data_read/39": "attachments by xpath are not used",
    "06_hooks/12": "deliveries to hooks.example cannot be made; test_semantics shows one to a real server",
    "06_hooks/13": "see 12",
    "06_hooks/14": "see 12",
    "06_hooks/15": "see 12",
    "06_hooks/16": "retries of deliveries are not used",
    "06_hooks/17": "see 16",
    "06_hooks/18": "counts failed deliveries, see 12",
    "06_hooks/19": "see 18",
    "07_permissions/0": "the list of permissions is not used",
}
"""Why an exchange is left out (05_exports as a whole: our product does not use Kobo's exports)."""


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    with Fake("kobo", Clock(datetime(2026, 11, 23, 12, 29, tzinfo=UTC))) as fake:
        yield Run(fake)


@pytest.mark.parametrize("file", FILES)
def test_recording__sent_again__same_answers(run: Run, file: str) -> None:
    differences: list[str] = []
    for exchange in exchanges("kobo", file):
        if exchange.name in NOT_REPLAYED:
            continue
        found = run.play(exchange)
        differences += [f"{exchange.name} ({exchange.note}) {d}" for d in found]
    assert differences == []
