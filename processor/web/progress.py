"""Tables and bars of the overview, made from counts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from flask import url_for

from processor.store.progress import (
    CommuneCount,
    Counts,
    DayCount,
    count_submissions,
    received_per_commune,
    received_per_day,
)
from processor.store.scope import Scope
from processor.web import detail, formats
from processor.web.areas import Areas
from processor.web.formats import t
from processor.web.service import service

DAYS = 30
WEEK = 7


@dataclass(frozen=True)
class FormProgress:
    """Counts of one form in the caller's area."""

    form_id: str
    title: str
    short: str
    counts: Counts
    days: tuple[DayCount, ...]
    communes: dict[str, CommuneCount]

    @property
    def mean(self) -> float:
        """Arrivals a day over the last week, today left out."""
        return sum(day.count for day in self.days[-1 - WEEK : -1]) / WEEK

    @property
    def week_note(self) -> str:
        """What stands under the total."""
        return t("overview.week", n=formats.number(sum(day.count for day in self.days[-WEEK:])))


@dataclass(frozen=True)
class Unit:
    """A row of the table of districts or communes."""

    name: str
    address: str
    counts: list[int]
    today: int
    last: datetime | None
    sent: int
    communes: int
    percent: str = "0"
    said: str = ""


def narrow(scope: Scope, areas: Areas, district: str) -> Scope:
    """The part of the scope inside the district."""
    return replace(scope, area=scope.area.narrowed(areas.inside(district))) if district else scope


def forms(scope: Scope) -> list[FormProgress]:
    """The counts of every form."""
    store = service().store
    return [
        FormProgress(
            form_id=entry.form_id,
            title=detail.form_title(entry.form_id),
            short=entry.table.upper(),
            counts=count_submissions(store, entry.form_id, scope),
            days=received_per_day(store, entry.form_id, scope, days=DAYS),
            communes={line.commune: line for line in received_per_commune(store, entry.form_id, scope)},
        )
        for entry in service().config.forms
    ]


def tables(scope: Scope, found: list[FormProgress], district: str) -> dict[str, Any]:
    """What the page draws: units, their sums, days."""
    units = _communes(scope, found, district) if district else _districts(scope, found)
    return {"units": units, "sums": _sums(units), "days": _days(found), "first_day": _first_day(found)}


def said(value: float) -> str:
    """A mean with one decimal at most."""
    return formats.number(round(value, 1))


def _districts(scope: Scope, found: list[FormProgress]) -> list[Unit]:
    """Districts, those in which the fewest communes have sent something first."""
    areas = service().areas
    units = []
    for code, name in areas.offered(scope.area).items():
        inside = set(areas.communes_of(code, scope.area))
        unit = _unit(name, url_for("overview.home", district=code), found, inside)
        share = 100 * unit.sent / unit.communes
        words = t("overview.share_said", name=name, sent=unit.sent, communes=unit.communes)
        units.append(replace(unit, percent=f"{share:.1f}", said=words))
    units.extend(_nowhere(scope, found))
    return sorted(units, key=lambda u: (u.sent / max(u.communes, 1), sum(u.counts)))


def _communes(scope: Scope, found: list[FormProgress], district: str) -> list[Unit]:
    """Communes of a district, those from which least came first."""
    address = [
        (code, name, url_for("data.submissions", form_id=found[0].form_id, district=district, commune=code))
        for code, name in service().areas.communes_of(district, scope.area).items()
    ]
    units = [_unit(name, link, found, {code}) for code, name, link in address]
    most = max((sum(u.counts) for u in units), default=0) or 1
    units = [
        replace(
            unit,
            percent=f"{100 * sum(unit.counts) / most:.1f}",
            said=t("overview.bar_said", name=unit.name, n=sum(unit.counts)),
        )
        for unit in units
    ]
    return sorted(units, key=lambda u: sum(u.counts))


def _nowhere(scope: Scope, found: list[FormProgress]) -> list[Unit]:
    """Submissions whose commune is empty or unknown: nobody but the province sees them."""
    if scope.area.communes is not None:
        return []
    unknown = {code for form in found for code in form.communes} - set(service().areas.communes)
    if not unknown:
        return []
    unit = _unit(t("overview.nowhere"), url_for("overview.home"), found, unknown)
    return [replace(unit, sent=0, communes=0, said=unit.name)]


def _unit(name: str, address: str, found: list[FormProgress], inside: set[str]) -> Unit:
    lines = [[line for code, line in form.communes.items() if code in inside] for form in found]
    flat = [line for of_form in lines for line in of_form]
    return Unit(
        name=name,
        address=address,
        counts=[sum(line.total for line in of_form) for of_form in lines],
        today=sum(line.today for line in flat),
        last=max((line.last_received for line in flat), default=None),
        sent=len({line.commune for line in flat}),
        communes=len(inside),
    )


def _sums(units: list[Unit]) -> dict[str, Any]:
    return {
        "counts": [sum(column) for column in zip(*(u.counts for u in units), strict=True)],
        "today": sum(u.today for u in units),
        "sent": sum(u.sent for u in units),
        "communes": sum(u.communes for u in units),
    }


def _days(found: list[FormProgress]) -> dict[str, Any]:
    """Stacked bars by attribute, and the rows of the table under them."""
    rows = [
        {"day": days[0].day, "counts": [day.count for day in days]}
        for days in zip(*(form.days for form in found), strict=True)
    ]
    top = max((sum(row["counts"]) for row in rows), default=0) or 1
    bars = []
    for at, row in enumerate(rows):
        floor = 100.0
        for series, count in enumerate(row["counts"], start=1):
            height = 100 * count / top
            floor -= height
            if count:
                bars.append(_bar(at, series, floor, height))
    return {"rows": rows, "top": top, "bars": bars}


def _bar(at: int, series: int, y: float, height: float) -> dict[str, str | int]:
    step = 100 / DAYS
    return {
        "series": min(series, 2),
        "x": f"{at * step + step * 0.06:.2f}",
        "y": f"{y:.2f}",
        "width": f"{step * 0.88:.2f}",
        "height": f"{height:.2f}",
    }


def _first_day(found: list[FormProgress]) -> date | None:
    """The first of the shown days on which something arrived."""
    return min((day.day for form in found for day in form.days if day.count), default=None)
