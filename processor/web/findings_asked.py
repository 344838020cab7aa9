"""What the address of the list of findings asks for; empty arguments mean the work that is left."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from processor.store.scope import Area
from processor.store.work import FindingFilter
from processor.web.areas import Areas

SIZES = (25, 50, 100)
STATES = ("open", "returned", "overridden", "expected")
ALL = "all"
LEVELS = {
    "": frozenset({"E", "W"}),
    "E": frozenset({"E"}),
    "W": frozenset({"W"}),
    "I": frozenset({"I"}),
    ALL: frozenset(("E", "W", "I")),
}
"""Argument of the address -> levels; information is shown only when asked for."""
FILTERS = ("form", "level", "state", "rule", "district", "commune", "officer")
KEPT = (*FILTERS, "size")
"""Arguments that stay when the page is turned."""
PLACE = ("after", "before")
"""Where in the list the page is; it stays when something is done on the page."""
RULE = re.compile(r"[A-Za-z0-9-]{1,16}")


@dataclass(frozen=True)
class Asked:
    """The filters in force; `state` empty: open."""

    form: str
    level: str
    state: str
    rule: str
    district: str
    commune: str
    officer: str

    @property
    def levels(self) -> frozenset[str]:
        """What is shown; of one rule whatever its level is."""
        return LEVELS[ALL] if self.rule and not self.level else LEVELS[self.level]

    def as_filter(
        self,
        areas: Areas,
        *,
        state: str | None = None,
        levels: Collection[str] | None = None,
        rule: str | None = None,
    ) -> FindingFilter:
        """The filter for the store; what is given here takes the place of what the address says."""
        unit = self.commune or self.district
        wanted = self.state if state is None else state
        rule = self.rule if rule is None else rule
        return FindingFilter(
            form_id=self.form,
            rules=frozenset({rule} if rule else ()),
            severities=self.levels if levels is None else frozenset(levels),
            state="" if wanted == ALL else wanted or STATES[0],
            communes=areas.inside(unit) if unit else None,
            officer=self.officer,
        )


def read(arguments: Mapping[str, str], areas: Areas, area: Area, forms: Collection[str]) -> Asked:
    """The filters of an address; one that cannot be understood is left out."""
    district, commune = arguments.get("district", ""), arguments.get("commune", "")
    if commune and (areas.district_of.get(commune) != district or not area.allows(commune)):
        commune = ""
    form, level = arguments.get("form", ""), arguments.get("level", "")
    state, rule = arguments.get("state", ""), arguments.get("rule", "")
    return Asked(
        form=form if form in forms else "",
        level=level if level in LEVELS else "",
        state=state if state in (*STATES[1:], ALL) else "",
        rule=rule if RULE.fullmatch(rule) else "",
        district=district if district in areas.offered(area) else "",
        commune=commune,
        officer=arguments.get("officer", "").strip()[:64],
    )


def size_of(arguments: Mapping[str, str]) -> int:
    """Rows of a page."""
    wanted = arguments.get("size", "")
    return int(wanted) if wanted.isdigit() and int(wanted) in SIZES else SIZES[0]
