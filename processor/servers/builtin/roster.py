"""A list of officers from a CSV file: all of it is taken, or nothing and every problem is named."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from processor.errors import ConfigError, Message
from processor.servers.builtin.officers import check_officer
from processor.servers.protocol import AppUser

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from processor.servers.builtin.server import BuiltinServer

COLUMNS = ("code", "name", "area")


class Imported(NamedTuple):
    """What an import came to."""

    added: int
    changed: int
    unchanged: int


def import_officers(server: BuiltinServer, path: Path) -> Imported:
    """Add the officers of the file, correct names and areas; the same file again changes nothing.

    Nobody is removed or revoked. A code that begins with a letter makes a practice officer.
    ConfigError with every line that cannot be taken; then nothing was changed.
    """
    users = _read(path)
    known = {user.code: user for user in server.app_users()}
    new = [user for user in users if user.code not in known]
    other = [u for u in users if u.code in known and _differs(u, known[u.code])]
    server.officers.apply(new, other)
    return Imported(len(new), len(other), len(users) - len(new) - len(other))


def _differs(user: AppUser, known: AppUser) -> bool:
    return (user.name, user.area) != (known.name, known.area)


def _read(path: Path) -> list[AppUser]:
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
    return _users(path, ((reader.line_num, [cell.strip() for cell in row]) for row in reader if row))


def _users(path: Path, lines: Iterable[tuple[int, Sequence[str]]]) -> list[AppUser]:
    users: dict[str, AppUser] = {}
    problems: list[str] = []
    for number, cells in lines:
        try:
            user = _user(cells)
            if user.code in users:
                raise ConfigError(Message.OFFICER_TWICE, code=user.code)
            users[user.code] = user
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
