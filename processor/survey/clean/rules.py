"""The table of cleaning rules that work on one cell, in the order in which they run; pure.

A new rule is one entry here and one small function. Whether a rule concerns a column is decided by
its question (type, list or not, `clean_as`), never by the name of a form or question.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from processor.survey.clean import cards, cells, ethnic, identity, names, phones, text
from processor.survey.columns import Column
from processor.survey.records import ERROR, WARNING

Applies = Callable[[Column], bool]


@dataclass(frozen=True)
class Fix:
    """A rule that changes answers. `fix` standing still on its own result makes cleaning idempotent."""

    rule: str
    applies: Applies
    fix: Callable[..., Any]
    suspects: Callable[[str], object] | None = None
    """For texts: whether any of them, joined by NUL, may need the rule; saves the look at each."""

    def for_column(self, _column: Column) -> Callable[[Any], Any]:
        """The function for the answers of a column."""
        return self.fix


@dataclass(frozen=True)
class PadCodes(Fix):
    """R-C17; width and list come from the column: a code of the list is right as it is."""

    def for_column(self, column: Column) -> Callable[[Any], Any]:
        """Pads to the width in `clean_as` (`code:5`; a role that is a list of codes has its own)."""
        width = int(_clean_as(column).partition(":")[2] or ethnic.WIDTH)
        listed = _listed(column)
        return lambda code: code if code in listed else self.fix(code, width)


@dataclass(frozen=True)
class NamesToCodes(Fix):
    """R-C41; a code of the form's own list is right as it is."""

    def for_column(self, column: Column) -> Callable[[Any], Any]:
        """Codes names, and leaves what stands in the list."""
        listed = _listed(column)
        return lambda answer: answer if answer in listed else self.fix(answer)


@dataclass(frozen=True)
class Suspicion:
    """A rule that changes nothing and lists the answers for which `holds` is true."""

    rule: str
    severity: str
    applies: Applies
    holds: Callable[[Any], bool]
    suspects: Callable[[str], object] | None = None

    def for_column(self, _column: Column) -> Callable[[Any], bool]:
        """The function for the answers of a column."""
        return self.holds


@dataclass(frozen=True)
class NotCoded(Suspicion):
    """R-C42; a code of the form's own list is right as it is."""

    def for_column(self, column: Column) -> Callable[[Any], bool]:
        """Answers that are in no list."""
        listed = _listed(column)
        return lambda answer: answer not in listed and self.holds(answer)


Rule = Fix | Suspicion


def _clean_as(column: Column) -> str:
    return column.question.clean_as if column.question else ""


def _listed(column: Column) -> set[str]:
    return {choice.name for choice in column.choices}


def is_text(column: Column) -> bool:
    """Whether people (or a calculation) wrote free text: no code of a list, file name or point."""
    question = column.question
    if column.origin != "question" or question is None or question.is_select:
        return False
    return column.type == "text" and question.value_type == "string" and question.kind != "rank"


def _is(*roles: str, kinds: tuple[str, ...] = ("text",)) -> Applies:
    """Columns whose question is cleaned as one of `roles`, and that hold one of `kinds`."""
    return lambda column: column.origin == "question" and column.type in kinds and _clean_as(column) in roles


def _is_padded_code(column: Column) -> bool:
    question = column.question
    single = question is not None and question.kind != "select_multiple"
    role = _clean_as(column)
    return single and column.type == "text" and (role.startswith("code:") or role == "ethnic")


def _is_remark(column: Column) -> bool:
    return is_text(column) and _clean_as(column) == "free_text"


def _is_line(column: Column) -> bool:
    return is_text(column) and _clean_as(column) != "free_text"


_NUMBER = ("integer", "decimal")
PERSONS = ("person_name", "other_name")
"""Names of persons; another name may be one word (what the neighbours call her)."""

CELL_RULES: tuple[Rule, ...] = (
    Fix("R-C01", is_text, text.compose, text.any_decomposed),
    Suspicion("R-C02", WARNING, is_text, text.looks_legacy, text.any_legacy),
    Fix("R-C03", _is_line, text.collapse, text.any_loose_space),
    Fix("R-C03", _is_remark, text.collapse_lines, text.any_loose_space),
    Fix("R-C04", is_text, text.vietnamese_d, text.any_lookalike_d),
    Fix("R-C05", is_text, text.straight_quotes, text.any_quote),
    Fix("R-C08", _is(*PERSONS), names.drop_title, names.any_title),
    Suspicion("R-C09", ERROR, _is("person_name"), names.is_no_full_name),
    Suspicion("R-C09", ERROR, _is("other_name"), names.has_digit),
    Fix("R-C12", _is("birth_month", "birth_day", kinds=("integer",)), cells.known_part),
    Fix("R-C13", _is("month", kinds=("date",)), cells.first_of_month),
    Suspicion("R-C15", WARNING, _is("amount", kinds=_NUMBER), cells.is_in_thousands),
    Fix("R-C15", _is("amount", kinds=_NUMBER), cells.from_thousands),
    Fix("R-C16", _is("coefficient", kinds=("decimal",)), cells.coefficient),
    PadCodes("R-C17", _is_padded_code, cells.pad_code),
    Fix("R-C19", _is("document_no"), cells.document_number),
    Fix("R-C20", _is("phone"), phones.digits_only),
    Fix("R-C21", _is("phone"), phones.without_country),
    Fix("R-C22", _is("phone"), phones.with_zero),
    Fix("R-C25", _is("phone"), phones.known_number),
    Fix("R-C30", _is("id_number"), identity.digits_only),
    Fix("R-C39", _is("health_card"), cards.card_number),
    Suspicion("R-C40", WARNING, _is("health_card"), cards.is_unusual),
    NotCoded("R-C42", ERROR, _is("ethnic"), ethnic.is_unknown),
    NamesToCodes("R-C41", _is("ethnic"), ethnic.coded),
)
