"""Another day: the rules that look at it are checked over everything, and nothing else is.

The keys of groups and what other rules found stay as they are; what is due is checked afterwards. Every step is a
transaction; killed in between, the day is not noted and the next check begins it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func

from processor.database import reading, writing
from processor.store import bulk
from processor.store.check_everything import NOT_PRACTICE, parts
from processor.store.check_groups import Grouped, check_group, families, read_keys, wanted_columns
from processor.store.check_measured import look_at_all
from processor.store.check_measures import read_measures
from processor.store.check_state import note_day
from processor.store.finding_rows import replace_checked, untold
from processor.store.tables import findings
from processor.survey.checks.run import Checked, check_own

if TYPE_CHECKING:
    from processor.store.checking import Run
    from processor.store.open import Registered
    from processor.survey.checks.data import Data


def check_day(run: Run) -> None:
    """Make what the rules that look at the day find anew, and note the day."""
    dated = replace(run, checks=run.checks.dated(), not_checked={})
    for practice in NOT_PRACTICE:
        if dated.checks.rules(""):
            for form in run.forms:
                for ids in parts(run, form, practice):
                    _check_part(dated, form, ids, practice)
        for family in families(dated.checks):
            _check_family(dated, family, practice)
    with writing(run.store.engine) as connection:
        run.lease.renew(connection)
        note_day(connection, run.day, _ids(dated), dated.not_checked)
    run.found = dated.found
    run.not_checked.update(dated.not_checked)


def _check_part(run: Run, form: Registered, ids: Sequence[str], practice: bool) -> None:
    form_id = form.plans[0].form_id
    with reading(run.store.engine) as connection:
        data = run.data(connection, wanted_columns(run.checks, ""), practice, ids, form_id)
    checked = check_own(run.checks.book, run.checks.entries, data)
    with writing(run.store.engine) as connection:
        run.lease.renew(connection)
        c, found = findings.c, untold(connection, checked.found, run.checks.book.missing)
        among = bulk.one_of(connection, c.submission_id, ids)
        mine = (func.length(c.family) == 0, c.form_id == form_id, c.rule.in_(_known(run, checked)))
        replace_checked(connection, run.tables, found, *mine, among)
    run.note(checked)


def _check_family(run: Run, family: str, practice: bool) -> None:
    with reading(run.store.engine) as connection:
        if run.checks.book.families[family].measures:
            kept = read_measures(connection, [family], practice)[family]
            grouped = look_at_all(run, family, kept, practice)
        else:
            data = run.data(connection, wanted_columns(run.checks, family), practice, None)
            grouped = _look(run, data, family, practice)
    with writing(run.store.engine) as connection:
        run.lease.renew(connection)
        _replace(connection, run, family, practice, grouped)
    run.note(grouped)


def _look(run: Run, data: Data, family: str, practice: bool) -> Grouped:
    """As a check of everything does: of the survey all groups are asked for, of practice its own."""
    if not practice:
        return check_group(run.checks, data, family, None)
    keys = read_keys(run.checks, data, family, run.tables) or {}
    asked = {key for pairs in keys.values() for key in pairs["group_key"]}
    return check_group(run.checks, data, family, asked) if asked else Grouped(())


def _replace(connection: Connection, run: Run, family: str, practice: bool, grouped: Grouped) -> None:
    c = findings.c
    mine = (c.family == family, c.practice.is_(practice), c.rule.in_(_known(run, grouped)))
    replace_checked(connection, run.tables, grouped.found, *mine)


def _known(run: Run, looked: Checked | Grouped) -> list[str]:
    """The rules that look at the day but those that raised: these keep what they had found."""
    return [rule for rule in _ids(run) if rule not in looked.broken]


def _ids(run: Run) -> list[str]:
    return sorted(run.checks.entries)
