"""Histories from their first step to their proof."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, note, seed, settings
from hypothesis import strategies as st

from processor.pull import pull, rebuild
from tests.pull.server_forms import package
from tests.pull.server_history import History
from tests.pull.server_shrink import shrink
from tests.pull.server_sides import Side
from tests.pull.server_steps import Plan, plan
from tests.pull.server_tables import ENTRY, Stores, living
from tests.pull.server_tally import Tally
from tests.pull.tables import everything, raw_rows

HISTORIES = int(os.environ.get("HISTORIES", "200"))
ENOUGH = 200
"""With so many everything has happened at least once."""
SEED = int(os.environ.get("SEED", "3"))
PHASES, CHECKS = [Phase.generate], list(HealthCheck)


def live_through(kind: str, stores: Stores, plan: Plan, tally: Tally) -> None:
    """One history on a new server with a new copy. AssertionError when the copy is not what it should be."""
    with TemporaryDirectory() as home, stores.new() as store:
        side = Side(kind, Path(home), bulk=plan.bulk)
        try:
            history = History(side, store, tally)
            for step in plan.steps:
                history.step(*step)
            history.settle()
            END[plan.ending](history, stores)
        finally:
            side.close()
    tally.update(f"fault: {fault}" for fault in side.fake.faults.served)
    tally[f"ending: {plan.ending}"] += 1


@contextmanager
def without_checks() -> Iterator[None]:
    """Without the rules of the survey, which have histories of their own (`test_checks.py`) and take a tenth."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("processor.pull.check_due", lambda _store: None)
        yield


def live_through_many(kind: str, stores: Stores, number: int, which: int = SEED) -> Tally:
    """Many histories, always the same ones for a number and a seed, and what happened in them."""
    tally = Tally()

    @seed(which)
    @settings(max_examples=number, deadline=None, database=None, phases=PHASES, suppress_health_check=CHECKS)
    @given(history=st.integers(0, 2**32 - 1))
    def lived(history: int) -> None:
        drawn = plan(history)
        note(f"HISTORY={history}: {drawn}")
        try:
            live_through(kind, stores, drawn, tally)
        except Exception as error:
            note(f"cut down: {shorter(kind, stores, drawn, type(error))}")
            raise

    with without_checks():
        lived()
    return tally


def shorter(kind: str, stores: Stores, plan: Plan, error: type[Exception]) -> Plan:
    """What is left of a history that fails, for `server_kept.py`; it still ends with the same kind of error."""

    def fails(tried: Plan) -> bool:
        try:
            live_through(kind, stores, tried, Tally())
        except error as found:
            return type(found) is error
        except Exception:  # noqa: BLE001 - another failure, of a history that may have lost its sense
            return False
        return False

    return shrink(plan, fails)


def _everything_again(history: History, _stores: Stores) -> None:
    """A full pull brings nothing new."""
    pulled, raw = everything(history.store), raw_rows(history.store)
    history.pull(True, 2)
    assert raw_rows(history.store) == raw, "an identical delivery added raw rows"
    assert everything(history.store) == pulled


def _rebuild(history: History, _stores: Stores) -> None:
    """The tables follow from the raw copy alone."""
    pulled = everything(history.store)
    rebuild(history.store, ENTRY)
    assert everything(history.store) == pulled


def _new_copy(history: History, stores: Stores) -> None:
    """Another store that reads the server for the first time has the same."""
    side = history.side
    with stores.new() as other:
        for version in history.deployed[1:]:
            other.register(package(version))
        assert pull(other, side.open(side.new_cache()), ENTRY).is_equal
        assert living(other) == living(history.store)


END = {"everything again": _everything_again, "rebuild": _rebuild, "new copy": _new_copy}
