"""What `benchmarks.servers` measured, as Markdown."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "SERVERS.md"
NAMES = {"central": "ODK Central", "kobo": "KoboToolbox"}
Ways = dict[str, dict[str, Any]]
Found = dict[tuple[str, int], Ways]

WAYS = {
    "bare": "bare download of the same answers",
    "warm": "our client alone: download, parse, list of ids; nothing kept",
    "pull": "our pull into committed tables, proved equal",
    "pyodk": "pyODK get_table + json_normalize + to_sql",
}

NOTE = """
*Pull* is the whole main job without the checks between submissions (`make benchmark` measures those stages): increment,
raw copy with hash, typed tables and 0/1 columns, cleaning with its log, derived checks where the form has them, and the
comparison with the server's list. pyODK's way holds the whole form in memory, keeps no raw copy, reads OData (numbers
typed with loss, questions of the newest version only), cleans and proves nothing. *Bare* makes the pull's requests again
and throws the answers away. Pictures are left out: each costs every client two requests more.

*Processor* counts the seconds of all threads of the client; the server's are not in it. Where it is less than the
seconds of the clock, other work had the cores or the server was waited for. The next part is downloaded while one is
stored, behind both servers; so on idle cores the pull lasts as long as its processor seconds, or the download.
"""


def report(found: Found, rate: float, load: str) -> str:
    """The whole page."""
    lines = ["# The pull behind other servers, measured", ""]
    lines += [f"{machine()}. Form C, practice interviews without pictures; SQLite.", ""]
    lines += [
        "`make benchmark-servers` writes this file anew. A form server of `tests/fakes` in a process of its own"
    ]
    lines += [f"delivers {rate:,.0f} submissions a second at most; all ways side by side in one run.", ""]
    lines += [
        f"Load of the machine during the run: {load} on {os.cpu_count()} cores. Above their number each process"
    ]
    lines += [
        "waits for its turn: then read the processor's seconds, and compare rows with each other only.",
        "",
    ]
    for kind in dict.fromkeys(kind for kind, _ in found):
        lines += [f"## {NAMES[kind]}", "", *_table(found, kind), "", *_ratios(found, kind), ""]
    lines += ["## Requests for a form in which nothing has changed", "", *_requests(found)]
    return "\n".join([*lines, NOTE])


def _table(found: Found, kind: str) -> Iterator[str]:
    yield "| Interviews | Way | Seconds | Per second | Processor, s | Peak, MB |"
    yield "|--:|:--|--:|--:|--:|--:|"
    for (server, number), ways in found.items():
        for way, name in WAYS.items():
            if server == kind and way in ways:
                m = ways[way]
                yield (
                    f"| {number:,} | {name} | {m['seconds']:.1f} | {number / m['seconds']:,.0f} "
                    f"| {m['cpu']:.1f} | {m['peak_mb']:.0f} |"
                )


def _ratios(found: Found, kind: str) -> Iterator[str]:
    for (server, number), ways in found.items():
        if server != kind:
            continue
        pull, bare = ways["pull"], ways["bare"]
        yield f"- {number:,}: the pull took {pull['seconds'] / bare['seconds']:.1f} times the bare download (aim 1.5);"
        if "pyodk" in ways:
            pyodk = ways["pyodk"]
            wall, cpu = pyodk["seconds"] / pull["seconds"], pyodk["cpu"] / pull["cpu"]
            yield f"  pyODK's way took {wall:.2f} times the pull by the clock, {cpu:.2f} by the processor (aim 3);"
        if "derived" in pull:
            share = 100 * pull["derived"] / pull["cpu"]
            yield f"  {share:.0f} % of its processor seconds went into the checks that follow from the form itself;"
        yield f"  peak {pull['peak_mb']:.0f} MB (aim 300)."


def _requests(found: Found) -> Iterator[str]:
    yield "| Server | Interviews | In the service | In a fresh process, login and settings included | Seconds of processor |"
    yield "|:--|--:|--:|--:|--:|"
    for (kind, number), ways in found.items():
        again, fresh = ways["pull"]["again"], ways["fresh"]
        yield (
            f"| {NAMES[kind]} | {number:,} | {len(again['asked'])} | {len(fresh['asked'])} "
            f"| {again['cpu']:.2f} |"
        )
    yield ""
    yield "The aim is two. Central's lists have an ETag that knows creations, edits, reviews, deletions and restores, so"
    yield "an empty increment and a 304 prove everything. Kobo has nothing of the kind: its data answers carry no ETag,"
    yield "no time moves with an edit, a deletion, a cleared status or a late file, and the list is cut at 1,000 rows a page;"
    yield "so the list is read in every pull, one request for each thousand rows (see docs/kobo.md)."


def machine() -> str:
    """What it ran on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GB, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}"
    )
