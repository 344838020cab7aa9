"""Explanations from the store: tied rows inside the scope only, nothing for who may not see what they rest on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC

import psycopg
import pytest

from processor.config import load_config
from processor.forms.answers import read_submission
from processor.forms.xlsform import read_package
from processor.practice.people import households
from processor.pull import pull
from processor.servers.protocol import FormPackage, Submission
from processor.store.explained import read_proposals
from processor.store.open import Store, open_store
from processor.store.scope import Area, Scope
from processor.survey.checks.explained import Proposal
from tests.checks.make import printers
from tests.conftest import ROOT
from tests.pull.memory_server import MemoryServer

ALL = frozenset(("open", "personal", "sensitive", "secret"))
PLACE, OTHER = "17263", "16663"
SCOPE = Scope(Area.province(), ALL, "survey")


@pytest.fixture(scope="module")
def packages() -> list[FormPackage]:
    media = ROOT / "xlsforms" / "media"
    return [read_package(ROOT / "xlsforms" / name, media) for name in ("c.xlsx", "c1.xlsx")]


@pytest.fixture(scope="module")
def home(packages: list[FormPackage]) -> list[Submission]:
    """A form C and the C1 of one of its people."""
    version = {package.form.form_id: package.form.version for package in packages}
    people = households(ROOT / "config" / "codes", number=9, seed=3, communes=[PLACE], mistakes=0.0)
    chosen = next(household for household in people if len(household.interviews) > 1)
    found = []
    for interview in chosen.interviews[:2]:
        printer, repeats = printers()[interview.form_id]
        parsed = read_submission(printer.to_xml(interview.answers, interview.phone), repeats)
        at = interview.phone.end.astimezone(UTC)
        key = parsed.instance_id
        form_id = interview.form_id
        found.append(
            Submission(
                form_id, key, key, version[form_id], parsed.answers, at, at, f"{PLACE}-01", practice=False
            )
        )
    return found


class Room:
    """A store with the household, and what may be changed about it."""

    def __init__(self, store: Store, home: list[Submission]) -> None:
        self.store = store
        self.servers = {submission.form_id: MemoryServer() for submission in home}
        for submission in home:
            self.servers[submission.form_id].put(submission)
        self.c, self.c1 = (submission.instance_id for submission in home)
        self.bring()

    def bring(self) -> None:
        """Rows alone: explanations rest on no check."""
        self.checks("")
        for form_id, server in self.servers.items():
            pull(self.store, server, self.store.config.form(form_id))
        self.checks("nghe_an")

    def checks(self, name: str) -> None:
        self.store.config = replace(self.store.config, checks=name)

    def change_c(self, **values: object) -> None:
        self.servers["phieu_c"].change(self.c, **values)
        self.bring()

    def told(self, scope: Scope = SCOPE, form_id: str = "phieu_c1") -> tuple[Proposal, ...] | None:
        return read_proposals(self.store, form_id, self.c1 if form_id == "phieu_c1" else self.c, scope)

    def household(self, scope: Scope = SCOPE) -> str:
        """The sentence about the class of the household."""
        return (self.told(scope) or ())[0].lines[0].texts["vi"]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def room(request, tmp_path_factory, packages: list[FormPackage], home: list[Submission]) -> Iterator[Room]:
    """Every test leaves it as it was."""
    folder = tmp_path_factory.mktemp("explained")
    url = f"sqlite:///{folder / 'store.sqlite'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_server") + "postgres"
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute("DROP DATABASE IF EXISTS explained WITH (FORCE)")
            admin.execute("CREATE DATABASE explained")
        url = request.getfixturevalue("postgres_server") + "explained"
    config = load_config(ROOT / "config" / "survey.toml", {"PROCESSOR_HOME": str(folder)})
    store = open_store(replace(config, store_url=url))
    for package in packages:
        store.register(package)
    yield Room(store, home)
    store.engine.dispose()


def test_proposals__of_a_c1__with_the_form_c_of_the_same_household_and_commune(room: Room) -> None:
    (found,) = room.told() or ()
    assert found.verdict == "equal" and found.due == found.said
    assert "theo phiếu C:" in room.household()
    assert "theo phiếu C:" in room.household(Scope(Area.of([PLACE]), ALL, "survey"))
    assert room.told(form_id="phieu_c") is None, "only forms C1 are explained"

    answers = room.servers["phieu_c"].current[room.c].answers
    room.change_c(answers=answers | {"sec_a/commune_code": OTHER}, version_id="uuid:moved")
    assert "chưa có phiếu C" in room.household(), "a form C of another commune says nothing of this one"
    room.change_c(answers=answers, version_id="uuid:back", practice=True)
    assert "chưa có phiếu C" in room.household(), "practice says nothing of the survey"
    room.change_c(practice=False, deleted=True)
    assert "chưa có phiếu C" in room.household()
    room.change_c(deleted=False)


@pytest.mark.parametrize("lacking", sorted(ALL))
def test_proposals__one_class_is_hidden__nothing_is_said(room: Room, lacking: str) -> None:
    assert room.told(Scope(Area.province(), ALL - {lacking}, "survey")) is None


def test_proposals__submission_outside_the_scope__nothing_is_said(room: Room) -> None:
    assert room.told(Scope(Area.of([OTHER]), ALL, "survey")) is None
    assert room.told(Scope(Area.of([]), ALL, "survey")) is None
    assert room.told(Scope(Area.province(), ALL, "practice")) is None
    assert read_proposals(room.store, "phieu_c1", "uuid:none", SCOPE) is None
    room.servers["phieu_c1"].change(room.c1, deleted=True)
    room.bring()
    assert room.told() is None
    room.servers["phieu_c1"].change(room.c1, deleted=False)
    room.bring()
    assert room.told()


def test_proposals__survey_without_checks__says_nothing(room: Room) -> None:
    room.checks("")
    assert room.told() is None
    room.checks("nghe_an")
