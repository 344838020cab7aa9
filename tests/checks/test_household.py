"""Rules of the visit: each with records that pass, that fail, at the boundary, and with an empty cell."""

from __future__ import annotations

from pathlib import Path

import pytest

from processor.survey.checks.data import Data
from processor.survey.checks.nghe_an import BOOK
from processor.survey.checks.reference import Reference
from processor.survey.checks.run import check_own
from tests.checks.make import data, entries, fired, reference, run
from tests.checks.say import carries, values
from tests.conftest import ROOT

VINH = {"district_code": "412", "commune_code": "16663"}


def beside(tmp_path: Path, name: str, text: str) -> Reference:
    """The project's code tables and one more."""
    (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return Reference(ROOT / "config" / "codes", tmp_path)


def test_r_v01__commune_of_another_district__found_on_both_forms() -> None:
    wrong = {"district_code": "413", "commune_code": "16663"}
    tables = data(c=[VINH, wrong], c1=[VINH, wrong])
    assert fired("R-V01", tables) == ["c:1", "c1:1"]
    assert carries("R-V01", tables, "16663", "413", "412")


def test_r_v01__commune_not_on_the_list__found_without_a_district() -> None:
    tables = data(c=[{"district_code": "412", "commune_code": "99999"}])
    assert values("R-V01", tables) == [{"commune": "99999", "district": "412", "belongs": None}]


def test_r_v01__a_cell_is_empty__skipped() -> None:
    assert fired("R-V01", data(c=[{"commune_code": "16663"}, {"district_code": "412"}])) == []


def test_r_v02__no_list_of_villages__not_checked() -> None:
    tables = data(c=[{**VINH, "village_code": "001"}])
    checked = check_own(BOOK, {"R-V02": entries()["R-V02"]}, tables)
    assert checked.not_checked == {"R-V02": "villages.csv"} and not checked.found


def test_r_v02__village_of_another_commune__found(tmp_path: Path) -> None:
    refer = beside(tmp_path, "villages", "commune_code,village_code\n16663,001\n16666,002\n")
    rows = [{**VINH, "village_code": code} for code in ("001", "002", None)]
    tables = data(c=rows, refer=refer)
    assert fired("R-V02", tables) == ["c:1"]
    assert carries("R-V02", tables, "002", "16663")


@pytest.mark.parametrize(
    ("area", "commune", "outcome"),
    [
        ("1", "16663", []),  # ward
        ("2", "16663", ["c:0"]),
        ("2", "16708", []),  # rural commune
        ("1", "16708", ["c:0"]),
        ("2", "16681", ["c:0"]),  # ward
        (None, "16663", []),
        ("1", None, []),
        ("1", "99999", []),
    ],
)
def test_r_v03__area_and_kind_of_commune__found_when_they_differ(
    area: str | None, commune: str | None, outcome: list[str]
) -> None:
    assert fired("R-V03", data(c=[{"area_type": area, "commune_code": commune}])) == outcome


def test_r_v03__message__names_area_and_commune() -> None:
    assert carries("R-V03", data(c=[{"area_type": "2", "commune_code": "16663"}]), "2", "16663")


@pytest.mark.parametrize(
    ("day", "received", "outcome"),
    [
        ("2016-02-23", "2016-07-01T00:00:00+00:00", 0),
        ("2016-02-22", "2016-07-01T00:00:00+00:00", 2),
        ("2016-06-30", "2016-07-01T00:00:00+00:00", 0),
        ("2016-07-01", "2016-07-01T00:00:00+00:00", 2),
        # 18:00 UTC is the next day in Vietnam.
        ("2016-03-11", "2016-03-10T18:00:00+00:00", 0),
        ("2016-03-11", "2016-03-10T16:00:00+00:00", 2),
        (None, "2016-03-10T16:00:00+00:00", 0),
    ],
)
def test_r_v04__day_of_the_interview__within_the_campaign_and_not_after_receipt(
    day: str | None, received: str, outcome: int
) -> None:
    row = {"interview_date": day, "_received_at": received}
    assert len(fired("R-V04", data(c=[row], c1=[row]))) == outcome


def test_r_v04__message__carries_the_days() -> None:
    tables = data(c=[{"interview_date": "2016-01-05"}])
    assert carries("R-V04", tables, "2016-01-05", "2016-02-23", "2016-06-30", "2016-03-10")


def test_r_v05__officer_of_another_commune__found_on_both_forms() -> None:
    rows = [{**VINH, "officer_code": code} for code in ("16663-01", "16666-01", None)]
    tables = data(c=rows, c1=rows)
    assert fired("R-V05", tables) == ["c:1", "c1:1"]
    assert carries("R-V05", tables, "16666-01", "16663")


def test_r_v05__no_list_of_officers__the_message_says_that_it_was_not_looked_at() -> None:
    tables = data(c=[{**VINH, "officer_code": "16666-01"}])
    assert values("R-V05", tables)[0]["listed"] is None
    assert "officers.csv" in entries()["R-V05"].condition


def test_r_v05__list_of_officers__who_is_not_on_it_is_found(tmp_path: Path) -> None:
    refer = beside(tmp_path, "officers", "code,name,area\n16663-01,Trần Văn A,16663\n")
    rows = [{**VINH, "officer_code": code} for code in ("16663-01", "16663-02", None)]
    tables = data(c=rows, refer=refer)
    assert fired("R-V05", tables) == ["c:1"]
    assert values("R-V05", tables)[0]["listed"] == 0


@pytest.mark.parametrize(
    ("gps", "outcome"),
    [
        ("18.67 105.69 5 100", []),
        ("18.67 105.69 5 100.5", ["c:0"]),
        ("18.49 105.69 5 10", ["c:0"]),
        ("20.11 104.5 5 10", ["c:0"]),
        ("18.67 103.7 5 10", ["c:0"]),
        ("18.67 106.0 5 10", ["c:0"]),
        (None, ["c:0"]),
    ],
)
def test_r_v06__coordinates__found_when_missing_coarse_or_outside(
    gps: str | None, outcome: list[str]
) -> None:
    parts = dict(
        zip(("gps_lat", "gps_lon", "gps_alt", "gps_acc"), map(float, (gps or "").split()), strict=False)
    )
    tables = data(c=[{"gps": gps, **parts}])
    assert fired("R-V06", tables) == outcome
    assert not outcome or carries("R-V06", tables, "100")


@pytest.mark.parametrize(
    ("end", "result", "outcome"),
    [
        ("08:05:00", "1", []),
        ("08:04:59", "1", ["c:0"]),
        ("08:04:59", "3", []),
        ("11:00:00", "1", []),
        ("11:00:01", "1", ["c:0"]),
        ("11:00:01", "3", ["c:0"]),
        (None, "1", []),
    ],
)
def test_r_v07__length_of_the_interview__found_outside_the_limits(
    end: str | None, result: str, outcome: list[str]
) -> None:
    times = {"start": "2016-03-10T08:00:00+07:00", "end": end and f"2016-03-10T{end}+07:00"}
    tables = data(c=[{**times, "result": result}])
    assert fired("R-V07", tables) == outcome
    assert not outcome or carries("R-V07", tables, "5", "180")


@pytest.mark.parametrize(
    ("start", "outcome"),
    [
        # 17:30 UTC is the 7th in Vietnam, three days before.
        ("2016-03-06T17:30:00+00:00", []),
        ("2016-03-06T16:30:00+00:00", ["c:0"]),
        ("2016-03-13T08:00:00+07:00", []),
        ("2016-03-14T08:00:00+07:00", ["c:0"]),
        (None, []),
    ],
)
def test_r_v08__day_of_the_phone__found_when_more_than_three_days_apart(
    start: str | None, outcome: list[str]
) -> None:
    tables = data(c=[{"start": start, "interview_date": "2016-03-10"}])
    assert fired("R-V08", tables) == outcome
    assert not outcome or carries("R-V08", tables, "2016-03-10", "4")


def respondent(rel: str | None, name: str | None, year: int | None = 1980) -> Data:
    """A household whose second member is VÕ THỊ LÀNH, with this respondent."""
    members = [
        {"m_name": "TRẦN VĂN BA", "m_birth_year": 1975, "m_birth_month": 1, "m_birth_day": 1},
        {"m_name": "VÕ THỊ LÀNH", "m_birth_year": year, "m_birth_month": 3, "m_birth_day": 10},
    ]
    said = {"respondent_rel": rel, "respondent_name": name, "interview_date": "2016-03-10"}
    # Another household with the name that is asked for.
    others = [{"of": 1, "m_name": "HỒ VĂN TƯ", "m_birth_year": 1960}]
    return data(c=[said, {"interview_date": "2016-03-10"}], c_members=[*members, *others])


@pytest.mark.parametrize(
    ("rel", "name", "year", "outcome"),
    [
        ("2", "Vo Thi Lanh", 1980, []),
        ("3", "VÕ THỊ LÀNH", 2001, []),
        ("3", "VÕ THỊ LÀNH", 2002, ["c:0"]),
        ("3", "VÕ THỊ LÀNH", None, []),
        ("3", "HỒ VĂN TƯ", 1980, ["c:0"]),
        ("2", "LÊ THỊ HOA", 1980, ["c:0"]),
        ("4", "LÊ THỊ HOA", 1980, []),
        ("2", None, 1980, []),
        (None, "LÊ THỊ HOA", 1980, []),
    ],
)
def test_r_v42__respondent__is_an_adult_of_the_roster(
    rel: str | None, name: str | None, year: int | None, outcome: list[str]
) -> None:
    tables = respondent(rel, name, year)
    assert fired("R-V42", tables) == outcome
    assert not outcome or carries("R-V42", tables, str(name), "15")


def test_r_v12__roster_of_another_size__found_with_both_numbers() -> None:
    tables = data(c=[{"hh_size": 2}, {"hh_size": 1}, {}], c_members=[{"of": 0}, {"of": 1}, {"of": 2}])
    assert fired("R-V12", tables) == ["c:0"]
    assert run("R-V12", tables)[0].values == '{"counted": 1, "said": 2}'
    assert carries("R-V12", tables, "1", "2")


def test_own_reference__tables_of_the_rules__are_there() -> None:
    names = ("admin_units_nghe_an_2016", "poverty_lines", "poverty_indicators", "beneficiary_categories")
    assert all(reference().rows(name) for name in names)
