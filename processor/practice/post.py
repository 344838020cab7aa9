"""Sends practice households over HTTP, several phones at once, a few interviews ahead of them."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import local

from processor.practice.people import Household, Interview
from processor.practice.phone import PracticePhone
from processor.practice.pictures import scribble

THREADS = 4
Progress = Callable[[int], None]


@dataclass
class Sent:
    """What came of it: interviews by form, and how many the server kept in an older version."""

    households: int = 0
    interviews: Counter[str] = field(default_factory=Counter)
    kept: int = 0
    mistakes: int = 0


def post(
    households: Iterable[Household], addresses: Mapping[str, str], progress: Progress, threads: int = THREADS
) -> Sent:
    """Fill and send every interview; `addresses` are the server addresses of the officers' accounts.

    Memory holds a few interviews per thread, however many households there are.
    """
    office = _Office(addresses)
    sent = Sent()
    waiting: deque[Future[bool]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for interview in _counted(households, sent, progress):
            waiting.append(pool.submit(office.send, interview))
            sent.interviews[interview.form_id] += 1
            if len(waiting) >= 4 * threads:
                sent.kept += not waiting.popleft().result()
        sent.kept += sum(not future.result() for future in waiting)
    return sent


def _counted(households: Iterable[Household], sent: Sent, progress: Progress) -> Iterator[Interview]:
    for household in households:
        yield from household.interviews
        sent.households += 1
        sent.mistakes += len(household.mistakes)
        progress(1)


class _Office:
    """The phones: one connection for each thread and account; the blank forms are fetched once."""

    def __init__(self, addresses: Mapping[str, str]) -> None:
        self.addresses = addresses
        self.printers = PracticePhone(next(iter(addresses.values()))).printers()
        self._phones = local()

    def send(self, interview: Interview) -> bool:
        """Write the XML and post it with its pictures."""
        xml = self.printers[interview.form_id].to_xml(interview.answers, interview.phone)
        files = {name: scribble(name) for name in interview.pictures}
        return self._phone(interview.phone.username).send(xml, files)

    def _phone(self, officer: str) -> PracticePhone:
        phones: dict[str, PracticePhone] = self._phones.__dict__.setdefault("phones", {})
        if officer not in phones:
            phones[officer] = PracticePhone(self.addresses[officer], f"practice:{officer}")
        return phones[officer]
