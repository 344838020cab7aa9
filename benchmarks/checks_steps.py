"""The steps of the benchmark of cleaning and checks, each run in a process of its own."""

from __future__ import annotations

import resource
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.checks_data import FORMS, Page, package, pages, read
from benchmarks.timers import peak_mb
from processor.config import load_config
from processor.database import analyze, writing
from processor.store import intake, raw, reporting
from processor.store.check_state import fingerprint, note_checked, read_secret
from processor.store.checking import CheckReport, check_anew, check_due
from processor.store.loading import Loaded
from processor.store.open import Store, open_store
from processor.survey.checks.load import load_checks
from processor.survey.clean.context import interview_days
from processor.survey.clean.table import clean
from processor.survey.flatten import flatten
from processor.survey.prepare import Prepared
from processor.survey.records import TYPE, Document

ROOT = Path(__file__).parent.parent


@dataclass
class Times:
    """Seconds of this process's CPU and of the clock, by step."""

    cpu: Counter[str] = field(default_factory=Counter)
    wall: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def of(self, step: str) -> Iterator[None]:
        """Adds what the block takes."""
        cpu, wall = process_seconds(), time.perf_counter()
        try:
            yield
        finally:
            self.cpu[step] += process_seconds() - cpu
            self.wall[step] += time.perf_counter() - wall

    def wrap(self, step: Callable[..., str], module_name: str, name: str) -> None:
        """Measure a function where it is called; `step` names what its arguments are about."""
        owner: Any = import_module(module_name)
        *classes, name = name.split(".")
        for found in classes:
            owner = getattr(owner, found)
        function: Callable[..., Any] = getattr(owner, name)

        def timed(*args: Any, **more: Any) -> Any:
            with self.of(step(*args, **more)):
                return function(*args, **more)

        setattr(owner, name, timed)


def process_seconds() -> float:
    """User and system time of this process and of the children that have ended."""
    parts = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(part.ru_utime + part.ru_stime for part in parts)


@dataclass(frozen=True)
class Outcome:
    """What a step measured."""

    times: Times
    peak: float
    """Highest memory of the process, MB."""
    counts: dict[str, int]


def load(home: Path, files: Sequence[Path], number: int) -> Outcome:
    """Flatten and clean households page by page, and put them into a store; of this only cleaning is the benchmark's."""
    times, counts = Times(), Counter[str]()
    store = _open(home)
    for entry in FORMS:
        store.register(package(entry))
    for page in pages(files, number):
        for form_id, documents in page.items():
            prepared = _prepare(store, form_id, documents, times)
            counts.update({name: len(frame) for name, frame in prepared.frames.items()})
            counts["changes"] += len(prepared.changes)
            counts["findings of cleaning"] += len(prepared.findings)
            with times.of("write tables"), writing(store.engine) as connection:
                _write(connection, store, form_id, documents, prepared)
    with writing(store.engine) as connection:
        connection.exec_driver_sql("DELETE FROM checks_due")
    analyze(store.engine, [plan.name for form_id in FORMS for plan in store.plans(form_id)])
    store.engine.dispose()
    return Outcome(times, peak_mb(), dict(counts))


def _open(home: Path) -> Store:
    return open_store(load_config(ROOT / "config" / "survey.toml", {"PROCESSOR_HOME": str(home)}))


def _prepare(store: Store, form_id: str, documents: Sequence[Document], times: Times) -> Prepared:
    """As `survey.prepare` does it, with the seconds of each part."""
    plans = store.plans(form_id)
    with times.of("flatten"):
        flat = flatten(plans, store.config.form(form_id).area, documents)
    frames, changes, findings, days = {}, [], [], None
    for plan in plans:
        untyped = [f for f in flat.findings if f.rule == TYPE and f.table_name == plan.name]
        with times.of("clean"):
            cleaned = clean(plan, flat.tables[plan.name], untyped, days)
            days = days or interview_days(plan, cleaned.frame)
        frames[plan.name] = cleaned.frame
        changes += cleaned.changes
        findings += cleaned.findings
    return Prepared(frames, tuple(changes), tuple(findings))


