"""The example with a small survey of rules over it: of one submission, of a row, secret, of an officer."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from processor.app import create_app
from processor.servers.builtin.officers import list_officers
from processor.servers.builtin.server import open_builtin
from processor.store.open import open_store
from processor.store.scope import Area, Scope
from processor.store.work import FindingFilter, FindingRow, list_findings
from processor.survey.checks.catalogue import HEADER
from processor.survey.checks.data import Data
from processor.survey.checks.hits import Hits, UnitHits
from processor.survey.checks.rulebook import Parameters, Rulebook
from tests.conftest import ROOT
from tests.web import example
from tests.web.conftest import COMPILED, Site, Waker, fill
from tests.web.example import Household

NAME = "checked_site"
FORM = "phieu_c"
ALL = Scope(Area.province(), frozenset(("open", "personal", "sensitive", "secret")), "survey")
CATALOGUE = {
    "F-1": (
        "E",
        "Hộ loại {value:c.hh_class} không thuộc diện điều tra",
        "Household class {value:c.hh_class} is not surveyed",
    ),
    "F-2": ("W", "Sinh năm {year} thu nhập {income}", "Born {year} income {income}"),
    "F-3": ("I", "Hộ nghèo từ ngày {day}", "Poor since {day}"),
    "F-4": ("E", "Giấy xác nhận {hiv}", "Certificate {hiv}"),
    "F-5": ("W", "Gửi {number} phiếu", "{number} submissions sent"),
}
SOURCES = {"F-1": "[from memory]"}
"""Of F-1 the rule is to be verified; of F-3 the fact under each finding."""
BOOK = Rulebook()


@BOOK.own("F-1", reads="c: hh_class")
def other_class(data: Data, _: Parameters) -> Hits:
    chosen = data.text("c", "hh_class")
    return data.hits("c", "hh_class", chosen == "7", value=chosen)


@BOOK.own("F-2", reads="c_members: m_birth_year m_name_key")
def old(data: Data, _: Parameters) -> Hits:
    year = data.number("c_members", "m_birth_year")
    return data.hits("c_members", "m_name_key", year < 1951, year=year, income=1234567)


@BOOK.own("F-3", reads="c: hh_class interview_date")
def poor(data: Data, _: Parameters) -> Hits:
    return data.hits("c", "hh_class", data.text("c", "hh_class") == "1", day="2016-04-08", verify=True)


@BOOK.own("F-4", reads="c: hiv hh_class")
def secret(data: Data, _: Parameters) -> Hits:
    return data.hits("c", "hh_class", data.text("c", "hiv") == "1", hiv="HIVTEXT")


@BOOK.family("sender", reads="c: _submitter")
def senders(data: Data) -> dict[str, pd.Series]:
    return {"c": data.text("c", "_submitter")}


@BOOK.shared("F-5", "sender", reads="c: _submitter")
def busy(data: Data, _: Parameters) -> UnitHits:
    counts = data.text("c", "_submitter").value_counts().sort_index()
    units = list(counts.index[counts >= 2])
    found = [int(counts[unit]) for unit in units]
    return UnitHits("officer", units, units, [unit[:5] for unit in units], {"number": found})


@contextmanager
def rules() -> Iterator[None]:
    """While this holds, the rules above are a survey's."""
    module = ModuleType(f"processor.survey.checks.{NAME}")
    module.BOOK = BOOK  # type: ignore[attr-defined]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, module.__name__, module)
        yield


def make_settings(folder: Path) -> None:
    """The catalogue of these rules, and the code tables of the project beside it."""
    (folder / "config").mkdir(parents=True)
    (folder / "config" / "codes").symlink_to(ROOT / "config" / "codes")
    lines = [",".join(HEADER)]
    for rule, (level, vi, en) in CATALOGUE.items():
        lines.append(f"{rule},{level},C,,,,{vi},{en},Xem lại phiếu,look again,1,,{SOURCES.get(rule, 'test')}")
    (folder / "config" / "rules.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def open_checked(home: Path, root: Path, *, store_url: str | None = None) -> Site:
    """The site of a data folder, checked by the rules of `root`."""
    config = replace(example.settings(home, store_url=store_url), root=root, checks=NAME)
    store, server, waker = open_store(config), open_builtin(config), Waker()
    app = create_app(config, store, server, waker)
    app.jinja_env.bytecode_cache = COMPILED
    return Site(app, store, server, waker, home)


def fill_checked(folder: Path) -> None:
    """Make `data` and `root` in the folder: the example, pulled and checked."""
    make_settings(folder / "root")
    site = open_checked(folder / "data", folder / "root")
    fill(site)
    site.close()


def copied(folder: Path, home: Path) -> Site:
    """A site on its own copy of what `fill_checked` made."""
    shutil.copytree(folder / "data", home)
    return open_checked(home, folder / "root")


def found(site: Site, scope: Scope = ALL, **narrowed: object) -> list[FindingRow]:
    """What stands in the store."""
    return list(list_findings(site.store, scope, FindingFilter(**narrowed)).rows)  # type: ignore[arg-type]


def ref_of(site: Site, rule: str, household: Household | None = None) -> str:
    """The name of the one finding of a rule, of this household."""
    rows = [
        r
        for r in found(site, rules=frozenset({rule}))
        if household is None or r.submission_id == household.instance_id
    ]
    (row,) = rows
    return row.ref


def send_again(site: Site, household: Household, number: int, **changes: str) -> None:
    """The officer corrects the interview on the phone and sends it again; it is pulled and checked."""
    token = next(o.token for o in list_officers(site.server) if o.code == f"{household.commune}-01")
    newer = replace(household, **changes)
    meta = f"<meta><instanceID>uuid:e{number}</instanceID><deprecatedID>{household.instance_id}</deprecatedID></meta>"
    xml = newer.xml.replace(f"<meta><instanceID>{household.instance_id}</instanceID></meta>", meta)
    headers = {"X-OpenRosa-Version": "1.0", "Date": datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")}
    parts = {"xml_submission_file": (_file(xml), "answers.xml", "text/xml")}
    answer = site.app.test_client().post(f"/v1/key/{token}/submission", data=parts, headers=headers)
    assert answer.status_code in (201, 202), answer.get_data(as_text=True)
    site.pull()


def _file(text: str):
    from io import BytesIO

    return BytesIO(text.encode())
