"""What Stata and SPSS cannot hold as it is stored: names, texts, numbers, days; and nothing else changes."""

from __future__ import annotations

import re
import struct
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processor.errors import ContractError, Message
from processor.reports import export as export_module
from processor.reports.dta_file import write_dta
from processor.reports.export import write_codebook
from processor.reports.layout import FileColumn, lay_out
from processor.reports.notes import Notes
from processor.reports.sav_file import write_sav
from processor.reports.stat_names import SPSS as SPSS_NAMES
from processor.reports.stat_names import STATA as STATA_NAMES
from processor.reports.stat_names import variable_names
from processor.reports.stat_table import SPSS, STATA, Table, collect
from processor.reports.stat_values import SPSS_CLOCK, STATA_CLOCK, MisfitError, kind_of
from processor.store.ledger import list_downloads
from processor.store.open import Store
from processor.store.scope import Area, Scope
from processor.survey.columns import Column
from tests.reports import example
from tests.reports.statistics_files import ZONE, Columns, pandas_stata, pspp, readstat
from tests.reports.test_stata_spss import export

AT = datetime(2026, 4, 14, 9, 5, tzinfo=UTC)
PROGRAMS = {"dta": STATA, "sav": SPSS}


def table_of(
    layout: list[FileColumn] | tuple[FileColumn, ...], rows: list[Any], kind: str
) -> tuple[Table, list[str]]:
    notes = Notes()
    variables, count = collect(layout, rows, PROGRAMS[kind], language="vi", zone=ZONE, notes=notes)
    return Table(variables, count, "Bảng thử", ("Một: hai", "ệ" * 60)), list(notes.lines("vi"))


def written(columns: list[Column], rows: list[Any], path: Path) -> tuple[Columns, list[str]]:
    """The cells as pyreadstat reads them, and the notes."""
    table, notes = table_of(lay_out(columns, "codes", "vi"), rows, path.suffix[1:])
    path.unlink(missing_ok=True)
    if path.suffix == ".dta":
        write_dta(path, table, AT)
        assert pandas_stata(path) == readstat(path)[0]
    else:
        write_sav(path, table)
    return readstat(path)[0], notes


def test_odd_cells__of_the_example__columns_that_do_not_fit_are_text_and_told(
    store: Store, tmp_path: Path
) -> None:
    for kind, fallen in (("dta", {"income"}), ("sav", {"income", "born"})):
        receipt = export(store, "h", tmp_path / f"h.{kind}")
        cells, about = readstat(tmp_path / f"h.{kind}")
        assert cells["income"] == ["-1500000", "12345678901234567", "", ""]
        assert cells["sex"] == [2, 9, 1, 1], "a number outside of the list is a number"
        (told,) = (note for note in receipt.notes if "không ghi được thành số" in note)
        assert told.endswith(": " + ", ".join(f"{name}:2" for name in ("income", "born") if name in fallen))
        assert "income:2" in " ".join(about.notes)
    assert cells["born"] == ["1938-03-01", "0216-03-04", "", ""]
    (cut,) = (note for note in receipt.notes if "32.767 byte" in note)
    assert cut.endswith(": remark:4")
    assert cells["remark"][3].endswith("… [đã cắt: đủ 40000 ký tự có trong tệp CSV]")
    assert len(cells["remark"][3].encode()) == 32_767
    (blank,) = (note for note in receipt.notes if "dấu cách ở cuối" in note)
    assert blank.endswith(": head_name:4, remark:4")


