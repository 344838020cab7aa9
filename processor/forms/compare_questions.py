"""The differences of questions between two versions of a questionnaire; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from processor.errors import FormError, Message
from processor.forms.definition import DATA_CLASSES, SILENT, Field, Form, Labels
from processor.forms.difference import Difference, Level
from processor.survey.columns import NO_ANSWER, SKIPPED_PATHS, plan_tables
from processor.survey.renames import Key, Names, column_of, name_key

_WORDINGS = {
    "labels": "label",
    "hints": "hint",
    "guidance_hints": "guidance_hint",
    "required_messages": "required_message",
    "constraint_messages": "constraint_message",
}
_SETTINGS = (
    "required", "relevant", "constraint", "calculation", "trigger", "choice_filter", "default",
    "appearance", "parameters", "code", "origin", "clean_as",
)  # fmt: skip


def has_answers(field: Field) -> bool:
    """Whether the tables have a column for it."""
    return field.kind not in SILENT and field.kind not in NO_ANSWER and field.path not in SKIPPED_PATHS


def question_key(field: Field, names: Names) -> Key:
    """Where its answers go: the column, under whichever name the question goes in its version."""
    return name_key(field.repeat, column_of(field, names))


def questions(form: Form, names: Names) -> dict[Key, Field]:
    """The questions that have a column."""
    return {question_key(field, names): field for field in form.fields if has_answers(field)}


def compare_questions(old: Form, new: Form, names: Names) -> Iterator[Difference]:
    """All differences of questions and of notes; `names` says which questions are one column."""
    before, after = questions(old, names), questions(new, names)
    for key, field in before.items():
        if key in after:
            yield from _same_question(old, field, new, after[key])
    gone = [field for key, field in before.items() if key not in after]
    fresh = [field for key, field in after.items() if key not in before]
    yield from _gone_and_fresh(gone, fresh)
    yield from _silent(old, new)


def _gone_and_fresh(gone: list[Field], fresh: list[Field]) -> Iterator[Difference]:
    """Removed, added, or taken into another repeat; renamed is proposed, never assumed."""
    for field in gone:
        touches = ((field.path, ""),)
        moved = next((f for f in fresh if f.name.casefold() == field.name.casefold()), None)
        renamed = None if moved else _plainly_renamed(field, gone, fresh)
        if moved:
            fresh = [f for f in fresh if f is not moved]
            yield Difference("moved_repeat", field.path, field.path, moved.path, "refused", touches)
        elif renamed:
            fresh = [f for f in fresh if f is not renamed]
            yield Difference("maybe_renamed", field.path, field.path, renamed.path, "careful", touches)
        else:
            yield Difference("removed", field.path, field.path, "", "careful", touches)
    for field in fresh:
        yield Difference("added", field.path, "", field.path, "fine")


def _plainly_renamed(field: Field, gone: list[Field], fresh: list[Field]) -> Field | None:
    """The one new question that stands in the same group with the same words and type, if just one does."""
    candidates = [f for f in fresh if _alike(field, f)]
    rivals = [f for f in gone if _alike(f, field)]
    return candidates[0] if len(candidates) == len(rivals) == 1 else None


def _alike(first: Field, second: Field) -> bool:
    def look(field: Field) -> tuple[object, ...]:
        group = field.path.rpartition("/")[0]
        return group, field.kind, field.value_type, field.list_name, field.labels

    return bool(first.labels) and look(first) == look(second)


def _same_question(old_form: Form, old: Field, new_form: Form, new: Field) -> Iterator[Difference]:
    if old.name.casefold() != new.name.casefold():
        yield Difference("renamed", old.path, old.path, new.path, "fine", ((old.path, ""),))
    elif old.path != new.path:
        yield Difference("moved", old.path, old.path, new.path, "fine")
    yield from _merged(old, new)
    if (old.kind, old.value_type) != (new.kind, new.value_type):
        level: Level = "careful" if _keeps_column(old_form, old, new_form, new) else "refused"
        yield Difference("retyped", old.path, *_types(old, new), level, ((old.path, ""),))
    if old.list_name != new.list_name and old.is_select and new.is_select:
        yield _list_changed(old_form, old, new_form, new)
    yield from class_change(old, new)
    yield from _aspects(old, new)


def _merged(old: Field, new: Field) -> Iterator[Difference]:
    """A question that both have claims another column as its own from now on, or no longer."""
    if old.former_name == new.former_name or old.name != new.name:
        return
    claims = set(new.former_name.split()) - set(old.former_name.split())
    yield Difference(
        "former_name", old.path, old.former_name, new.former_name, "careful" if claims else "fine"
    )


def _types(old: Field, new: Field) -> tuple[str, str]:
    """The author's word; what it is stored as only where the word is the same."""
    if old.kind != new.kind:
        return old.kind, new.kind
    return f"{old.kind} ({old.value_type})", f"{new.kind} ({new.value_type})"


