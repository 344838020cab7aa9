"""A table by commune of 2016 given in units of 2016 or of 2025, with totals conserved; pure."""

from __future__ import annotations

import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from processor.errors import ContractError, Message
from processor.survey.areas import UNKNOWN, WHOLE, YEARS, Areas, Mapped

_OWN = "_own"
HEAD = ("area", "area_name", "area_mark", "of_2016")


def regroup(areas: Areas, frame: pd.DataFrame, column: str, year: int) -> pd.DataFrame:
    """Sums of the other columns by unit of that year; `column` holds commune codes of 2016.

    A unit has one row for what is certain and one for every kind of proposal; a commune that leads nowhere keeps
    a row of its own, and so does what is no commune of 2016: no unit gets what nobody knows to be its own, and
    nothing is lost. `of_2016` names the codes a row is made of. ContractError for a column that cannot be summed.
    """
    _check(frame, column, year)
    numbers = [name for name in frame.columns if name != column]
    if clash := sorted({str(name) for name in numbers} & {*HEAD, _OWN}):
        raise ContractError(Message.REGROUP, expected="columns of other names", found=", ".join(clash))
    codes = [None if pd.isna(code) else str(code) for code in frame[column].tolist()]
    units = {code: _unit(areas, code, year) for code in set(codes)}
    keyed = frame[numbers].assign(
        **{name: [units[code][place] for code in codes] for place, name in enumerate(HEAD[:3])},
        of_2016=[code or "" for code in codes],
    )
    # What has no unit is told apart by its own code.
    keyed[_OWN] = keyed["of_2016"].where(keyed["area"].isna(), "")
    keys = [*HEAD[:3], _OWN]
    groups = keyed.groupby(keys, dropna=False, sort=True)
    sums = groups[numbers].sum(min_count=1)
    sums["of_2016"] = groups["of_2016"].agg(lambda found: " ".join(sorted(set(found) - {""})))
    found = sums.reset_index()
    for name in HEAD[:2]:
        found[name] = found[name].astype(object).where(found[name].notna(), None)
    return found[[*HEAD, *numbers]]


def _unit(areas: Areas, code: str | None, year: int) -> tuple[str | None, str | None, str]:
    known = areas.crosswalk.get(code or "")
    unit = areas.units[2016].get(code or "") if known else None
    if known is None or unit is None:
        return None, None, UNKNOWN
    if year == 2016:
        return code, unit.name, WHOLE
    return _later(known, unit.name)


def _later(mapped: Mapped, name: str) -> tuple[str | None, str | None, str]:
    """An unresolved commune shows under its old name, without a code of 2025."""
    return mapped.code, mapped.name if mapped.code else name, mapped.mark


def _check(frame: pd.DataFrame, column: str, year: int) -> None:
    if year not in YEARS:
        raise ContractError(Message.REGROUP, expected=" or ".join(map(str, YEARS)), found=year)
    if column not in frame.columns:
        raise ContractError(
            Message.REGROUP, expected=f"a column {column}", found=", ".join(map(str, frame.columns))
        )
    for name in frame.columns:
        if name != column and (not is_numeric_dtype(frame[name]) or is_bool_dtype(frame[name])):
            expected = f"numbers in column {name}"
            raise ContractError(Message.REGROUP, expected=expected, found=str(frame[name].dtype))
