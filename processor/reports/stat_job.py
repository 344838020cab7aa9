"""A table for Stata or SPSS: its cells, then what it is in the file's own notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from processor.reports.dta_file import write_dta
from processor.reports.job import Job, Written
from processor.reports.notes import Notes
from processor.reports.sav_file import VALUE_LABEL, write_sav
from processor.reports.stat_table import SPSS, STATA, Program, Table, Variable, collect
from processor.reports.texts import text


def write_statistics(job: Job, path: Path, download_id: int) -> Written:
    """Write the job's table as its format says; gives what was written, with the number of columns."""
    facts, notes = job.facts, Notes()
    program = {"dta": STATA, "sav": SPSS}[facts.entry.file_format]
    say = facts.language
    with job.rows() as rows:
        variables, count = collect(job.layout, rows, program, language=say, zone=job.zone, notes=notes)
    told = (*notes.lines(say), *_told(variables, program, say))
    lines = replace(facts, columns=len(variables)).rows(download_id, count, told)
    table = Table(variables, count, _label(job), tuple(f"{item}: {value}" for item, value in lines))
    if program is STATA:
        write_dta(path, table, facts.at)
    else:
        write_sav(path, table)
    return Written(count, told, len(variables))


def _label(job: Job) -> str:
    """What the file is, in one line that a program shows in its first window."""
    facts = job.facts
    mark = [text("sheet_practice", facts.language)] if facts.mark() else []
    return " · ".join((*mark, facts.plan.name, f"{facts.at:%d/%m/%Y}", facts.title()))


def _told(variables: Sequence[Variable], program: Program, language: str) -> Iterator[str]:
    """What is otherwise than in the table by the format's own limits: names, and labels of choices."""
    renamed = [f"{v.name} = {v.column.heading}" for v in variables if v.name != v.column.heading]
    if renamed:
        yield text("note_renamed", language, count=len(renamed), places=", ".join(renamed))
    long = [
        v.name
        for v in variables
        if program is SPSS and any(len(label.encode()) > VALUE_LABEL for label in v.labels.values())
    ]
    if long:
        yield text("note_short_labels", language, count=len(long), places=", ".join(long))
