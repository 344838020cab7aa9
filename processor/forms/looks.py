"""What deserves a look before a questionnaire is published, but keeps nobody from it: its size, long names."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import TYPE_CHECKING

from processor.errors import FormError, Message
from processor.forms.lint import NAME_LIMIT, Problem, problem
from processor.survey.columns import plan_tables

if TYPE_CHECKING:
    from processor.servers.protocol import FormPackage

SIZE_LIMIT = 1_000_000
"""Bytes of one form with its files. The two of this survey have about 0.2 million each."""
SLOW_NET = 40_000 / 8
"""Bytes a second on 2G (EDGE in the hills: 40 kbit/s); form servers send XForms as they are."""
SHOWN = 10


def look(package: FormPackage) -> Iterator[Problem]:
    """Warnings with their figures."""
    yield from _size(package)
    yield from _long_names(package)


def download_size(package: FormPackage) -> int:
    """Bytes that a phone fetches: the XForm and every file that it names."""
    return len(package.xform) + sum(file.path.stat().st_size for file in package.media)


def _size(package: FormPackage) -> Iterator[Problem]:
    size = download_size(package)
    if size > SIZE_LIMIT:
        files = [(len(package.xform), "XForm"), *((f.path.stat().st_size, f.name) for f in package.media)]
        parts = ", ".join(f"{name} {count:,}" for count, name in sorted(files, reverse=True))
        yield problem(
            Message.CHECK_SIZE,
            package.form.form_id,
            found=f"{size:,} bytes ({parts})",
            limit=f"{SIZE_LIMIT:,}",
            minutes=ceil(size / SLOW_NET / 60),
        )


def _long_names(package: FormPackage) -> Iterator[Problem]:
    """Columns that come of a question beside itself: flags of choices, parts, cleaned values."""
    form = package.form
    try:
        plans = plan_tables(form.form_id, (form,))
    except FormError:  # a problem of its own, told by the check
        return
    for plan in plans:
        long = [c.name for c in plan.columns if len(c.name) > NAME_LIMIT]
        if long:
            more = f" and {len(long) - SHOWN} more" if len(long) > SHOWN else ""
            names = ", ".join(long[:SHOWN]) + more
            place = f"table {plan.name}"
            yield problem(Message.CHECK_STATA, place, count=len(long), limit=NAME_LIMIT, names=names)
