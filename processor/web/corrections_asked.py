"""What the address of the ledger of corrections asks for, and the rows that it means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from processor.store.corrections_list import LedgerRow, list_corrections
from processor.store.scope import Area, Scope
from processor.survey.corrections import APPLIED, SET_ASIDE, SUPERSEDED
from processor.web.service import service

ALL = "all"
STATES = (SET_ASIDE, APPLIED, "waiting", SUPERSEDED, "undone", "dropped")
PAGE = 50
FILTERS = ("state", "form", "district", "commune", "officer")


class Asked(NamedTuple):
    """The filters in force."""

    state: str
    form: str
    district: str
    commune: str
    officer: str


def read(arguments: Mapping[str, str], area: Area) -> Asked:
    """The filters of the address; what nobody offers is left out."""
    state, form, district, commune, officer = (arguments.get(name, "").strip() for name in FILTERS)
    areas = service().areas
    district = district if district in areas.offered(area) else ""
    return Asked(
        state if state in (*STATES, ALL) else SET_ASIDE,
        form if form in {f.form_id for f in service().config.forms} else "",
        district,
        commune if areas.district_of.get(commune) == district else "",
        officer[:64],
    )


def read_rows(scope: Scope, wanted: Asked, before: int | None) -> list[LedgerRow]:
    """One more than a page, so that it shows whether there is another."""
    unit = wanted.commune or wanted.district
    area = scope.area.narrowed(service().areas.inside(unit)) if unit else scope.area
    return list_corrections(
        service().store,
        Scope(area, scope.classes, scope.practice),
        form_id=wanted.form,
        state="" if wanted.state == ALL else wanted.state,
        submitter=wanted.officer,
        size=PAGE + 1,
        before=before,
    )
