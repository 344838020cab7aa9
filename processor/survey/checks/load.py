"""Which checks a survey has: its rulebook by name, its catalogue and its code tables; pure but for reading.

`[survey] checks = "nghe_an"` names the package `processor/survey/checks/nghe_an`, which offers `BOOK`
and, where it explains what a submission should say, `EXPLAINER`.
"""

from __future__ import annotations

import hashlib
import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType, ModuleType

from processor.errors import ConfigError, Message
from processor.survey.checks.catalogue import Entry, read_catalogue
from processor.survey.checks.explained import Explainer
from processor.survey.checks.reference import Reference
from processor.survey.checks.rulebook import Rule, Rulebook

ROOM = Path(__file__).parent


@dataclass(frozen=True)
class Checks:
    """All that is needed to check tables: functions, catalogue, code tables."""

    book: Rulebook
    entries: Mapping[str, Entry]
    reference: Reference
    sha256: str = field(default="", compare=False)
    """Changes with the source of the rules, the catalogue and the code tables."""

    def rules(self, family: str) -> tuple[Rule, ...]:
        """The rules of a family (empty: of one submission each) that are switched on."""
        return tuple(r for r in self.book.rules.values() if r.family == family and self._is_on(r))

    def dated(self) -> Checks:
        """The same with those rules alone that look at the day and are switched on."""
        dated = {r.id for r in self.book.rules.values() if "now" in r.needs and self._is_on(r)}
        return replace(self, entries={name: entry for name, entry in self.entries.items() if name in dated})

    def _is_on(self, rule: Rule) -> bool:
        entry = self.entries.get(rule.id)
        return entry is not None and entry.on


NOTHING = Checks(Rulebook(), MappingProxyType({}), Reference())


def load_checks(name: str, folder: Path) -> Checks:
    """The checks of a survey whose settings are in `folder`; `NOTHING` for an empty name."""
    if not name:
        return NOTHING
    book = load_book(name)
    reference = Reference(folder / "codes", folder)
    entries = read_rules(folder)
    digest = hashlib.sha256((name + source_sha256() + reference.sha256()).encode())
    digest.update(catalogue_path(folder).read_bytes())
    return Checks(book, entries, reference, digest.hexdigest())


def load_book(name: str) -> Rulebook:
    """The rulebook of a package of this folder, an empty one for an empty name.

    ConfigError CHECKS_UNKNOWN names those there are.
    """
    if not name:
        return NOTHING.book
    book = getattr(_package(name), "BOOK", None)
    if not isinstance(book, Rulebook):
        raise _unknown(name)
    return book


def load_explainer(name: str) -> Explainer | None:
    """How the package explains its submissions; None for an empty name and for a package that explains nothing."""
    found: Explainer | None = getattr(_package(name), "EXPLAINER", None) if name else None
    return found


def _package(name: str) -> ModuleType:
    module = f"{__package__}.{name}"
    try:
        if not name.isidentifier():
            raise ModuleNotFoundError(name=module)
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        raise _unknown(name) from None


def _unknown(name: str) -> ConfigError:
    known = sorted(m.name for m in pkgutil.iter_modules([str(ROOM)]) if m.ispkg)
    return ConfigError(Message.CHECKS_UNKNOWN, found=name, expected=", ".join(known))


def catalogue_path(folder: Path) -> Path:
    """The file of the catalogue in the folder of the settings."""
    return folder / "rules.csv"


def read_rules(folder: Path) -> dict[str, Entry]:
    """The catalogue by rule id. ConfigError names file, line and what was expected."""
    path = catalogue_path(folder)
    if not path.is_file():
        raise ConfigError(Message.RULES_MISSING, path=path)
    return read_catalogue(path)


@cache
def source_sha256() -> str:
    """A hash over the source of the machinery and of every survey's rules, as this process runs it."""
    digest = hashlib.sha256()
    for file in sorted(ROOM.rglob("*.py")):
        digest.update(file.relative_to(ROOM).as_posix().encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()
