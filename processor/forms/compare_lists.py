"""The differences of choice lists between two versions of a questionnaire; pure."""

from __future__ import annotations

from collections.abc import Iterator

from processor.forms.compare_questions import changed_texts, questions
from processor.forms.definition import Choice, Form
from processor.forms.difference import Difference, Level
from processor.survey.renames import Names


def compare_lists(old: Form, new: Form, names: Names) -> Iterator[Difference]:
    """Choices dropped, added, worded or filtered anew, of each list that both versions have."""
    for name, before in old.choices.items():
        if name in new.choices:
            yield from _compare(name, before, new.choices[name], _askers(old, new, name, names))


def _askers(old: Form, new: Form, name: str, names: Names) -> tuple[str, ...]:
    """The questions that used the list and still do; one that left it tells so itself."""
    after = questions(new, names)
    return tuple(
        field.path
        for key, field in questions(old, names).items()
        if field.list_name == name and key in after and after[key].list_name == name
    )


def _compare(
    name: str, old: tuple[Choice, ...], new: tuple[Choice, ...], askers: tuple[str, ...]
) -> Iterator[Difference]:
    before, after = ({choice.name: choice for choice in options} for options in (old, new))
    for code, choice in before.items():
        if code not in after:
            touches = tuple((path, code) for path in askers)
            level: Level = "careful" if askers else "fine"
            yield Difference("choice_dropped", name, code, "", level, touches)
        else:
            yield from _same_choice(name, choice, after[code])
    for code in after:
        if code not in before:
            yield Difference("choice_added", name, "", code, "fine")
    common = before.keys() & after.keys()
    if [c for c in before if c in common] != [c for c in after if c in common]:
        yield Difference("choices_order", name, "", "", "fine")


def _same_choice(name: str, old: Choice, new: Choice) -> Iterator[Difference]:
    if old.labels != new.labels:
        before, after = changed_texts(old.labels, new.labels)
        yield Difference("choice_label", name, f"{old.name} = {before}", f"{new.name} = {after}", "fine")
    for column in dict.fromkeys((*old.extra, *new.extra)):
        was, now = old.extra.get(column, ""), new.extra.get(column, "")
        if was != now:
            yield Difference(
                "choice_filtering", name, f"{old.name}: {column}={was}", f"{new.name}: {column}={now}", "fine"
            )
