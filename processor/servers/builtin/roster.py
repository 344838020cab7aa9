"""A list of officers from a CSV or Excel file: all of it is taken, or nothing and every problem is named."""

from __future__ import annotations

import csv
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from zipfile import BadZipFile

from processor.errors import ConfigError, Message
from processor.servers.builtin.officers import check_officer
from processor.servers.protocol import AppUser

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

COLUMNS = ("code", "name", "area")
LONGEST = 5_000
"""Lines that a list may have: ten times the officers of the survey."""
UNREADABLE = (OSError, ValueError, LookupError, TypeError, AttributeError, BadZipFile)
"""What openpyxl raises for a file that is no workbook."""


class Listed(NamedTuple):
    """An officer as a line of the file names her."""

    line: int
    user: AppUser


class Wrong(NamedTuple):
    """A line that cannot be taken, and why."""

    line: int
    error: ConfigError


class Roster(NamedTuple):
    """What a file names, in its order."""

    listed: list[Listed]
    wrong: list[Wrong]


def read_roster(path: Path) -> list[Listed]:
    """The officers of the file, in its order. A code that begins with a letter makes a practice officer.

    ConfigError with every line that cannot be taken.
    """
    found = look_through(path)
    if found.wrong:
        lines = "\n".join(f"line {wrong.line}: {wrong.error}" for wrong in found.wrong)
        raise ConfigError(Message.OFFICER_LINES, path=path.name, count=len(found.wrong), lines=lines)
    return found.listed


def look_through(path: Path) -> Roster:
    """The same, with the lines that cannot be taken beside it. ConfigError OFFICER_FILE: no such list at all."""
    read = _sheet_lines if path.suffix.lower() == ".xlsx" else _text_lines
    lines = iter(read(path))
    header = [cell.lower() for cell in next(lines, (0, []))[1]]
    if tuple(header) != COLUMNS:
        raise _unfit(path, f"its first line is {','.join(header)!r}")
    filled = [(number, cells) for number, cells in lines if any(cells)]
    if len(filled) > LONGEST:
        raise _unfit(path, f"it has {len(filled)} lines, more than {LONGEST}")
    return _users(filled)


def _unfit(path: Path, detail: str) -> ConfigError:
    return ConfigError(Message.OFFICER_FILE, path=path.name, detail=detail)


def _text_lines(path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise _unfit(path, type(error).__name__) from None
    reader = csv.reader(text.splitlines())
    for row in reader:
        yield reader.line_num, [cell.strip() for cell in row]


def _sheet_lines(path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    """The first sheet. Excel makes a number of a commune's code; a code has no leading zero here."""
    from openpyxl import load_workbook

    try:
        with closing(load_workbook(path, read_only=True, data_only=True)) as book:
            rows = list(book.worksheets[0].iter_rows(max_col=20, max_row=2 * LONGEST, values_only=True))
    except UNREADABLE as error:
        raise _unfit(path, type(error).__name__) from None
    for number, row in enumerate(rows, 1):
        cells = [_cell(value) for value in row]
        yield number, cells[: max((n for n, cell in enumerate(cells, 1) if cell), default=0)]


def _cell(value: Any) -> str:
    whole = isinstance(value, float) and value.is_integer()
    return "" if value is None else str(int(value) if whole else value).strip()


def _users(lines: Iterable[tuple[int, Sequence[str]]]) -> Roster:
    users: dict[str, Listed] = {}
    wrong: list[Wrong] = []
    for number, cells in lines:
        try:
            user = _user(cells)
            if user.code in users:
                raise ConfigError(Message.OFFICER_TWICE, code=user.code)
            users[user.code] = Listed(number, user)
        except ConfigError as error:
            wrong.append(Wrong(number, error))
    return Roster(list(users.values()), wrong)


def _user(cells: Sequence[str]) -> AppUser:
    padded = [*cells, ""] if len(cells) == len(COLUMNS) - 1 else cells  # practice: Excel drops an empty area
    if len(padded) != len(COLUMNS):
        expected = f"{len(COLUMNS)} cells"
        raise ConfigError(Message.OFFICER_FIELD, field="line", expected=expected, found=len(cells))
    code, name, area = padded
    practice = not code[:1].isdigit()
    user = AppUser(code, name, area, practice, active=True)
    check_officer(user)
    return user
