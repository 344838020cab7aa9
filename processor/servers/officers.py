"""Officers on any form server: one desk where they get and lose their right to send, and their cards.

The built-in server knows everything itself. ODK Central and KoboToolbox forget who was revoked, so their desk keeps
a book of its own (`officer_book`); what it offers beside that is said by `can`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from processor.errors import ProcessorError
from processor.servers.protocol import AppUser

if TYPE_CHECKING:
    from processor.config import Config
    from processor.servers.builtin.cards import Card
    from processor.servers.protocol import FormServer

ROTATE = "rotate"
"""A new card can be given, which makes the old one worthless."""
SAME_CARD = "same_card"
"""An officer who is restored goes on with the card she has."""
PASSWORDS = "passwords"
"""Phones ask for a password; a card may carry it."""

ADDED, CHANGED, UNCHANGED = "added", "changed", "unchanged"
KEPT, REFUSED = "kept", "refused"


class Outcome(NamedTuple):
    """What an import came to for one officer. `kept`: left as it is on purpose; `reason` says why."""

    code: str
    change: str
    reason: str = ""


class Granted(NamedTuple):
    """What a form server did for one officer: `made` when anything was new, `error` when it refused just her."""

    code: str
    user: AppUser | None
    made: bool = False
    error: ProcessorError | None = None


class Desk(Protocol):
    """Who may send. Faults of the server are ServerError; what is asked wrongly is ConfigError."""

    kind: str
    can: frozenset[str]

    def officers(self) -> list[AppUser]:
        """Everybody in order of code, revoked ones included as far as they are known."""

    def remembered(self) -> list[AppUser]:
        """The same without asking the form server: what was known last."""

    def ensure(self, wanted: Sequence[AppUser], *, again: bool = False) -> Iterator[Outcome]:
        """Let each of them send, one outcome each in their order; the same again changes nothing.

        Somebody revoked stays so, unless `again` asks for it. A fault in the middle is mended by repeating.
        """

    def add(self, user: AppUser) -> AppUser:
        """One more officer; ConfigError when she is there already or was revoked."""

    def revoke(self, code: str) -> AppUser:
        """From now on she cannot send; what was sent stays."""

    def restore(self, code: str) -> AppUser:
        """She may send again; with the card she has where `can` says so."""

    def rotate(self, code: str) -> AppUser:
        """A new card; the old one is worth nothing. ConfigError where the server has no such thing."""

    def card(self, officer: AppUser, address: str = "", password: str | None = None) -> Card:
        """Her card. `address`: where phones reach the server, instead of what the settings say."""


def open_desk(config: Config, server: FormServer) -> Desk:
    """The desk of a form server."""
    forms = [form.form_id for form in config.forms]
    if server.name == "central":
        from processor.servers.central.desk import central_desk

        return central_desk(config, server, forms)
    if server.name == "kobo":
        from processor.servers.kobo.desk import kobo_desk

        return kobo_desk(config, server, forms)
    from processor.servers.builtin.desk import BuiltinDesk

    return BuiltinDesk(config, server)
