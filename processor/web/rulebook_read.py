"""The catalogue of rules for its pages: which rules there are, where they stand, what an address asks for."""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from processor.forms.search_tail import fold
from processor.store.check_state import BROKEN, read_not_checked
from processor.store.finding_states import UNSETTLED
from processor.store.open import Store
from processor.store.scope import Scope
from processor.store.work_counts import Tally, count_findings
from processor.survey.checks.catalogue import LEVELS, Entry
from processor.survey.checks.load import catalogue_path, load_book, read_rules
from processor.survey.checks.rulebook import Rulebook
from processor.web.rulebook_form import form_entries

LONGEST = 100
FORM = "form"
"""The part of rules that are of no catalogue."""
STATES = ("on", "off", "lacking")
"""Switched on, switched off, switched on and not checked because something is missing."""
NO_TALLY = Tally("")


@dataclass(frozen=True)
class Item:
    """A rule and where it stands for the caller."""

    entry: Entry
    hidden: bool
    """It looks at a column that the caller may not see: nothing is counted for this caller."""
    lacking: str
    """What is missing so that it cannot be checked; empty when nothing is."""
    tally: Tally

    @property
    def broken(self) -> str:
        """What a rule raised that broke off; empty for one that did not. Findings that it had still stand."""
        return self.lacking.removeprefix(BROKEN) if self.lacking.startswith(BROKEN) else ""

    @property
    def part(self) -> str:
        """The part of the catalogue: the first letter after the dash of the id, or `form`."""
        return part_of(self.entry.id)

    @property
    def standing(self) -> int:
        """Findings that nobody has settled."""
        return sum(self.tally.states.get(state, 0) for state in UNSETTLED)


@dataclass(frozen=True)
class Wanted:
    """What the address asks for; empty: everything."""

    level: str = ""
    form: str = ""
    part: str = ""
    state: str = ""
    text: str = ""

    def takes(self, item: Item) -> bool:
        """Whether the rule is asked for."""
        entry = item.entry
        return (
            self.level in ("", entry.level)
            and (not self.form or not entry.form or self.form in entry.form.split())
            and self.part in ("", item.part)
            and self.state in ("", _state(item))
            and fold(self.text) in _words(entry)
        )


def read_wanted(arguments: Mapping[str, str], items: Sequence[Item]) -> Wanted:
    """The filters of an address; what no rule has is left out."""
    known = {
        "level": LEVELS,
        "form": forms_of(items),
        "part": parts_of(items),
        "state": STATES,
    }
    chosen = {name: v for name, options in known.items() if (v := arguments.get(name, "")) in options}
    return Wanted(**chosen, text=" ".join(arguments.get("q", "").split())[:LONGEST])


def read_items(store: Store, scope: Scope) -> list[Item]:
    """All rules of the catalogue, in its order, and those that every form brings with it."""
    book, lacking = load_book(store.config.checks), read_not_checked(store)
    tallies = {tally.key: tally for tally in count_findings(store, scope, "rule")}
    closed = closed_columns(store, scope)
    return [
        Item(
            entry,
            bool(closed.intersection(reads_of(book, entry.id))),
            lacking.get(entry.id, "") if entry.on else "",
            tallies.get(entry.id, NO_TALLY),
        )
        for entry in (*entries(store.config.settings).values(), *form_entries().values())
    ]


def entries(folder: Path) -> Mapping[str, Entry]:
    """The catalogue as it stands now, read again only when its file has changed; empty without a file."""
    path = catalogue_path(folder)
    return _entries(folder, path.stat().st_mtime_ns) if path.is_file() else {}


@lru_cache(maxsize=4)
def _entries(folder: Path, _changed: int) -> Mapping[str, Entry]:
    return read_rules(folder)


def closed_columns(store: Store, scope: Scope) -> set[str]:
    """`table.column` of everything that the scope's classes do not show."""
    plans = [plan for form in store.config.forms for plan in store.plans(form.form_id)]
    return {f"{p.name}.{c.name}" for p in plans for c in p.columns if not scope.shows(c.data_class)}


def reads_of(book: Rulebook, rule_id: str) -> tuple[str, ...]:
    """`table.column` of all that a check and its family look at; empty for a step of cleaning."""
    rule = book.rules.get(rule_id)
    if rule is None:
        return ()
    family = book.families[rule.family].reads if rule.family else ()
    return tuple(dict.fromkeys((*rule.reads, *family)))


def part_of(rule_id: str) -> str:
    """`R-V12` -> `V`; a rule of the form has a name, no number."""
    return rule_id.rpartition("-")[2][:1] if "-" in rule_id else FORM


def parts_of(items: Iterable[Item]) -> list[str]:
    """The parts that occur, in the order of the catalogue."""
    return list(dict.fromkeys(item.part for item in items))


def forms_of(items: Iterable[Item]) -> list[str]:
    """The forms that rules are about."""
    return sorted({form for item in items for form in item.entry.form.split()})


def template(text: str) -> str:
    """A message with dots where its values will stand."""
    return "".join(
        literal + ("…" if name is not None else "") for literal, name, _, _ in string.Formatter().parse(text)
    )


def _state(item: Item) -> str:
    if not item.entry.on:
        return "off"
    return "lacking" if item.lacking else "on"


@lru_cache(maxsize=2048)
def _folded(text: str) -> str:
    return fold(text)


def _words(entry: Entry) -> str:
    parts = (entry.id, *entry.messages.values(), *entry.actions.values(), entry.columns)
    return _folded(" ".join(parts))
