"""Which rules find which deliberate mistakes, and what fires on clean households; writes CONFUSION.md.

python -m benchmarks.confusion [--households 20] [--clean 2000]
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from pathlib import Path

import click

from processor.forms.answers import read_submission
from processor.forms.xlsform import read_package
from processor.practice.interview import Printer
from processor.practice.mistakes import PEOPLE, SHEETS
from processor.practice.people import Household, households, with_mistake
from processor.survey.checks.data import Data
from processor.survey.checks.load import Checks, load_checks
from processor.survey.checks.run import check_family, check_own
from processor.survey.columns import plan_tables
from processor.survey.plan import TablePlan
from processor.survey.prepare import prepare
from processor.survey.records import Document
from processor.survey.xform import read_xform

ROOT = Path(__file__).parents[1]
FORMS = {"phieu_c": ("c", "c.xlsx"), "phieu_c1": ("c1", "c1.xlsx")}
AREA = "sec_a/commune_code"
SEED = 2016
NOW = datetime(2016, 12, 1, tzinfo=UTC)
"""Long after the campaign: nothing waits any more."""
LEVELS = ("E", "W", "I")


@dataclass
class Fired:
    """Rules that fired on one household, with their levels; steps of cleaning that left no finding are FIX."""

    rules: dict[str, str] = field(default_factory=dict)


@cache
def checks() -> Checks:
    """The survey's own rules."""
    return load_checks("nghe_an", ROOT / "config")


@cache
def form(form_id: str) -> tuple[Printer, tuple[str, ...], tuple[TablePlan, ...]]:
    """What writes a form, the paths of its repeats, its tables."""
    table, workbook = FORMS[form_id]
    package = read_package(ROOT / "xlsforms" / workbook, ROOT / "xlsforms" / "media")
    printer = Printer(read_xform(package.xform, ROOT / "xlsforms" / "media"))
    return printer, tuple(s.path for s in package.form.repeats), tuple(plan_tables(table, [package.form]))


def measure(sent: Iterable[Household]) -> list[Fired]:
    """What fires on each household, when all of them arrive as phones send them and are cleaned as in a pull."""
    documents: dict[str, list[Document]] = {form_id: [] for form_id in FORMS}
    of: dict[str, int] = {}
    number = -1
    for number, household in enumerate(sent):
        for interview in household.interviews:
            printer, repeats, _ = form(interview.form_id)
            parsed = read_submission(printer.to_xml(interview.answers, interview.phone), repeats)
            at = interview.phone.end.astimezone(UTC)
            stamp = {"received_at": at, "updated_at": at, "pulled_at": at}
            state = {"submitter": interview.phone.username, "review_state": "received", "practice": False}
            documents[interview.form_id].append(
                Document(
                    parsed.instance_id, parsed.version, "0" * 64, **stamp, **state, answers=parsed.answers
                )
            )
            of[parsed.instance_id] = number
    fired = [Fired() for _ in range(number + 1)]
    for submission_id, rule, level in _run(documents):
        fired[of[submission_id]].rules[rule] = level
    return fired


def _run(documents: Mapping[str, list[Document]]) -> Iterable[tuple[str, str, str]]:
    frames = {}
    for form_id, own in documents.items():
        prepared = prepare(form(form_id)[2], AREA, own)
        frames.update(prepared.frames)
        yield from ((c.submission_id, c.rule, "FIX") for c in prepared.changes)
        yield from ((f.submission_id, f.rule, f.severity) for f in prepared.findings)
    data = Data(frames, checks().reference, now=NOW)
    parts = [check_own(checks().book, checks().entries, data)]
    parts += [check_family(checks().book, checks().entries, data, name) for name in checks().book.families]
    for part in parts:
        yield from ((f.submission_id, f.rule, f.severity) for f in part.found if f.submission_id)


def kinds() -> list[str]:
    """The rules that practice data has a mistake for."""
    return sorted({*PEOPLE, *SHEETS})


def drawn(number: int, kind: str, seed: int) -> list[Household]:
    """Households with this mistake."""
    return list(with_mistake(ROOT / "config" / "codes", kind, number=number, seed=seed))


def wrong(number: int) -> dict[str, list[Fired]]:
    """For every kind of mistake what fires on up to so many households that have it, each kind sent alone."""
    return {kind: measure(drawn(number, kind, SEED)) for kind in kinds()}


def wrong_together(number: int) -> dict[str, list[Fired]]:
    """The same with all kinds sent together, which is quicker.

    Every kind has a seed of its own, so that no household stands twice in it; invented ID and book numbers
    may then meet across seeds, and rules on duplicates fire besides.
    """
    sent = {kind: drawn(number, kind, SEED + place) for place, kind in enumerate(kinds())}
    fired = iter(measure(household for own in sent.values() for household in own))
    return {kind: list(islice(fired, len(own))) for kind, own in sent.items()}


def clean(number: int) -> list[Fired]:
    """What fires on households without mistakes."""
    return measure(households(ROOT / "config" / "codes", number=number, seed=SEED, mistakes=0.0))


def found_by(kind: str, fired: Fired) -> bool:
    """Whether the rule meant for the mistake fired."""
    return kind in fired.rules


def _table(fired: Mapping[str, list[Fired]]) -> Iterable[str]:
    yield "| Mistake meant for | Households | Found | Other E | Other W | Other I |"
    yield "|---|---|---|---|---|---|"
    for kind, own in fired.items():
        other = Counter((lv, r) for f in own for r, lv in f.rules.items() if r != kind and r not in _always())
        cells = (
            ", ".join(f"{r} {n}" for (lv, r), n in sorted(other.items()) if lv == level) or "–"
            for level in LEVELS
        )
        hits = sum(found_by(kind, f) for f in own)
        yield f"| {kind} | {len(own)} | {hits} | {' | '.join(cells)} |"


def _always() -> set[str]:
    """Lists for statistics that nearly every household is on."""
    return {"R-B03", "R-B13", "R-V41"}


def report(fired: Mapping[str, list[Fired]], quiet: list[Fired]) -> str:
    """The page."""
    alarms = Counter((lv, r) for f in quiet for r, lv in f.rules.items() if lv in LEVELS)
    made, hit = sum(map(len, fired.values())), sum(found_by(k, f) for k, own in fired.items() for f in own)
    lines = [
        "# Rules against deliberate mistakes",
        "",
        (
            "Written by `python -m benchmarks.confusion`: invented households, each with one known mistake that a phone "
            "lets pass, sent, cleaned and checked as in a pull. “Found”: the rule meant for it fired on that household. "
            "Other rules may fire rightly, since one wrong answer often contradicts several others "
            f"({', '.join(sorted(_always()))} are lists for statistics and left out of them)."
        ),
        "",
        f"{hit} of {made} mistakes of {len(fired)} kinds found. On {len(quiet)} households without mistakes:",
        "",
        *(
            f"- {level}: "
            + (", ".join(f"{r} {n}" for (lv, r), n in sorted(alarms.items()) if lv == level) or "none")
            for level in LEVELS
        ),
        "",
        *_table(fired),
    ]
    return "\n".join(lines) + "\n"


@click.command()
@click.option("--households", "number", default=20, show_default=True)
@click.option("--clean", "quiet", default=2000, show_default=True)
def main(number: int, quiet: int) -> None:
    """Measure and write CONFUSION.md."""
    text = report(wrong(number), clean(quiet))
    Path(__file__).with_name("CONFUSION.md").write_text(text, encoding="utf-8")
    click.echo(text)


if __name__ == "__main__":
    main()
