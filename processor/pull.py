"""One pull of one form: increment, raw copy, tables, reconciliation, checks. Also `python -m processor.pull`.

Every page of the server's changes is one transaction with its checkpoint; whatever moment the
process dies at, the previous state stands and the next pull goes on from there. Afterwards the
copy is compared with the server's list of ids, and the tables with the copy. What differs is read
again in full once, or made anew from raw; what still differs then is said.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from processor.database import analyze, reading, writing
from processor.errors import ProcessorError
from processor.pull_run import Progress, Run, collect_rarely, quiet
from processor.servers.abilities import Ghosts, Remembers, Seals, checkpoint_at
from processor.servers.protocol import Rereads
from processor.store import intake
from processor.store.checking import check_due
from processor.store.compare import Comparison, server_list
from processor.store.corrections_read import read_corrections
from processor.store.lease import leased
from processor.store.loading import load
from processor.store.pulls import (
    DIFFERS,
    EQUAL,
    FAILED,
    FULL,
    INCOMPLETE,
    INCREMENT,
    SINCE,
    PullRecord,
    finish_pull,
    note_counts,
    read_checkpoint,
    reads_all,
    save_checkpoint,
    start_pull,
)
from processor.store.rebuild import is_current, load_waiting, rebuild_tables
from processor.store.table_check import TableCheck, check_tables, joined
from processor.store.tables import submissions

if TYPE_CHECKING:
    from processor.config import FormConfig
    from processor.servers.protocol import FormServer, Page
    from processor.store.open import Store

PAGE_SIZE = 1000
WAIT = 60.0
"""Seconds that a pull waits for another one of the same form: the scheduler's, or a command's."""
REASONS = 3
SEALED_NOTE = "encrypted: ids, states and versions are proven, answers are as the export gives them"


def pull(
    store: Store,
    server: FormServer,
    form: FormConfig,
    *,
    full: bool = False,
    full_days: int = 0,
    since: datetime | None = None,
    wait: float = WAIT,
    progress: Progress = quiet,
) -> PullRecord:
    """Bring the copy of one form up to the server and prove that it equals it.

    `full` reads everything again, `full_days` does so when that was last done so many days ago. `since` also reads
    again what changed since then; ServerError PULL_SINCE_SERVER where the server cannot tell it. The record is
    stored and returned. LeaseError STORE_BUSY when another pull of the form still runs after `wait` seconds.
    `progress` hears how many came.
    """
    collect_rarely()
    again = None if since is None else checkpoint_at(server, form.form_id, since)
    with leased(store.engine, form.form_id, wait=wait) as lease:
        with writing(store.engine) as connection:
            kind = FULL if full or reads_all(connection, form.form_id, full_days) else INCREMENT
            kind = SINCE if again and kind == INCREMENT else kind
            record = start_pull(connection, form.form_id, kind)
        run = Run(store, server, form, lease, record, progress)
        try:
            record = _pull(run, again)
        except Exception as error:
            _finish(run, replace(run.record, state=FAILED, detail=_reason(error)))
            raise
        record = _finish(run, record)
    check_due(store)
    return record


def rebuild(store: Store, form: FormConfig) -> None:
    """Make all tables of a form anew from the raw copy and check them; waits like `pull` for a running one."""
    with leased(store.engine, form.form_id, wait=WAIT) as lease:
        rebuild_tables(store, form, lease)
    check_due(store)


def _reason(error: Exception) -> str:
    """What is stored of a failure: our own texts hold nothing personal, others' may."""
    return str(error) if isinstance(error, ProcessorError) else type(error).__name__


def _finish(run: Run, record: PullRecord) -> PullRecord:
    with writing(run.store.engine) as connection:
        return finish_pull(connection, record)


def _pull(run: Run, again: str | None) -> PullRecord:
    full = run.record.kind == FULL
    _prepare(run)
    if again and not full:
        _read_again(run, again)
    _read_changes(run, None if full else _checkpoint(run))
    found = _compare(run)
    if not found.is_equal and not full:
        _read_changes(run, None)
        found = _compare(run)
    return _judge(run, found)


def _prepare(run: Run) -> None:
    """Bring the tables up to the copy as it is: new plans, or a version published by now."""
    if is_current(run.store, run.form.form_id):
        load_waiting(run.store, run.form, run.lease)
    else:
        rebuild_tables(run.store, run.form, run.lease)


def _read_again(run: Run, checkpoint: str) -> None:
    """What changed since another checkpoint; the kept one stays, and the increment follows from there."""
    pages = run.server.changed(run.form.form_id, checkpoint, PAGE_SIZE)
    _take_pages(run, (replace(page, checkpoint="") for page in pages))