@pytest.mark.parametrize("code", ["x9", "02", "9999999999", "1.0", "-0", "٣"])
def test_code__that_is_no_number__keeps_its_column_text_with_all_codes_exact(
    store: Store, tmp_path: Path, code: str
) -> None:
    example.insert(store, "h", [example.household(6, "16663", sex=code)])
    for kind in ("dta", "sav"):
        receipt = export(store, "h", tmp_path / f"h.{kind}", profile="labels")
        cells, about = readstat(tmp_path / f"h.{kind}")
        assert cells["sex"] == ["2", "9", "1", "1", code]
        assert [note for note in receipt.notes if "sex:5" in note]
        if kind == "sav":
            assert about.variable_value_labels["sex"] == {"1": "Nam", "2": "Nữ"}
        else:
            assert cells["sex_label"] == ["Nữ", "9", "Nam", "Nam", code]


def test_labels_profile__only_codes_without_labels_have_a_column_beside(store: Store, tmp_path: Path) -> None:
    names = [c.name for c in store.plan("h").columns]
    for kind, beside in (("dta", {"needs_label", "_review_state_label"}), ("sav", {"needs_label"})):
        receipt = export(store, "h", tmp_path / f"h.{kind}", profile="labels")
        cells, about = readstat(tmp_path / f"h.{kind}")
        assert {n for n in cells if n.endswith("_label")} == beside
        assert cells["needs_label"][0] == "Xe lăn; Khác"
        assert receipt.columns == len(cells) == len(names) + len(beside)
        assert f"Số cột: {len(cells)}" in about.notes
        assert [d.profile for d in list_downloads(store.engine, None)][0] == "labels"


@pytest.mark.parametrize("kind", ["dta", "sav"])
@pytest.mark.parametrize(("practice", "rows"), [("practice", 1), ("both", 5)])
def test_practice__stands_in_the_label_and_in_the_notes(
    store: Store, tmp_path: Path, kind: str, practice: Any, rows: int
) -> None:
    scope = Scope(Area.province(), example.ALL, practice)
    receipt = export(store, "h", tmp_path / f"h.{kind}", scope)
    about = readstat(tmp_path / f"h.{kind}")[1]
    assert receipt.rows == rows
    assert about.file_label.startswith("TẬP HUẤN · h · ")
    assert "TẬP HUẤN" in about.notes[0]


def test_notes__say_who_what_for_and_spss_names_that_differ(store: Store, tmp_path: Path) -> None:
    receipt = export(store, "h", tmp_path / "h.sav", purpose="Đối chiếu danh sách")
    _cells, said = pspp(tmp_path / "h.sav", [], "DISPLAY DOCUMENTS.\nDISPLAY FILE LABEL.")
    for words in ("Mục đích: Đối chiếu danh sách", "Người tải: giam.sat", "Số dòng: 4", "sys_area = _area"):
        assert words in said
    assert [note for note in receipt.notes if "sys_area = _area" in note]
    assert "TẬP HUẤN" not in said


def test_table__without_rows__opens_with_all_columns(store: Store, tmp_path: Path) -> None:
    scope = Scope(Area.of(["17000"]), example.ALL, "survey")
    for kind in ("dta", "sav"):
        assert export(store, "h", tmp_path / f"h.{kind}", scope).rows == 0
        cells, _about = readstat(tmp_path / f"h.{kind}")
        assert len(cells) == len(store.plan("h").columns)
    assert len(pandas_stata(tmp_path / "h.dta")) == len(cells)
    pspp(tmp_path / "h.sav", [])


