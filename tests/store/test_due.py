"""How many submissions wait for their check: only those that the caller may see."""

from __future__ import annotations

import pytest

from processor.database import reading, writing
from processor.store.check_state import clear_due, mark_due, read_due
from processor.store.due import count_waiting
from processor.store.open import Store
from processor.store.scope import Area, Scope
from processor.store.tables import submissions

CLASSES = frozenset({"open"})
PROVINCE = Area.province()


@pytest.fixture
def waiting(filled: Store) -> Store:
    """Every submission of the example has been loaded and not checked, some of them twice."""
    with writing(filled.engine) as connection:
        clear_due(connection, read_due(connection))
        ids = [row.instance_id for row in connection.execute(submissions.select())]
        mark_due(connection, "phieu_c", [*ids, *ids[:5], "uuid:gone"])
        mark_due(connection, "another", ids)
    return filled


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope(PROVINCE, CLASSES, "survey"), 9),
        (Scope(PROVINCE, CLASSES, "practice"), 4),
        (Scope(PROVINCE, CLASSES, "both"), 13),
        (Scope(Area.of(["16666"]), CLASSES, "survey"), 2),
        (Scope(Area.of([]), CLASSES, "survey"), 0),
    ],
)
def test_count_waiting__each_live_submission_of_the_scope_once(
    waiting: Store, scope: Scope, expected: int
) -> None:
    assert count_waiting(waiting, scope) == expected


def test_count_waiting__nothing_due__is_none(waiting: Store) -> None:
    with writing(waiting.engine) as connection:
        clear_due(connection, read_due(connection))
    with reading(waiting.engine) as connection:
        assert not read_due(connection).ids
    assert count_waiting(waiting, Scope(PROVINCE, CLASSES, "both")) == 0
