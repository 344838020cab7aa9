"""One submission in reading order: parts, questions, answers, what was found and what was changed.

A question outside the caller's classes appears as masked, whether it was answered or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from processor.forms.definition import Field, Form, Section
from processor.store.scope import Scope
from processor.store.work import FindingRow
from processor.survey.columns import SKIPPED_PATHS, Column, TablePlan, derived_name, fit
from processor.survey.records import Change
from processor.web.values import Value, clean_label, label_of, value_of
from processor.words import WORDS, word

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """A question with its answer as shown."""

    name: str
    code: str
    label: str
    value: Value | None
    """None for an answer that is empty, or that is masked."""
    masked: bool = False
    typed: str = ""
    """A name as the officer wrote it, when the cleaned one differs."""
    changes: tuple[Change, ...] = ()
    findings: tuple[FindingRow, ...] = ()
    table: str = ""
    """Where the answer stands in the reporting tables, with `row_key` and `column`."""
    row_key: str = ""
    column: str = ""


@dataclass
class Block:
    """Answers under one heading: a group, or one row of a repeat."""

    title: str
    answers: list[Answer] = field(default_factory=list)
    is_row: bool = False


@dataclass
class Part:
    """A top-level section of the form."""

    anchor: str
    title: str
    blocks: list[Block] = field(default_factory=list)

    @property
    def findings(self) -> list[FindingRow]:
        """Everything found in this part."""
        return [f for block in self.blocks for answer in block.answers for f in answer.findings]


@dataclass(frozen=True)
class Marks:
    """Changes and findings of a submission, by row and column."""

    changes: Mapping[tuple[str, str], list[Change]]
    findings: Mapping[tuple[str, str], list[FindingRow]]
    """Under the question of the column: what is derived from an answer is shown with it."""


@dataclass(frozen=True)
class Reader:
    """What is needed to read one submission."""

    form: Form
    plans: Mapping[str, TablePlan]
    """By form path."""
    scope: Scope
    language: str
    marks: Marks
    repeats: Mapping[str, Sequence[Row]]
    """Rows by form path."""
    show_empty: bool

    def parts(self, root: Row) -> list[Part]:
        """All parts that have something to show, in the order of the form."""
        parts = [
            self._part(item, root)
            for item in self.form.items
            if isinstance(item, Section) and "/" not in item.path
        ]
        rest = [i for i in self.form.items if isinstance(i, Field) and "/" not in i.path]
        parts.append(Part("rest", "", [self._block("", rest, root, "")]))
        for part in parts:
            part.blocks = list(_joined(part.blocks))
        return [part for part in parts if part.blocks]

    def _part(self, section: Section, root: Row) -> Part:
        part = Part(section.path, clean_label(label_of(section.labels, self.language), {}) or section.path)
        part.blocks.extend(self._blocks(section, root))
        return part

    def _blocks(self, section: Section, row: Row) -> Iterator[Block]:
        """The section's own questions, then its groups and repeats."""
        if section.kind == "repeat":
            yield from self._repeat(section, row)
            return
        yield from self._inside(section, row, "")

    def _inside(self, section: Section, row: Row, title: str) -> Iterator[Block]:
        own: list[Field] = []
        for item in children(self.form, section.path):
            if isinstance(item, Field):
                own.append(item)
                continue
            yield self._block(title, own, row, section.repeat)
            own = []
            if item.kind == "repeat":
                yield from self._repeat(item, row)
            else:
                heading = _own_words(label_of(item.labels, self.language))
                yield from self._inside(item, row, heading or title)
        yield self._block(title, own, row, section.repeat)

    def _repeat(self, section: Section, parent: Row) -> Iterator[Block]:
        label = label_of(section.labels, self.language) or section.path
        key = parent.get("row_key") or parent.get("submission_id")
        for row in self.repeats.get(section.path, ()):
            if row.get("parent_key") in (key, None):
                yield Block(self._row_title(section, row, label), is_row=True)
                yield from self._inside(section, row, "")

    def _row_title(self, section: Section, row: Row, label: str) -> str:
        """`Thành viên 2: Lô Thị Phượng`, the name only for those who may see it."""
        plan = self.plans[section.path]
        numbered = clean_label(label, by_names(row, plan)) if "${" in label else f"{label} {row['row_no']}"
        names = (q for c in plan.columns if c.origin == "question" and (q := c.question) is not None)
        found = (row.get(derived_name(q, "norm")) for q in names if q.clean_as == "person_name")
        return ": ".join([numbered, *[str(name) for name in found if name][:1]])

    def _block(self, title: str, questions: Iterable[Field], row: Row, repeat: str) -> Block:
        return Block(title, [a for q in questions if (a := self._answer(q, row)) is not None])

    def _answer(self, question: Field, row: Row) -> Answer | None:
        technical = question.kind == "calculate" and not question.labels and not question.code
        if question.kind == "note" or question.path in SKIPPED_PATHS or (technical and not self.show_empty):
            return None
        column = self.plans[question.repeat].by_name.get(fit(question.name))
        if column is None:
            return None
        masked = not self.scope.shows(column.data_class)
        value, typed = (None, "") if masked else self._value(question, column, row)
        key = (str(row.get("row_key") or row.get("submission_id")), column.name)
        findings = () if masked else tuple(self.marks.findings.get(key, ()))
        changes = () if masked else tuple(self.marks.changes.get(key, ()))
        if not (value or masked or findings or changes or self.show_empty):
            return None
        said = label_of(question.labels, self.language)
        named = by_names(row, self.plans[question.repeat]) if "${" in said else row
        label = clean_label(said, named) or self._plain_name(question)
        place = (self.plans[question.repeat].name, *key)
        return Answer(question.name, question.code, label, value, masked, typed, changes, findings, *place)

    def _plain_name(self, question: Field) -> str:
        """Words for what the phone records by itself, else the question's name."""
        key = f"meta.{question.kind}"
        return word(key, self.language) if key in WORDS else question.name

    def _value(self, question: Field, column: Column, row: Row) -> tuple[Value | None, str]:
        """The answer; of a person's name the cleaned one, with what was typed when that differs."""
        value = value_of(column, row, self.language)
        named = column.question or question  # bears the first name of a renamed question, as its columns do
        cleaned = row.get(derived_name(named, "norm")) if question.clean_as == "person_name" else None
        if value is None or not cleaned or cleaned == value.text:
            return value, ""
        return Value(str(cleaned)), value.text