def test_size__beyond_what_memory_holds__refused_before_the_ledger(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = 4 * len(store.plan("h").columns)
    monkeypatch.setattr(export_module, "MAX_CELLS", cells)
    export(store, "h", tmp_path / "fits.dta")
    monkeypatch.setattr(export_module, "MAX_CELLS", cells - 1)
    with pytest.raises(ContractError) as caught:
        export(store, "h", tmp_path / "h.sav")
    assert caught.value.message is Message.EXPORT_LARGE
    assert len(list_downloads(store.engine, None)) == 1
    export(store, "h", tmp_path / "h.csv")


def sections(path: Path) -> dict[str, bytes]:
    """The parts of a Stata file by the map at its beginning."""
    data = path.read_bytes()
    start = data.index(b"<map>") + 5
    places = struct.unpack("<14Q", data[start : start + 112])
    assert places[0] == 0 and data[places[1] :].startswith(b"<map>") and places[13] == len(data)
    parts = {"header": data[: places[1]]}
    for first, last in zip(places[2:13], (*places[3:13], places[13]), strict=True):
        part = data[first:last]
        parts[part[1 : part.index(b">")].decode()] = part
    return parts


def test_stata__file_of_plain_columns__is_byte_for_byte_that_of_pandas(tmp_path: Path) -> None:
    long = "ệ" * 1000
    rows = [
        (1, 300, 70_000, 2**40, 0.1, "Vũ", long, "x" * 2046),
        (None, -5, None, 7, None, "", "b" * 3000, ""),
        (0, 1, 2, 3, 4.5, "ab", long, "y" * 2047),
    ]
    kinds = ("flag", "integer", "integer", "integer", "decimal", "text", "text", "text")
    columns = [Column(f"v{n}", kind, "question", labels={"vi": f"Câu {n}"}) for n, kind in enumerate(kinds)]
    table, _notes = table_of(lay_out(columns, "codes", "vi"), rows, "dta")
    write_dta(tmp_path / "ours.dta", Table(table.variables, 3, "Bảng thử", ()), AT)

    def numbers(place: int) -> Any:
        return pd.array([row[place] for row in rows], dtype="Int64")

    frame = pd.DataFrame({f"v{n}": numbers(n) for n in range(4)})
    frame["v0"], frame["v1"] = frame["v0"].astype("Int8"), frame["v1"].astype("Int16")
    frame["v4"] = [0.1, np.nan, 4.5]
    for place in (5, 6, 7):
        frame[f"v{place}"] = [row[place] for row in rows]
    frame.to_stata(
        tmp_path / "theirs.dta",
        version=118,
        write_index=False,
        time_stamp=AT.replace(tzinfo=None),
        data_label="Bảng thử",
        variable_labels={f"v{n}": f"Câu {n}" for n in range(8)},
    )
    ours, theirs = sections(tmp_path / "ours.dta"), sections(tmp_path / "theirs.dta")
    assert list(ours) == list(theirs)
    for name in set(ours) - {"formats", "value_label_names", "value_labels"}:
        assert ours[name] == theirs[name], name


LONG_QUESTION = "Trong mười hai tháng qua, hộ gia đình có được hưởng chính sách hỗ trợ nào sau đây không, kể cả khi đã thôi hưởng?"


def test_question__longer_than_a_label__is_cut_visibly_and_whole_in_the_notes(tmp_path: Path) -> None:
    column = Column("q", "text", "question", labels={"vi": LONG_QUESTION * 3})
    table, _notes = table_of(lay_out([column], "codes", "vi"), [("a",)], "dta")
    write_dta(tmp_path / "q.dta", table, AT)
    write_sav(tmp_path / "q.sav", table)
    for kind, size in (("dta", 80), ("sav", 256)):
        shown = readstat(tmp_path / f"q.{kind}")[1].column_names_to_labels["q"]
        assert shown.endswith("…") and (LONG_QUESTION * 3).startswith(shown[:-1])
        assert (len(shown) == size) if kind == "dta" else (size - 4 < len(shown.encode()) <= size)
    characteristics = sections(tmp_path / "q.dta")["characteristics"]
    assert (
        b"_dta".ljust(129, b"\0") + b"note1".ljust(129, b"\0") + "Một: hai".encode() + b"\0"
        in characteristics
    )
    assert (LONG_QUESTION * 3).encode() + b"\0</ch>" in characteristics
    documents = pspp(tmp_path / "q.sav", [], "DISPLAY DOCUMENTS.")[1]
    lines = [line.strip("| ") for line in documents.splitlines() if line.startswith("|")]
    assert "q: " + LONG_QUESTION * 3 in " ".join(lines)
    assert "ệ" * 26 in lines and "ệ" * 8 in lines, "a line of 80 bytes ends with a whole sign"


SIGNS = "abcXYZ_09.-đ"
SPECIAL = [
    "if",
    "ALL",
    "With",
    "_n",
    "str8",
    "strL",
    "byte",
    "_area",
    "sys_area",
    "a.b",
    "a-b",
    "a_b",
    "x" * 63,
]
ANY_NAME = st.builds("{}{}".format, st.sampled_from("aZ_đ"), st.text(SIGNS, max_size=70)) | st.sampled_from(
    SPECIAL
)


@given(st.lists(ANY_NAME, unique_by=str.casefold, max_size=12))
@settings(max_examples=100, deadline=None)
def test_names__any__are_allowed_unique_and_stay_where_they_may(names: list[str]) -> None:
    for naming in (STATA_NAMES, SPSS_NAMES):
        found = variable_names(names, naming)
        assert len({name.casefold() for name in found}) == len(names)
        for after in found:
            assert len(after) <= naming.longest
            assert naming.first.match(after) and not naming.reserved.fullmatch(after)
            assert after.isascii() and after.replace("_", "a").isalnum()
        assert variable_names(found, naming) == found


def test_names__that_differ__by_one_rule() -> None:
    names = ["_area", "if", "All", "a.b", "a_b", "_n", "x" * 40]
    *short, twin, _n, long = variable_names(names, STATA_NAMES)
    assert [*short, _n] == ["_area", "if_", "All", "a_b", "_n_"]
    assert re.fullmatch("a_b_[0-9a-f]{8}", twin) and re.fullmatch("x{23}_[0-9a-f]{8}", long)
    assert long == variable_names(names[::-1], STATA_NAMES)[0], "whatever stands beside it"
    assert variable_names(names, SPSS_NAMES)[:4] == ["sys_area", "if", "All_", "a_b"]


def test_codebook__names_the_columns_of_stata_and_spss_that_differ(store: Store, tmp_path: Path) -> None:
    target = tmp_path / "book.csv"
    write_codebook(store, "h", example.EVERYTHING, example.Person(), target, file_format="csv", language="vi")
    rows = {row["Tên cột"]: row for row in example.read_csv(target)}
    assert rows["_area"]["Tên trong SPSS, nếu khác"] == "sys_area"
    assert rows["_area"]["Tên trong Stata, nếu khác"] == ""
    assert rows["sex"]["Tên trong SPSS, nếu khác"] == ""


@pytest.mark.parametrize("file_format", ["dta", "sav"])
def test_codebook__alone__is_no_file_of_stata_or_spss(store: Store, tmp_path: Path, file_format: str) -> None:
    with pytest.raises(ContractError, match="xlsx, csv"):
        write_codebook(
            store,
            "h",
            example.EVERYTHING,
            example.Person(),
            tmp_path / "b",
            file_format=file_format,
            language="vi",
        )


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
TEXTS = st.one_of(
    TEXT, st.sampled_from(["ệ" * 82, "ệ" * 700, "x" * 2045, "x" * 2046, "007", "None", "nan", "."])
)


@given(st.lists(st.tuples(st.none() | TEXTS, st.none() | TEXTS), max_size=6))
@settings(max_examples=25, deadline=None)
def test_texts__any__come_back_as_they_are(tmp_path_factory: pytest.TempPathFactory, rows: list[Any]) -> None:
    columns = [Column(name, "text", "question", labels={"vi": "Chữ"}) for name in ("a", "b")]
    folder = tmp_path_factory.mktemp("texts")
    wanted = {name: [row[place] or "" for row in rows] for place, name in enumerate(("a", "b"))}
    cells, notes = written(columns, rows, folder / "t.dta")
    assert cells == wanted and notes == []
    cells, notes = written(columns, rows, folder / "t.sav")
    assert cells == {name: [words.rstrip(" ") for words in texts] for name, texts in wanted.items()}
    assert bool(notes) == any(words.endswith(" ") for texts in wanted.values() for words in texts)


NUMBERS = st.one_of(
    st.none(),
    st.integers(-(2**60), 2**60),
    st.sampled_from([-128, -127, 100, 101, 32_740, 32_741, 2_147_483_620, 2_147_483_621, 2**53, 2**53 + 1]),
)


@given(st.lists(NUMBERS, max_size=5))
@settings(max_examples=40, deadline=None)
def test_whole_numbers__any__are_exact_or_text(
    tmp_path_factory: pytest.TempPathFactory, values: list[Any]
) -> None:
    folder = tmp_path_factory.mktemp("numbers")
    exact = all(value is None or abs(value) <= 2**53 for value in values)
    wanted = [value if exact or value is not None else "" for value in values]
    for kind in ("dta", "sav"):
        column = Column("n", "integer", "question", labels={"vi": "Số"})
        cells, notes = written([column], [(value,) for value in values], folder / f"n.{kind}")
        assert cells["n"] == [value if exact or value == "" else str(value) for value in wanted]
        assert bool(notes) != exact


@given(st.dates(date(1, 1, 1), date(9999, 12, 31)), st.times())
@settings(max_examples=100, deadline=None)
def test_days_and_moments__any__say_the_same_as_number_and_as_text(day: date, clock: time) -> None:
    moment = datetime.combine(day, clock, tzinfo=ZONE)
    for program in (STATA_CLOCK, SPSS_CLOCK):
        for kind, value in (("date", day), ("datetime", moment)):
            known = kind_of(kind, program, ZONE)
            if day < program.first:
                with pytest.raises(MisfitError):
                    known.number(value)
            else:
                assert known.again(known.number(value)) == known.words(value)
        past = timedelta(seconds=kind_of("time", program, ZONE).number(clock) / program.second)
        assert (
            0
            <= (datetime.combine(day, clock) - datetime.combine(day, time()) - past).total_seconds()
            < 0.0011
        )


@pytest.mark.parametrize("value", [float("inf"), 1e308, -1e308])
def test_decimal__beyond_the_programs__keeps_its_column_text(tmp_path: Path, value: float) -> None:
    column = Column("d", "decimal", "question", labels={"vi": "Số"})
    for kind in ("dta", "sav"):
        cells, notes = written([column], [(0.1,), (value,), (None,)], tmp_path / f"d.{kind}")
        assert cells["d"] == ["0.1", repr(value), ""]
        assert notes[0].endswith("d:2")


def test_codes__with_other_letters__have_their_labels_beside(tmp_path: Path) -> None:
    choices = (example.choice("đ", "Đất"), example.choice("đđđ", "Đá"))
    column = Column("nền", "text", "question", labels={"vi": "Nền"}, choices=choices)
    rows = [("đđđ",), ("đ",), (None,)]
    for kind in ("dta", "sav"):
        variables, _count = collect(
            lay_out([column], "both", "vi"),
            [(*row, {"đđđ": "Đá", "đ": "Đất", None: None}[row[0]]) for row in rows],
            PROGRAMS[kind],
            language="vi",
            zone=ZONE,
            notes=Notes(),
        )
        assert [(v.name, v.cells.texts) for v in variables] == [
            ("n_n", ["đđđ", "đ", ""]),
            ("n_n_label", ["Đá", "Đất", ""]),
        ]


def test_names__of_labels_beside__never_change_those_of_columns() -> None:
    choices = (example.choice("01", "Một"),)
    columns = [Column("a", "text", "question", choices=choices), Column("a-label", "text", "question")]
    layout = lay_out(columns, "both", "vi")
    variables, _count = collect(layout, [], STATA, language="vi", zone=ZONE, notes=Notes())
    first, beside, own = (v.name for v in variables)
    assert (first, own) == ("a", "a_label")
    assert re.fullmatch("a_label_[0-9a-f]{8}", beside)
