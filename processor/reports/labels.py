"""Labels as a file shows them: one line, without the phone's markup, one label for one code."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from processor.forms.definition import Choice, Labels
from processor.reports.texts import REVIEW_STATES
from processor.survey.columns import Column

_MARKUP = re.compile(r"</?[a-zA-Z][^>]*>|\*\*")
_REFERENCE = re.compile(r"\$\{[^}]*\}")


def label_of(labels: Labels, language: str) -> str:
    """The text in the language, else the one without language, else Vietnamese, else any; or empty."""
    found = (labels.get(key) for key in (language, "", "vi"))
    return one_line(next(filter(None, found), "") or next(iter(labels.values()), ""))


def one_line(words: str) -> str:
    """Without markup and line breaks; a `${reference}` becomes dots."""
    return " ".join(_REFERENCE.sub("…", _MARKUP.sub("", words)).split())


def column_label(column: Column, language: str) -> str:
    """`C.A14 Điện thoại`: number on paper and question."""
    code = column.question.code if column.question else ""
    return f"{code} {label_of(column.labels, language) or column.name}".strip()


def choices_of(column: Column) -> tuple[Choice, ...]:
    """The options of a coded column, empty for every other."""
    return REVIEW_STATES if column.name == "_review_state" else column.choices


def is_multiple(column: Column) -> bool:
    """Whether the text holds several codes."""
    return column.question is not None and column.question.kind == "select_multiple"


def labels_by_code(choices: Sequence[Choice], language: str) -> Mapping[str, str]:
    """Label by code. Options of equal labels get their code behind, so that none is mistaken."""
    labels = {choice.name: label_of(choice.labels, language) or choice.name for choice in choices}
    times = Counter(labels.values())
    return {code: f"{label} ({code})" if times[label] > 1 else label for code, label in labels.items()}
