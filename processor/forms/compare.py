"""Compares a questionnaire with the versions that are deployed; pure.

Questions are matched as the tables match them: by name within the form or the same repeat. The
rules of the tables stay in `survey.columns`; whatever `plan_tables` refuses is refused here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from processor.errors import FormError, Message
from processor.forms.compare_lists import compare_lists
from processor.forms.compare_questions import (
    changed_texts,
    class_change,
    compare_questions,
    has_answers,
    question_key,
    questions,
)
from processor.forms.definition import Field, Form, Labels, Section
from processor.forms.difference import LEVELS, Difference, Level
from processor.survey.columns import plan_tables
from processor.survey.renames import Names, column_names, former_names, name_key

KEY_KINDS = {
    "removed", "renamed", "maybe_renamed", "moved", "retyped", "list_changed", "relevant", "required", "calculation",
    "trigger", "constraint", "choice_filter", "clean_as",
}  # fmt: skip
"""Changes by which the question of the area or the date may lose its answers or change their meaning."""


def compare(old: Form, new: Form, keys: Collection[str] = ()) -> tuple[Difference, ...]:
    """What changed from `old` to `new`, the refused first; empty exactly when only the version differs.

    `keys` are the paths by which the settings tell area and date (`FormConfig.area`, `.date`).
    """
    return _compare(old, new, keys, _names((old, new)))


def _compare(old: Form, new: Form, keys: Collection[str], names: Names) -> tuple[Difference, ...]:
    if _content(old) == _content(new):
        return ()
    before, after = _in_common_languages(old, new)
    found = [
        *_head(old, new),
        *_sections(before, after),
        *compare_questions(before, after, names),
        *compare_lists(before, after, names),
        *_order(old, new),
        *_clash((old,), new),
    ]
    if not found:
        found.append(Difference("other", "", "", "", "fine"))
    return _sorted(_mark(difference, keys) for difference in found)


def diff(versions: Sequence[Form], new: Form, keys: Collection[str] = ()) -> tuple[Difference, ...]:
    """What changes for somebody who has `versions` (oldest first), each of which still has answers.

    All changes since the newest (or since the version of the same name); of older versions what is
    refused because of them, and questions that come back.
    """
    if not versions:
        return ()
    names = _names((*versions, new))
    base = next((form for form in versions if form.version == new.version), versions[-1])
    older = [form for form in reversed(versions) if form is not base]
    found = list(_former_unknown(versions, base, new))
    for difference in _compare(base, new, keys, names):
        found += _returned(difference, older, new, names)
    for form in older:
        known = [*found, *_compare(form, base, (), names)]
        found += _fresh(_compare(form, new, keys, names), known, form)
    if not any(d.kind == "clash" for d in found):
        found += _clash([v for v in versions if v.version != new.version], new)
    return _sorted(found)


def _sorted(found: Iterable[Difference]) -> tuple[Difference, ...]:
    return tuple(sorted(found, key=lambda d: LEVELS.index(d.level)))


def _fresh(found: Sequence[Difference], known: Sequence[Difference], form: Form) -> list[Difference]:
    """The refused ones that are not known: what was so before this change is not its fault."""
    seen = {d.identity for d in known}
    return [replace(d, since=form.version) for d in found if d.level == "refused" and d.identity not in seen]


def _names(versions: Sequence[Form]) -> Names:
    """Which questions are one column; when the versions contradict each other, none (`_clash` tells)."""
    try:
        return column_names(versions)
    except FormError:
        return {}


def _former_unknown(versions: Sequence[Form], base: Form, new: Form) -> Iterator[Difference]:
    """A former name that no version ever asked in this place: answers would be looked for in vain."""
    said = {(name_key(q.repeat, q.name), former) for q, former in former_names(base)}
    asked = {name_key(q.repeat, q.name) for form in versions for q in form.fields}
    for question, former in former_names(new):
        is_new = (name_key(question.repeat, question.name), former) not in said
        if is_new and name_key(question.repeat, former) not in asked:
            yield Difference("former_unknown", question.path, former, question.name, "refused")


def _returned(difference: Difference, older: Sequence[Form], new: Form, names: Names) -> Iterator[Difference]:
    """An added question that an older version had gets that one's column, answers and readers."""
    field = _field_at(new, difference.path) if difference.kind == "added" else None
    if field is None or not has_answers(field):
        yield difference
        return
    for form in older:
        before = questions(form, names).get(question_key(field, names))
        if before is not None:
            touches = ((before.path, ""),)
            yield replace(
                difference,
                kind="returned",
                old=before.path,
                level="careful",
                since=form.version,
                touches=touches,
            )
            yield from class_change(before, field)
            return
    yield difference


