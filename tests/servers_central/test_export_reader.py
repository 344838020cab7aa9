"""The quick reader of exports beside the slow one: the same answers in the same order, the same refusals."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from processor.servers.central import export, export_table
from processor.servers.central.catalogue import FieldRow, Fields
from processor.servers.central.export_table import UnexplainedError
from processor.servers.central.row import Row
from processor.store.canonical import written
from tests.servers_central import slow_export

FORM = "f"
ROWS = 12
AT = datetime(2026, 1, 10, 8, tzinfo=UTC)
FIELDS = Fields(
    tuple(
        FieldRow(*row)
        for row in (
            ("start", "string"),
            ("g/name", "string"),
            ("g/place", "geopoint"),
            ("g/note", "string"),
            ("meta/instanceID", "string"),
            ("members", "repeat"),
            ("members/age", "int"),
            ("members/where", "geopoint"),
            ("members/jobs", "repeat"),
            ("members/jobs/title", "string"),
            ("allowances", "repeat"),
            ("allowances/a/sum", "decimal"),
        )
    )
)
ODD = (
    "", "", "", "", "0", "1", "12", "Nguyễn Thị", "a,b", 'say "no"', '"', '""', "two\nlines", "\n", "\r", "a\r\nb", "x\r",
    ";", "'", " ", " a ", "\t", "\u2028", "\x0b\x0c\x1c\x85", "😀", "\ufeff", "\x00", "=1+1", "\\", "é" * 40,
)  # fmt: skip


class Tables:
    """The files of an export, to be spoilt and written."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        layout = FIELDS.layout
        assert layout is not None
        self.layout = layout
        self.files: dict[str, list[list[str]]] = {
            path: [self._header(path)] for path in ("", *layout.outer_first)
        }
        for number in range(ROWS):
            self._submission(f"uuid:{number}")

    def _header(self, path: str) -> list[str]:
        own = list(self.layout.columns[path])
        if path:
            return [*own, "PARENT_KEY", "KEY"]
        return ["SubmissionDate", *own, *slow_export._SYSTEM[1:]]

    def _submission(self, key: str) -> None:
        system = {name: self.dice.choice(ODD) for name in slow_export._SYSTEM}
        known = {"Status": self.dice.choice(["", "", "", "missing"]), "Edits": self.dice.choice("0001")}
        files = self.dice.choice(["", "0", "2"])
        system |= {"KEY": key, "AttachmentsExpected": files, "FormVersion": "1", **known}
        system["meta-instanceID"] = self.dice.choice([key, key, "", "uuid:other"])
        self._add("", system)
        for number in range(1, self.dice.randint(1, 4)):
            member = f"{key}/members[{number}]"
            self._add("members", {"PARENT_KEY": key, "KEY": member})
            for job in range(1, self.dice.randint(1, 4)):
                self._add("members/jobs", {"PARENT_KEY": member, "KEY": f"{member}/jobs[{job}]"})
        for number in range(1, self.dice.randint(1, 3)):
            self._add("allowances", {"PARENT_KEY": key, "KEY": f"{key}/allowances[{number}]"})

    def _add(self, path: str, fixed: Mapping[str, str]) -> None:
        header = self.files[path][0]
        self.files[path].append([fixed.get(name, self.dice.choice(ODD)) for name in header])

    def zipped(self, change: Callable[[str], str] = str) -> bytes:
        """The files as Central writes them; `change` spoils the text of one of them."""
        out = io.BytesIO()
        spoilt = self.dice.choice(list(self.files))
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, rows in self.files.items():
                text = io.StringIO(newline="")
                csv.writer(text, lineterminator="\n", quoting=self.dice.choice([0, 0, 1])).writerows(rows)
                name = f"{FORM}-{path.rpartition('/')[2]}.csv" if path else f"{FORM}.csv"
                found = text.getvalue()
                archive.writestr(name, change(found) if path == spoilt else found)
        return out.getvalue()


def _known() -> dict[str, Row]:
    """Not all that the export has: others may have come meanwhile."""
    return {
        f"uuid:{n}": Row(f"uuid:{n}", AT, False, "received", "", False) for n in range(ROWS) if n % 5 != 3
    }


def _quick(tables: Tables, data: bytes) -> Any:
    return _contents(export, tables, data)


def _contents(reader: Any, tables: Tables, data: bytes) -> Any:
    """The contents with the order of their answers, or that they are not explained."""
    builder = reader.Builder(tables.layout, _known())
    try:
        reader.read_zip(io.BytesIO(data), FORM, tables.layout, builder)
        found = builder.contents()
    except UnexplainedError:
        return UnexplainedError
    return [(key, content, repr(content.answers), written(content.answers)) for key, content in found.items()]


