"""Officers on ODK Central: app users of the project, each with a token in the address of her phone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from processor.errors import ConfigError, Message, ProcessorError
from processor.servers.builtin.cards import Card, project_settings
from processor.servers.central.values import PRACTICE_MARK, is_practice
from processor.servers.officer_book import Book
from processor.servers.officers import ROTATE, Granted
from processor.servers.protocol import AppUser
from processor.servers.remote_desk import RemoteDesk

if TYPE_CHECKING:
    from processor.config import Config
    from processor.servers.central.server import CentralServer

_KEY = "/v1/key/"


class CentralOfficers:
    """Implements `Remote`."""

    kind = "central"
    can = frozenset({ROTATE})

    def __init__(self, server: CentralServer, form_ids: Sequence[str]) -> None:
        self._server = server
        self._form_ids = form_ids

    def app_users(self) -> list[AppUser]:
        """The active app users that are officers."""
        return self._server.app_users()

    def unfit(self, user: AppUser) -> ProcessorError | None:
        """Practice is known by the beginning of the code; any other practice code would send survey data."""
        if user.practice == is_practice(user.code):
            return None
        expected = f"{PRACTICE_MARK}01 and so on for practice on ODK Central"
        return ConfigError(Message.OFFICER_FIELD, field="code", expected=expected, found=user.code)

    def grant(self, wanted: Iterable[AppUser]) -> Iterator[Granted]:
        """An app user each, assigned to the forms."""
        return self._server.officers.grant(((u.code, u.name) for u in wanted), self._form_ids)

    def withdraw(self, code: str) -> bool:
        """Revoke every app user of this code."""
        return self._server.revoke_officer(code)

    def card(self, officer: AppUser, address: str, password: str | None) -> Card:
        """`address` stands in for the server's, where phones reach it under another name."""
        if password is not None:
            raise ConfigError(Message.OFFICER_NO_PASSWORD, kind=self.kind)
        base, _, secret = self._server.phone_address(officer).partition(_KEY)
        shown = address.rstrip("/") or base
        return Card(officer, project_settings(officer, f"{shown}{_KEY}{secret}"), shown)


def central_desk(config: Config, server: Any, form_ids: Sequence[str]) -> RemoteDesk:
    """The desk of a project."""
    place = f"{config.server.url} project {server.settings.project}"
    return RemoteDesk(CentralOfficers(server, form_ids), Book(config.data, "central", place))
