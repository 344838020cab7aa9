"""Rules of the field work: officers and their days, the payment roll; each with units that pass and that fail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from processor.survey.checks.data import Data
from processor.survey.checks.keyhash import hashed
from processor.survey.checks.nghe_an import BOOK
from processor.survey.checks.reference import Reference
from processor.survey.checks.run import check_family
from tests.checks.make import data, entries, fired, run
from tests.checks.say import carries, messages, values
from tests.conftest import ROOT

ONE, TWO = "16663-01", "16663-02"
Row = dict[str, Any]


def forms(number: int, officer: str | None = ONE, **answers: Any) -> list[Row]:
    return [{"officer_code": officer, **answers} for _ in range(number)]


# --- days and minutes


@pytest.mark.parametrize(("number", "found"), [(15, 0), (16, 1)])
def test_r_o01__more_than_15_forms_of_a_day__that_day_found(number: int, found: int) -> None:
    tables = data(c=[*forms(number, interview_date="2016-03-10"), *forms(15, interview_date="2016-03-11")])
    assert fired("R-O01", tables) == [f"officer_day:{ONE} 2016-03-10"] * found
    if found:
        (hit,) = run("R-O01", tables)
        assert (hit.area, hit.submission_id, hit.table_name) == ("16663", "", "")
        assert hit.group_key == hashed("officer_day", f"{ONE} 2016-03-10")
        assert carries("R-O01", tables, "16", "2016-03-10", "15")


def test_r_o01__two_officers_or_no_day_or_no_code__passes() -> None:
    day = {"interview_date": "2016-03-10"}
    assert not fired("R-O01", data(c=[*forms(9, ONE, **day), *forms(9, TWO, **day)]))
    assert not fired("R-O01", data(c=forms(16, interview_date=None)))
    assert not fired("R-O01", data(c=forms(16, None, **day)))


def lasting(*minutes: int, officer: str | None = ONE) -> list[Row]:
    start = "2016-03-10T02:00:00.000000+00:00"
    ends = [f"2016-03-10T{2 + m // 60:02d}:{m % 60:02d}:00.000000+00:00" for m in minutes]
    return [{"officer_code": officer, "start": start, "end": end} for end in ends]


@pytest.mark.parametrize(
    ("minutes", "found"),
    [([7] * 10, 1), ([8] * 10, 0), ([7] * 9, 0), ([1] * 5 + [60] * 5, 0), ([7] * 6 + [60] * 4, 1)],
)
def test_r_o02__median_below_8_over_10_forms__found(minutes: list[int], found: int) -> None:
    tables = data(c=lasting(*minutes))
    assert fired("R-O02", tables) == [f"officer:{ONE}"] * found
    if found:
        assert carries("R-O02", tables, "7", "10", "8")


def test_r_o02__unknown_and_impossible_times__are_not_counted() -> None:
    back = {"start": "2016-03-10T03:00:00.000000+00:00", "end": "2016-03-10T02:00:00.000000+00:00"}
    assert not fired("R-O02", data(c=[*lasting(*[7] * 9), *forms(1, start=None), *forms(1, **back)]))


# --- shares


def births(unknown: int, known: int) -> Data:
    year = {"m_birth_year": 1950}
    rows = [year | {"m_birth_month": 99}] * unknown + [year | {"m_birth_month": 5, "m_birth_day": 6}] * known
    return data(c=forms(1), c_members=[{"row_no": n, **row} for n, row in enumerate(rows, 1)])


@pytest.mark.parametrize(("unknown", "known", "found"), [(8, 12, 0), (9, 11, 1), (19, 0, 0), (20, 0, 1)])
def test_r_o03__more_than_40_percent_without_birth_day__found(unknown: int, known: int, found: int) -> None:
    tables = births(unknown, known)
    assert fired("R-O03", tables) == [f"officer:{ONE}"] * found
    if found:
        assert carries("R-O03", tables, str(round(100 * unknown / 20)), "20", "40")


def test_r_o03__no_birth_at_all__is_another_rules_matter() -> None:
    bare = [{"row_no": n} for n in range(30)]
    assert not fired("R-O03", data(c=forms(1), c_members=bare))


@pytest.mark.parametrize(("missing", "there", "found"), [(3, 7, 0), (4, 6, 1), (9, 0, 0)])
def test_r_o04__more_than_30_percent_without_place__found(missing: int, there: int, found: int) -> None:
    tables = data(c=[*forms(missing), *forms(there, gps="18.7 105.6 10 5")])
    assert fired("R-O04", tables) == [f"officer:{ONE}"] * found
    if found:
        assert carries("R-O04", tables, "40", "10", "30")


HOME = {"house_ownership": "1", "house_area": 40.5, "water_source": "2", "assets": "1 4", "uses_phone": "1"}


def homes(same: int, *others: Row) -> Data:
    return data(c=[*forms(same, **HOME), *(HOME | {"officer_code": ONE} | other for other in others)])


def test_r_o05__ten_of_eleven_or_all_ten__found_with_the_share() -> None:
    assert fired("R-O05", homes(10)) == [f"officer:{ONE}"] and carries("R-O05", homes(10), "100", "10", "90")
    assert values("R-O05", homes(10, {"assets": "1"})) == [{"homes": 11, "limit": 90, "percent": 91}]


def test_r_o05__nine_of_ten_or_few_or_nothing_answered__passes() -> None:
    assert not fired("R-O05", homes(9, {"house_area": 41.0}))
    assert not fired("R-O05", homes(9))
    assert not fired("R-O05", data(c=forms(20)))


# --- the payment roll


def roll(folder: Path, *lines: str, header: str = "commune_code,beneficiaries") -> Reference:
    (folder / "payment_roll.csv").write_text("\n".join([header, *lines, ""]), encoding="utf-8-sig")
    return Reference(ROOT / "config" / "codes", folder)


def collected(refer: Reference, sheets: Sequence[Row], day: str = "2016-07-01") -> Data:
    tables = data(refer=refer, c1=sheets)
    frames = {name: tables.frame(name) for name in tables.tables}
    return Data(frames, refer, now=datetime.fromisoformat(f"{day}T02:00:00+00:00"))


def of_commune(number: int, code: str = "16663") -> list[Row]:
    return [{"commune_code": code, "c1_key": f"{code}-{n}"} for n in range(number)]


@pytest.mark.parametrize(("number", "found"), [(19, 0), (18, 1)])
def test_r_o06__below_95_percent_of_the_roll__commune_found(tmp_path: Path, number: int, found: int) -> None:
    tables = collected(roll(tmp_path, "16663,20"), of_commune(number))
    assert fired("R-O06", tables) == ["commune:16663"] * found
    if found:
        assert run("R-O06", tables)[0].area == "16663" and carries("R-O06", tables, "18", "20", "95")


def test_r_o06__one_beneficiary_sent_twice__counts_once(tmp_path: Path) -> None:
    sheets = [*of_commune(18), *of_commune(18)]
    assert fired("R-O06", collected(roll(tmp_path, "16663,20"), sheets)) == ["commune:16663"]


def test_r_o06__commune_that_sent_nothing__found_when_all_are_asked_for(tmp_path: Path) -> None:
    tables = collected(roll(tmp_path, "16663,1", "16666,5", "16669,0"), of_commune(1))
    assert values("R-O06", tables) == [{"collected": 0, "limit": 95, "roll": 5}]
    known = {"R-O06": entries()["R-O06"]}
    only = {hashed("commune", "16663")}
    assert not check_family(BOOK, known, tables, "commune", only).found


def test_r_o06__before_closing_or_practice__nothing(tmp_path: Path) -> None:
    refer = roll(tmp_path, "16663,20")
    assert not fired("R-O06", collected(refer, of_commune(1), "2016-06-29"))
    assert fired("R-O06", collected(refer, of_commune(1), "2016-06-30"))
    assert not fired("R-O06", collected(refer, [row | {"_practice": 1} for row in of_commune(1)]))


def test_r_o06__no_roll_or_no_day__not_checked_and_told(tmp_path: Path) -> None:
    known = {"R-O06": entries()["R-O06"]}
    with_day = collected(Reference(ROOT / "config" / "codes"), of_commune(1))
    assert check_family(BOOK, known, with_day, "commune").not_checked == {"R-O06": "payment_roll.csv"}
    without = data(refer=roll(tmp_path, "16663,20"), c1=of_commune(1))
    assert check_family(BOOK, known, without, "commune").not_checked == {"R-O06": "now"}


@pytest.mark.parametrize(
    ("lines", "header", "told"),
    [
        (["99999,20"], "commune_code,beneficiaries", "line 2, column commune_code"),
        (["16663,20", "16663,21"], "commune_code,beneficiaries", "line 3, column commune_code"),
        (["16663,20.5"], "commune_code,beneficiaries", "line 2, column beneficiaries"),
        (["16663,-1"], "commune_code,beneficiaries", "line 2, column beneficiaries"),
        (["16663"], "commune_code,beneficiaries", "line 2, column beneficiaries"),
        (["16663,20"], "ma_xa,so_nguoi", "line 2, column commune_code"),
    ],
)
def test_r_o06__roll_that_cannot_be__refused_with_line_and_column(
    tmp_path: Path, lines: list[str], header: str, told: str
) -> None:
    tables = collected(roll(tmp_path, *lines, header=header), of_commune(1))
    assert told in check_family(BOOK, entries(), tables, "commune").broken["R-O06"]


def changed(rule: str, **parameters: Any) -> Mapping[str, Any]:
    return {rule: replace(entries()[rule], parameters=MappingProxyType(parameters))}


def test_r_o06__closing_day_that_is_none__refused(tmp_path: Path) -> None:
    tables = collected(roll(tmp_path, "16663,20"), of_commune(1))
    wrong = changed("R-O06", percent=95.0, closing="30/6/2016")
    assert "30/6/2016" in check_family(BOOK, wrong, tables, "commune").broken["R-O06"]


# --- the payment sheet


def sheets(state: str = "approved") -> Data:
    c = [{"officer_code": ONE, "hh_code": code, "_review_state": state} for code in ("A", "B", "B", None)]
    c += [{"officer_code": ONE, "hh_code": "D", "_review_state": "received"}]
    c1 = [{"officer_code": o, "c1_key": "A-01", "_review_state": state} for o in (ONE, ONE, TWO)]
    return data(c=c, c1=c1)


def test_r_o07__approved_forms__each_household_and_beneficiary_once() -> None:
    assert fired("R-O07", sheets()) == [f"officer:{ONE}", f"officer:{TWO}"]
    assert values("R-O07", sheets()) == [{"amount": None, "c": 2, "c1": 1}, {"amount": None, "c": 0, "c1": 1}]
    assert carries("R-O07", sheets(), "2", "1") and "–" in messages("R-O07", sheets())[0]


def test_r_o07__nothing_approved__nothing() -> None:
    assert not fired("R-O07", sheets("rejected"))


def test_r_o07__with_unit_prices__amount() -> None:
    known = changed("R-O07", price_c=20000.0, price_c1=15000.0)
    found = check_family(BOOK, known, sheets(), "officer").found
    assert '"amount": 55000' in found[0].values


def test_area__code_that_names_no_commune__whole_province_only() -> None:
    tables = data(c=forms(16, "ABC", interview_date="2016-03-10"))
    assert [f.area for f in run("R-O01", tables)] == [""]


def test_now__is_never_read_from_a_clock() -> None:
    late = datetime(2016, 6, 29, 17, 0, tzinfo=UTC)
    assert Data({}, now=late).today.isoformat() == "2016-06-30"
