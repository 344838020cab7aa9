"""Groups of the rules' families: which submissions see each other, and what is found of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, select

from processor.store import bulk
from processor.store.finding_rows import CHECK, insert_checked
from processor.store.tables import findings
from processor.store.work_tables import check_keys
from processor.survey.checks.run import check_family, family_keys

if TYPE_CHECKING:
    from processor.survey.checks.data import Data
    from processor.survey.checks.hits import Found
    from processor.survey.checks.load import Checks


class Key(NamedTuple):
    """A group that a submission has rows in: a row of `check_keys` without the practice mark."""

    form_id: str
    submission_id: str
    family: str
    group_key: str


class Grouped(NamedTuple):
    """Findings of some groups of a family."""

    found: Sequence[Found]
    not_checked: Mapping[str, str]


def wanted_columns(checks: Checks, family: str) -> set[str]:
    """`table.column` of everything that the family's keys and rules look at (empty: own rules)."""
    reads = {name for rule in checks.rules(family) for name in rule.reads}
    return reads.union(checks.book.families[family].reads) if family and reads else reads


def families(checks: Checks) -> list[str]:
    """The families that have a rule switched on."""
    return [name for name in checks.book.families if checks.rules(name)]


def read_keys(checks: Checks, data: Data, family: str, forms: Mapping[str, str]) -> set[Key]:
    """The keys that the rows at hand have now."""
    found: set[Key] = set()
    for table, keys in family_keys(checks.book, data, family).items():
        pairs = zip(data.frame(table)["submission_id"], keys, strict=True)
        found.update(Key(forms[table], i, family, key) for i, key in pairs if isinstance(key, str) and key)
    return found


def known_keys(connection: Connection, ids: Sequence[str], practice: bool) -> dict[str, set[str]]:
    """The keys that these submissions had when they were last checked, by family."""
    c = check_keys.c
    query = select(c.family, c.group_key).where(
        bulk.one_of(connection, c.submission_id, ids), c.practice.is_(practice)
    )
    found: dict[str, set[str]] = defaultdict(set)
    for family, key in connection.execute(query.distinct()):
        found[family].add(key)
    return found


def members(connection: Connection, family: str, keys: Collection[str], practice: bool) -> set[str]:
    """Submissions that had rows in these groups when they were last checked."""
    c = check_keys.c
    query = select(c.submission_id).where(
        c.family == family, bulk.one_of(connection, c.group_key, sorted(keys)), c.practice.is_(practice)
    )
    return set(connection.execute(query.distinct()).scalars())


def check_group(checks: Checks, data: Data, family: str, keys: Collection[str] | None) -> Grouped:
    """What the family's rules say of these groups (None: of all), all rows of which are in `data`."""
    missing = next((name for name in checks.book.families[family].reads if not _has(data, name)), "")
    if missing:  # nobody can be grouped: a rule must not look at rows without their keys
        return Grouped((), {rule.id: missing for rule in checks.rules(family)})
    checked = check_family(checks.book, checks.entries, data, family, keys)
    return Grouped(checked.found, checked.not_checked)


def _has(data: Data, name: str) -> bool:
    table, _, column = name.partition(".")
    return data.has(table, column)


def replace_group(
    connection: Connection,
    family: str,
    practice: bool,
    keys: Collection[str] | None,
    found: Sequence[Found],
    forms: Mapping[str, str],
) -> None:
    """Put the findings of these groups (None: of the whole family) in the place of what is there."""
    c = findings.c
    if keys is None:
        mine = (c.family == family, c.kind == CHECK, c.practice.is_(practice))
        connection.execute(findings.delete().where(*mine))
    else:
        among: dict[str, Any] = {"family": [family], "kind": [CHECK], "practice": [practice]}
        bulk.delete(connection, findings.name, "group_key", sorted(keys), **among)
    insert_checked(connection, forms, found)


def insert_keys(connection: Connection, keys: Collection[Key], practice: bool) -> None:
    """Keep the groups of submissions; what they had before was taken away by the caller."""
    rows: Iterator[tuple[Any, ...]] = ((*key, int(practice)) for key in keys)
    bulk.insert(connection, check_keys.name, (*Key._fields, "practice"), rows)