@pytest.fixture(params=[export_table.BLOCK, 1, 13])
def block(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also so little at a time that every sign, line and row is cut somewhere."""
    monkeypatch.setattr(export_table, "BLOCK", request.param)


@pytest.mark.usefixtures("block")
def test_reader__odd_cells__as_the_slow_one() -> None:
    taken = 0
    for seed in range(40):
        tables = Tables(random.Random(seed))
        data = tables.zipped()
        slow = _contents(slow_export, tables, data)
        assert _quick(tables, data) == slow
        taken += 0 if slow is UnexplainedError else len(slow)
    assert taken > 40


def _swapped(tables: Tables, path: str) -> None:
    rows = tables.files[path]
    rows[1:] = rows[:0:-1]


def _interleaved(tables: Tables, path: str) -> None:
    """Rows of different parents in turn, each parent's own in their order: nothing is wrong with that."""
    head, *rows = tables.files[path]
    tables.files[path] = [head, *sorted(rows, key=lambda row: (row[-1].rpartition("[")[2], row[-1]))]


def _change(path: str, number: int, change: Callable[[list[str]], list[str]]) -> Callable[[Tables], None]:
    def apply(tables: Tables) -> None:
        rows = tables.files[path]
        if len(rows) > number:
            rows[number] = change(rows[number])

    return apply


STRANGE: dict[str, Callable[[Tables], None]] = {
    "rows of a repeat in another order": lambda tables: _swapped(tables, "members"),
    "rows of an inner repeat in another order": lambda tables: _swapped(tables, "members/jobs"),
    "parents in turn": lambda tables: _interleaved(tables, "members"),
    "inner parents in turn": lambda tables: _interleaved(tables, "members/jobs"),
    "a submission twice": lambda tables: tables.files[""].append(tables.files[""][1]),
    "a row twice": lambda tables: tables.files["members"].append(tables.files["members"][-1]),
    "a row of nobody": _change("members", 1, lambda row: [*row[:-2], "uuid:nobody", row[-1]]),
    "a row missing": lambda tables: tables.files["members"].pop(1) and None,
    "an outer row missing": lambda tables: tables.files["members"].pop() and None,
    "a key twice, of two parents": lambda tables: (
        [_change("allowances", n, lambda row: [*row[:-1], "x[1]"])(tables) for n in (1, 2, 3)] and None
    ),
    "no row of a repeat": lambda tables: tables.files["allowances"].__delitem__(slice(1, None)),
    "nothing": lambda tables: [rows.__delitem__(slice(1, None)) for rows in tables.files.values()] and None,
    "a cell more": _change("", 2, lambda row: [*row, ""]),
    "a cell less": _change("members/jobs", 1, lambda row: row[1:]),
    "an empty line": _change("", 2, lambda row: []),
    "a column twice": _change("", 0, lambda row: [*row[:-1], row[0]]),
    "a column of no question": _change("members", 0, lambda row: ["else", *row[1:]]),
    "columns in another order": lambda tables: (
        [tables.files.__setitem__(path, [row[::-1] for row in rows]) for path, rows in tables.files.items()]
        and None
    ),
}


@pytest.mark.parametrize("name", STRANGE)
def test_reader__strange_tables__as_the_slow_one(name: str) -> None:
    for seed in range(6):
        tables = Tables(random.Random(seed))
        STRANGE[name](tables)
        data = tables.zipped()
        assert _quick(tables, data) == _contents(slow_export, tables, data)


def _spoilt(dice: random.Random) -> Iterator[Callable[[str], str]]:
    """Texts that no writer of CSV would write."""
    for sign in ('"', '""', "\r", "\n", ",", '"\n', "\r\n", 'x"', '"x', "\uffff"):
        yield lambda text, sign=sign: _put(text, dice.randrange(len(text)), sign)  # type: ignore[misc]
    yield lambda text: text[:-1]
    yield lambda text: text[: dice.randrange(len(text))]
    yield lambda text: text + "\n"
    yield lambda text: ""
    yield lambda text: "\ufeff" + text


def _put(text: str, place: int, sign: str) -> str:
    return text[:place] + sign + text[place:]


@pytest.mark.usefixtures("block")
def test_reader__spoilt_text__as_the_slow_one() -> None:
    for seed in range(10):
        dice = random.Random(seed)
        for change in _spoilt(dice):
            tables = Tables(dice)
            data = tables.zipped(change)
            assert _quick(tables, data) == _contents(slow_export, tables, data)


def test_reader__no_utf8__not_explained() -> None:
    tables = Tables(random.Random(1))
    data = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(tables.zipped())) as old, zipfile.ZipFile(data, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name) + (b"\xff" if name == "f-members.csv" else b""))
    assert _quick(tables, data.getvalue()) is UnexplainedError


def test_reader__zip_damaged_anywhere__never_other_answers() -> None:
    """A wrong byte is met as damage, or the export is not explained; or it stands where nothing is read."""
    dice = random.Random(7)
    tables = Tables(dice)
    data = tables.zipped()
    expected = _quick(tables, data)
    for place in range(len(data)):
        wrong = data[:place] + bytes([data[place] ^ (1 << dice.randrange(8))]) + data[place + 1 :]
        try:
            found = _quick(tables, wrong)
        except export.DAMAGED:
            continue
        assert found in (expected, UnexplainedError)