def _keeps_column(old_form: Form, old: Field, new_form: Form, new: Field) -> bool:
    """Asks the tables' own rule, about this question alone."""
    pair = (
        replace(old_form, items=(replace(old, repeat=""),), version="old"),
        replace(new_form, items=(replace(new, repeat=""),), version="new"),
    )
    try:
        plan_tables(new_form.form_id, pair)
    except FormError as error:
        return error.message is not Message.FORM_TYPE_CLASH
    return True


def _list_changed(old_form: Form, old: Field, new_form: Form, new: Field) -> Difference:
    """Another list: fine while it has every code that answers may have."""
    kept = {choice.name for choice in new_form.choices.get(new.list_name, ())}
    codes = (choice.name for choice in old_form.choices.get(old.list_name, ()))
    touches = tuple((old.path, code) for code in codes if code not in kept)
    level: Level = "careful" if touches else "fine"
    return Difference("list_changed", old.path, old.list_name, new.list_name, level, touches)


def class_change(old: Field, new: Field) -> Iterator[Difference]:
    """Who may read the answers, those already stored included."""
    before, after = (field.data_class or "personal" for field in (old, new))
    if before == after:
        return
    if _rank(after) < _rank(before):
        yield Difference("class_lowered", old.path, before, after, "refused", ((old.path, ""),))
    else:
        yield Difference("class_raised", old.path, before, after, "fine")


def _rank(data_class: str) -> int:
    return DATA_CLASSES.index(data_class) if data_class in DATA_CLASSES else len(DATA_CLASSES)


def _aspects(old: Field, new: Field) -> Iterator[Difference]:
    """Wordings and settings of one question."""
    for attribute, kind in _WORDINGS.items():
        before, after = getattr(old, attribute), getattr(new, attribute)
        if before != after:
            yield Difference(kind, old.path, *changed_texts(before, after), "fine")
    for kind in _SETTINGS:
        before, after = getattr(old, kind), getattr(new, kind)
        if before != after:
            yield Difference(kind, old.path, before, after, "fine")


def changed_texts(old: Labels, new: Labels) -> tuple[str, str]:
    """The texts of the languages in which they differ."""
    languages = [k for k in dict.fromkeys((*old, *new)) if old.get(k) != new.get(k)]
    return _joined(old, languages), _joined(new, languages)


def _joined(labels: Labels, languages: list[str]) -> str:
    return "; ".join(f"{k}: {labels[k]}" if k else labels[k] for k in languages if k in labels)


def _silent(old: Form, new: Form) -> Iterator[Difference]:
    """Notes and rows that only name a file: nothing is stored of them."""
    before, after = _silent_rows(old), _silent_rows(new)
    for path, field in before.items():
        if path not in after:
            yield Difference("note_removed", path, path, "", "fine")
        else:
            yield from _aspects(field, after[path])
    for path in after:
        if path not in before:
            yield Difference("note_added", path, "", path, "fine")


def _silent_rows(form: Form) -> Mapping[str, Field]:
    return {i.path: i for i in form.items if isinstance(i, Field) and not has_answers(i)}
