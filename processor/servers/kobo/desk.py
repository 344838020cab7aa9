"""Officers on KoboToolbox: accounts that may send our forms, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from processor.errors import ConfigError, Message, ProcessorError
from processor.servers.builtin.cards import Card
from processor.servers.kobo.cards import account_card
from processor.servers.officer_book import Book
from processor.servers.officers import PASSWORDS, SAME_CARD, Granted
from processor.servers.protocol import AppUser
from processor.servers.remote_desk import RemoteDesk

if TYPE_CHECKING:
    from processor.config import Config
    from processor.servers.kobo.server import KoboServer


class KoboOfficers:
    """Implements `Remote`."""

    kind = "kobo"
    can = frozenset({SAME_CARD, PASSWORDS})

    def __init__(self, server: KoboServer, form_ids: Sequence[str]) -> None:
        self._server = server
        self._form_ids = form_ids

    def app_users(self) -> list[AppUser]:
        """The accounts that may send, whoever they are."""
        return self._server.app_users()

    def unfit(self, user: AppUser) -> ProcessorError | None:
        """Practice is what the settings name; an account named wrongly would mix it with survey data."""
        name = self._server.user_name(user.code)
        named = name in self._server.settings.practice_users
        if named == user.practice:
            return None
        message = Message.KOBO_PRACTICE_MISSING if user.practice else Message.KOBO_PRACTICE_NAMED
        return ConfigError(message, code=user.code, user=name)

    def grant(self, wanted: Iterable[AppUser]) -> Iterator[Granted]:
        """The right to send each of the forms."""
        return self._server.grant_officers(((u.code, u.name) for u in wanted), self._form_ids)

    def withdraw(self, code: str) -> bool:
        """Take the right to send."""
        return self._server.revoke_officer(code)

    def card(self, officer: AppUser, address: str, password: str | None) -> Card:
        """Server and user name; the password only when it is given."""
        shown = address.rstrip("/") or self._server.phone_address()
        return account_card(officer, shown, self._server.user_name(officer.code), password)


def kobo_desk(config: Config, server: Any, form_ids: Sequence[str]) -> RemoteDesk:
    """The desk of an account's projects."""
    return RemoteDesk(KoboOfficers(server, form_ids), Book(config.data, "kobo", config.server.url))
