"""Large groups, looked at by what is kept of their submissions (`check_measures.py`), not by their tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from processor.database import writing
from processor.store.check_groups import Grouped, check_group, replace_group
from processor.store.check_measures import SUBMISSION, Frames, marks_of, replace_measures
from processor.survey.checks.keyhash import all_hashed
from processor.survey.checks.measures import Measured, measured, nothing
from processor.survey.checks.run import reported

if TYPE_CHECKING:
    from processor.store.checking import Run
    from processor.survey.checks.data import Data

Keys = Mapping[str, pd.Series]


@dataclass(frozen=True)
class Looked:
    """What came of the groups of one family that some submissions were in before or are in now."""

    frames: Frames | None
    """What is to be kept of these submissions; None when that raised: all stays as it was."""
    groups: Collection[str] = ()
    grouped: Grouped = field(default_factory=lambda: Grouped(()))


def measures_of(run: Run, family: str, data: Data) -> dict[str, pd.DataFrame]:
    """What is kept for a family of the submissions at hand; raises whatever a survey's rules raise."""
    entry = run.checks.book.families[family]
    made = measured(entry, data)
    return {table: _kept(made.frame(table), [m.name for m in entry.measures]) for table in made.tables}


def _kept(frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    mine = frame[[name for name in frame.columns if name in names]]
    return mine.assign(**{SUBMISSION: marks_of(frame["submission_id"].tolist())})


def as_data(run: Run, family: str, frames: Frames, practice: bool) -> Measured:
    """What is kept as keys and rules see it; a table of which nothing is kept is empty."""
    empty = nothing(run.checks.book.families[family])
    made = {table: _completed(frames.get(table, empty[table]), practice) for table in empty}
    return Measured(made, run.columns, run.checks.reference, now=run.now, secret=run.secret)


def _completed(frame: pd.DataFrame, practice: bool) -> pd.DataFrame:
    """Findings about units name no submission: most families keep no ids."""
    common = {"submission_id": "", "_practice": int(practice)}
    return frame.assign(**{name: value for name, value in common.items() if name not in frame})


def look(run: Run, family: str, kept: Frames, touched: Data, ids: Sequence[str], practice: bool) -> Looked:
    """What is to be kept of the touched submissions, and what their groups say, old and new."""
    try:
        new = measures_of(run, family, touched)
        every = {
            t: pd.concat([f[t] for f in (kept, new) if t in f], ignore_index=True) for t in {**kept, **new}
        }
        keys = _keys(run, family, every, practice)
    except Exception as error:  # noqa: BLE001 - whatever a survey's rules raise
        return Looked(None, (), raised(run, family, error))
    marks = marks_of(ids)
    mine = {table: np.isin(frame[SUBMISSION].to_numpy(), marks) for table, frame in every.items()}
    affected = {key for table, where in mine.items() for key in keys[table][where].dropna()}
    past = {
        table: where & (np.arange(len(where)) < len(kept.get(table, ()))) for table, where in mine.items()
    }
    now = {
        t: f[keys[t].isin(affected).to_numpy() & ~past[t]].reset_index(drop=True) for t, f in every.items()
    }
    groups = hashes(run, family, affected)
    if not groups:
        return Looked(new)
    return Looked(new, groups, check_group(run.checks, as_data(run, family, now, practice), family, groups))


def raised(run: Run, family: str, error: Exception) -> Grouped:
    """No rule of the family could be looked at."""
    what = reported(f"measures of {family}", error)
    return Grouped((), {}, {rule.id: what for rule in run.checks.rules(family)})


def _keys(run: Run, family: str, frames: Frames, practice: bool) -> Keys:
    return run.checks.book.families[family].keys(as_data(run, family, frames, practice)) if frames else {}


def hashes(run: Run, family: str, keys: Collection[str]) -> set[str]:
    """The keys as findings carry them."""
    return set(all_hashed(family, sorted(keys), run.secret)) - {None}


def look_at_all(run: Run, family: str, frames: Frames, practice: bool) -> Grouped:
    """As a check of everything does: of the survey all groups are asked for, of practice its own.

    A unit of the survey from which nothing came has no key; of practice it would be found in error."""
    data = as_data(run, family, frames, practice)
    if not practice:
        return check_group(run.checks, data, family, None)
    try:
        keys = {key for column in _keys(run, family, frames, practice).values() for key in column.dropna()}
    except Exception as error:  # noqa: BLE001 - whatever a survey's rules raise
        return raised(run, family, error)
    return check_group(run.checks, data, family, hashes(run, family, keys)) if keys else Grouped(())


class Collected:
    """What is to be kept of all submissions of survey or of practice, made part by part."""

    def __init__(self, run: Run, families: Sequence[str], practice: bool) -> None:
        self._run = run
        self._practice = practice
        self._parts: dict[str, list[Frames]] = {family: [] for family in families}
        self._broken: dict[str, Grouped] = {}

    def add(self, data: Data) -> None:
        """The submissions of a part."""
        for family, parts in self._parts.items():
            try:
                parts.append(measures_of(self._run, family, data))
            except Exception as error:  # noqa: BLE001 - whatever a survey's rules raise
                self._broken[family] = raised(self._run, family, error)

    def check(self) -> None:
        """One family after the other: look at all groups, write what they say and what is kept."""
        for family in self._parts:
            frames = _joined(self._parts[family])
            broken = self._broken.get(family)
            grouped = broken or look_at_all(self._run, family, frames, self._practice)
            self._run.note(grouped)
            with writing(self._run.store.engine) as connection:
                self._run.lease.renew(connection)
                replace_group(connection, family, self._practice, None, grouped, self._run.tables)
                if broken is None:
                    replace_measures(connection, family, self._practice, frames)


def _joined(parts: Sequence[Frames]) -> dict[str, pd.DataFrame]:
    tables = dict.fromkeys(table for frames in parts for table in frames)
    return {t: pd.concat([f[t] for f in parts if t in f], ignore_index=True) for t in tables}
