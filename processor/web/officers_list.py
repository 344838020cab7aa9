"""The list of enumerators, narrowed by district and state; the address is the state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import render_template, request

from processor.servers.officers import PASSWORDS, ROTATE, SAME_CARD
from processor.web.behind import AwayError
from processor.web.service import service

if TYPE_CHECKING:
    from processor.servers.protocol import AppUser

STATES = ("active", "revoked", "practice")


@dataclass(frozen=True)
class Narrowed:
    """Which enumerators are wanted; empty: all."""

    district: str
    state: str

    def keeps(self, officer: AppUser) -> bool:
        """Whether this one is."""
        if self.district and service().areas.district_of.get(officer.area) != self.district:
            return False
        if self.state == "practice":
            return officer.practice
        return not self.state or (officer.active == (self.state == "active") and not officer.practice)

    def of(self, officers: Iterable[AppUser]) -> list[AppUser]:
        """Those that are wanted, in their order."""
        return [officer for officer in officers if self.keeps(officer)]


def asked() -> Narrowed:
    """What the address asks for; what is none of the offered is as if it were not there."""
    district, state = (request.args.get(name, "") for name in ("district", "state"))
    return Narrowed(
        district if district in service().areas.districts else "", state if state in STATES else ""
    )


def list_page(problems: dict[str, str], *, stopped: str = "") -> str:
    """The page. `problems`: what is wrong with what was sent, by field; `stopped`: who could not be revoked."""
    try:
        officers, away = service().server.officers(), False
    except AwayError:
        officers, away = service().server.desk.remembered(), True
    undo = next((o for o in officers if o.code == request.args.get("done") and not o.active), None)
    narrowed = asked()
    return render_template(
        "officers.html",
        officers=narrowed.of(officers),
        everybody=len(officers),
        narrowed=narrowed,
        states=STATES,
        undo=undo,
        away=away,
        stopped=stopped,
        problems=problems,
        areas=service().areas,
        **offered(),
    )


def offered() -> dict[str, object]:
    """What the form server behind allows."""
    can = service().server.desk.can
    return {
        "kind": service().server.kind,
        "can_rotate": ROTATE in can,
        "same_card": SAME_CARD in can,
        "asks_password": PASSWORDS in can,
    }
