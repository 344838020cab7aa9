"""What the pages work with, kept on the application."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import current_app

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from processor.config import Config
    from processor.schedule import Scheduler
    from processor.store.open import Store
    from processor.web.areas import Areas
    from processor.web.behind import Behind

KEY = "processor"


@dataclass(frozen=True)
class Service:
    """The rooms behind the pages."""

    config: Config
    store: Store
    server: Behind
    scheduler: Scheduler | None
    areas: Areas

    @property
    def engine(self) -> Engine:
        """The engine of the store."""
        return self.store.engine


def service() -> Service:
    """The rooms of the running application."""
    found: Service = current_app.extensions[KEY]
    return found
