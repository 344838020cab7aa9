"""Any history on ODK Central and on KoboToolbox, through the real pull into the real tables.

HISTORIES in the environment says how many for each server. A failing one is printed step by step; with
SHRINK=1 it is made as small as it gets first, which takes minutes.
"""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from processor.pull import pull, rebuild
from processor.store.open import Store
from tests.pull.server_forms import ROOT, package
from tests.pull.server_history import History, Step
from tests.pull.server_sides import Side
from tests.pull.server_tables import ENTRY, Stores, living
from tests.pull.tables import everything, raw_rows

HISTORIES = int(os.environ.get("HISTORIES", "8"))
PHASES = [Phase.explicit, Phase.reuse, Phase.generate, *([Phase.shrink] if "SHRINK" in os.environ else [])]
TEXTS = st.sampled_from(
    [
        "",
        " ",
        "  a ",
        "Nguyễn Văn  Hoà",
        "16663",
        "007",
        "12",
        "1.5",
        "a\nb",
        "cash food",
        "food",
        "2026-03-05",
    ]
    + ["<b>&amp;", "🐃", '"', "01 02"]
)
NUMBERS = st.integers(0, 2)
ROOTS = st.dictionaries(st.sampled_from(ROOT), TEXTS)
MEMBERS = st.lists(st.dictionaries(st.sampled_from(["m_name", "helps", "age"]), TEXTS), max_size=3)
REVIEWS = st.sampled_from(["approved", "rejected", "has_issues", "received"])
PUT = st.tuples(st.just("put"), NUMBERS, ROOTS, MEMBERS, st.booleans(), st.booleans(), st.booleans())
WORK = [
    PUT,
    st.tuples(st.just("clear"), NUMBERS, st.sampled_from(ROOT)),
    st.tuples(st.just("delete"), NUMBERS),
    st.tuples(st.just("restore"), NUMBERS),
    st.tuples(st.just("review"), NUMBERS, REVIEWS),
    st.tuples(st.just("late_file"), NUMBERS),
    st.tuples(st.just("purge")),
]
SIZES = st.sampled_from([1, 2, 1000])
FAULTS = st.tuples(
    st.sampled_from(["status", "html", "cut", "cut_chunks", "cut_gzip", "reset", "reset_after", "expire"]),
    st.sampled_from([429, 500, 502]),
    st.integers(0, 12),
    st.sampled_from([1, 3]),
)
MEANWHILE = st.tuples(st.integers(0, 8), st.one_of(*WORK))
PULLS = [
    st.tuples(st.just("pull"), st.booleans(), SIZES),
    st.tuples(
        st.just("pull_in_trouble"), st.lists(FAULTS, max_size=3), st.lists(MEANWHILE, max_size=2), SIZES
    ),
    st.tuples(st.just("killed"), st.integers(0, 3), SIZES),
]
OTHERS = [
    st.tuples(st.just("ghost"), NUMBERS),
    st.tuples(st.just("redeploy"), st.booleans()),
    st.tuples(st.just("register")),
    st.tuples(st.just("hold")),
    st.tuples(st.just("time"), st.sampled_from([1, 5, 15, 2000])),
    st.tuples(st.just("rebuild")),
]
STEPS = st.lists(st.one_of(PUT, *WORK, *PULLS, *OTHERS), min_size=6, max_size=30)


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    return Stores(tmp_path_factory.mktemp("stores"))


@pytest.mark.parametrize("kind", ["central", "kobo"])
@settings(
    max_examples=HISTORIES,
    deadline=None,
    phases=PHASES,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
@given(steps=STEPS, bulk=st.sampled_from([1, 200]))
def test_history__any_on_either_server__tables_equal_the_truth_a_new_copy_and_a_rebuild(
    kind: str, stores: Stores, steps: list[Step], bulk: int
) -> None:
    with TemporaryDirectory() as home, stores.new() as store, stores.new() as other:
        side = Side(kind, Path(home), bulk=bulk)
        try:
            _live_through(History(side, store), steps, other)
        finally:
            side.close()


def _live_through(history: History, steps: list[Step], other: Store) -> None:
    for step in steps:
        history.step(*step)
    history.settle()
    pulled, raw = everything(history.store), raw_rows(history.store)
    history.pull(True, 2)
    assert raw_rows(history.store) == raw, "an identical delivery added raw rows"
    rebuild(history.store, ENTRY)
    assert everything(history.store) == pulled
    for version in history.deployed[1:]:
        other.register(package(version))
    side = history.side
    assert pull(other, side.open(side.new_cache()), ENTRY).is_equal
    assert living(other) == living(history.store)
