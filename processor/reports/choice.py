"""What may be asked for: formats, profiles, a purpose where people's data leave; file names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from processor.errors import AccessError, ContractError, Message
from processor.reports.texts import LANGUAGES
from processor.reports.units import UNITS
from processor.store.visible import visible_columns
from processor.survey.columns import Column

if TYPE_CHECKING:
    from processor.store.open import Store
    from processor.store.scope import Scope

FORMATS = ("xlsx", "csv", "dta", "sav")
BOOK_FORMATS = ("xlsx", "csv")
"""Of a codebook alone."""
STATISTICS = ("dta", "sav")
"""Stata and SPSS: codes and their labels in one column."""
PROFILES = ("labels", "codes", "both")
PRACTICE_PREFIX = "TAP-HUAN_"
_PROFILE_WORDS = {"labels": "nhan", "codes": "ma", "both": "ma-nhan", "codebook": "so-ma"} | {
    "sheet": "bang",
    "refused": "tu-choi",
}


def check_options(
    file_format: str,
    language: str,
    profile: str = PROFILES[0],
    units: str = UNITS[0],
    formats: tuple[str, ...] = FORMATS,
) -> None:
    """ContractError for a format, language, profile or year of units that does not exist."""
    for option, found, known in (
        ("format", file_format, formats),
        ("language", language, LANGUAGES),
        ("profile", profile, PROFILES),
        ("units", units, UNITS),
    ):
        if found not in known:
            raise ContractError(Message.EXPORT_OPTION, option=option, expected=", ".join(known), found=found)


def needs_purpose(store: Store, table_name: str, scope: Scope) -> bool:
    """Whether a file of this table would carry columns beyond the open ones."""
    return bool(guarded_classes(visible_columns(store.plan(table_name), scope)))


def check_purpose(columns: Iterable[Column], purpose: str) -> str:
    """The purpose on one line. AccessError when these columns need one and there is none."""
    purpose = " ".join(purpose.split())
    if not purpose and (classes := guarded_classes(columns)):
        raise AccessError(Message.EXPORT_PURPOSE, classes=", ".join(classes))
    return purpose


def guarded_classes(columns: Iterable[Column]) -> list[str]:
    """The data classes beyond `open` that occur."""
    return sorted({c.data_class for c in columns} - {"open"})


def file_name(
    table_name: str, *, profile: str, file_format: str, practice: bool, at: datetime, area: str = ""
) -> str:
    """`c_con-cuong_nhan_20160414.xlsx`; a file with practice rows begins with `TAP-HUAN_`.

    `at` is in the survey's time zone; `area` may be a name with any letters.
    """
    parts = (table_name, _slug(area), _PROFILE_WORDS[profile], f"{at:%Y%m%d}")
    name = "_".join(part for part in parts if part)
    return f"{PRACTICE_PREFIX if practice else ''}{name}.{file_format}"


def _slug(words: str) -> str:
    bare = unicodedata.normalize("NFD", words.lower().replace("đ", "d"))
    return re.sub(r"[^a-z0-9]+", "-", bare.encode("ascii", "ignore").decode()).strip("-")
