"""Any history on ODK Central, through the real pull into the real tables.

HISTORIES in the environment says how many, SEED which ones. A failing one is printed with its number and as a
`Plan`; kept in `server_kept.py` it is lived through every time.
"""

from __future__ import annotations

import pytest

from tests.pull.server_kept import KEPT
from tests.pull.server_runs import ENOUGH, HISTORIES, live_through, live_through_many
from tests.pull.server_tables import PostgresStores, Stores
from tests.pull.server_tally import Tally


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    return Stores(tmp_path_factory.mktemp("stores"), checks="")


@pytest.mark.parametrize("name", KEPT["central"])
def test_history__kept__ends_equal_and_still_shows_what_it_was_kept_for(stores: Stores, name: str) -> None:
    tally, kept = Tally(), KEPT["central"][name]
    live_through("central", stores, kept.plan, tally)
    assert [what for what in kept.counted if not tally[what]] == []


def test_histories__any__tables_equal_the_truth_a_new_copy_and_a_rebuild(stores: Stores) -> None:
    """And among so many every step, every fault and every defence came."""
    tally = live_through_many("central", stores, HISTORIES)
    print(tally.report())
    assert HISTORIES < ENOUGH or tally.missing("central") == []


def test_histories__any_on_postgresql__the_same(
    postgres_server: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    live_through_many(
        "central", PostgresStores(tmp_path_factory.mktemp("home"), postgres_server), 1 + HISTORIES // 20
    )
