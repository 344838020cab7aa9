"""Practice interviews of both forms for the benchmark of cleaning and checks, made once and kept.

Households of 4 people with 1.2 beneficiaries: of those that practice draws (mistakes in every twentieth) the
ones with many people or beneficiaries, and every fourth other. Each is filled in by the form's calculations and
conditions, written as XML and read again; a twentieth of what is asked for, the others are copies of them.
"""

from __future__ import annotations

import gzip
import hashlib
import multiprocessing
import os
import pickle
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC
from functools import cache
from itertools import islice
from pathlib import Path

from benchmarks.checks_copies import LAPS, copied
from processor.forms.answers import read_submission
from processor.forms.xlsform import read_package
from processor.practice.interview import Printer, serialise
from processor.practice.people import Household, Interview, households
from processor.servers.protocol import FormPackage
from processor.survey.records import Document
from processor.survey.xform import read_xform

ROOT = Path(__file__).parent.parent
MEDIA = ROOT / "xlsforms" / "media"
CODES = ROOT / "config" / "codes"
FORMS = {"phieu_c": "c.xlsx", "phieu_c1": "c1.xlsx"}
CACHE = Path(tempfile.gettempdir()) / "survey-benchmark"
SEED, PAGE, DRAWN = 100_000, 1_000, 1_800
"""Households a page, and how many are drawn until there are so many that are taken."""

Page = dict[str, list[Document]]
"""The submissions of some households by form."""


@cache
def package(form_id: str) -> FormPackage:
    """The form as it is published."""
    return read_package(ROOT / "xlsforms" / FORMS[form_id], MEDIA)


@cache
def _printer(form_id: str) -> Printer:
    return Printer(read_xform(package(form_id).xform, MEDIA))


def prepare(number: int) -> list[Path]:
    """Files that are enough for so many households; those that are missing are made by all cores."""
    folder = CACHE / _mark()
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{page:03d}.pickle.gz" for page in range(-(-number // (PAGE * LAPS)))]
    missing = [file for file in files if not file.is_file()]
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as pool:
        list(pool.map(_make, missing))
    return files


def pages(files: Sequence[Path], number: int) -> Iterator[Page]:
    """So many households, `PAGE` at a time."""
    for place in range(-(-number // PAGE)):
        yield copied(read(files[place % len(files)]), place // len(files))


def read(file: Path) -> Page:
    """The submissions of a file."""
    with gzip.open(file, "rb") as stream:
        page: Page = pickle.load(stream)  # noqa: S301 - written by this module
    return page


def _mark() -> str:
    """Changes with what the interviews are made of."""
    parts = [path.read_bytes() for path in sorted((ROOT / "processor" / "practice").glob("*.py"))]
    parts += [(ROOT / "xlsforms" / name).read_bytes() for name in FORMS.values()]
    return hashlib.sha256(b"".join([*parts, Path(__file__).read_bytes()])).hexdigest()[:12]


def _make(file: Path) -> None:
    os.nice(10)
    number = int(file.name.partition(".")[0])
    page: Page = {form_id: [] for form_id in FORMS}
    for household in islice(_taken(number * DRAWN), PAGE):
        for interview in household.interviews:
            page[interview.form_id].append(_document(interview))
    half_done = file.with_suffix(".tmp")
    with gzip.open(half_done, "wb", compresslevel=1) as stream:
        pickle.dump(page, stream)
    half_done.replace(file)


def _taken(first: int) -> Iterator[Household]:
    for household in households(CODES, number=DRAWN, seed=SEED, first=first):
        people, sheets = len(household.interviews[0].answers["members"]), len(household.interviews) - 1
        if people + 2 * sheets > 5 or household.index % 4 == 0:
            yield household


def _document(interview: Interview) -> Document:
    """As it comes from a phone of the commune's officer."""
    phone = replace(interview.phone, username=interview.answers["officer_code"])
    xml = serialise(_printer(interview.form_id).fill(interview.answers, phone))
    repeats = [repeat.path for repeat in package(interview.form_id).form.repeats]
    parsed = read_submission(xml, repeats)
    at = phone.end.astimezone(UTC)
    times = {"received_at": at, "updated_at": at, "pulled_at": at}
    return Document(
        parsed.instance_id,
        parsed.version,
        hashlib.sha256(xml).hexdigest(),
        **times,
        submitter=phone.username,
        review_state="received",
        practice=False,
        answers=parsed.answers,
    )
