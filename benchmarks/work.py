"""The measured steps, each in a process of its own: `python -m benchmarks.work STEP`, settings from the environment."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

from sqlalchemy import create_engine, select

from benchmarks.timers import Timers, peak_mb
from processor.config import Config, load_config
from processor.database import reading
from processor.forms.answers import read_submission
from processor.publish import publish_all
from processor.pull import pull
from processor.servers.builtin.server import open_builtin
from processor.servers.builtin.tables import versions
from processor.store.open import open_store

FORM = "phieu_c"


def settings() -> Config:
    """The project's settings with the benchmark's inbox, whatever engine the store is on."""
    config = load_config()
    return replace(config, server=replace(config.server, url=os.environ["BENCHMARK_INBOX"]))


def prepare() -> None:
    """Publish the forms; what the measured steps find in place."""
    config = settings()
    store, server = open_store(config), open_builtin(config)
    for published in publish_all(config, server, store):
        print(json.dumps({"form": published.form_id, "version": published.version}))


def serve() -> None:
    """The form server behind waitress until standard input ends; then its peak memory."""
    from flask import Flask
    from waitress import create_server

    from processor.practice.commands import officers
    from processor.servers.builtin.http import blueprint

    server = open_builtin(settings())
    app = Flask("benchmark")
    app.register_blueprint(blueprint(server))
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # clients wait for each other here
    listener = create_server(app, host="127.0.0.1", port=0, threads=8)
    Thread(target=listener.run, daemon=True).start()
    addresses = [
        f"http://127.0.0.1:{listener.effective_port}/v1/key/{token}" for token in officers(server).values()
    ]
    print(json.dumps({"addresses": addresses}), flush=True)
    sys.stdin.read()
    print(json.dumps({"peak_mb": peak_mb()}), flush=True)
    os._exit(0)  # connections are still open; there is nothing left to write


def pull_once() -> None:
    """One pull of everything, with the time of every stage."""
    config = settings()
    store, server = open_store(config), open_builtin(config)
    timers = Timers()
    timers.install()
    server.changed = _watched(timers, server.changed)  # type: ignore[method-assign]
    start, cpu = time.perf_counter(), time.process_time()
    record = pull(store, server, config.form(FORM))
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    stages = dict(timers.seconds)
    stages["read inbox"] = stages.pop("pages") - stages["parse XML"]
    stages["other"] = seconds - sum(stages.values())
    print(
        json.dumps(
            {
                "seconds": seconds,
                "cpu": cpu,
                "peak_mb": peak_mb(),
                "stages": stages,
                "said": record.sentence,
                "state": record.state,
            }
        )
    )


def _watched(timers: Timers, changed: Any) -> Any:
    return lambda *args: timers.waiting_for("pages", iter(changed(*args)))


def pandas_pair() -> None:
    """json_normalize and DataFrame.to_sql on the same documents, root and members."""
    import pandas as pd

    config = settings()
    server = open_builtin(config)
    start = time.perf_counter()
    documents = list(_documents(server))
    parsed, cpu = time.perf_counter(), time.process_time()
    root = pd.json_normalize(documents).drop(columns=["members"])
    members = pd.json_normalize(documents, "members", meta=["meta/instanceID"])
    normalised = time.perf_counter()
    engine = create_engine(config.store_url)
    with engine.begin() as connection:
        root.to_sql("c", connection, if_exists="replace", index=False, chunksize=1000)
        members.to_sql("c_members", connection, if_exists="replace", index=False, chunksize=1000)
    end, cpu = time.perf_counter(), time.process_time() - cpu
    stages = {
        "read and parse": parsed - start,
        "json_normalize": normalised - parsed,
        "to_sql": end - normalised,
    }
    print(
        json.dumps(
            {
                "seconds": end - parsed,
                "cpu": cpu,
                "peak_mb": peak_mb(),
                "stages": stages,
                "number": len(documents),
            }
        )
    )


def _documents(server: Any) -> Iterator[dict[str, Any]]:
    query = select(versions.c.xml).where(versions.c.form_id == FORM)
    with reading(server.inbox.engine) as connection:
        for (xml,) in connection.execute(query):
            yield dict(read_submission(xml, frozenset({"members"})).answers)


STEPS = {"prepare": prepare, "serve": serve, "pull": pull_once, "pandas": pandas_pair}

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))
    STEPS[sys.argv[1]]()
