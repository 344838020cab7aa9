"""What the steps of one pull share."""

from __future__ import annotations

import gc
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


COLLECT_AFTER = 20_000
"""New objects that are left before Python looks for circles among them; its own 700 are the answers of a few submissions."""


def collect_rarely() -> None:
    """Let Python look for circles of objects less often, in this process from now on.

    A page of answers is many objects that stay for a while and make no circles: looking took a tenth of a pull.
    """
    after, *others = gc.get_threshold()
    if 0 < after < COLLECT_AFTER:
        gc.set_threshold(COLLECT_AFTER, *others)


def quiet(_seen: int) -> None:
    """Nobody watches."""