def _write(
    connection: Any, store: Store, form_id: str, documents: Sequence[Document], made: Prepared
) -> None:
    """The rows as a pull writes them; the raw copy alone is left empty, checks do not look at it."""
    registered = store.registered(form_id)
    areas = dict(
        zip(*(made.frames[registered.plans[0].name][n] for n in ("submission_id", "_area")), strict=True)
    )
    rows = [_current(document) for document in documents]
    now = raw.stamp(datetime.now(UTC))
    bulk_rows = [
        (form_id, r.instance_id, 1, r.version_id, r.form_version, 0, r.sha256, "{}", now, 0) for r in rows
    ]
    raw.append(connection, bulk_rows, ())
    reporting.replace(connection, registered.plans, made, [row.instance_id for row in rows])
    intake.write_current(connection, form_id, rows, Loaded(made, areas, {}))


def _current(d: Document) -> intake.Current:
    times = {"received_at": d.received_at, "updated_at": d.updated_at, "pulled_at": d.pulled_at}
    return intake.Current(
        d.submission_id, 1, 0, d.raw_sha256, d.submission_id, d.form_version, "", d.submitter, False, False,
        d.review_state, **times, attachments_expected=0, attachments_present=0, problem="",
    )  # fmt: skip


def check_all(home: Path) -> Outcome:
    """A check of everything, as `processor check` makes it."""
    return _check(home, check_anew)


def _check(home: Path, check: Callable[[Store], CheckReport]) -> Outcome:
    times = Times()
    _measure(times)
    store = _open(home)
    with times.of("all"):
        report = check(store)
    store.engine.dispose()
    return Outcome(times, peak_mb(), {"submissions": report.submissions, "findings": report.found})


def _measure(times: Times) -> None:
    everything, due = "processor.store.check_everything", "processor.store.check_touched"
    times.wrap(lambda *_, **__: "read the store", "processor.store.checking", "read_frames")
    times.wrap(lambda *_, **__: "read the store", everything, "read_columns")
    times.wrap(lambda rule, *_, **__: f"rule {rule.id}", "processor.survey.checks.run", "_check_rule")
    for module in (everything, due):
        keys = "read_pairs" if module == everything else "read_keys"
        times.wrap(lambda *a: f"keys of {a[2]}", module, keys)
        for name in ("replace_group", "replace_checked"):
            times.wrap(lambda *_, **__: "write findings", module, name)
    times.wrap(lambda *_, **__: "write keys", due, "replace_keys")
    for name in ("__init__", "of", "finish"):
        times.wrap(lambda *_, **__: "write keys", "processor.store.check_numbers", f"Numbers.{name}")
    for name in ("read_measures", "look"):
        times.wrap(lambda *_, **__: "large groups", due, name)
    times.wrap(lambda *_, **__: "write large groups", due, "add_measures")
    for name in ("known_keys", "members"):
        times.wrap(lambda *_, **__: "find groups", due, name)


def check_changed(home: Path, file: Path, number: int) -> Outcome:
    """An increment: a page's first submissions are edited, cleaned and loaded; then what is due is checked."""
    times = Times()
    store = _open(home)
    first = edited(read(file), number)
    for form_id, documents in first.items():
        prepared = _prepare(store, form_id, documents, times)
        with times.of("write tables"), writing(store.engine) as connection:
            reporting.replace(
                connection, store.plans(form_id), prepared, [d.submission_id for d in documents]
            )
    store.engine.dispose()
    checked = _check(home, check_due)
    checked.times.cpu.update(times.cpu)
    checked.times.wall.update(times.wall)
    return checked


def _note_current(store: Store) -> None:
    """Everything was checked by the step before; the source of the rules may have been touched since then."""
    checks = load_checks(store.config.checks, store.config.settings)
    with writing(store.engine) as connection:
        now = fingerprint(store, checks, read_secret(connection))
        note_checked(connection, now, {})


def edited(page: Page, number: int) -> Page:
    """Half of each form with other answers: every one takes some of the next one's, keys and names among them."""
    found = {}
    for form_id, documents in page.items():
        own = documents[: number // 2]
        found[form_id] = [
            a._replace(answers={**a.answers, **_some(b.answers, place)})
            for place, (a, b) in enumerate(zip(own, [*own[1:], own[0]], strict=True))
        ]
    return found


def _some(answers: dict[str, Any], place: int) -> dict[str, Any]:
    texts = [(path, value) for path, value in answers.items() if isinstance(value, str)]
    return dict(texts[place % 10 :: 10])
