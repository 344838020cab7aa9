"""A failing history is told as short as it can be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from processor.store import bulk
from tests.pull.server_kept import PULL, put
from tests.pull.server_runs import live_through, shorter, without_checks
from tests.pull.server_shrink import shrink
from tests.pull.server_steps import Plan, plan
from tests.pull.server_tables import Stores
from tests.pull.server_tally import Tally

FIRST, EDIT, PURGE = put(0, {"head": "A"}, "A", "B"), put(0, {"head": "A"}, "B"), ("purge",)


def test_shrink__needs_two_steps__these_two_in_their_order() -> None:
    drawn = plan(7)
    wanted = [drawn.steps[2], drawn.steps[-1]]

    def fails(tried: Plan) -> bool:
        return [step for step in tried.steps if step in wanted] == wanted

    assert shrink(drawn, fails).steps == wanted


def test_shrink__inside_a_step__what_it_does_not_need_is_left_out() -> None:
    trouble = ("pull_in_trouble", [("html", 500, 0, 1), ("cut", 500, 0, 1)], [(1, PURGE), (2, PURGE)], 1)

    def fails(tried: Plan) -> bool:
        return any(step[0] == "pull_in_trouble" and step[1][-1:] == trouble[1][1:] for step in tried.steps)

    assert shrink(Plan([PURGE, trouble]), fails).steps == [("pull_in_trouble", trouble[1][1:], [], 1)]


def test_shrink__always_other_failures__ends() -> None:
    drawn, tried = plan(7), []
    assert shrink(drawn, lambda one: bool(tried.append(one)), most=10) == drawn
    assert len(tried) == 10


def test_shorter__repeats_that_are_not_replaced_as_a_set__only_what_shows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a defence removed the history that is printed is the one a person would have written."""
    delete = bulk.delete

    def without(connection: Connection, table: str, *more: Any, **most: Any) -> None:
        if not table.endswith("_member"):
            delete(connection, table, *more, **most)

    monkeypatch.setattr(bulk, "delete", without)
    stores = Stores(tmp_path, checks="")
    steps = [put(1, {"head": "B"}), FIRST, PULL, ("time", 5), ("review", 1, "approved"), EDIT, PURGE, PULL]
    with without_checks(), pytest.raises(Exception, match="UNIQUE") as caught:
        live_through("central", stores, Plan(steps), Tally())
    with without_checks():
        left = shorter("central", stores, Plan(steps), caught.type)
    assert left.steps == [put(0, {"head": "A"}, "B"), PULL, put(0, {"head": "A"}, "B")]
