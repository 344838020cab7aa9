"""A list of officers from a CSV file: all of it is taken, or nothing and every problem is named."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from processor.errors import ConfigError, Message
from processor.servers.builtin.officers import check_officer
from processor.servers.protocol import AppUser

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

COLUMNS = ("code", "name", "area")


class Listed(NamedTuple):
    """An officer as a line of the file names her."""

    line: int
    user: AppUser


def read_roster(path: Path) -> list[Listed]:
    """The officers of the file, in its order. A code that begins with a letter makes a practice officer.

    ConfigError with every line that cannot be taken.
    """
    return _users(path, _lines(path))


def _lines(path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(Message.OFFICER_FILE, path=path.name, detail=type(error).__name__) from None
    reader = csv.reader(text.splitlines())
    header = [cell.strip() for cell in next(reader, [])]
    if tuple(header) != COLUMNS:
        raise ConfigError(
            Message.OFFICER_FILE, path=path.name, detail=f"its first line is {','.join(header)!r}"
        )
    return ((reader.line_num, [cell.strip() for cell in row]) for row in reader if row)


def _users(path: Path, lines: Iterable[tuple[int, Sequence[str]]]) -> list[Listed]:
    users: dict[str, Listed] = {}
    problems: list[str] = []
    for number, cells in lines:
        try:
            user = _user(cells)
            if user.code in users:
                raise ConfigError(Message.OFFICER_TWICE, code=user.code)
            users[user.code] = Listed(number, user)
        except ConfigError as error:
            problems.append(f"line {number}: {error}")
    if problems:
        raise ConfigError(
            Message.OFFICER_LINES, path=path.name, count=len(problems), lines="\n".join(problems)
        )
    return list(users.values())


def _user(cells: Sequence[str]) -> AppUser:
    if len(cells) != len(COLUMNS):
        expected = f"{len(COLUMNS)} cells"
        raise ConfigError(Message.OFFICER_FIELD, field="line", expected=expected, found=len(cells))
    code, name, area = cells
    practice = not code[:1].isdigit()
    user = AppUser(code, name, area, practice, active=True)
    check_officer(user)
    return user