def _checkpoint(run: Run) -> str | None:
    with reading(run.store.engine) as connection:
        return read_checkpoint(connection, run.form.form_id)


def _read_changes(run: Run, since: str | None) -> None:
    _take_pages(run, run.server.changed(run.form.form_id, since, PAGE_SIZE))


def _take_pages(run: Run, pages: Iterable[Page]) -> None:
    for page in pages:
        _take(run, page)
        run.seen += len(page.submissions)
        run.progress(run.seen)


def _take(run: Run, page: Page) -> None:
    """One page, one transaction; flattening is done before the write lock is taken."""
    form_id, now = run.form.form_id, datetime.now(UTC)
    registered = run.store.registered(form_id)
    with reading(run.store.engine) as connection:
        wanted = [*(s.instance_id for s in page.submissions), *page.gone]
        known = intake.read_known(connection, form_id, wanted)
        corrections = read_corrections(connection, form_id, wanted)
    counts = replace(run.counts)
    delta = intake.compare_page(page.submissions, known, run.record.id, now, counts)
    intake.mark_gone(page.gone, known, form_id, (run.record.id, now), delta, counts)
    loaded = load(run.form, registered, delta.live(), corrections)
    with writing(run.store.engine) as connection:
        run.lease.renew(connection)
        intake.write(connection, registered, form_id, delta, loaded)
        if page.checkpoint:  # a page that was asked for by id moves none
            save_checkpoint(connection, form_id, page.checkpoint, now)
        run.record = note_counts(connection, run.record, asdict(counts))
    run.counts = counts


def _tell_planner(run: Run) -> None:
    """After many rows the comparisons would be planned for the tables as they were before."""
    if run.seen >= PAGE_SIZE:
        columns = {plan.name: joined(plan) for plan in run.store.plans(run.form.form_id)}
        analyze(run.store.engine, [submissions.name, *columns], columns)


def _compare(run: Run) -> Comparison:
    """The copy beside the server's list; a difference is looked at again after an increment.

    What no increment of the server shows (restores, purges, late files) is then read again by id.
    """
    form_id, rereads = run.form.form_id, isinstance(run.server, Rereads)
    _tell_planner(run)
    listing = run.server.ids(form_id)
    with server_list(run.store, form_id, listing, hides_deleted=rereads) as listed:
        found = listed.look()
        if not found.is_equal and not rereads:
            _read_changes(run, _checkpoint(run))
            found = listed.look()
        if rereads:
            _reread(run, listed.to_read_again())
            found = listed.look()
    if not found.is_equal and isinstance(run.server, Remembers):
        run.server.forget(form_id)
    return found


def _reread(run: Run, ids: list[str]) -> None:
    """Read these submissions again, whatever the increment said of them."""
    assert isinstance(run.server, Rereads)
    if ids:
        _take_pages(run, run.server.fetch(run.form.form_id, sorted(ids)))


def _judge(run: Run, found: Comparison) -> PullRecord:
    """Compare the tables with the copy, mend them from raw once, and say how it stands."""
    checked = check_tables(run.store, run.form.form_id)
    mended = checked.wrong
    if mended:
        rebuild_tables(run.store, run.form, run.lease)
        checked = check_tables(run.store, run.form.form_id)
    waiting = sum(checked.waiting.values())
    state = INCOMPLETE if waiting else EQUAL
    if checked.wrong or not found.is_equal:
        state = DIFFERS
    outcome: dict[str, Any] = {
        "rows_differ": checked.wrong,
        "incomplete": waiting,
        "detail": _detail(run, checked, mended),
    }
    return replace(run.record, state=state, **asdict(found), **outcome)


def _detail(run: Run, checked: TableCheck, mended: int) -> str:
    reasons = [f"{count} × {problem}" for problem, count in checked.waiting.items()][:REASONS]
    if mended:
        reasons.append(f"{mended} submissions had wrong reporting rows, made anew from raw")
    if run.counts.refused:
        reasons.append(f"{run.counts.refused} deliveries have no usable id")
    if isinstance(run.server, Seals) and run.server.seals:
        reasons.append(SEALED_NOTE)
    ghosts = run.server.ghosts(run.form.form_id) if isinstance(run.server, Ghosts) else 0
    if ghosts:
        reasons.append(f"{ghosts} rows of the server's list have no submission behind them")
    return "; ".join(reasons)


if __name__ == "__main__":
    from processor.pull_command import main

    main()
