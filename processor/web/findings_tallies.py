"""Tallies of findings for the summary: in which order, under which names, with which filter behind them."""

from __future__ import annotations

import string
from collections.abc import Iterable

from processor.store.work import Tally
from processor.web.formats import t
from processor.web.language import current
from processor.web.rules import entry_of
from processor.web.service import service
from processor.words import WORDS

BY = ("rule", "commune", "officer")
PLACEHOLDER = "…"


def ordered(tallies: Iterable[Tally]) -> list[Tally]:
    """The most work first."""
    return sorted(tallies, key=lambda tally: (-_left(tally), -tally.total, tally.key))


def _left(tally: Tally) -> int:
    return tally.states.get("open", 0) + tally.states.get("returned", 0)


def heads(by: str, key: str) -> tuple[str, dict[str, str | None]]:
    """(name, arguments of the list that the tally counts); no arguments where the list has no such filter."""
    if by == "rule":
        return rule_name(key), {"rule": key}
    if by == "officer":
        return key or t("findings.no_officer"), {"officer": key} if key else {}
    district = service().areas.district_of.get(key)
    if not district:
        return service().areas.name(key) or t("overview.nowhere"), {}
    return service().areas.name(key), {"district": district, "commune": key}


def rule_name(rule: str) -> str:
    """The message of a rule with its values left open."""
    if f"rule.{rule}" in WORDS:
        return t(f"rule.{rule}")
    entry = entry_of(service().config.settings, rule)
    return _open(entry.messages[current()]) if entry else rule


def _open(template: str) -> str:
    parts = string.Formatter().parse(template)
    return "".join(text + (PLACEHOLDER if name is not None else "") for text, name, _, _ in parts)
