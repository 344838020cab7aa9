"""Practice interviews of form C as XML, made once by all cores and kept between runs."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from pathlib import Path

from processor.forms.xlsform import read_package
from processor.practice.interview import Printer
from processor.practice.people import households
from processor.survey.xform import read_xform

ROOT = Path(__file__).parent.parent
CACHE = ROOT / ".tools" / "benchmarks"
FORM = ROOT / "xlsforms" / "c.xlsx"
MEDIA = ROOT / "xlsforms" / "media"
CODES = ROOT / "config" / "codes"
SEED, PART = 20_000, 1_000


def corpus(number: int) -> Path:
    """A file with `number` interviews, one JSON text a line."""
    code = b"".join(path.read_bytes() for path in sorted((ROOT / "processor" / "practice").glob("*.py")))
    mark = hashlib.sha256(FORM.read_bytes() + code).hexdigest()[:12]
    target = CACHE / f"c-{number}-{mark}.jsonl.gz"
    if target.is_file():
        return target
    CACHE.mkdir(parents=True, exist_ok=True)
    xform = read_package(FORM, MEDIA).xform
    half_done = target.with_suffix(".tmp")
    parts = [(xform, first, min(PART, number - first)) for first in range(0, number, PART)]
    with (
        ProcessPoolExecutor(os.cpu_count()) as pool,
        gzip.open(half_done, "wt", compresslevel=1, encoding="utf-8") as out,
    ):
        for texts in pool.map(_part, *zip(*parts, strict=True)):
            out.writelines(json.dumps(text, ensure_ascii=False) + "\n" for text in texts)
    half_done.replace(target)
    return target


def _part(xform: bytes, first: int, number: int) -> list[str]:
    printer = Printer(read_xform(xform, MEDIA))
    sheets = (h.interviews[0] for h in households(CODES, number=number, seed=SEED, first=first))
    return [printer.to_xml(sheet.answers, sheet.phone).decode() for sheet in sheets]


def read(path: Path, first: int, number: int) -> Iterator[bytes]:
    """`number` interviews from number `first` on."""
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        for line in islice(stream, first, first + number):
            yield json.loads(line).encode()
