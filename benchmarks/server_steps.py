"""The measured steps of `benchmarks.servers`, each in a process of its own: `python -m benchmarks.server_steps STEP`."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.timers import peak_mb

FORM = "phieu_c"
PAGE_SIZE = 1000
Measured = dict[str, Any]


@contextmanager
def measuring(found: Measured) -> Iterator[None]:
    """Adds seconds of the clock, seconds of the processor (all threads) and the peak memory of this process."""
    start, cpu = time.perf_counter(), time.process_time()
    yield
    found["seconds"] = time.perf_counter() - start
    found["cpu"] = time.process_time() - cpu
    found["peak_mb"] = peak_mb()


@contextmanager
def derived_checks(found: Measured) -> Iterator[None]:
    """Adds the processor's seconds of the checks that follow from the form itself."""
    import processor.survey.prepare as module

    check = module._derived

    def timed(*args: Any) -> Any:
        start = time.thread_time()
        try:
            return check(*args)
        finally:
            found["derived"] += time.thread_time() - start

    found["derived"] = 0.0
    module._derived = timed
    yield
    module._derived = check


def prepare() -> Measured:
    """Publish the forms: what the measured steps find in place."""
    from processor.config import load_config
    from processor.publish import publish_all
    from processor.servers.open import opened
    from processor.store.open import open_store

    config = load_config()
    with opened(config) as server:
        return {"versions": [p.version for p in publish_all(config, server, open_store(config))]}


def warm() -> Measured:
    """Read everything and keep nothing: the server has built its answers afterwards."""
    from processor.config import load_config
    from processor.servers.open import opened

    found: Measured = {}
    with opened(load_config()) as server, measuring(found):
        found["read"] = sum(len(page.submissions) for page in server.changed(FORM, None, PAGE_SIZE))
        found["listed"] = sum(1 for _ in server.ids(FORM))
    return found


def pull() -> Measured:
    """Pull everything into committed tables and prove it; then again, when nothing has changed."""
    from processor.config import load_config
    from processor.pull import pull as pull_form
    from processor.servers.open import opened
    from processor.store.open import open_store

    config = load_config()
    store, form = open_store(config), config.form(FORM)
    found: Measured = {}
    again: Measured = {}
    with opened(config) as server:
        _asked()
        with measuring(found), derived_checks(found):
            record = pull_form(store, server, form)
        found.update(asked=_asked(minutes=20), said=record.sentence, state=record.state)
        pull_form(store, server, form)  # the rows of the last minutes come twice, by intention
        _asked(minutes=20)
        with measuring(again):
            pull_form(store, server, form)
        again["asked"] = _asked()
    return {**found, "again": again}


def fresh() -> Measured:
    """A pull of which nothing has changed, by a process that remembers nothing."""
    from processor.config import load_config
    from processor.pull import pull as pull_form
    from processor.servers.open import opened
    from processor.store.open import open_store

    config = load_config()
    found: Measured = {}
    _asked(minutes=20)
    with opened(config) as server, measuring(found):
        pull_form(open_store(config), server, config.form(FORM))
    return {**found, "asked": _asked()}


def _asked(minutes: int = 0) -> list[dict[str, Any]]:
    """The requests since this was last called; then so much time passes on the server."""
    import requests

    found: list[dict[str, Any]] = requests.get(
        f"{os.environ['BENCHMARK_URL']}/__asked__", params={"minutes": minutes}, timeout=60
    ).json()
    return found


def bare() -> Measured:
    """The same requests again, and nothing done with their answers."""
    import requests

    asked = json.loads(Path(os.environ["BENCHMARK_ASKED"]).read_text(encoding="utf-8"))
    url = os.environ["BENCHMARK_URL"]
    found: Measured = {"bytes": 0, "requests": 0}
    with measuring(found), requests.Session() as session:
        session.headers["Authorization"] = _login(session, url)
        for one in asked:
            if one["method"] != "GET":
                continue
            answer = session.get(url + one["path"], headers=one["headers"], stream=True, timeout=600)
            found["bytes"] += sum(map(len, answer.iter_content(65536)))
            found["requests"] += 1
            if answer.status_code not in (200, 304):
                raise SystemExit(f"{one['path']}: status {answer.status_code}")
    return found


def _login(session: Any, url: str) -> str:
    if "KOBO_TOKEN" in os.environ:
        return f"Token {os.environ['KOBO_TOKEN']}"
    login = {"email": os.environ["CENTRAL_EMAIL"], "password": os.environ["CENTRAL_PASSWORD"]}
    return f"Bearer {session.post(f'{url}/v1/sessions', json=login, timeout=60).json()['token']}"


def pyodk() -> Measured:
    """pyODK's tables of the form and its repeat, flattened by json_normalize, written by to_sql."""
    import pandas as pd
    from pyodk.client import Client
    from sqlalchemy import create_engine

    found: Measured = {}
    engine = create_engine(os.environ["PROCESSOR_STORE_URL"])
    folder = Path(os.environ["BENCHMARK_FOLDER"])
    with (
        measuring(found),
        Client(_pyodk_settings(folder), folder / "pyodk-cache.toml", project_id=1) as client,
    ):
        start = time.perf_counter()
        got = [client.submissions.get_table(form_id=FORM, table_name=n)["value"] for n in _TABLES]
        loaded = time.perf_counter()
        frames = [pd.json_normalize(rows, sep="/") for rows in got]
        flat = time.perf_counter()
        with engine.begin() as connection:
            for name, frame in zip(("c", "c_members"), frames, strict=True):
                texts = frame.map(lambda cell: json.dumps(cell) if isinstance(cell, (list, dict)) else cell)
                texts.to_sql(name, connection, if_exists="replace", index=False, chunksize=1000)
    found["stages"] = {"get_table": loaded - start, "json_normalize": flat - loaded}
    found["stages"]["to_sql"] = found["seconds"] - sum(found["stages"].values())
    found["rows"] = [len(frame) for frame in frames]
    return found


_TABLES = ("Submissions", "Submissions.members")


def _pyodk_settings(folder: Path) -> Path:
    path = folder / "pyodk.toml"
    values = {
        "base_url": os.environ["BENCHMARK_URL"],
        "username": os.environ["CENTRAL_EMAIL"],
        "password": os.environ["CENTRAL_PASSWORD"],
    }
    lines = ["[central]", *(f"{name} = {json.dumps(value)}" for name, value in values.items())]
    path.write_text("\n".join([*lines, "default_project_id = 1"]) + "\n", encoding="utf-8")
    return path


STEPS = {"prepare": prepare, "warm": warm, "pull": pull, "fresh": fresh, "bare": bare, "pyodk": pyodk}

if __name__ == "__main__":
    import processor.pull

    processor.pull.check_due = lambda _store: None  # type: ignore[assignment]  # measured by itself, elsewhere
    print(json.dumps(STEPS[sys.argv[1]]()))