def by_names(row: Row, plan: TablePlan) -> Row:
    """The answers of a row by every name that their questions have or had: labels refer to present names."""
    others = {name: row[c.name] for c in plan.questions for name in c.other_names if c.name in row}
    return {**others, **row}


def _own_words(label: str) -> str:
    """`${m_no}. ${m_name}: health` inside the block of that member -> `Health`."""
    words = clean_label(label.rpartition("}")[2].lstrip(" :.-"), {})
    return words[:1].upper() + words[1:]


def _joined(blocks: Iterable[Block]) -> Iterator[Block]:
    """Blocks with something in them; neighbours under the same heading become one."""
    last: Block | None = None
    for block in blocks:
        if not block.answers and not block.is_row:
            continue
        if last is not None and not block.is_row and block.title == last.title and not last.is_row:
            last.answers.extend(block.answers)
            continue
        last = block
        yield block


def children(form: Form, path: str) -> Iterator[Field | Section]:
    """Questions and sections directly inside a section."""
    depth = path.count("/") + 1
    prefix = path + "/"
    return (i for i in form.items if i.path.startswith(prefix) and i.path.count("/") == depth)


def marks_of(
    changes: Iterable[Change], findings: Iterable[FindingRow], plans: Iterable[TablePlan] = ()
) -> Marks:
    """By row and column, in the order given."""
    home = {(p.name, c.name): fit(c.question.name) for p in plans for c in p.columns if c.question}
    by_change: dict[tuple[str, str], list[Change]] = {}
    by_finding: dict[tuple[str, str], list[FindingRow]] = {}
    for change in changes:
        by_change.setdefault((change.row_key, change.column_name), []).append(change)
    for finding in findings:
        column = home.get((finding.table_name, finding.column_name), finding.column_name)
        by_finding.setdefault((finding.row_key, column), []).append(finding)
    return Marks(by_change, by_finding)


def files_of(columns: Iterable[Column], scope: Scope) -> list[Column]:
    """Columns whose answer names a file that the caller may open."""
    return [
        c for c in columns if c.question and c.question.value_type == "binary" and scope.shows(c.data_class)
    ]
