"""Plain tuples as the driver gives them: for columns that need no conversion, and many rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import CursorResult

BATCH = 20_000


def batches(result: CursorResult[Any]) -> Iterator[Sequence[tuple[Any, ...]]]:
    """The rows some at a time; making SQLAlchemy's rows of them would cost as much as reading them."""
    cursor = result.cursor
    assert cursor is not None
    while rows := cursor.fetchmany(BATCH):
        yield rows
    result.close()
