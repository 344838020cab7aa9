"""The survey's own rules over practice households in the store: increments leave what a full check leaves."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from random import Random
from typing import Any

import pytest

from processor.config import load_config
from processor.forms.answers import read_submission
from processor.forms.xlsform import read_package
from processor.practice.people import households
from processor.pull import pull
from processor.servers.protocol import FormPackage, Submission
from processor.store.check_state import read_not_checked
from processor.store.checking import check_anew
from processor.store.open import Store, open_store
from tests.checks.make import printers
from tests.conftest import ROOT
from tests.pull.memory_server import MemoryServer
from tests.pull.small_survey import checked, due

FORMS = ("phieu_c", "phieu_c1")
HOUSEHOLDS = 40


@pytest.fixture(scope="module")
def packages() -> dict[str, FormPackage]:
    found = {}
    for workbook in ("c.xlsx", "c1.xlsx"):
        package = read_package(ROOT / "xlsforms" / workbook, ROOT / "xlsforms" / "media")
        found[package.form.form_id] = package
    return found


@pytest.fixture
def store(store_url, tmp_path, packages) -> Iterator[Store]:
    config = load_config(ROOT / "config" / "survey.toml", {"PROCESSOR_HOME": str(tmp_path)})
    assert config.checks == "nghe_an"
    store = open_store(replace(config, store_url=store_url))
    for package in packages.values():
        store.register(package)
    yield store
    store.engine.dispose()


LOW = {
    "R-O01": "forms=1",
    "R-O02": "minutes=600; forms=1",
    "R-O03": "percent=-1; members=1",
    "R-O04": "percent=-1; forms=1",
    "R-O05": "percent=0; homes=1",
    "R-D08": "households=0; metres=10",
}
"""Limits at which rules of large groups find something among few households."""


def lowered(store, folder, every) -> None:
    """The survey's settings with these limits, and a payment roll on which more people stand than there are."""
    settings = shutil.copytree(ROOT / "config", folder / "lowered" / "config")
    path = settings / "rules.csv"
    with path.open(encoding="utf-8", newline="") as file:
        entries = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(entries[0]))
        writer.writeheader()
        writer.writerows({**e, "parameters": LOW.get(e["id"], e["parameters"])} for e in entries)
    communes = {v for s in every for path, v in s.answers.items() if path.endswith("commune_code")}
    lines = [f"{code},1000" for code in sorted(communes)]
    (settings / "payment_roll.csv").write_text("\n".join(["commune_code,beneficiaries", *lines, ""]))
    store.config = replace(store.config, root=folder / "lowered")


def submissions(packages) -> Iterator[Submission]:
    """Practice households with mistakes; every third one is marked as practice."""
    people = households(ROOT / "config" / "codes", number=HOUSEHOLDS, seed=7, mistakes=0.3)
    for number, household in enumerate(people):
        for interview in household.interviews:
            printer, repeats = printers()[interview.form_id]
            parsed = read_submission(printer.to_xml(interview.answers, interview.phone), repeats)
            received = interview.phone.end.astimezone(UTC)
            yield Submission(
                form_id=interview.form_id,
                instance_id=parsed.instance_id,
                version_id=parsed.instance_id,
                form_version=packages[interview.form_id].form.version,
                answers=parsed.answers,
                received_at=received,
                updated_at=received,
                submitter="16663-01",
                practice=number % 3 == 2,
            )


def edited(submission: Submission, other: Submission, number: int) -> dict[str, Any]:
    """A new version that has some answers of another submission: keys move, values change."""
    random = Random(number)
    taken = {p: v for p, v in other.answers.items() if isinstance(v, str) and random.random() < 0.3}
    return {"answers": {**submission.answers, **taken}, "version_id": f"uuid:edit-{number}"}


def test_survey__edits_and_deletions_of_practice_households__increments_are_a_full_check(
    store, packages, tmp_path
):
    servers = {form_id: MemoryServer() for form_id in FORMS}
    every = list(submissions(packages))
    lowered(store, tmp_path, every)
    random, first = Random(2016), len(every) * 2 // 3
    waves = [every[:first], every[first : first + 20], every[first + 20 :]]
    for number, wave in enumerate(waves):
        for submission in wave:
            servers[submission.form_id].put(submission)
        for server in servers.values():
            act_at_random(server, random, number)
        for form_id, server in servers.items():
            assert pull(store, server, store.config.form(form_id)).state == "equal"
    left = checked(store)
    assert check_anew(store).full
    assert checked(store) == left
    assert left["findings"] and left["keys"]
    found = {row[4] for row in left["findings"]}
    assert found.issuperset({*LOW, "R-O06", "R-O07"}), "nothing is told of groups of which nothing is found"
    assert due(store) == 0
    missing = read_not_checked(store).values()
    assert [name for name in missing if not name.endswith(".csv")] == [], "the forms have what rules look at"


def act_at_random(server: MemoryServer, random: Random, wave: int) -> None:
    known = sorted(server.current)
    for number, key in enumerate(random.sample(known, 8)):
        submission, other = server.current[key], server.current[random.choice(known)]
        if number % 4 == 0:
            server.change(key, deleted=not submission.deleted)
        elif number % 4 == 1:
            server.change(key, review_state="approved")
        elif submission.practice == other.practice:
            server.change(key, **edited(submission, other, wave * 100 + number))
