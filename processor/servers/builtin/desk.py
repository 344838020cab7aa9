"""The desk of the built-in server, which knows everybody itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from processor.errors import ConfigError, Message
from processor.servers.builtin.cards import Card, own_card
from processor.servers.officers import ADDED, CHANGED, KEPT, ROTATE, SAME_CARD, UNCHANGED, Outcome
from processor.servers.protocol import AppUser

if TYPE_CHECKING:
    from processor.config import Config
    from processor.servers.builtin.officers import Officers


class BuiltinDesk:
    """Implements `Desk`."""

    kind = "builtin"
    can = frozenset({ROTATE, SAME_CARD})

    def __init__(self, config: Config, server: Any) -> None:
        web = config.web
        self._address = web.public_url or f"http://{web.host}:{web.port}"
        self._officers: Officers = server.officers

    def officers(self) -> list[AppUser]:
        """Everybody, revoked ones included."""
        return self._officers.all()

    def remembered(self) -> list[AppUser]:
        """The same: it is always at hand."""
        return self._officers.all()

    def ensure(self, wanted: Sequence[AppUser], *, again: bool = False) -> Iterator[Outcome]:
        """All of them in one transaction, then one outcome each."""
        known = {user.code: user for user in self._officers.all()}
        new = [user for user in wanted if user.code not in known]
        changed = [u for u in wanted if u.code in known and _differs(u, known[u.code])]
        self._officers.apply(new, changed)
        codes = {user.code for user in changed}
        for user in wanted:
            yield self._outcome(user.code, known.get(user.code), user.code in codes, again)

    def _outcome(self, code: str, before: AppUser | None, changed: bool, again: bool) -> Outcome:
        if before is None:
            return Outcome(code, ADDED)
        if before.active:
            return Outcome(code, CHANGED if changed else UNCHANGED)
        if again:
            self._officers.change(code, active=True)
            return Outcome(code, CHANGED)
        return Outcome(code, KEPT, Message.OFFICER_LEFT_OFF.value.format(code=code))

    def add(self, user: AppUser) -> AppUser:
        """One more officer, with a fresh token."""
        return self._officers.add(user)

    def revoke(self, code: str) -> AppUser:
        """The card opens nothing from now on."""
        return self._officers.change(code, active=False)

    def restore(self, code: str) -> AppUser:
        """The card works again, with the token it had."""
        return self._officers.change(code, active=True)

    def rotate(self, code: str) -> AppUser:
        """A new token."""
        return self._officers.rotate(code)

    def card(self, officer: AppUser, address: str = "", password: str | None = None) -> Card:
        """The card of an active officer."""
        if password is not None:
            raise ConfigError(Message.OFFICER_NO_PASSWORD, kind=self.kind)
        return own_card(officer, address or self._address)


def _differs(user: AppUser, known: AppUser) -> bool:
    return (user.name, user.area) != (known.name, known.area)
