"""Death of a process at a chosen moment, as by `kill -9`."""

from __future__ import annotations

import os
import signal

from sqlalchemy import Connection, Engine, event


def die_at_commit(engine: Engine, number: int) -> None:
    """In a forked child: it dies when the n-th write transaction is about to be committed.

    What is durable then is what the commit before left: both sides of every commit are covered.
    """
    written = 0

    def commits(connection: Connection) -> None:
        nonlocal written
        written += bool(connection.get_execution_options().get("writes"))
        if written == number:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "commit", commits)
