"""Invented households for training: the same for the same seed, one at a time, however many are asked for.

Household number i depends on the seed and on i alone. Nobody in it exists: 9-digit ID numbers begin
with 189, the serial of 12-digit numbers and of health cards with 9, phones have 00 after their prefix,
officers' serials are 91 and 92. What marks the data as practice is the officer's account, not these numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from random import Random
from uuid import NAMESPACE_URL, uuid5

from processor.errors import ConfigError, Message
from processor.practice import mistakes as kinds
from processor.practice import (  # noqa: F401 - mistakes register their kinds
    mistakes_c1,
    mistakes_home,
    mistakes_links,
    mistakes_money,
    mistakes_papers,
    names,
)
from processor.practice.benefits import amount
from processor.practice.codes import Codes, Commune
from processor.practice.dwelling import furnish
from processor.practice.families import settle
from processor.practice.interview import Phone
from processor.practice.lives import live
from processor.practice.mistakes import C1, C, Draft, Mistake
from processor.practice.model import Home
from processor.practice.sheets import Sheet, sheet_c
from processor.practice.sheets_c1 import sheet_c1

VIETNAM = timezone(timedelta(hours=7))
FIRST_DAY = date(2016, 3, 7)
SURVEY_DAYS = 100
_CAMPAIGN = (date(2016, 2, 23), date(2016, 6, 30))
VILLAGES = 8
OFFICERS = ("TAPHUAN-01", "TAPHUAN-02", "TAPHUAN-03")
"""Accounts that the interviews are sent with; they are marked as practice on the form server."""


@dataclass(frozen=True)
class Interview:
    """One filled form: its answers and what the phone adds."""

    form_id: str
    answers: Sheet
    phone: Phone
    pictures: tuple[str, ...] = ()
    """Names of the files that go with it: signatures, photos of decisions."""


@dataclass(frozen=True)
class Household:
    """A household with its interviews: form C first, then one C1 for each beneficiary."""

    index: int
    interviews: tuple[Interview, ...]
    mistakes: tuple[Mistake, ...] = field(default=())
    """What was made wrong on purpose: rule, place, value before and after."""


def households(
    codes: Path,
    *,
    number: int,
    seed: int,
    communes: Sequence[str] | None = None,
    start: date = FIRST_DAY,
    mistakes: float = 0.05,
    first: int = 0,
) -> Iterator[Household]:
    """`number` households from number `first` on; `communes` narrows the places, `mistakes` is the share with a mistake."""
    tables = Codes(codes)
    _check_start(start)
    places = [c for c in tables.communes if communes is None or c.code in communes]
    if not places:
        expected, found = "codes of communes of 2016", ", ".join(communes or ())
        raise ConfigError(
            Message.CONFIG_VALUE, path="practice", key="communes", expected=expected, found=found
        )
    for index in range(first, first + number):
        rng = Random(f"{seed}/{index}")  # noqa: S311 - invented data, not secrets
        home = _home(rng, index, seed, rng.choice(places), _day(rng, start))
        yield _household(home, tables, wrong=rng.random() < mistakes)


def with_mistake(
    codes: Path, rule: str, *, number: int, seed: int, tries: int = 20_000
) -> Iterator[Household]:
    """At most `number` households with the mistake that this rule is meant for, of the first `tries` that it fits."""
    tables = Codes(codes)
    fitting = 0
    for index in range(tries):
        rng = Random(f"{seed}/{index}")  # noqa: S311 - invented data, not secrets
        home = _home(rng, index, seed, rng.choice(tables.communes), _day(rng, FIRST_DAY))
        household = _household(home, tables, wrong=True, only=rule)
        if household.mistakes:
            yield household
            fitting += 1
        if fitting == number:
            return


def _check_start(start: date) -> None:
    last = _CAMPAIGN[1] - timedelta(days=SURVEY_DAYS)
    if not _CAMPAIGN[0] <= start <= last:
        raise ConfigError(Message.PRACTICE_START, first=_CAMPAIGN[0], last=last, found=start)


def _day(rng: Random, start: date) -> date:
    """A survey day: Monday to Saturday."""
    day = start + timedelta(days=rng.randrange(SURVEY_DAYS))
    return day - timedelta(days=1) if day.isoweekday() == 7 and day > start else day


def _home(rng: Random, index: int, seed: int, commune: Commune, visit: date) -> Home:
    """An empty household; number and village together are unique, also between seeds."""
    block = (index // 9999 + seed) % (999 // VILLAGES)
    number = 1 + block * VILLAGES + rng.randrange(VILLAGES)
    ethnic = names.group_of(rng, commune.district)
    home = Home(rng, index, seed, commune, ethnic, visit, number, index % 9999 + 1)
    home.village = names.village(rng, commune.district, commune.area_type, number)
    return home


def _household(home: Home, codes: Codes, *, wrong: bool, only: str = "") -> Household:
    settle(home)
    mistake = _of_people(home, only) if wrong else None
    live(home)
    furnish(home, codes, sum(amount(home, p, b, codes) for p in home.people for b in p.benefits))
    sheets = [sheet_c1(home, person, codes) for person in home.beneficiaries]
    draft = Draft(home, sheet_c(home, codes), sheets)
    if wrong and mistake is None:
        mistake = _of_sheets(draft, only)
    return Household(home.index, tuple(_interviews(draft)), (mistake,) if mistake else ())


def _of_people(home: Home, only: str) -> Mistake | None:
    if only:
        return kinds.PEOPLE[only](home) if only in kinds.PEOPLE else None
    return kinds.of_people(home) if home.rng.random() < kinds.share_of_people() else None


def _of_sheets(draft: Draft, only: str) -> Mistake | None:
    if only:
        return kinds.SHEETS[only](draft) if only in kinds.SHEETS else None
    return kinds.of_sheets(draft)


def _interviews(draft: Draft) -> Iterator[Interview]:
    """The sheets with their times on the phone: C first, then the C1 one after the other."""
    home = draft.home
    begin = datetime.combine(home.visit, time(7, 30), VIETNAM) + timedelta(minutes=home.rng.randrange(500))
    forms = [(C, draft.c), *((C1, sheet) for sheet in draft.c1), *draft.repeated]
    for number, (form_id, answers) in enumerate(forms):
        minutes = 8 + 2 * len(home.people) if form_id == C else 5
        end = begin + timedelta(minutes=minutes, seconds=home.rng.randrange(60))
        day = date.fromisoformat(answers["interview_date"]) - home.visit
        identity = uuid5(NAMESPACE_URL, f"practice/{home.seed}/{home.index}/{number}")
        officer = OFFICERS[home.index % len(OFFICERS)]
        phone = Phone(f"uuid:{identity}", begin + day, end + day, f"practice:{officer}", officer)
        yield Interview(form_id, answers, phone, tuple(_pictures(home.rng, form_id, answers, end)))
        begin = end + timedelta(minutes=1)


_PICTURES = {C: (("sign_respondent", 0.4),), C1: (("sign_beneficiary", 0.3), ("photo_decision", 0.2))}


def _pictures(rng: Random, form_id: str, answers: Sheet, end: datetime) -> Iterator[str]:
    """Some interviews are signed, some have a photo; the answer is the file's name."""
    for number, (question, share) in enumerate(_PICTURES[form_id]):
        if rng.random() < share:
            answers[question] = f"{int(end.timestamp() * 1000) + number}.png"
            yield answers[question]
