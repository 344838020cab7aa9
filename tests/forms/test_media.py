"""The lists for the phone come from the code tables alone, and can be searched without accents."""

from __future__ import annotations

import csv
import shutil
import unicodedata
from pathlib import Path

import pytest

from processor.errors import ConfigError, Message
from processor.forms.media import COMMUNE_COLUMNS, write_media
from processor.forms.search_tail import fold, with_tail, without_tail
from tests.forms.conftest import CODES, MEDIA


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_write_media__committed_files__are_what_the_codes_give(tmp_path: Path) -> None:
    written = write_media(CODES, tmp_path)
    assert {p.name: p.read_bytes() for p in written} == {p.name: p.read_bytes() for p in MEDIA.glob("*")}


def test_write_media__changed_code_table__changes_the_list(tmp_path: Path) -> None:
    codes = shutil.copytree(CODES, tmp_path / "codes")
    units = codes / "admin_units_nghe_an_2016.csv"
    units.write_text(units.read_text(encoding="utf-8").replace("Phường Đông Vĩnh,Đông Vĩnh", "Phường Mới,Mới"), encoding="utf-8")  # fmt: skip
    [target] = write_media(codes, tmp_path / "media")
    assert rows(target)[0]["label"] == "Phường Mới (moi)"


def test_communes__all_480_with_district__nfc_and_findable() -> None:
    found = rows(MEDIA / "communes.csv")
    assert tuple(found[0]) == COMMUNE_COLUMNS
    assert len({row["name"] for row in found}) == 480
    assert len({row["district_code"] for row in found}) == 21
    for row in found:
        assert row["label"] == unicodedata.normalize("NFC", row["label"])
        assert len(row["name"]) == 5
    units = {r["commune_code"]: r for r in rows(CODES / "admin_units_nghe_an_2016.csv")}
    for row in found:
        unit = units[row["name"]]
        assert unit["commune_ascii"] in row["label"].lower()  # what an officer types
        assert (row["district_code"], without_tail(row["label"])) == (
            unit["district_code"],
            unit["commune_vi"],
        )


def test_communes__same_as_the_catalogue() -> None:
    catalogue = {r["name"]: (r["label"], r["district_code"]) for r in rows(CODES / "communes.csv")}
    found = {r["name"]: (without_tail(r["label"]), r["district_code"]) for r in rows(MEDIA / "communes.csv")}
    assert found == catalogue


def test_write_media__no_code_table__says_which(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        write_media(tmp_path, tmp_path)
    assert caught.value.message is Message.CODES_MISSING


@pytest.mark.parametrize(
    ("label", "name", "expected"),
    [
        ("Phường Đông Vĩnh", "Đông Vĩnh", "Phường Đông Vĩnh (dong vinh)"),
        ("Xã Nam Kim", "Nam Kim", "Xã Nam Kim"),
        ("Kinh", "Kinh", "Kinh"),
        ("Thổ", "Thổ", "Thổ (tho)"),
        (unicodedata.normalize("NFD", "Thổ"), "Thổ", "Thổ (tho)"),
    ],
)
def test_with_tail__only_where_letters_differ(label: str, name: str, expected: str) -> None:
    assert with_tail(label, name) == expected
    assert without_tail(expected) == unicodedata.normalize("NFC", label)


@pytest.mark.parametrize(
    "label", ["Nghe, nói", "Người có công (các mã CC, CK)", "Hộ (ho khac)", "(tho)", "Thôn 5 (5)", ""]
)
def test_without_tail__other_brackets__stay(label: str) -> None:
    assert without_tail(label) == label


def test_without_tail__name_without_accents__goes_as_well() -> None:
    assert without_tail("Thành phố Vinh (vinh)") == "Thành phố Vinh"
    assert without_tail("Xã Cát Văn (van)") == "Xã Cát Văn"
    assert without_tail("Thôn Tân (an)") == "Thôn Tân (an)"  # a piece of a word is no tail


def test_fold__vietnamese__plain_letters() -> None:
    assert fold("Đặng Thị Ơn, Hmông") == "dang thi on, hmong"
