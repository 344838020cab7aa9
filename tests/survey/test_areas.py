"""Administrative units over time: both sets, the crosswalk with its marks, tables that keep their totals."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processor.errors import ConfigError, ContractError
from processor.survey.areas import NOWHERE, Areas, read_areas
from processor.survey.regroup import HEAD, regroup
from tests.conftest import ROOT

CODES = ROOT / "config" / "codes"
AREAS = read_areas(CODES)
CROSSWALK = "admin_units_nghe_an_2016_to_2025.csv"


def rows(name: str) -> list[dict[str, str]]:
    with (CODES / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


# --- the units


def test_units__counts_of_both_years__as_the_lists_have() -> None:
    kinds = Counter(unit.kind for unit in AREAS.units[2016].values())
    assert (kinds["xa"], kinds["phuong"], kinds["thi_tran"]) == (431, 32, 17)
    assert len(AREAS.below("40", 2016)) == 21 and len(AREAS.below("40", 2025)) == 130


def test_above__commune__district_and_province() -> None:
    assert [unit.name for unit in AREAS.above("16663", 2016)] == [
        "Phường Đông Vĩnh",
        "Thành phố Vinh",
        "Nghệ An",
    ]
    assert [unit.code for unit in AREAS.above("16681", 2025)] == ["16681", "40"]
    assert AREAS.above("99999", 2016) == ()


def test_below__every_commune__in_exactly_one_district() -> None:
    found = [u.code for district in AREAS.below("40", 2016) for u in AREAS.below(district.code, 2016)]
    assert sorted(found) == sorted(row["commune_code"] for row in rows("admin_units_nghe_an_2016.csv"))


@pytest.mark.parametrize(
    ("code", "last"),
    [
        ("16663", date(2025, 6, 30)),
        ("16762", date(2020, 1, 31)),  # merged in February 2020
        ("16684", date(2024, 11, 30)),  # merged in December 2024
        ("412", date(2025, 6, 30)),
        ("413", date(2024, 11, 30)),  # Cửa Lò went into Vinh
    ],
)
def test_valid_to__unit_of_2016__its_last_day(code: str, last: date) -> None:
    assert AREAS.units[2016][code].valid_to == last


def test_valid_from__unit_of_2025__the_first_day_of_two_levels() -> None:
    assert {u.valid_from for u in AREAS.below("40", 2025)} == {date(2025, 7, 1)}
    assert {u.valid_to for u in AREAS.units[2025].values()} == {None}


# --- the crosswalk


def test_crosswalk__every_commune_of_2016__exactly_once() -> None:
    codes = [row["commune_code"] for row in rows("admin_units_nghe_an_2016.csv")]
    assert sorted(AREAS.crosswalk) == sorted(codes) and len(set(codes)) == len(codes) == 480


def test_marks__as_the_sources_say__412_whole_7_sourced_50_proposals_11_unresolved() -> None:
    marks = AREAS.marks()
    assert (marks["whole"], marks["via_successor:sourced"], marks["unresolved"]) == (412, 7, 11)
    assert sum(mapped.proposed for mapped in AREAS.crosswalk.values()) == 50
    assert marks.total() == 480


def test_to_2025__whole_proposed_unresolved_unknown__shown_as_such() -> None:
    whole, sourced, proposed = (AREAS.to_2025(code) for code in ("16663", "16762", "16918"))
    assert (whole.code, whole.name, whole.mark) == ("16681", "Phường Thành Vinh", "whole")
    assert sourced.mark == "via_successor:sourced" and not sourced.proposed
    assert proposed.mark == "via_successor:name_combination" and proposed.proposed
    assert (AREAS.to_2025("16684").code, AREAS.to_2025("16684").mark) == (None, "unresolved")
    assert AREAS.to_2025("99999") is AREAS.to_2025(None) is NOWHERE


def test_disputed__two_codes_that_two_lists_write_differently__told_and_not_changed() -> None:
    assert AREAS.disputed == {"17011": "16994", "17170": "17152"}
    targets = {mapped.code for mapped in AREAS.crosswalk.values()} - {None}
    assert targets - set(AREAS.units[2025]) == set(AREAS.disputed)


# --- tables that do not fit


def copy(folder: Path) -> Path:
    for name in (
        CROSSWALK,
        "admin_units_nghe_an_2016.csv",
        "districts_nghe_an_2016.csv",
        "communes_2025_nghe_an.csv",
    ):
        shutil.copy(CODES / name, folder / name)
    return folder


def test_read__table_missing_or_without_a_column__named(tmp_path: Path) -> None:
    (copy(tmp_path) / "communes_2025_nghe_an.csv").write_text("code\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="communes_2025_nghe_an.csv.*no column province_code"):
        read_areas(tmp_path)
    (tmp_path / "communes_2025_nghe_an.csv").unlink()
    with pytest.raises(ConfigError, match="no such file"):
        read_areas(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("\n16666,", "\n16663,", "16666"),
        ("16681,Phường Thành Vinh,whole", ",,whole", "mapping 'whole'"),
        (",,unresolved,,", "16681,Phường Thành Vinh,unresolved,,", "mapping 'unresolved'"),
        ("via_successor,16763,sourced", "via_successor,16763,", "mapping 'via_successor'"),
        (",whole,,", ",guessed,,", "mapping 'guessed'"),
    ],
)
def test_read__crosswalk_that_does_not_hold__refused(tmp_path: Path, old: str, new: str, told: str) -> None:
    path = copy(tmp_path) / CROSSWALK
    text = path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=told):
        read_areas(tmp_path)


def test_read__commune_that_stands_twice_in_the_crosswalk__refused(tmp_path: Path) -> None:
    path = copy(tmp_path) / CROSSWALK
    text = path.read_text(encoding="utf-8-sig").strip()
    path.write_text(f"{text}\n{text.splitlines()[-1]}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="exactly once"):
        read_areas(tmp_path)


# --- tables in units of either year


def table(codes: list[str | None]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "commune": pd.Series(codes, dtype=object),
            "people": range(1, len(codes) + 1),
            "vnd": [270_000.0] * len(codes),
        }
    )


ANY = st.lists(
    st.one_of(st.sampled_from(sorted(AREAS.crosswalk)), st.sampled_from([None, "99999", "40", "412"]))
)


@settings(deadline=None)
@given(ANY, st.sampled_from([2016, 2025]))
def test_regroup__any_rows__totals_conserved_and_every_code_in_one_row(
    codes: list[str | None], year: int
) -> None:
    frame, found = table(codes), regroup(AREAS, table(codes), "commune", year)
    assert found["people"].sum() == frame["people"].sum() and found["vnd"].sum() == frame["vnd"].sum()
    named = Counter(code for cell in found["of_2016"] for code in cell.split())
    assert named == Counter(set(codes) - {None})


@settings(deadline=None)
@given(ANY)
def test_regroup__any_rows__nothing_in_a_unit_without_its_mark(codes: list[str | None]) -> None:
    for row in regroup(AREAS, table(codes), "commune", 2025).itertuples():
        for code in row.of_2016.split() or [None]:
            mapped = AREAS.to_2025(code)
            assert (row.area, row.area_mark) == (mapped.code, mapped.mark)


def test_regroup__whole_proposed_and_unresolved__rows_of_their_own() -> None:
    found = regroup(AREAS, table(["16663", "16669", "16684", "16687", "99999", None]), "commune", 2025)
    assert list(found.columns) == [*HEAD, "people", "vnd"]
    told = found.sort_values("of_2016")[["of_2016", "area", "area_name", "area_mark", "people"]]
    assert told.to_numpy(dtype=object).tolist() == [
        ["", None, None, "unknown", 6],
        ["16663 16669", "16681", "Phường Thành Vinh", "whole", 3],
        ["16684", None, "Phường Đội Cung", "unresolved", 3],
        ["16687", None, "Phường Lê Mao", "unresolved", 4],
        ["99999", None, None, "unknown", 5],
    ]


def test_regroup__certain_and_proposed_of_one_unit__two_rows() -> None:
    found = regroup(AREAS, table(["16876", "16918"]), "commune", 2025)
    assert found["area"].tolist() == ["16876", "16876"]
    assert found["area_mark"].tolist() == ["via_successor:name_combination", "whole"]


def test_regroup__empty_cells__stay_empty_and_zero_is_not_made_up() -> None:
    frame = pd.DataFrame({"commune": ["16663", "16669", "16666"], "people": [None, None, 1.0]})
    found = regroup(AREAS, frame, "commune", 2025).set_index("area")["people"]
    assert pd.isna(found["16681"]) and found["16702"] == 1


def test_regroup__2016__the_communes_themselves_by_name() -> None:
    found = regroup(AREAS, table(["16663", "16663", "16684"]), "commune", 2016)
    assert found[["area", "area_name", "area_mark", "people"]].values.tolist() == [
        ["16663", "Phường Đông Vĩnh", "whole", 3],
        ["16684", "Phường Đội Cung", "whole", 3],
    ]


@pytest.mark.parametrize(
    ("frame", "column", "year", "told"),
    [
        (table(["16663"]), "commune", 2020, "2016 or 2025"),
        (table(["16663"]), "xa", 2025, "a column xa"),
        (table(["16663"]).assign(name="x"), "commune", 2025, "numbers in column name"),
        (table(["16663"]).assign(poor=True), "commune", 2025, "numbers in column poor"),
        (table(["16663"]).assign(area=1), "commune", 2025, "columns of other names"),
    ],
)
def test_regroup__what_cannot_be_summed__refused(
    frame: pd.DataFrame, column: str, year: int, told: str
) -> None:
    with pytest.raises(ContractError, match=told):
        regroup(AREAS, frame, column, year)


def test_regroup__does_not_change_what_it_was_given() -> None:
    frame = table(["16663", None])
    before = frame.copy()
    regroup(AREAS, frame, "commune", 2025)
    pd.testing.assert_frame_equal(frame, before)


def test_areas__is_made_of_the_tables_alone() -> None:
    assert isinstance(AREAS, Areas) and read_areas(CODES) == AREAS