def _field_at(form: Form, path: str) -> Field:
    return next(f for f in form.fields if f.path == path)


def _head(old: Form, new: Form) -> Iterator[Difference]:
    """Id, version, title, languages."""
    if old.form_id != new.form_id:
        yield Difference("form_id", "", old.form_id, new.form_id, "refused")
    if old.version == new.version and _on_phones(old) != _on_phones(new):
        yield Difference("version", "", old.version, new.version, "refused")
    if old.title != new.title:
        yield Difference("title", "", old.title, new.title, "fine")
    for language in old.languages:
        if language not in new.languages:
            yield Difference("language_removed", "", language, "", "careful")
    for language in new.languages:
        if language not in old.languages:
            yield Difference("language_added", "", "", language, "fine")
    if old.default_language != new.default_language:
        yield Difference("default_language", "", old.default_language, new.default_language, "fine")


def _on_phones(form: Form) -> Form:
    """What a phone can tell apart: columns of ours are not in its form, lists in files come beside it."""
    items = tuple(_bare(i) if isinstance(i, Field) else i for i in form.items)
    files = {i.itemset_file for i in form.items if isinstance(i, Field)}
    choices = {name: options for name, options in form.choices.items() if name not in files}
    return replace(form, items=items, choices=choices)


def _bare(field: Field) -> Field:
    return replace(field, data_class="", clean_as="", code="", origin="", former_name="")


def _content(form: Form) -> Form:
    return replace(form, version="")


def _in_common_languages(old: Form, new: Form) -> tuple[Form, Form]:
    """A language that came or went is one difference, not one for each question."""
    moved = set(old.languages) ^ set(new.languages)
    return (_without(old, moved), _without(new, moved)) if moved else (old, new)


def _without(form: Form, languages: Collection[str]) -> Form:
    def kept(labels: Labels) -> Labels:
        return {language: text for language, text in labels.items() if language not in languages}

    def bare(item: Field | Section) -> Field | Section:
        if isinstance(item, Section):
            return replace(item, labels=kept(item.labels))
        return replace(
            item,
            labels=kept(item.labels),
            hints=kept(item.hints),
            guidance_hints=kept(item.guidance_hints),
            required_messages=kept(item.required_messages),
            constraint_messages=kept(item.constraint_messages),
        )

    choices = {
        name: tuple(replace(choice, labels=kept(choice.labels)) for choice in options)
        for name, options in form.choices.items()
    }
    return replace(form, items=tuple(bare(item) for item in form.items), choices=choices)


def _sections(old: Form, new: Form) -> Iterator[Difference]:
    """Groups and repeats; the questions inside tell themselves where they went."""
    before, after = (
        {(i.kind, i.path): i for i in form.items if isinstance(i, Section)} for form in (old, new)
    )
    for key, section in before.items():
        if key not in after:
            level: Level = "careful" if section.kind == "repeat" else "fine"
            yield Difference("section_removed", section.path, section.kind, "", level)
        else:
            yield from _same_section(section, after[key])
    for key, section in after.items():
        if key not in before:
            yield Difference("section_added", section.path, "", section.kind, "fine")


def _same_section(old: Section, new: Section) -> Iterator[Difference]:
    if old.labels != new.labels:
        yield Difference("label", old.path, *changed_texts(old.labels, new.labels), "fine")
    for kind in ("relevant", "repeat_count"):
        before, after = getattr(old, kind), getattr(new, kind)
        if before != after:
            yield Difference(kind, old.path, before, after, "fine")


def _order(old: Form, new: Form) -> Iterator[Difference]:
    """Whether what both have stands in another order."""
    before, after = ([i.path for i in form.items] for form in (old, new))
    common = set(before) & set(after)
    if [p for p in before if p in common] != [p for p in after if p in common]:
        yield Difference("order", "", "", "", "fine")


def _clash(versions: Sequence[Form], new: Form) -> Iterator[Difference]:
    """What the tables refuse beside a change of type, which the question itself tells."""
    named = (replace(form, version=str(number)) for number, form in enumerate((*versions, new)))
    try:
        plan_tables(new.form_id, tuple(named))
    except FormError as error:
        if error.message is not Message.FORM_TYPE_CLASH:
            yield Difference("clash", "", "", str(error), "refused")


def _mark(difference: Difference, keys: Collection[str]) -> Difference:
    """Never merely fine when it concerns the question of the area or the date, or a group around it."""
    path = difference.path
    if difference.kind not in KEY_KINDS or not any(k == path or k.startswith(f"{path}/") for k in keys):
        return difference
    level = "careful" if difference.level == "fine" else difference.level
    return replace(difference, level=level, is_key=True)
