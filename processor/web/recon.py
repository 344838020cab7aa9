"""The reconciliation line: whether the copy equals the form server, and since when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from processor.config import FormConfig
from processor.store.pulls import DIFFERS, EQUAL, INCOMPLETE, RUNNING, PullRecord
from processor.web.detail import form_title

PULLS_MISSED = 6
"""After so many pulls that did not come the copy counts as old."""


@dataclass(frozen=True)
class Line:
    """What the line says. `state`: ok, old, off, run or none."""

    title: str
    state: str
    ended_at: datetime | None = None
    counts: tuple[int, int] | None = None
    difference: int = 0
    advice: str = ""
    """Key of the words that say what to do."""


@dataclass(frozen=True)
class Sealing:
    """How the form server's submissions are encrypted: whether they are, and whether the passphrase is missing."""

    seals: bool = False
    lacks_passphrase: bool = False

    def advice(self, state: str, advice: str) -> str:
        """The words for a state, where encryption has more to say."""
        if self.lacks_passphrase:
            return "recon.advice_locked"
        sealed = {"ok": "recon.advice_sealed", "wait": "recon.advice_incomplete_sealed"}
        return sealed.get(state, advice) if self.seals else advice


def line(
    form: FormConfig,
    pull: PullRecord | None,
    now: datetime,
    minutes: int,
    *,
    counts: bool,
    sealing: Sealing = Sealing(),
) -> Line:
    """The line of a form; `counts` says whether the reader may see numbers of the whole province."""
    found = _line(form, pull, now, minutes, counts)
    return replace(found, advice=sealing.advice(found.state, found.advice))


def _line(form: FormConfig, pull: PullRecord | None, now: datetime, minutes: int, counts: bool) -> Line:
    title = form_title(form.form_id)
    if pull is None:
        return Line(title, "none", advice="recon.advice_none")
    if pull.state == RUNNING:
        return Line(title, "run", pull.started_at)
    both = None
    if counts and pull.server_count is not None and pull.copy_count is not None:
        both = (pull.server_count, pull.copy_count)
    difference = sum(n or 0 for n in (pull.only_server, pull.only_copy, pull.differ, pull.rows_differ))
    state, advice = _judged(pull, now, minutes)
    return Line(title, state, pull.ended_at or pull.started_at, both, difference if counts else 0, advice)


def _judged(pull: PullRecord, now: datetime, minutes: int) -> tuple[str, str]:
    if pull.state == DIFFERS:
        return "off", "recon.advice_off"
    if pull.state == INCOMPLETE:
        return "wait", "recon.advice_incomplete"
    late = pull.ended_at is None or now - pull.ended_at > timedelta(minutes=minutes * PULLS_MISSED)
    if pull.state != EQUAL:
        return "old", "recon.advice_failed"
    return ("old", "recon.advice_old") if late else ("ok", "")


def ended_since(pull: PullRecord | None, since: datetime) -> bool:
    """Whether a pull that began after `since` has ended; a second is allowed for rounding."""
    return pull is not None and pull.ended_at is not None and pull.started_at >= since - timedelta(seconds=1)
