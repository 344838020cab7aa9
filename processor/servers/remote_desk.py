"""The desk of a form server that forgets who was revoked: its own word, and our book beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from processor.errors import ConfigError, Message, ProcessorError, ServerError
from processor.servers.officer_book import Book, Known
from processor.servers.officers import (
    ADDED,
    CHANGED,
    KEPT,
    REFUSED,
    ROTATE,
    UNCHANGED,
    Granted,
    Outcome,
)
from processor.servers.protocol import AppUser

if TYPE_CHECKING:
    from processor.servers.builtin.cards import Card


class Remote(Protocol):
    """What a form server does for its desk."""

    kind: str
    can: frozenset[str]

    def app_users(self) -> list[AppUser]:
        """Who may send now."""

    def unfit(self, user: AppUser) -> ProcessorError | None:
        """Why this server must not have her, if so."""

    def grant(self, wanted: Iterable[AppUser]) -> Iterator[Granted]:
        """Let each of them send, in their order."""

    def withdraw(self, code: str) -> bool:
        """Take the right away; False when there was none."""

    def card(self, officer: AppUser, address: str, password: str | None) -> Card:
        """The card of an active officer."""


class RemoteDesk:
    """Implements `Desk`."""

    def __init__(self, remote: Remote, book: Book) -> None:
        self.kind = remote.kind
        self.can = remote.can
        self._remote = remote
        self._book = book

    def officers(self) -> list[AppUser]:
        """Who may send now, and whom the book knows beside them as revoked."""
        present, known = self._present(), self._book.read()
        gone = {code: replace(k.user(code), active=False) for code, k in known.items() if code not in present}
        named = {code: _named(user, known.get(code)) for code, user in present.items()}
        return [user for _code, user in sorted({**gone, **named}.items())]

    def remembered(self) -> list[AppUser]:
        """Whom the book knows."""
        return [known.user(code) for code, known in sorted(self._book.read().items())]

    def ensure(self, wanted: Sequence[AppUser], *, again: bool = False) -> Iterator[Outcome]:
        """Let each of them send. What the server did is in the book even when it fails in the middle."""
        present, known = self._present(), self._book.read()
        self._book.note({code: _as_known(user) for code, user in present.items() if code not in known})
        blocked = {u.code: b for u in wanted if (b := self._blocked(u, present, known, again))}
        granted = self._remote.grant(u for u in wanted if u.code not in blocked)
        done: dict[str, Known] = {}
        try:
            for user in wanted:
                outcome = blocked.get(user.code)
                if outcome is None:
                    outcome = _outcome(user, next(granted), present.get(user.code), known.get(user.code))
                    if outcome.change != REFUSED:
                        done[user.code] = _as_known(user)
                yield outcome
        finally:
            self._book.note(done)

    def add(self, user: AppUser) -> AppUser:
        """One more officer."""
        if any(known.code == user.code for known in self.officers()):
            raise ConfigError(Message.OFFICER_EXISTS, code=user.code)
        self._grant(user)
        return self._get(user.code)

    def revoke(self, code: str) -> AppUser:
        """First on the server, then in the book: an officer whom the book knows never comes back by an import."""
        user = self._get(code)
        if not self._remote.withdraw(code) and code in self._present():
            raise ServerError(Message.OFFICER_STILL, code=code)
        self._book.note({code: replace(self._known(user), revoked_at=datetime.now(UTC))})
        return replace(user, active=False, token="")

    def restore(self, code: str) -> AppUser:
        """She may send again."""
        user = self._get(code)
        if user.active:
            self._book.note({code: replace(self._known(user), revoked_at=None)})
        else:
            self._grant(user)
        return self._get(code)

    def rotate(self, code: str) -> AppUser:
        """Revoked and made again, where that gives a new card; under the name of the last import."""
        if ROTATE not in self.can:
            raise ConfigError(Message.OFFICER_NO_ROTATE, kind=self.kind)
        user = self.revoke(code)
        self._grant(replace(user, name=self._known(user).name))
        return self._get(code)

    def card(self, officer: AppUser, address: str = "", password: str | None = None) -> Card:
        """The card of an active officer."""
        return self._remote.card(officer, address, password)

    def _grant(self, user: AppUser) -> None:
        unfit = self._remote.unfit(user)
        if unfit is not None:
            raise unfit
        for granted in self._remote.grant([user]):
            if granted.error is not None:
                raise granted.error
        self._book.note({user.code: _as_known(user)})

    def _present(self) -> dict[str, AppUser]:
        return {user.code: user for user in self._remote.app_users()}

    def _get(self, code: str) -> AppUser:
        found = next((user for user in self.officers() if user.code == code), None)
        if found is None:
            raise ConfigError(Message.OFFICER_UNKNOWN, code=code)
        return found

    def _known(self, user: AppUser) -> Known:
        """Her line in the book, or what it would be."""
        return self._book.read().get(user.code) or _as_known(user)

    def _blocked(
        self, user: AppUser, present: Mapping[str, AppUser], known: Mapping[str, Known], again: bool
    ) -> Outcome | None:
        """Why nothing is done for her: the server must not have her, or she was revoked."""
        unfit = self._remote.unfit(user)
        if unfit is not None:
            return Outcome(user.code, REFUSED, str(unfit))
        before = known.get(user.code)
        if before is None or again:
            return None
        if before.revoked_at is not None:
            at = before.revoked_at.date().isoformat()
            text = Message.OFFICER_LEFT_ACTIVE if user.code in present else Message.OFFICER_LEFT_REVOKED
            return Outcome(user.code, KEPT, text.value.format(code=user.code, at=at))
        if user.code not in present:
            return Outcome(user.code, KEPT, Message.OFFICER_LEFT_GONE.value.format(code=user.code))
        return None


def _as_known(user: AppUser) -> Known:
    return Known(user.name, user.area, user.practice)


def _named(user: AppUser, known: Known | None) -> AppUser:
    """A server that keeps no names shows the code instead; the book has the name."""
    return replace(user, name=known.name) if known and user.name == user.code else user


def _outcome(user: AppUser, granted: Granted, before: AppUser | None, known: Known | None) -> Outcome:
    assert granted.code == user.code  # one each, in their order
    if granted.error is not None:
        return Outcome(user.code, REFUSED, str(granted.error))
    if before is None:
        return Outcome(user.code, ADDED)
    if before.name not in (user.code, user.name):
        text = Message.OFFICER_LEFT_NAMED.value.format(code=user.code, found=before.name)
        return Outcome(user.code, CHANGED if granted.made else KEPT, text)
    renamed = known is not None and before.name == user.code and known.name != user.name
    return Outcome(user.code, CHANGED if granted.made or renamed else UNCHANGED)
