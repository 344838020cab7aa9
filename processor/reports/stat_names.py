"""What a column is called in Stata and SPSS, where its own name is not possible there; pure.

Nearly every name stays. One rule for the others: what is no ASCII letter, digit or `_` becomes `_`;
a name that may not begin so gets `sys` in front; a reserved word gets `_` behind; a name that is
still too long, or that another column has (capitals aside), ends in `_` and eight signs of its
hash. So a column has the same name in each file, and the file's notes list name by name what it was.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

_STRANGE = re.compile(r"[^A-Za-z0-9_]")
_HASH = 9
PREFIX = "sys"


@dataclass(frozen=True)
class Naming:
    """What a program allows."""

    longest: int
    first: re.Pattern[str]
    reserved: re.Pattern[str]


STATA = Naming(
    32,
    re.compile(r"[A-Za-z_]"),
    # [U] 11.3 Naming conventions: reserved names
    re.compile(
        r"_all|_b|byte|_coef|_cons|double|float|if|in|int|long|_n|_N|_pi|_pred|_rc|_skip|str\d+|strL|using|_weight|with"
    ),
)
SPSS = Naming(
    64,
    re.compile(r"[A-Za-z]"),
    # Command Syntax Reference, Variable Names; any capitals
    re.compile(r"ALL|AND|BY|EQ|GE|GT|LE|LT|NE|NOT|OR|TO|WITH", re.IGNORECASE),
)


def variable_names(names: Iterable[str], naming: Naming) -> list[str]:
    """The names in the program, in the same order; no two are alike, capitals aside."""
    taken: set[str] = set()
    found = []
    for name in names:
        wanted = _allowed(name, naming)
        if len(wanted) > naming.longest or wanted.casefold() in taken:
            wanted = _hashed(wanted, name, naming)
        taken.add(wanted.casefold())
        found.append(wanted)
    return found


def _allowed(name: str, naming: Naming) -> str:
    bare = _STRANGE.sub("_", name)
    if not naming.first.match(bare):
        bare = PREFIX + bare
    return f"{bare}_" if naming.reserved.fullmatch(bare) else bare


def _hashed(wanted: str, name: str, naming: Naming) -> str:
    digest = hashlib.sha256(name.encode()).hexdigest()[: _HASH - 1]
    return f"{wanted[: naming.longest - _HASH]}_{digest}"
