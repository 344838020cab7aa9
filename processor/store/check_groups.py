"""Groups of the rules' families: which submissions see each other, and what is found of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from sqlalchemy import Connection

from processor.store import bulk
from processor.store.check_blocks import Pairs, in_order
from processor.store.finding_rows import replace_checked
from processor.store.tables import findings
from processor.survey.checks.run import check_family, family_keys, family_numbers, reported

if TYPE_CHECKING:
    from processor.store.check_keys import Keys
    from processor.survey.checks.data import Data
    from processor.survey.checks.hits import Found
    from processor.survey.checks.load import Checks


class Grouped(NamedTuple):
    """Findings of some groups of a family."""

    found: Sequence[Found]
    not_checked: Mapping[str, str] = MappingProxyType({})
    broken: Mapping[str, str] = MappingProxyType({})


def wanted_columns(checks: Checks, family: str) -> set[str]:
    """`table.column` of everything that the family's keys and rules look at (empty: own rules)."""
    reads = {name for rule in checks.rules(family) for name in rule.reads}
    if not family or not reads:
        return reads
    entry = checks.book.families[family]
    return reads.union(entry.reads, *(measure.reads for measure in entry.measures))


def families(checks: Checks) -> list[str]:
    """The families that have a rule switched on."""
    return [name for name in checks.book.families if checks.rules(name)]


def measured_families(checks: Checks) -> list[str]:
    """Those whose rules see measures alone; their groups do not stand in `check_keys`."""
    return [name for name in families(checks) if checks.book.families[name].measures]


def keyed_families(checks: Checks) -> list[str]:
    """The others."""
    return [name for name in families(checks) if not checks.book.families[name].measures]


def read_keys(checks: Checks, data: Data, family: str, forms: Mapping[str, str]) -> Keys | None:
    """The keys that the rows at hand have now; None when the rules' own function raised, which is logged."""
    import pandas as pd

    try:
        tables = family_keys(checks.book, data, family)
    except Exception as error:  # noqa: BLE001 - whatever a survey's rules raise
        reported(f"keys of {family}", error)
        return None
    found: dict[str, list[pd.DataFrame]] = {}
    for table, keys in tables.items():
        pairs = pd.DataFrame({"submission_id": data.keys(table), "group_key": keys})
        found.setdefault(forms[table], []).append(pairs[keys.notna()])
    return {form_id: pd.concat(parts).drop_duplicates() for form_id, parts in found.items()}


def read_pairs(checks: Checks, data: Data, family: str, numbers: Mapping[str, np.ndarray]) -> Pairs | None:
    """The same as `read_keys` with the number of every row's submission, by table."""
    found: list[Pairs] = []
    try:
        for table, rows, keys in family_numbers(checks.book, data, family):
            found.append(Pairs(keys.view(np.int64), numbers[table][rows]))
    except Exception as error:  # noqa: BLE001 - whatever a survey's rules raise
        reported(f"keys of {family}", error)
        return None
    return in_order(found)


def check_group(checks: Checks, data: Data, family: str, keys: Collection[str] | None) -> Grouped:
    """What the family's rules say of these groups (None: of all), all rows of which are in `data`."""
    missing = next((name for name in checks.book.families[family].reads if not _has(data, name)), "")
    if missing:  # nobody can be grouped: a rule must not look at rows without their keys
        return Grouped((), {rule.id: missing for rule in checks.rules(family)})
    checked = check_family(checks.book, checks.entries, data, family, keys)
    return Grouped(checked.found, checked.not_checked, checked.broken)


def _has(data: Data, name: str) -> bool:
    table, _, column = name.partition(".")
    return data.has(table, column)


def replace_group(
    connection: Connection,
    family: str,
    practice: bool,
    keys: Collection[str] | None,
    grouped: Grouped,
    forms: Mapping[str, str],
) -> None:
    """Put the findings of these groups (None: of the whole family) in the place of what is there.

    Rules that raised keep what they had found."""
    c = findings.c
    mine = [c.family == family, c.practice.is_(practice), c.rule.not_in(sorted(grouped.broken))]
    if keys is not None:
        mine.append(bulk.one_of(connection, c.group_key, sorted(keys)))
    replace_checked(connection, forms, grouped.found, *mine)
