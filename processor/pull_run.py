"""What the steps of one pull share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from processor.store.intake import Counts

if TYPE_CHECKING:
    from processor.config import FormConfig
    from processor.servers.protocol import FormServer
    from processor.store.lease import Lease
    from processor.store.open import Store
    from processor.store.pulls import PullRecord

Progress = Callable[[int], None]


@dataclass
class Run:
    """One pull: where it reads and writes, and how far it has come."""

    store: Store
    server: FormServer
    form: FormConfig
    lease: Lease
    record: PullRecord
    progress: Progress
    counts: Counts = field(default_factory=Counts)
    seen: int = 0


def quiet(_seen: int) -> None:
    """Nobody watches."""
