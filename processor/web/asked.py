"""What the address of a list asks for: filters, page, columns; each mistake is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from processor.servers.protocol import REVIEW_STATES
from processor.store.query import ListFilter
from processor.store.scope import Area
from processor.web.areas import Areas
from processor.web.searches import find

SIZES = (25, 50, 100)
FILTERS = ("district", "commune", "officer", "state", "from", "to", "q")
KEPT = (*FILTERS, "cols", "size")
"""Arguments that stay when the page is turned."""


@dataclass(frozen=True)
class Asked:
    """The filters of a list as they are in force."""

    district: str
    commune: str
    officer: str
    state: str
    received_from: date | None
    received_to: date | None
    search: str
    problems: dict[str, str] = field(default_factory=dict)

    def as_filter(self, areas: Areas) -> ListFilter:
        """The filter for the store."""
        unit = self.commune or self.district
        return ListFilter(
            communes=areas.inside(unit) if unit else None,
            submitter=self.officer,
            review_state=self.state,
            received_from=self.received_from,
            received_to=self.received_to,
            search=self.search,
        )


def read(arguments: Mapping[str, str], areas: Areas, area: Area) -> Asked:
    """The filters of an address; one that cannot be understood is left out and named in `problems`."""
    problems: dict[str, str] = {}
    search = find(arguments.get("q"))
    if search is None:
        problems["q"] = "search.gone"
    district = arguments.get("district", "")
    commune = arguments.get("commune", "")
    if commune and (areas.district_of.get(commune) != district or not area.allows(commune)):
        commune = ""
    state = arguments.get("state", "")
    return Asked(
        district=district if district in areas.offered(area) else "",
        commune=commune,
        officer=arguments.get("officer", "").strip()[:64],
        state=state if state in REVIEW_STATES else "",
        received_from=_day(arguments, "from", problems),
        received_to=_day(arguments, "to", problems),
        search=search or "",
        problems=problems,
    )


def size_of(arguments: Mapping[str, str]) -> int:
    """Rows of a page."""
    wanted = arguments.get("size", "")
    return int(wanted) if wanted.isdigit() and int(wanted) in SIZES else SIZES[0]


def _day(arguments: Mapping[str, str], name: str, problems: dict[str, str]) -> date | None:
    """`dd/mm/yyyy`, also the way browsers write a date."""
    text = arguments.get(name, "").strip()
    for pattern in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a calendar day has no zone
        except ValueError:
            continue
    if text:
        problems[name] = "filter.bad_date"
    return None
