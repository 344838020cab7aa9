"""Form servers for tests, see README.md."""

from tests.fakes.clock import Clock
from tests.fakes.fake import Fake

__all__ = ["Clock", "Fake"]
